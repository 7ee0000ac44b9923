"""Korean names read by the rules of `names/korean/naming.py`."""

from __future__ import annotations

from sangbong.names.person import PersonName, Script
from sangbong.names.tradition import Part, Reading, tradition


def sure(form: str) -> Part:
    return Part(((form, 1.0),))


def test_a_northern_and_a_southern_spelling_are_read_alike() -> None:
    korean = tradition("korean")
    north = korean.readings(PersonName("리영희", Script.HANGUL))
    assert north == korean.readings(PersonName("이영희", Script.HANGUL))
    assert north == (Reading(sure("이"), (sure("영"), sure("희"))),)
