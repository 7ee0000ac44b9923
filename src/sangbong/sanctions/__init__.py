"""Equipment manifests, exemptions and their coverage, list checks.

An empty room: its issue comes later. Neighbours: below it registry; above it fund.
Vocabulary: exemption (면제), manifest (반출 물품 목록), consignment, coverage.
"""
