"""Likeness as it is, with a tradition that is not Korean: a table written apart from the code."""

from __future__ import annotations

import pytest

from sangbong.names.likeness import THRESHOLD_MILLIBITS, compare
from sangbong.names.person import PersonName, Script
from sangbong.names.tradition import tradition

LATIN = tradition("latin")

ONE_NAME = (
    ("Maria van der Olm", "Olm, Maria van der"),
    ("Jürgen Müller", "Juergen Mueller"),
    ("Jürgen Müller", "MULLER Jurgen"),
    ("Łukasz Żółty", "Lukasz Zolty"),
    ("Søren Nørgård", "Soeren Noergaard"),
    ("Søren Nørgård", "Soren Norgard"),
    ("José García López", "Jose Garcia Lopez"),
    ("José García López", "GARCIA LOPEZ, José"),
    ("Jean-Pierre D'Aubigné", "Jean Pierre Daubigne"),
    ("Anna Quist-Olmedal", "Anna Quist"),
    ("Anna Quist née Olmedal", "Anna Olmedal"),
    ("Anna Nowak z domu Zielińska", "Zielińska, Anna"),
    ("Dr. Ulla Quist Jr.", "Ulla Quist"),
    ("Ulla Quist", "Quist Ulla"),
    ("John Smith", "SMITH John"),
    ("J. Smith", "John Smith"),
    ("John S.", "John Smith"),
    ("Þórdís Æsuborg", "Thordis Aesuborg"),
    ("Mary O'Brien", "Mary OBrien"),
)
OTHER_NAMES = (
    ("Maria van der Olm", "Maria van der Esch"),
    ("Ulla Quist", "Ulla Bergqvist"),
    ("John Smith", "John Carter"),
    ("John Smith", "Peter Smith"),
    ("J. Smith", "Peter Smith"),
    ("Anna Quist", "Berta Quist"),
    ("Anna Quist née Olmedal", "Anna Bergen"),
    ("Łukasz Żółty", "Marek Żółty"),
    ("José García López", "José García Marín"),
    ("Jürgen Müller", "Jürgen Maier"),
    ("Ulla Quist", "Olga Olmedal"),
    ("Mary Smith", "Mary Jones"),
)
A_QUESTION = (("Ulla Qvist", "Ulla Quist"), ("U. Quist", "Ulla Quist"))
"""One letter off, or an initial of a name on no list: likely, and for a person to say."""


def name(text: str) -> PersonName:
    return PersonName(text, Script.LATIN)


@pytest.mark.parametrize(("left", "right"), ONE_NAME)
def test_two_writings_of_one_latin_name_are_called_one(left: str, right: str) -> None:
    assert compare(name(left), name(right), tradition=LATIN).is_one_name


@pytest.mark.parametrize(("left", "right"), OTHER_NAMES)
def test_two_latin_names_are_not_called_one(left: str, right: str) -> None:
    assert not compare(name(left), name(right), tradition=LATIN).is_one_name


@pytest.mark.parametrize(("left", "right"), A_QUESTION)
def test_a_slip_or_an_initial_is_likely_and_a_question(left: str, right: str) -> None:
    found = compare(name(left), name(right), tradition=LATIN)
    assert found.millibits >= THRESHOLD_MILLIBITS
    assert not found.is_one_name


@pytest.mark.parametrize(("left", "right"), ONE_NAME + OTHER_NAMES + A_QUESTION)
def test_likeness_of_latin_names_is_symmetric(left: str, right: str) -> None:
    found = compare(name(left), name(right), tradition=LATIN)
    assert compare(name(right), name(left), tradition=LATIN) == found.mirrored()
    assert sum(item.millibits for item in found.items) == found.millibits
