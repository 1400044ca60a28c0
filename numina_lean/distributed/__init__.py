"""Work on many machines: cut into parts, each done whole on one of them, and kept once done.

A stage turns the rows of a part into the rows that come of them and knows nothing of machines
(`stage`). Parts are planned on one machine (`parts`), done wherever Ray puts them (`ray_data`), and
each is written as one shard of the output folder (`folder`).
"""
