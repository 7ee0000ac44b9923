from __future__ import annotations

import dataclasses
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office.core.clock import FixedClock
from sangbong.office.core.roles import Role
from sangbong.office.core.statement import (
    KeyStatement,
    fingerprint,
    read_statement,
    sign_statement,
    words,
)
from sangbong.office.permissions import DEEDS, may

SIGNING = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STATEMENT = KeyStatement(
    code=OfficeCode("KP-PYO"),
    name_ko="평양 사무소",
    name_en="Pyongyang office",
    verify_key=SIGNING.public_key().public_bytes_raw(),
    receive_key=bytes(1216),
    tls_certificate="-----BEGIN CERTIFICATE-----",
    link_url="https://localhost:9",
)
SIGNED = sign_statement(STATEMENT, SIGNING)


def test_a_statement_reads_back_as_it_was_signed() -> None:
    assert read_statement(SIGNED) == STATEMENT


@given(st.integers(0, len(SIGNED) * 8 - 1))
def test_a_statement_with_one_flipped_bit_is_refused(bit: int) -> None:
    damaged = bytearray(SIGNED)
    damaged[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(SangbongError, match=r"office\.statement_|kernel\.office_code"):
        read_statement(bytes(damaged))


@pytest.mark.parametrize(
    "change",
    [
        {"format": "sangbong key statement 9"},
        {"extra": "1"},
        {"name_ko": 7},
        {"verify_key": "not base64!"},
        {"verify_key": "AAAA"},
    ],
)
def test_a_statement_of_another_shape_is_refused(change: dict[str, object]) -> None:
    outer = json.loads(SIGNED)
    outer["statement"] |= change
    with pytest.raises(SangbongError, match=r"office\.statement_"):
        read_statement(canonical_bytes(outer))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"[" * 70_000, b"[" * 60_000])
def test_a_file_that_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(SangbongError, match=r"office\.statement_unreadable"):
        read_statement(data)


def test_a_fingerprint_is_twelve_words_in_each_language_and_sixty_digits() -> None:
    told = fingerprint(STATEMENT)
    assert len(told.words_en) == len(told.words_ko) == 12
    assert len(told.digits.replace(" ", "")) == 60
    assert {len(words("en")), len(words("ko"))} == {2048}
    other = fingerprint(dataclasses.replace(STATEMENT, link_url=""))
    assert other.words_en != told.words_en
    assert other.digits != told.digits


def test_the_words_of_both_languages_stand_for_the_same_bits() -> None:
    told = fingerprint(STATEMENT)
    assert [words("en").index(w) for w in told.words_en] == [
        words("ko").index(w) for w in told.words_ko
    ]


def test_an_auditor_sees_the_trail_and_no_family() -> None:
    assert may(Role.AUDITOR, "audit.see")
    assert not may(Role.AUDITOR, "people.see")
    assert all(roles for roles in DEEDS.values())


def test_a_fixed_clock_tells_the_instant_it_was_set_to(now: object) -> None:
    assert FixedClock(now).now() is now  # type: ignore[arg-type]
