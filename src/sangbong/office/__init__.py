"""This install: identity, keys, staff and roles, counterparts, the audit trail.

Neighbours: every room records decisions in its audit trail; liaison reads keys and counterparts.
Vocabulary: office, counterpart, key statement, fingerprint (확인값), staff, role, audit entry.
"""
