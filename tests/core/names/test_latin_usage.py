from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import LANGUAGES, Place, SangbongError
from sangbong.names import dates
from sangbong.names.dates import Calendar, Precision, WrittenDate, date_book
from sangbong.names.gazetteer import Relation
from sangbong.names.kin import KinTier, kin_book, said_of
from sangbong.names.korean import calendar
from sangbong.names.latin.kin import kin_terms
from sangbong.names.latin.places import towns
from sangbong.names.place_likeness import compare_places
from sangbong.names.places import find, overlap, place_book
from sangbong.names.usage import NO_OTHER_CALENDAR, usage

LATIN = usage("latin")
WRITTEN = st.text(st.sampled_from("abdrzßłøüé JVN.,-'|이12"), max_size=30)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Maria van der Berg", "vanderberg|maria"),
        ("Berg, Maria Anna van der", "vanderberg|maria anna"),
        ("Quist, Jean-Pierre", "quist|jean pierre"),
        ("Łukasz ŻÓŁTY", "zolty|lukasz"),
        ("Maria", "maria"),
        ("이 영희", "이 영희"),
        ("", ""),
    ],
)
def test_u2_a_name_is_folded_with_its_border(written: str, folded: str) -> None:
    assert LATIN.fold(written) == folded
    assert LATIN.split(written) == LATIN.split(folded)


@given(WRITTEN)
def test_u2_folding_twice_changes_nothing(written: str) -> None:
    assert LATIN.fold(LATIN.fold(written)) == LATIN.fold(written)


@given(WRITTEN)
def test_u2_a_folded_name_parts_where_the_written_one_does(written: str) -> None:
    assert LATIN.split(LATIN.fold(written)) == LATIN.split(written)


def test_a_name_without_family_name_is_taken_beside_one() -> None:
    assert LATIN.is_given_alone("anni", "quist")
    assert not LATIN.is_given_alone("quist", "quist")
    assert not LATIN.is_given_alone("quist|anni", "quist")


def test_no_other_script_is_read() -> None:
    assert LATIN.free_readings("이영희") == ()
    assert LATIN.reading_of("quist", "anna") == "quist|anna"
    assert LATIN.letters("quist") == "quist"
    assert LATIN.other_calendar is NO_OTHER_CALENDAR


DAY = (date(1931, 3, 5), date(1931, 3, 5))
MONTH = (date(1931, 3, 1), date(1931, 3, 31))
YEAR = (date(1931, 1, 1), date(1931, 12, 31))


@pytest.mark.parametrize(
    ("raw", "precision", "span"),
    [
        ("1931-03-05", Precision.DAY, DAY),
        ("5/3/1931", Precision.DAY, DAY),
        ("05.03.1931", Precision.DAY, DAY),
        ("5-3-1931", Precision.DAY, DAY),
        (" 5 March  1931 ", Precision.DAY, DAY),
        ("5th Mar. 1931", Precision.DAY, DAY),
        ("March 5, 1931", Precision.DAY, DAY),
        ("mar 5 1931", Precision.DAY, DAY),
        ("1931-03", Precision.MONTH, MONTH),
        ("3/1931", Precision.MONTH, MONTH),
        ("March 1931", Precision.MONTH, MONTH),
        ("1931", Precision.YEAR, YEAR),
        ("about 1931", Precision.ABOUT, (date(1929, 1, 1), date(1933, 12, 31))),
        ("c. 1931", Precision.ABOUT, (date(1929, 1, 1), date(1933, 12, 31))),
        ("", Precision.UNKNOWN, None),
    ],
)
def test_ld1_a_day_is_read_in_the_forms_in_use(
    raw: str, precision: Precision, span: tuple[date, date] | None
) -> None:
    read = LATIN.read_date(raw, column="born")
    assert (read.calendar, read.precision, read.solar_span()) == (Calendar.SOLAR, precision, span)
    assert read.as_written == raw.strip()


def test_a_date_is_kept_in_its_parts() -> None:
    assert LATIN.read_date("5/3/1931", "gregorian", column="born") == WrittenDate(
        as_written="5/3/1931",
        year=1931,
        month=3,
        day=5,
        leap=False,
        calendar=Calendar.SOLAR,
        precision=Precision.DAY,
    )


@pytest.mark.parametrize(
    ("raw", "calendar", "code"),
    [
        ("3/25/1931", "", "names.date_impossible"),
        ("30 February 1931", "", "names.date_impossible"),
        ("9999", "", "names.date_impossible"),
        ("0000", "", "names.date_impossible"),
        ("5/3-1931", "", "names.date_unreadable"),
        ("5/3/31", "", "names.date_unreadable"),
        ("long ago", "", "names.date_unreadable"),
        ("١٩٣١", "", "names.date_unreadable"),
        ("1" * 50, "", "names.too_long"),
        (" " * 500 + "1931", "", "names.too_long"),
        ("19\u200b31", "", "names.invisible_character"),
        ("1931-03-05", "lunar", "names.calendar_not_kept"),
    ],
)
def test_ld2_and_ld3_what_cannot_be_a_day_is_refused_with_its_place(
    raw: str, calendar: str, code: str
) -> None:
    with pytest.raises(SangbongError) as caught:
        LATIN.read_date(raw, calendar, column="born")
    assert (caught.value.code, caught.value.place) == (code, Place(column="born"))
    assert all(caught.value.text(language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("raw", "town"),
    [
        ("Nørhavn", "Nørhavn"),
        ("12 Mill Lane, NOERHAVN", "Nørhavn"),
        ("Baerenfeld", "Bärenfeld"),
        ("Font-Claire", "Fontclaire"),
        ("near St. Aubrin (old quay)", "Saint Aubrin"),
        ("Marisol, Isola Grande", "Marisol"),
    ],
)
def test_lp1_a_town_is_found_by_any_of_its_names(raw: str, town: str) -> None:
    read = LATIN.read_place(raw, column="home")
    assert (read.as_written, read.province, read.county) == (raw, town, town)


@pytest.mark.parametrize("raw", ["", "Nowhere 5", "이", "Marisolito"])
def test_lp1_an_address_of_no_known_town_is_kept_as_written(raw: str) -> None:
    read = LATIN.read_place(raw, column="home")
    assert (read.as_written, read.province, read.county) == (raw, None, None)


def test_lp2_every_town_finds_itself() -> None:
    assert [LATIN.read_place(town, column="home").county for town in towns()] == list(towns())


def test_lp3_the_book_of_places_finds_weighs_and_compares_towns() -> None:
    book = place_book("latin")
    assert find("nowhere", tradition="latin") == ()
    (match,) = find("12 Mill Lane, Noerhavn", year=1931, tradition="latin")
    assert (match.unit.name(1931), match.year, match.weight) == ("Nørhavn", 1931, 1.0)
    (other,) = find("Marisol", tradition="latin")
    assert overlap(match, match, tradition="latin").relation is Relation.SAME
    assert overlap(match, other, tradition="latin").relation is Relation.DISJOINT
    assert match.reasons("en")
    assert book.read("Nørhavn", "home") == LATIN.read_place("Nørhavn", column="home")
    assert book.later_names("Nørhavn") == ()
    assert sum(book.share(town) for town in towns()) == pytest.approx(1.0)
    assert book.share("nowhere") == 0.0


def test_lp3_two_addresses_of_one_town_speak_for_one_home() -> None:
    same = compare_places("Noerhavn", "Nørhavn, old quay", tradition="latin")
    other = compare_places("Noerhavn", "Marisol", tradition="latin")
    assert same.millibits > 4_000
    assert other.millibits < -2_000


def test_a_place_with_a_hidden_character_is_refused() -> None:
    with pytest.raises(SangbongError, match=r"names\.invisible_character"):
        LATIN.read_place("Mari\u200bsol", column="home")


@pytest.mark.parametrize(
    ("word", "english", "degree", "tier"),
    [
        ("Mum", "mother", 1, KinTier.DIRECT),
        ("elder  brother", "elder brother", 2, KinTier.SIBLING),
        ("Mother-in law", "mother-in-law", None, KinTier.COMPANION),
        ("COUSIN", "cousin", 4, KinTier.THIRD_DEGREE_PLUS),
    ],
)
def test_a_word_for_kin_says_degree_and_tier(
    word: str, english: str, degree: int | None, tier: KinTier
) -> None:
    read = LATIN.read_kin(word, column="relation")
    assert (read.english, read.chon, read.tier) == (english, degree, tier)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("neighbour", "names.kin_unknown"),
        ("", "names.kin_unknown"),
        ("형", "names.kin_unknown"),
        ("x" * 300, "names.too_long"),
        ("sis\u00adter", "names.invisible_character"),
    ],
)
def test_an_unknown_word_for_kin_is_refused(word: str, code: str) -> None:
    with pytest.raises(SangbongError) as caught:
        LATIN.read_kin(word, column="relation")
    assert (caught.value.code, caught.value.place) == (code, Place(column="relation"))


def test_every_word_for_kin_reads_as_itself() -> None:
    assert [LATIN.read_kin(each.term, column="kin") for each in kin_terms()] == list(kin_terms())


def test_lk1_a_word_says_what_the_other_calls_the_speaker() -> None:
    book = kin_book("latin")
    aunt = book.read("Aunt", "relation", 1990)
    assert [each.term for each in book.reverse(aunt, "F")] == ["niece"]
    assert book.reverse(aunt, "") == ()
    assert all(fact.text("ko") for fact in said_of(aunt))
    assert book.terms() == kin_terms()


@pytest.mark.parametrize("sex", ["M", "F"])
def test_lk1_the_reverse_of_the_reverse_may_be_the_word_again(sex: str) -> None:
    book = kin_book("latin")
    for term in kin_terms():
        (said,) = book.reverse(term, sex)
        back = {each.term for other in ("M", "F") for each in book.reverse(said, other)}
        whole = {each.english for each in kin_terms() if each.sex == "" and each.kind is term.kind}
        assert term.term in back or term.english in whole


SEARCH = """
import sys
from sangbong.names.place_likeness import compare_places
from sangbong.names.places import find, overlap, place_book
from sangbong.names.usage import usage
import sangbong.programmes.naming as programme
programme.USAGE = usage("latin")
from sangbong.registry.core.register import RegisterRow
from sangbong.tracing.core.engine import Engine
from sangbong.tracing.core.sought import Sought

def row(number, name, born, place, roman=""):
    day = programme.USAGE.read_date(born, column="").solar_span()[0].toordinal()
    town = programme.USAGE.read_place(place, column="").county
    return RegisterRow(number, (name,), roman, "F", day, day, int(born[-4:]), town, town, "", "",
                       "", "", "", True, False)

def sought(number, name, born, place):
    town = programme.USAGE.read_place(place, column="").county
    return Sought(number, "A", name, "", "F", programme.USAGE.read_date(born, column=""),
                  place, town or "", town or "", "", "")

crowd = [row(100 + n, f"Quist, {a}{b}", f"{1 + n % 28}/{1 + n % 12}/19{30 + n % 20}", "Marisol")
         for n, (a, b) in enumerate((a, b) for a in ("Ann", "Bert", "Carl") for b in "aeio")]
engine = Engine([sought(1, "Maria van der Olm", "5/3/1931", "Nørhavn")])
engine.read([*crowd, row(7, "Olm, Maria van der", "5/3/1931", "Noerhavn")])
best = engine.answers()[1].comparisons[0]
assert best.person_id == 7 and best.score_millibits > 10_000, best
levels = {item.item.value: item.level.value for item in best.evidence}
assert levels["name"] == "exact" and levels["birth"] == "same_day", levels
"""


def test_a_search_in_a_programme_of_latin_names_finds_its_people() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SEARCH], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


ALONE = """
import sys
from sangbong.names.dates import date_book
from sangbong.names.kin import kin_book
from sangbong.names.likeness import compare
from sangbong.names.person import read_name
from sangbong.names.place_likeness import compare_places
from sangbong.names.tradition import tradition
from sangbong.names.usage import usage

latin = usage("latin")
one, two = (read_name(text, column="") for text in ("Maria van der Olm", "Olm, Maria van der"))
assert compare(one, two, tradition=tradition("latin")).is_one_name
assert date_book("latin").read("5 March 1931", "", "born").solar_span()
assert kin_book("latin").read("aunt", "kin", None).chon == 3
assert compare_places("Marisol", "Marisol", tradition="latin").millibits > 0
assert latin.fold(one.text) == latin.fold(two.text)
found = [name for name in sys.modules if name.startswith("sangbong.names.korean")]
assert not found, found
"""


def test_no_korean_module_is_loaded_for_latin_names() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_dates_are_read_as_far_as_the_lunar_almanac_goes() -> None:
    assert (dates.FIRST_YEAR, dates.LAST_YEAR) == (calendar.FIRST_YEAR, calendar.LAST_YEAR)
    assert date_book().read("음 1931.5.5", "", "born") == dates.parse_date(
        "음 1931.5.5", column="b"
    )
