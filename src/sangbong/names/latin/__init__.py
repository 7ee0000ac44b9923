"""The second naming tradition: names in Latin letters, Gregorian dates, a flat list of towns.

Vocabulary: particle, birth name, initial, diacritic.
"""
