"""`sangbong …`, the one entry point: starts everything above and makes the Clock.

Neighbours: the only room that starts processes.
"""
