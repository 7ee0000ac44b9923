"""Originals and derived files: content-addressed, encrypted per object, opened only in a sandbox.

Neighbours: registry keeps import files here, letters keeps films; below it only office.
Vocabulary: original, viewing copy, fixity, sandbox child.
"""
