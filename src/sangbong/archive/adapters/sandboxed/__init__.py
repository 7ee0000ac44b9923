"""The sandbox child: opens what strangers made, in a process of its own with nothing to steal.

This folder runs alone (`adapters/sandbox.py` starts it): it imports the standard library, `av` and
`numpy`, never Django and never another part of sangbong. Whatever it says is believed by nobody:
the parent reads its answer as untrusted text.
"""
