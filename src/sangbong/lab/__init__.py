"""Synthetic families, the story of the demo, and the truth kept apart from both offices.

Neighbours: may use every room and worker; no room may use it.
Vocabulary: world (one seeded invention), truth, damage, story.
"""
