"""What runs in the cell: the server that forks, and what a program's process does to itself.

It is started by `sys.executable -I` with nothing of the rest of the package in sight, so its
modules import the standard library and each other, by relative names, and nothing else before
`libraries` brings in what programs use.
"""
