"""Filmed letters: recorded, screened, released, delivered.

Neighbours: keeps films in archive, sends through liaison, asks registry for consent.
Vocabulary: video letter (영상편지), take (촬영본), kept original, viewing copy, screening (내용 확인).
"""
