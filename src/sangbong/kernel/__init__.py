"""Ids, periods, canonical JSON, errors: words without a domain meaning.

Neighbours: everyone above; imports nothing of ours.
Vocabulary: reference, place (of a fault), message (an error's sentence in English and Korean).
"""
