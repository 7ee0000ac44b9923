"""Sweeps states that need work, and routes inbound dispatches to operations.

Neighbours: as urls.py maps a path to a view, routing.py maps a dispatch kind to an operation.
"""
