"""Rounds, criteria, the draw, candidates and final lists.

Neighbours: reads the roll through registry, asks life status through tracing; reunions seats its final list.
Vocabulary: round, criteria, roll, draw, candidate (1차, 2차), reserve, final list, reason code.
"""
