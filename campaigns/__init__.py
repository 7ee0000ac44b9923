"""Faults on purpose, each with a planted bug that must be caught. `make campaign ONLY=name`."""
