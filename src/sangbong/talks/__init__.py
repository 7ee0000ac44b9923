"""Agreements, agenda, meetings; remains, abductee and prisoner cases; cooperation projects.

An empty room: its issue comes later. Neighbours: below it fund; above it tracing.
Vocabulary: agreement (합의서), agenda (의제), working contact (실무접촉).
"""
