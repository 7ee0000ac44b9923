"""The channel: sealed, signed dispatches between two offices, by any carrier.

Neighbours: never imports the rooms it serves; worker/routing.py takes inbound dispatches to them.
Vocabulary: dispatch, envelope, stream, clearance, outbox, inbox, received, applied, refused, carrier.
"""
