"""Person names, birthdays and old places, as people write them and as they compare.

Neighbours: below it only kernel; registry reads forms with it, tracing compares with it.
Vocabulary: folded form (Southern spelling, the only direction that is a function), jamo, precision,
calendar, claim.
"""
