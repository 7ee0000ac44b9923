"""Budget lines, commitments, payments, claims.

An empty room: its issue comes later. Neighbours: below it sanctions; above it talks.
Vocabulary: budget line, commitment, payment, claim.
"""
