"""Two to five offices on a seeded clock, disk and line, with the production core inside.

Vocabulary: plan (what is drawn before a run: papers, occasions and faults, each one *act*), run (the
plan played), drain (all faults off, every line up, every stick delivered), trace (what was decided,
line by line, and its hash), mutant (a planted bug that the checkers must see).
"""
