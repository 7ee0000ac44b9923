"""Halls, slots, sittings and their timetable; the round's report.

Neighbours: the top room, it sees every room below.
Vocabulary: hall (화상상봉장), slot (배정 시간), sitting, timetable, outcome code, report.
"""
