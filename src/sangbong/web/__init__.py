"""The pages staff see: one design system, Korean and English.

Neighbours: reads rooms by their queries, changes them by their operations; may not import api or worker.
"""
