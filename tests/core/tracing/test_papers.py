from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.tracing.core.papers import (
    ApplicationPart,
    InquiryPaper,
    ItemPart,
    KinPart,
    PersonPart,
    ReplyPaper,
    SeekerPart,
    SoughtPart,
)

TEXT = st.text(st.sampled_from("김이순옥영호 Kim-1931.음"), max_size=12).map(str.strip)
SEX = st.sampled_from(["M", "F", ""])
CALENDAR = st.sampled_from(["solar", "lunar", "unknown"])
SEEKER = st.builds(
    SeekerPart,
    **dict.fromkeys(
        ("name", "hanja", "roman", "house_name", "birth", "birthplace", "residence"), TEXT
    ),
    father=TEXT,
    mother=TEXT,
    sex=SEX,
    calendar=CALENDAR,
)
SOUGHT = st.builds(
    SoughtPart,
    sought_no=st.integers(1, 99),
    **dict.fromkeys(
        ("relation", "name", "house_name", "birth", "address_at_separation", "father"), TEXT
    ),
    mother=TEXT,
    sex=SEX,
    calendar=CALENDAR,
)
APPLICATIONS = st.lists(
    st.builds(
        ApplicationPart,
        application_no=st.from_regex(r"\AKR-[0-9]{1,6}\Z"),
        seeker=SEEKER,
        sought=st.lists(SOUGHT, min_size=1, max_size=3, unique_by=lambda s: s.sought_no).map(tuple),
    ),
    max_size=3,
    unique_by=lambda a: a.application_no,
).map(tuple)
ITEMS = st.lists(
    st.builds(
        ItemPart,
        application_no=st.from_regex(r"\AKR-[0-9]{1,6}\Z"),
        sought_no=st.integers(1, 99),
        reply_class=TEXT,
        words=TEXT,
        statement=TEXT,
        person=st.none() | st.builds(PersonPart, TEXT, TEXT, TEXT, TEXT),
        extra_kin=st.lists(st.builds(KinPart, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    ),
    max_size=3,
    unique_by=lambda i: (i.application_no, i.sought_no),
).map(tuple)


@given(APPLICATIONS)
def test_an_inquiry_reads_back_as_it_was_written(applications: tuple[Any, ...]) -> None:
    paper = InquiryPaper("round-21", 2, 3, applications)
    assert InquiryPaper.from_body(paper.to_body()) == paper
    canonical_bytes(paper.to_body())


@given(ITEMS, st.booleans())
def test_a_reply_reads_back_as_it_was_written(items: tuple[Any, ...], complete: bool) -> None:
    paper = ReplyPaper("round-21", 2, complete, items)
    assert ReplyPaper.from_body(paper.to_body()) == paper
    canonical_bytes(paper.to_body())


INQUIRY = InquiryPaper(
    "round-21",
    1,
    1,
    (ApplicationPart("KR-1", SeekerPart("김순옥"), (SoughtPart(1, "동생", "김영호"),)),),
).to_body()
REPLY = ReplyPaper(
    "round-21",
    1,
    True,
    (ItemPart("KR-1", 1, "alive", "생존", "", PersonPart("김영호"), (KinPart("딸", "김선"),)),),
).to_body()


def broken(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    whole = copy.deepcopy(body)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = whole
    for step in steps:
        inner = inner[step]
    if value is None and isinstance(inner, dict):
        del inner[last]
    elif isinstance(inner, list) and last == len(inner):
        inner.append(value)
    else:
        inner[last] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("version", 1, "tracing.paper_unreadable"),
        ("matter", "Round 21", "tracing.paper_unreadable"),
        ("title", None, "tracing.paper_unreadable"),
        ("more", 1, "tracing.paper_unreadable"),
        ("part", 2, "tracing.paper_unreadable"),
        ("applications", "none", "tracing.paper_unreadable"),
        ("applications.0", 1, "tracing.paper_unreadable"),
        ("applications.1", INQUIRY["applications"][0], "tracing.paper_unreadable"),  # type: ignore[index, call-overload]
        ("applications.0.application_no", "-", "tracing.paper_unreadable"),
        ("applications.0.seeker.name", 1, "tracing.paper_unreadable"),
        ("applications.0.seeker.sex", "X", "tracing.paper_unreadable"),
        ("applications.0.seeker.name", " 김", "tracing.paper_unreadable"),
        ("applications.0.seeker.name", "김\u202e", "names.invisible_character"),
        ("applications.0.seeker.name", "김" * 101, "names.too_long"),
        ("applications.0.sought", [], "tracing.paper_unreadable"),
        ("applications.0.sought.0.calendar", "moon", "tracing.paper_unreadable"),
        ("applications.0.sought.0.sought_no", 0, "tracing.paper_unreadable"),
        ("applications.0.sought.0.sought_no", True, "tracing.paper_unreadable"),
    ],
)
def test_an_inquiry_out_of_form_is_refused_with_its_place(path: str, value: Any, code: str) -> None:
    with pytest.raises(SangbongError) as caught:
        InquiryPaper.from_body(broken(INQUIRY, path, value))
    assert caught.value.code == code
    assert caught.value.place is not None
    assert caught.value.text("ko")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("complete", 1),
        ("items.1", REPLY["items"][0]),  # type: ignore[index, call-overload]
        ("items.0.class", 1),
        ("items.0.person", "김영호"),
        ("items.0.person.name", 1),
        ("items.0.extra_kin", {}),
        ("items.0.extra_kin.0.name", None),
        ("items.0.words", None),
    ],
)
def test_a_reply_out_of_form_is_refused_with_its_place(path: str, value: Any) -> None:
    with pytest.raises(SangbongError) as caught:
        ReplyPaper.from_body(broken(REPLY, path, value))
    assert caught.value.code == "tracing.paper_unreadable"
    assert caught.value.place is not None
    assert caught.value.place.column


def test_a_class_we_do_not_know_is_kept() -> None:
    body = broken(REPLY, "items.0.class", "해당자 없음")
    assert ReplyPaper.from_body(body).items[0].reply_class == "해당자 없음"
