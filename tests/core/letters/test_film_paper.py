from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes, parse_canonical, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.letters.core.papers import FilmPaper

PAPER = FilmPaper(
    number=12,
    application_no="KR-SEL-A-000123",
    sought_no=1,
    recorded_date=date(2018, 8, 1),
    duration_ms=30_000,
    width=1280,
    height=720,
    film_sha256=sha256_hex(b"film"),
    film_bytes=4,
    thumbnail_sha256=sha256_hex(b"small"),
    thumbnail_bytes=5,
)
PAPERS = st.builds(
    FilmPaper,
    number=st.integers(1, 2**31 - 1),
    application_no=st.text(min_size=1, max_size=40, alphabet=st.characters(codec="utf-8")),
    sought_no=st.integers(1, 999),
    recorded_date=st.dates(),
    duration_ms=st.integers(1, 1_200_000),
    width=st.integers(2, 1280),
    height=st.integers(2, 1280),
    film_sha256=st.just("0f" * 32),
    film_bytes=st.integers(1, 2**31 - 1),
    thumbnail_sha256=st.just("f0" * 32),
    thumbnail_bytes=st.integers(1, 1024 * 1024),
)


@given(paper=PAPERS)
def test_a_paper_is_read_back_equal(paper: FilmPaper) -> None:
    assert FilmPaper.from_body(parse_canonical(canonical_bytes(paper.to_body()))) == paper


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("number", 0),
        ("number", True),
        ("application_no", ""),
        ("sought_no", 1000),
        ("recorded_date", "2018-02-30"),
        ("duration_ms", 1_200_001),
        ("width", 1281),
        ("height", 1),
        ("film_sha256", "0F" * 32),
        ("film_bytes", 2**31),
        ("thumbnail_sha256", None),
        ("thumbnail_bytes", 0),
        ("title", "안부"),
    ],
)
def test_a_paper_at_fault_is_refused_with_the_place(member: str, value: object) -> None:
    with pytest.raises(SangbongError) as caught:
        FilmPaper.from_body({**PAPER.to_body(), member: value})
    assert caught.value.code == "letters.paper_unreadable"
    assert caught.value.place is not None
    assert (caught.value.place.source, caught.value.place.column) == ("letters.film", member)


def check(film: bytes | None, *attachments: bytes) -> None:
    PAPER.check_came(film_bytes=None if film is None else len(film), attachments=attachments)
    PAPER.check_film(sha256_hex(film or b""))


def test_film_and_thumbnail_are_compared_with_the_paper() -> None:
    check(b"film", b"small")


@pytest.mark.parametrize(
    ("film", "attachments", "code"),
    [
        (None, (b"small",), "letters.attachments_missing"),
        (b"film", (), "letters.attachments_missing"),
        (b"film", (b"small", b"more"), "letters.attachments_missing"),
        (b"fil", (b"small",), "letters.checksum"),
        (b"Film", (b"small",), "letters.checksum"),
        (b"film", (b"smal",), "letters.checksum"),
        (b"film", (b"Small",), "letters.checksum"),
    ],
)
def test_another_film_or_thumbnail_is_refused(
    film: bytes | None, attachments: tuple[bytes, ...], code: str
) -> None:
    with pytest.raises(SangbongError) as caught:
        check(film, *attachments)
    assert caught.value.code == code
