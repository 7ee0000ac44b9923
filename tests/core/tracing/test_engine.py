from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sangbong.registry.core.register import RegisterRow
from sangbong.tracing.core import engine
from sangbong.tracing.core.engine import Answer, compare
from sangbong.tracing.core.weights import Item

from .conftest import crowd, row, sought

PLACE = {"birthplace_province": "황해", "birthplace_county": "황해 봉산"}
PARENTS = {"father": "리한수", "mother": "박순이"}


def found(answer: Answer) -> list[int]:
    return [each.person_id for each in answer.comparisons]


@pytest.mark.parametrize(
    ("asked", "record"),
    [
        (sought(1, "이선호", "1931"), row(1, "리선호", born="1934")),
        (sought(1, "이선호", "1931"), row(1, "리순호", born="1931")),
        (sought(1, "이선호", "1931"), row(1, "리선호")),
        (sought(1, "이선호"), row(1, "리선호", born="1931")),
        (sought(1, "이선호"), row(1, "리선호")),
        (
            sought(1, "이선호", "1931", province="황해", county="황해 봉산"),
            row(1, "리선호", born="1945", **PLACE),
        ),
        (
            sought(1, "이선호", "1931", province="황해", county="황해 봉산"),
            row(1, "류선호", born="1932", **PLACE),
        ),
        (
            sought(1, "이선호", "1931", father="이한수"),
            row(1, "리선호", born="1945", father="리한수"),
        ),
        (sought(1, "이종수", "1931", father="이한수"), row(1, "리수남", born="1932", **PARENTS)),
        (
            sought(1, "이종수", "1931", father="이한수", mother="박순이"),
            row(1, "리수남", born="1945", **PARENTS),
        ),
        (sought(1, "이선호", "1931"), row(1, "Lee Sun-Ho", born="1931")),
        (sought(1, "이선호", "1931"), row(1, roman="Sun Ho RI", born="1931")),
    ],
)
def test_each_key_finds_its_record(asked: object, record: RegisterRow) -> None:
    answers = compare([asked], [record, *crowd(40)])  # type: ignore[list-item]
    assert 1 in found(answers[1])


def test_a_shielded_record_is_neither_found_nor_counted() -> None:
    asked = [sought(1, "이선호", "1931"), sought(2, "이순호", "1930")]
    seen = [row(1, "리순호", born="1930"), *crowd(50)]
    hidden = [row(2, "리선호", born="1931", shielded=True), row(3, "리순호", shielded=True)]
    assert compare(asked, [*hidden, *seen]) == compare(asked, seen)


def test_the_chances_of_all_and_of_nobody_make_a_million() -> None:
    asked = [sought(1, "이선호", "1931")]
    answer = compare(asked, [row(1, "리선호", born="1931"), row(2, "리선호", born="1930")])[1]
    total = answer.absent_ppm + sum(each.probability_ppm for each in answer.comparisons)
    assert total == pytest.approx(1_000_000, abs=3)
    assert found(answer) == [1, 2]


def test_nobody_in_an_empty_register() -> None:
    assert compare([sought(1, "이선호", "1931")], []) == {1: Answer((), 1_000_000)}


def test_only_the_best_are_kept_and_the_hopeless_are_dropped() -> None:
    many = [row(index, "리선호", born="1931") for index in range(1, 20)]
    answer = compare([sought(1, "이선호", "1931")], many)[1]
    assert found(answer) == [1, 2, 3, 4, 5]
    hopeless = row(
        99, "리선호", sex="F", birthplace_province="경남", father="리만복", mother="김씨"
    )
    asked = sought(
        1,
        "이선호",
        sex="M",
        province="황해",
        county="황해 봉산",
        father="이한수",
        mother="박순이",
    )
    crowded = [row(index, "리선호", sex="M") for index in range(100, 4_000)]
    assert 99 not in found(compare([asked], [hopeless, *crowded])[1])


def test_two_of_one_family_under_one_roof_strengthen_each_other() -> None:
    together = [
        row(1, "리선호", born="1931", household="H-1"),
        row(2, "리선자", born="1934", household="H-1"),
    ]
    apart = [together[0], together[1]._replace(household="H-2")]
    asked = [
        sought(1, "이선호", "1931"),
        sought(2, "이선자", "1934"),
        sought(3, "탁금만", "1900", family="A-2"),
    ]
    near, far = compare(asked, [*together, *crowd(500)]), compare(asked, [*apart, *crowd(500)])
    (gained,) = (e for e in near[1].comparisons[0].evidence if e.item is Item.HOUSEHOLD)
    assert (gained.sought, gained.register) == ("person:2", "H-1")
    assert 0 < gained.millibits <= 10_000
    assert near[1].comparisons[0].score_millibits > far[1].comparisons[0].score_millibits
    assert Item.HOUSEHOLD not in {e.item for e in far[1].comparisons[0].evidence}
    assert found(near[3]) == []


def test_one_record_does_not_strengthen_itself() -> None:
    asked = [sought(1, "이선호", "1931"), sought(2, "이선호", "1931")]
    answer = compare(asked, [row(1, "리선호", born="1931", household="H-1"), *crowd(50)])[1]
    assert Item.HOUSEHOLD not in {e.item for e in answer.comparisons[0].evidence}


def test_progress_is_told_and_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(engine, "PROGRESS_EVERY", 10)
    monkeypatch.setattr(engine, "_SHAPES_MAX", 3)
    asked = [sought(1, "이선호", "1931", father="이한수")]
    rows = [*crowd(30), row(1, "리선호", born="1931", father="리한수")]
    assert found(compare(asked, rows, progress=told.append)[1]) == [1]
    assert told == [10, 20, 30]


def test_a_record_without_any_name_is_passed_over_quietly() -> None:
    assert found(compare([sought(1, "이선호", "1931")], [row(1, born="1931")])[1]) == []


NAMES = st.text(st.sampled_from("선순호자옥수"), min_size=2, max_size=2)
PEOPLE = st.lists(
    st.tuples(NAMES, st.integers(1925, 1935), st.sampled_from("MF")), min_size=1, max_size=12
)


@settings(max_examples=60)
@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_the_register_changes_nothing(
    people: list[tuple[str, int, str]], random: object
) -> None:
    rows = [
        row(index, "리" + name, born=str(year), sex=sex)
        for index, (name, year, sex) in enumerate(people, start=1)
    ]
    asked = [sought(1, "이" + people[0][0], str(people[0][1]), sex=people[0][2])]
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert compare(asked, rows) == compare(asked, shuffled)


@settings(max_examples=60)
@example([*[("선선", 1925, "M")] * 4, ("선선", 1926, "M")])
@example([*[("선선", 1925, "M")] * 11, ("선순", 1925, "M")])
@given(PEOPLE)
def test_who_stands_in_the_register_word_for_word_is_found(
    people: list[tuple[str, int, str]],
) -> None:
    rows = [
        row(index, "리" + name, born=str(year), sex=sex)
        for index, (name, year, sex) in enumerate(people, start=1)
    ]
    name, year, sex = people[0]
    best = compare([sought(1, "이" + name, str(year), sex=sex)], rows)[1].comparisons[0]
    same = rows[best.person_id - 1]
    assert (same.names[0], same.birth_year, same.sex) == ("리" + name, year, sex)
