from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.latin.naming import SHARE_MIN, TRADITION, UNSEEN_SHARE, orders
from sangbong.names.latin.spelling import BARE_SHARE, folded, folded_forms, is_latin, near
from sangbong.names.person import PersonName, Script
from sangbong.names.tradition import UNKNOWN_PART, Part, Reading

NAMES = st.text(st.sampled_from("abcßłøüé JR.,-'이李12"), max_size=30)


def readings(text: str) -> tuple[Reading, ...]:
    return TRADITION.readings(PersonName(text, Script.LATIN))


def best(text: str) -> tuple[str, tuple[str, ...]]:
    """The likeliest form of each part of the likeliest reading."""
    reading = readings(text)[0]
    family = reading.family.options[0][0] if reading.family.is_known else ""
    return family, tuple(each.options[0][0] for each in reading.given)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Łukasz", "lukasz"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Søren", "soren"),
        ("Ñuñez", "nunez"),
        ("D'Aubigné", "daubigne"),
        ("D’Aubigné", "daubigne"),
        ("İnce", "ince"),
        ("ınce", "ince"),
        ("Æbelø", "aebelo"),
        ("Ǿ", "o"),
        ("Nguyễn", "nguyen"),
        ("Þórdís", "thordis"),
        ("이", ""),
        ("", ""),
    ],
)
def test_l1_a_folded_word_has_only_the_letters_a_to_z(written: str, form: str) -> None:
    assert folded(written) == form


def test_l2_a_writer_keeps_to_one_habit_so_two_forms_are_enough() -> None:
    assert folded_forms("Lößmüller") == (
        ("lossmuller", BARE_SHARE),
        ("loessmueller", 1.0 - BARE_SHARE),
    )
    assert folded_forms("Mueller") == (("mueller", 1.0),)
    assert folded_forms("金") == ()


@pytest.mark.parametrize(
    ("text", "family", "given_names"),
    [
        ("Maria Berg", "berg", ("maria",)),
        ("Berg, Maria", "berg", ("maria",)),
        ("BERG Maria", "berg", ("maria",)),
        ("Maria BERG", "berg", ("maria",)),
        ("Smith John", "smith", ("john",)),
        ("J. R. Quist", "quist", ("j", "r")),
        ("J.R. Quist", "quist", ("j", "r")),
        ("Jean-Pierre Quist", "quist", ("jean", "pierre")),
        ("QUIST VAN Olm Maria", "quistvan", ("olm", "maria")),
    ],
)
def test_l3_and_l6_order_is_told_by_comma_capitals_and_known_words(
    text: str, family: str, given_names: tuple[str, ...]
) -> None:
    assert best(text) == (family, given_names)


def test_l3_three_words_may_end_in_two_family_names() -> None:
    families = {each.family.options[0][0] for each in readings("José García López")}
    assert families == {"lopez", "garcialopez", "jose"}


def test_l3_an_initial_is_no_first_half_of_a_family_name() -> None:
    families = {each.family.options[0][0] for each in readings("Ulla B. Quist")}
    assert families == {"quist", "ulla"}


def test_l3_a_single_word_may_be_either() -> None:
    word = Part((("maria", 1.0),))
    assert readings("Maria") == (
        Reading(UNKNOWN_PART, (word,), 0.5),
        Reading(word, (), 0.5),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Maria van der Olm",
        "Olm, Maria van der",
        "van der Olm, Maria",
        "Maria van der OLM",
        "VAN DER OLM Maria",
    ],
)
def test_l4_particles_belong_to_the_family_and_half_the_lists_drop_them(text: str) -> None:
    found = readings(text)[0]
    assert found.given == (Part((("maria", 1.0),)),)
    assert [form for form, _ in found.family.options] == ["vanderolm", "olm"]


def test_l4_a_particle_may_be_all_of_a_name() -> None:
    assert best("Ben Quist") == ("quist", ("ben",))
    assert best("Quist, Van") == ("quist", ("van",))
    assert best("Van, Maria") == ("van", ("maria",))


def test_l4_a_family_name_with_its_particle_may_stand_first() -> None:
    firsts = {order.family for order in orders("de Quist Maria Olm")}
    assert ("de", "Quist") in firsts


def test_l5_a_hyphenated_family_name_stands_for_the_whole_and_its_halves() -> None:
    family = readings("Anna Quist-Olm")[0].family
    assert [form for form, _ in family.options] == ["quistolm", "olm", "quist"]
    assert sum(share for _, share in family.options) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "text",
    [
        "Anna Quist née Olm",
        "Anna Quist (geb. Olm)",
        "Anna Quist z domu Olm",
        "Quist née Olm, Anna",
        "Quist, Anna born Olm",
    ],
)
def test_l5_a_birth_name_stands_beside_the_married_one(text: str) -> None:
    found = readings(text)[0]
    assert found.family == Part((("olm", 0.5), ("quist", 0.5)))
    assert found.given == (Part((("anna", 1.0),)),)


def test_l5_a_name_may_be_a_birth_name_alone() -> None:
    assert readings("Quist, née Olm")[0].family == Part((("olm", 1.0),))
    assert readings("Quist, née Olm")[1].family == Part((("olm", 0.5), ("quist", 0.5)))


def test_l5_a_word_for_a_birth_name_with_nothing_behind_it_is_a_word() -> None:
    assert best("Anna Born") == ("born", ("anna",))


def test_l6_an_initial_stands_for_the_known_names_that_it_begins_and_for_all_others() -> None:
    options = dict(readings("J. Olm")[0].given[0].options)
    assert {form[0] for form in options} == {"j"}
    assert options["james"] > options["jennifer"] > 0.01
    assert options["j"] == pytest.approx(0.295, abs=0.01)


def test_l6_an_initial_of_a_family_name_keeps_the_birth_name_beside_it() -> None:
    families = dict(readings("Anna Q. née Olm")[0].family.options)
    assert families["olm"] == pytest.approx(0.5)
    assert {form[0] for form in families} == {"o", "q"}


def test_l6_an_initial_that_begins_no_known_name_is_itself() -> None:
    assert readings("Ulla X. Quist")[0].given[1].options[-1] == ("x", 1.0)


@pytest.mark.parametrize(
    ("text", "family", "given_names"),
    [
        ("Dr. Anna Quist Jr.", "quist", ("anna",)),
        ("Quist, Jr., Dr. Anna", "quist", ("anna",)),
        ("Anna Quist, Jr.", "quist", ("anna",)),
        ("Jr., Anna", "jr", ("anna",)),
    ],
)
def test_l7_titles_and_suffixes_say_nothing(
    text: str, family: str, given_names: tuple[str, ...]
) -> None:
    assert best(text) == (family, given_names)


@pytest.mark.parametrize("text", ["이영희", "", ", ,", "123", "…"])
def test_a_name_without_a_latin_letter_cannot_be_read(text: str) -> None:
    assert readings(text) == ()


@given(NAMES)
def test_weights_of_readings_and_of_options_sum_to_one(text: str) -> None:
    found = readings(text)
    assert not found or sum(each.weight for each in found) == pytest.approx(1.0)
    for each in found:
        for each_part in (each.family, *each.given):
            total = sum(share for _, share in each_part.options)
            assert not each_part.is_known or total == pytest.approx(1.0)
            assert all(form.isascii() and form.islower() for form, _ in each_part.options)


@pytest.mark.parametrize(
    ("left", "right", "is_near"),
    [
        ("olm", "olm", False),
        ("olm", "ulm", True),
        ("olm", "olms", True),
        ("olms", "olm", True),
        ("olm", "om", True),
        ("olm", "olmst", False),
        ("jan", "nja", False),
        ("j", "jaroslaw", True),
        ("jaroslaw", "j", True),
        ("j", "k", False),
        ("j", "kj", False),
        ("", "j", False),
    ],
)
def test_near_is_one_letter_or_an_initial(left: str, right: str, *, is_near: bool) -> None:
    assert near(left, right) is is_near
    assert TRADITION.near(right, left) is is_near


def test_a_share_is_the_census_count_and_of_an_unseen_form_falls_with_its_length() -> None:
    assert TRADITION.family_share("smith") == pytest.approx(0.01006)
    assert TRADITION.given_share("mary", 0, sex="F") == pytest.approx(0.02629)
    assert TRADITION.given_share("mary", 0) == pytest.approx(0.02629 / 2)
    assert TRADITION.given_share("mary", 1, sex="M", decade=1940) == UNSEEN_SHARE
    assert TRADITION.family_share("quist") == UNSEEN_SHARE
    assert TRADITION.family_share("quistolm") < UNSEEN_SHARE
    assert TRADITION.family_share("q" * 80) == SHARE_MIN


def test_the_share_of_an_initial_is_that_of_the_unseen_names_that_it_begins() -> None:
    assert TRADITION.given_share("m", 0, sex="F") < 0.1
    assert TRADITION.given_share("m", 0) > TRADITION.given_share("u", 0)
    assert TRADITION.family_share("x") == UNSEEN_SHARE


@pytest.mark.parametrize(
    ("text", "latin"),
    [("Ånna Ø", True), ("J.", True), ("이영희", False), ("Anna 이", False), ("12", False)],
)
def test_a_text_is_latin_by_its_letters(text: str, *, latin: bool) -> None:
    assert is_latin(text) is latin
