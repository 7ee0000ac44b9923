from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.selection import plain_draw

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.selection.core.roll import RollLine, freeze, roll_hash

DAY = date(2018, 6, 24)
SEOUL = OfficeCode("KR-SEL")


def line(number: str, **change: object) -> RollLine:
    plain = RollLine(number, 91, "direct", DAY, ("name_to_other_side", "search"), "")
    return plain._replace(**change)  # type: ignore[arg-type]


def refused(*lines: RollLine) -> tuple[str, dict[str, object]]:
    with pytest.raises(SangbongError) as caught:
        freeze(lines, office=SEOUL, round_code="21", as_of=DAY)
    return caught.value.code, caught.value.params


lines_strategy = st.lists(
    st.builds(
        RollLine,
        st.from_regex(r"[!-~]{1,40}", fullmatch=True),
        st.integers(0, 150),
        st.sampled_from(["direct", "sibling", "third_degree_plus"]),
        st.dates(),
        st.sets(st.sampled_from(["film", "search"])).map(lambda found: tuple(sorted(found))),
        st.sampled_from(["", "no_contact"]),
    ),
    unique_by=lambda found: found.application_no,
)


@given(lines_strategy, st.randoms(use_true_random=False))
def test_the_hash_is_of_the_specified_bytes_in_any_order(
    lines: list[RollLine], shuffler: object
) -> None:
    rows = [found._asdict() | {"living_as_of": found.living_as_of.isoformat()} for found in lines]
    expected = hashlib.sha256(plain_draw.roll_bytes("KR-SEL", "21", "2018-06-24", rows)).hexdigest()
    frozen = freeze(lines, office=SEOUL, round_code="21", as_of=DAY)
    shuffled = list(lines)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert frozen.sha256 == expected
    assert frozen.lines == sorted(lines)
    assert roll_hash(shuffled, office=SEOUL, round_code="21", as_of=DAY) == expected


def test_any_change_of_a_line_changes_the_hash() -> None:
    plain = line("A-1")
    changed = [
        plain,
        line("A-2"),
        plain._replace(age=90),
        plain._replace(tier="sibling"),
        plain._replace(living_as_of=date(2018, 6, 23)),
        plain._replace(consents=("search",)),
        plain._replace(excluded="no_contact"),
    ]
    hashes = {roll_hash([one], office=SEOUL, round_code="21", as_of=DAY) for one in changed}
    assert len(hashes) == len(changed)


@pytest.mark.parametrize(
    "unfit",
    [
        line(""),
        line("A 1"),
        line("A\t1"),
        line("가-1"),
        line("A" * 41),
        line("A-1", age=-1),
        line("A-1", age=151),
        line("A-1", tier="Direct"),
        line("A-1", consents=("search", "film")),
        line("A-1", consents=("search", "search")),
        line("A-1", consents=("se;arch",)),
        line("A-1", excluded="no contact"),
    ],
)
def test_a_line_that_would_blur_the_bytes_is_refused(unfit: RollLine) -> None:
    expected = ("selection.roll_line_unfit", {"application_no": unfit.application_no[:40]})
    assert refused(line("B-1"), unfit) == expected


def test_an_application_that_stands_twice_is_refused() -> None:
    assert refused(line("A-1"), line("B-1"), line("A-1", age=90)) == (
        "selection.roll_line_twice",
        {"application_no": "A-1"},
    )
