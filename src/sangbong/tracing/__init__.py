"""Comparisons, evidence, findings; life-status inquiries and replies.

Neighbours: reads the register through registry; selection asks through it; liaison carries.
Vocabulary: pair, comparison, evidence (bits), finding, inquiry (의뢰서), reply (회보서), refused.
"""
