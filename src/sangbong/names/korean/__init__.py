"""The first naming tradition: Korean.

Vocabulary: 두음법칙 (initial-sound rule), lunar date, house name, generation syllable.
"""
