"""What programs see: the endpoints the other office's carrier calls.

Neighbours: hands pieces to liaison; may not import web or worker.
"""
