from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.office.core.audit import (
    FIRST_PREVIOUS,
    Entry,
    Fault,
    Verdict,
    chain,
    digest_of_ids,
    instant_text,
    verify,
)

AT = datetime(2018, 6, 25, 1, 2, 3, 4, tzinfo=UTC)


def trail(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(1, length + 1):
        entries.append(
            chain(
                number=number,
                at=AT,
                staff="seo",
                why="round 21",
                action="registry.show",
                subjects=[f"person:{number}"],
                facts=[("count", number), ("a", "나")],
                previous=entries[-1].digest if entries else FIRST_PREVIOUS,
            )
        )
    return entries


@given(st.integers(0, 12))
def test_an_untouched_trail_is_whole(length: int) -> None:
    entries = trail(length)
    head = entries[-1].digest if entries else FIRST_PREVIOUS
    assert verify(entries) == Verdict(entries=length, head=head)
    assert verify(entries).whole


@given(st.integers(0, 9), st.sampled_from(["staff", "why", "action", "at", "subjects", "facts"]))
def test_an_edited_entry_is_found_where_it_stands(index: int, field: str) -> None:
    entries = trail(10)
    changed = (("x", 1),) if field == "facts" else ("x",) if field == "subjects" else "x"
    entries[index] = dataclasses.replace(entries[index], **{field: changed})
    verdict = verify(entries)
    assert (verdict.fault, verdict.fault_at, verdict.whole) == (Fault.DIGEST, index + 1, False)


@given(st.integers(0, 8))
def test_a_deleted_entry_is_found(index: int) -> None:
    entries = trail(10)
    del entries[index]
    assert verify(entries).fault is Fault.NUMBER


@given(st.integers(1, 9))
def test_an_entry_rewritten_with_its_own_digest_breaks_the_next(index: int) -> None:
    entries = trail(11)
    forged = chain(
        number=index,
        at=AT,
        staff="nobody",
        why="",
        action="registry.show",
        subjects=[],
        facts=[],
        previous=entries[index - 1].previous,
    )
    entries[index - 1] = forged
    assert (verify(entries).fault, verify(entries).fault_at) == (Fault.PREVIOUS, index + 1)


def test_a_batch_has_one_digest_in_whatever_order_it_came() -> None:
    assert digest_of_ids(["person:2", "person:1"]) == digest_of_ids(["person:1", "person:2"])
    assert digest_of_ids(["person:1"]) != digest_of_ids(["person:2"])


def test_an_instant_is_written_in_utc_with_microseconds() -> None:
    assert instant_text(AT) == "2018-06-25T01:02:03.000004Z"


def test_facts_are_kept_in_the_order_of_their_names() -> None:
    assert trail(1)[0].facts == (("a", "나"), ("count", 1))


@pytest.mark.parametrize("length", [3])
def test_the_digest_covers_the_place_in_the_chain(length: int) -> None:
    digests = {entry.digest for entry in trail(length)}
    assert len(digests) == length
