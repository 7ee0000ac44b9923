"""A whole invented world: its counts, its margins, its rows, its truth."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sangbong.lab.population import lives, places, tables
from sangbong.lab.truth import Fate, FoundAnswer, Truth, load
from sangbong.lab.world import WorldSummary, make_world
from sangbong.names.korean.spelling import fold
from sangbong.registry.core.layouts import APPLICATION_COLUMNS, REGISTER_COLUMNS, Layout
from sangbong.registry.core.reading import Row, open_table
from sangbong.registry.core.rows import RowReader

TODAY = date(2018, 6, 25)


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> WorldSummary:
    folder = tmp_path_factory.mktemp("world")
    return make_world(seed=21, applicants=5_000, register=25_000, folder=folder)


@pytest.fixture(scope="module")
def truth(summary: WorldSummary) -> Truth:
    return load(summary.truth_path.parent.parent)


def rows(path: Path, columns: tuple[object, ...]) -> list[dict[str, str]]:
    keys = [column.key for column in columns]  # type: ignore[attr-defined]
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        headings = next(reader)
        assert headings == [column.korean for column in columns]  # type: ignore[attr-defined]
        return [dict(zip(keys, row, strict=True)) for row in reader]


@pytest.fixture(scope="module")
def applications(summary: WorldSummary) -> list[dict[str, str]]:
    return rows(summary.applications_path, APPLICATION_COLUMNS)


@pytest.fixture(scope="module")
def register(summary: WorldSummary) -> list[dict[str, str]]:
    return rows(summary.register_path, REGISTER_COLUMNS)


@pytest.fixture(scope="module")
def applicants(applications: list[dict[str, str]]) -> list[dict[str, str]]:
    """One row for each application whose applicant is believed alive."""
    first: dict[str, dict[str, str]] = {}
    for row in applications:
        first.setdefault(row["application_no"], row)
    return [row for row in first.values() if not row["note"].startswith("신청인 별세")]


def near(found: float, wanted: float, tolerance: float) -> bool:
    return abs(found - wanted) <= tolerance


# --- files ----------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    def world(seed: int, name: str) -> list[bytes]:
        made = make_world(seed=seed, applicants=60, register=300, folder=tmp_path / name)
        paths = (made.applications_path, made.register_path, made.truth_path)
        return [path.read_bytes() for path in paths]

    first = world(7, "a")
    assert world(7, "b") == first
    other = world(8, "c")
    assert [one == two for one, two in zip(first, other, strict=True)] == [False, False, False]


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make_world(
        seed=1,
        applicants=1_200,
        register=100,
        folder=tmp_path,
        progress=lambda done, of: told.append((done, of)),
    )
    assert told[-1] == (1_200, 1_200)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_a_world_needs_an_applicant_and_a_record(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_world(seed=1, applicants=0, register=10, folder=tmp_path)


def test_a_register_too_small_for_the_kin_leaves_them_out(tmp_path: Path) -> None:
    made = make_world(seed=1, applicants=40, register=3, folder=tmp_path)
    assert made.register_rows == 3
    assert made.absent > 100
    assert made.alive + made.dead <= 3


def test_every_row_can_be_read_by_the_import(tmp_path: Path) -> None:
    summary = make_world(seed=22, applicants=1_500, register=6_000, folder=tmp_path)
    for layout, path, count in (
        (Layout.APPLICATIONS, summary.applications_path, summary.sought),
        (Layout.REGISTER, summary.register_path, summary.register_rows),
    ):
        table = open_table(path.read_bytes(), layout)
        reader = RowReader(table.headings, today=TODAY)
        read = 0
        for row in table.rows:
            assert isinstance(row, Row)
            read += 1
            if layout is Layout.APPLICATIONS:
                reader.application(row.line, row.cells)
                reader.sought(row.line, row.cells)
            else:
                reader.register_person(row.line, row.cells)
        assert [fault.text("en") for fault in reader.faults] == []
        assert read == count


def test_the_applicants_columns_are_the_same_in_all_rows_of_an_application(
    applications: list[dict[str, str]],
) -> None:
    keys = [column.key for column in APPLICATION_COLUMNS[:16]]
    seen: dict[str, list[str]] = {}
    for row in applications:
        fields = [row[key] for key in keys]
        assert seen.setdefault(row["application_no"], fields) == fields


# --- margins --------------------------------------------------------------------------------------


def test_ages_of_applicants_follow_the_printed_bands(applicants: list[dict[str, str]]) -> None:
    bands: Counter[str] = Counter()
    for row in applicants:
        year = int(row["applicant_birth"].removeprefix("음 ")[:4])
        age = 2018 - year
        bands[next(band for band, low, _ in tables.AGE_BANDS if age >= low or low == 35)] += 1
    for band, share in tables.age_band_shares().items():
        assert near(bands[band] / len(applicants), share, 0.035), (band, bands)


def test_tiers_of_applicants_follow_the_printed_shares(truth: Truth) -> None:
    nearest: Counter[str] = Counter()
    for applicant in truth.applicants.values():
        nearest[min((s.tier for s in applicant.sought.values()), key=tables.TIERS.index)] += 1
    for tier, share in tables.tier_shares().items():
        assert near(nearest[tier] / nearest.total(), share, 0.03), nearest


def test_birthplaces_of_applicants_follow_the_printed_shares(
    applicants: list[dict[str, str]],
) -> None:
    north = {
        county.name[:-1]: province
        for province, counties in places.northern_counties().items()
        for county in counties.items
    }
    found = Counter(
        north.get(row["applicant_birthplace"].split()[1].rstrip("군부"), "기타")
        if row["applicant_birthplace"].split()[0] not in {"서울특별시", "서울"}
        else "기타"
        for row in applicants
    )
    for province, share in places.birthplace_shares().items():
        assert near(found[province] / found.total(), share, 0.03), (province, found)


def test_each_applicant_seeks_one_to_eight_persons_and_about_four(truth: Truth) -> None:
    counts = [len(applicant.sought) for applicant in truth.applicants.values()]
    assert (min(counts), max(counts)) == (1, 8)
    assert near(sum(counts) / len(counts), 4.1, 0.2)


def test_surnames_of_the_register_follow_the_census_in_northern_spelling(
    register: list[dict[str, str]],
) -> None:
    found = Counter(row["name"][0] for row in register)
    for written, share in (("김", 0.215), ("리", 0.147), ("박", 0.084)):
        assert near(found[written] / len(register), share, 0.03), found.most_common(5)
    assert found["이"] / len(register) < 0.005


def test_about_a_quarter_of_those_sought_live_and_three_in_ten_are_not_registered(
    summary: WorldSummary,
) -> None:
    assert near(summary.alive / summary.sought, 0.25, 0.04)
    assert near(summary.absent / summary.sought, 0.30, 0.05)
    assert near(summary.with_living_kin / summary.applications, 0.60, 0.06)


def test_a_few_in_a_hundred_are_successors_abroad_without_consent_or_met_before(
    summary: WorldSummary,
) -> None:
    assert near(summary.successors / summary.applications, 0.02, 0.012)
    assert near(summary.abroad / summary.applications, 0.025, 0.01)
    assert near(summary.without_consent / summary.applications, 0.04, 0.012)
    assert near(summary.already_met / summary.applications, 0.026, 0.012)
    assert near(summary.dead_unknown / summary.applications, 0.065, 0.02)
    assert near(summary.shielded / summary.register_rows, 0.005, 0.002)


def test_about_half_of_the_old_are_ready_when_they_are_asked(truth: Truth) -> None:
    alive = [
        a for a in truth.applicants.values() if a.died_on is None or a.died_on > lives.ROLL_DATE
    ]
    ready = sum(applicant.ready(on=TODAY) for applicant in alive) / len(alive)
    assert near(ready, 0.68, 0.05)


# --- truth ----------------------------------------------------------------------------------------


def test_every_pair_has_its_truth_and_every_true_record_stands_in_the_register(
    truth: Truth, applications: list[dict[str, str]], register: list[dict[str, str]]
) -> None:
    pairs = {(row["application_no"], int(row["sought_no"])) for row in applications}
    assert len(pairs) == len(applications)
    assert pairs == set(truth.links())
    by_number = {row["record_no"]: row for row in register}
    assert len(by_number) == len(register)
    for row in applications:
        link = truth.link(row["application_no"], int(row["sought_no"]))
        assert (link.record_no is None) == (link.fate is Fate.ABSENT)
        assert (link.answer is not None) == (link.fate is Fate.ALIVE)
        if link.record_no is not None:
            record = by_number[link.record_no]
            assert record["sex"] in {row["sought_sex"], ""}
            assert (record["shielded"] == "예") == link.shielded


def test_no_record_is_two_people_except_to_a_parent_and_the_child_who_applied_after(
    truth: Truth, applications: list[dict[str, str]]
) -> None:
    succeeded = {row["succeeds"] for row in applications}
    used = Counter(
        sought.record_no
        for number, applicant in truth.applicants.items()
        if number not in succeeded
        for sought in applicant.sought.values()
        if sought.record_no is not None
    )
    assert set(used.values()) == {1}


def test_most_true_names_agree_once_folded_and_some_do_not(
    truth: Truth, applications: list[dict[str, str]], register: list[dict[str, str]]
) -> None:
    names = {row["record_no"]: fold(row["name"]) for row in register}
    agree: Counter[bool] = Counter()
    spelt_alike: Counter[bool] = Counter()
    written = {row["record_no"]: row["name"] for row in register}
    for row in applications:
        record_no = truth.link(row["application_no"], int(row["sought_no"])).record_no
        if record_no is not None:
            agree[fold(row["sought_name"]) == names[record_no]] += 1
            spelt_alike[row["sought_name"] == written[record_no]] += 1
    assert near(agree[True] / agree.total(), 0.83, 0.06)
    # spelling alone parts the two sides
    assert spelt_alike[True] < 0.9 * agree[True]


def test_most_of_the_found_are_willing(truth: Truth) -> None:
    answers = Counter(
        sought.answer
        for applicant in truth.applicants.values()
        for sought in applicant.sought.values()
        if sought.answer is not None
    )
    assert near(answers[FoundAnswer.WILLING] / answers.total(), 0.88, 0.02)


def test_the_truth_answers_for_records_and_knows_no_strangers(truth: Truth) -> None:
    number, sought_no, link = next(
        (applicant.application_no, at, sought)
        for applicant in truth.applicants.values()
        for at, sought in applicant.sought.items()
        if sought.fate is Fate.ALIVE and not sought.shielded and sought.dies_on is None
    )
    assert link.record_no is not None
    assert truth.is_match(number, sought_no, link.record_no)
    assert not truth.is_match(number, sought_no, "KP-PYO-R-0")
    assert truth.answer_of(link.record_no) == link.answer
    assert truth.answer_of("KP-PYO-R-0") is None
    assert truth.lives(link.record_no, on=TODAY) is True
    assert truth.lives("KP-PYO-R-0", on=TODAY) is None


def test_a_shielded_person_is_no_link_that_may_be_found(truth: Truth) -> None:
    shielded = [
        (number, at)
        for number, applicant in truth.applicants.items()
        for at, sought in applicant.sought.items()
        if sought.shielded
    ]
    assert shielded
    links = truth.links()
    assert {links[pair] for pair in shielded} == {None}


def test_kin_nobody_asked_for_live_in_the_register(
    truth: Truth, register: list[dict[str, str]]
) -> None:
    numbers = {row["record_no"] for row in register}
    kin = [k for applicant in truth.applicants.values() for k in applicant.other_kin]
    assert len(kin) > 1_000
    assert {one.record_no in numbers for one in kin} == {True}
    assert {truth.answer_of(one.record_no) == one.answer for one in kin} == {True}


def test_an_applicant_who_died_unreachable_or_unfit_is_not_ready(truth: Truth) -> None:
    sound = next(a for a in truth.applicants.values() if a.ready(on=TODAY) and a.died_on is None)
    assert not replace(sound, died_on=TODAY).ready(on=TODAY)
    assert not replace(sound, reachable=False).ready(on=TODAY)
    assert not replace(sound, willing=False).ready(on=TODAY)
    assert not replace(sound, fit=False).ready(on=TODAY)


def test_an_application_of_a_dead_parent_stands_before_its_successor(
    truth: Truth, applications: list[dict[str, str]]
) -> None:
    links = {row["application_no"]: row["succeeds"] for row in applications if row["succeeds"]}
    assert links
    for after, before in links.items():
        assert before < after
        died_on = truth.applicants[before].died_on
        assert died_on is not None
        assert died_on < lives.ROLL_DATE
        sought_before = truth.applicants[before].sought
        sought_after = truth.applicants[after].sought
        assert [s.record_no for s in sought_before.values()] == [
            s.record_no for s in sought_after.values()
        ]
