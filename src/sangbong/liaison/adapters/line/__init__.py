"""The line's carrier: a process of its own, without Django, that opens nothing it carries."""
