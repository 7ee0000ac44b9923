"""People, families, applications, kin sought and consent; contacts made and news to deliver.

Neighbours: selection draws from it, tracing searches it; only it clears personal data for release.
Vocabulary: applicant, application, person sought, pair, kin tier, consent, clearance, living as of.
"""
