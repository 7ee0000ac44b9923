"""Dated data of a programme as files with sources.

Neighbours: selection and reunions read criteria and halls from here; imports only kernel and names.
Vocabulary: programme, effective date, deciding body, source.
"""
