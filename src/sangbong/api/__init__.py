"""What programs see: the desk that our own carrier asks.

Neighbours: hands pieces to liaison; may not import web or worker.
"""
