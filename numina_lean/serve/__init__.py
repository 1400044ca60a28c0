"""Checks over HTTP: `desk` shares one checker among requests, `app` speaks, `run` listens."""
