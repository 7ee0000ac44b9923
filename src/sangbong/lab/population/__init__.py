"""Invented people: names, lives, places and families, drawn from published marginals.

Neighbours: lab.damage spoils what they say, lab.world writes them into two registers.
Vocabulary: anchor (the one by whom a family was parted), kin (a person in a role towards the
anchor), generation syllable.
"""
