from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.core.office.making import (
    ROOT_ED25519,
    ROOT_MLDSA44,
    STATEMENT,
    TODAY,
    WINDOWS,
    next_of,
    read,
    receiving,
    secret,
    signed,
    signer,
    signing,
)

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.office.core.clock import FixedClock
from sangbong.office.core.roles import Role
from sangbong.office.core.statement import (
    Revocation,
    SignedStatement,
    Standing,
    fingerprint,
    read_statement,
    sign_statement,
    stream_mark,
    words,
)
from sangbong.office.permissions import DEEDS, may

SIGNED = signed()
REVOKED = replace(
    STATEMENT,
    signers=(signer(1), signer(2)),
    revoked=(Revocation(1, on=TODAY, standing=(Standing("ab" * 32, 7, "cd" * 32, ("ef" * 32,)),)),),
)


def test_a_statement_reads_back_as_it_was_signed() -> None:
    assert read_statement(SIGNED) == SignedStatement(STATEMENT, SIGNED, signed_by=(1,))


def test_a_statement_with_a_revoked_key_reads_back_too() -> None:
    data = signed(REVOKED)
    assert read_statement(data) == SignedStatement(REVOKED, data, signed_by=(2,))
    assert REVOKED.revocation(1) == REVOKED.revoked[0]
    assert REVOKED.revocation(2) is None
    assert [REVOKED.receiving(n) for n in (2, 900_001, 4)] == [
        STATEMENT.epochs[1],
        STATEMENT.emergencies[0],
        None,
    ]


@given(st.integers(0, len(SIGNED) * 8 - 1))
def test_a_statement_with_one_flipped_bit_is_refused(bit: int) -> None:
    """Rules K1 to K3."""
    damaged = bytearray(SIGNED)
    damaged[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(SangbongError, match=r"office\.statement_"):
        read_statement(bytes(damaged))


@given(st.integers(0, len(SIGNED) - 1))
def test_a_statement_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(SangbongError, match=r"office\.statement_unreadable"):
        read_statement(SIGNED[:length])


@pytest.mark.parametrize(
    "change",
    [
        {"extra": "1"},
        {"name_ko": 7},
        {"code": "nowher"},
        {"serial": 0},
        {"serial": True},
        {"serial": 2},
        {"earlier": ["x"]},
        {"earlier": ["ab" * 32]},
        {"earlier": "x"},
        {"issued": "2018-6-25"},
        {"issued": "2018-02-30"},
        {"root": {"ed25519": "not base64!", "mldsa44": ""}},
        {"root": {"ed25519": "AAAA", "mldsa44": ""}},
        {"root": []},
        {"signers": []},
        {"epochs": []},
        {"emergencies": []},
        {"link_url": "x" * 201},
    ],
)
def test_a_statement_of_another_shape_is_refused(change: dict[str, object]) -> None:
    """Rule K1."""
    outer = json.loads(SIGNED)
    outer["statement"] |= change
    with pytest.raises(SangbongError, match=r"office\.statement_unreadable"):
        read_statement(canonical_bytes(outer))


@pytest.mark.parametrize(
    "signatures",
    [
        {"root_ed25519": "00"},
        {"root_ed25519": "0" * 127 + "G"},
        {"signers": [[1]]},
        {"signers": [7]},
        {"signers": [[1, "00" * 64], [1, "00" * 64]]},
    ],
)
def test_signatures_of_another_shape_are_refused(signatures: dict[str, object]) -> None:
    """Rule K1."""
    outer = json.loads(SIGNED)
    outer["signatures"] |= signatures
    with pytest.raises(SangbongError, match=r"office\.statement_unreadable"):
        read_statement(canonical_bytes(outer))


def test_a_statement_of_a_later_version_says_so() -> None:
    outer = json.loads(SIGNED)
    outer["statement"]["format"] = "sangbong key statement 9"
    with pytest.raises(SangbongError, match=r"office\.statement_version") as fault:
        read_statement(canonical_bytes(outer))
    assert "sangbong key statement 9" in fault.value.text("ko")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"[" * 600_000, b"[" * 60_000])
def test_a_file_that_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(SangbongError, match=r"office\.statement_unreadable"):
        read_statement(data)


@pytest.mark.parametrize(
    "how",
    [
        {"root": Ed25519PrivateKey.from_private_bytes(secret("a stranger"))},
        {"second": MLDSA44PrivateKey.from_seed_bytes(secret("a stranger"))},
        {"by": []},
    ],
)
def test_one_signature_of_three_is_not_enough(how: dict[str, Any]) -> None:
    """Rules K2 and K3: each algorithm of the root, and the newest signing key."""
    with pytest.raises(SangbongError, match=r"office\.statement_signature"):
        read_statement(signed(**how))


def test_every_signature_that_is_named_must_hold() -> None:
    """Rule K3."""
    both = replace(STATEMENT, signers=(signer(1), signer(2)))
    assert read_statement(signed(both, by=[1, 2])).signed_by == (1, 2)
    with pytest.raises(SangbongError, match=r"office\.statement_signature"):
        read_statement(signed(both, by=[1]))
    for keys in ({1: signing(2), 2: signing(2)}, {2: signing(2), 3: signing(3)}):
        data = sign_statement(
            both, root_ed25519=ROOT_ED25519, root_mldsa44=ROOT_MLDSA44, signers=keys
        )
        with pytest.raises(SangbongError, match=r"office\.statement_signature"):
            read_statement(data)


E1, E2, E3 = STATEMENT.epochs
Y1, Y2 = STATEMENT.emergencies
REVOCATION = Revocation(1, on=TODAY)


@pytest.mark.parametrize(
    "change",
    [
        {"signers": (signer(1), signer(1))},
        {"signers": (signer(2),)},
        {"signers": (replace(signer(1), until=TODAY),)},
        {"revoked": (REVOCATION,)},
        {"signers": (signer(1), signer(2)), "revoked": (REVOCATION, REVOCATION)},
        {"signers": (signer(1), signer(2)), "revoked": (Revocation(3, on=TODAY),)},
        {"epochs": (E1, E3)},
        {"epochs": (E1, replace(E2, first=date(2018, 7, 10)), E3)},
        {"epochs": (replace(E1, first=E1.until), E2, E3)},
        {"epochs": (Y1, Y2)},
        {"emergencies": (E2, E3)},
        {"emergencies": (Y2,)},
        {"emergencies": (replace(Y1, until=E3.until),)},
        {"serial": 2},
    ],
)
def test_keys_out_of_their_order_are_refused(change: dict[str, Any]) -> None:
    """Rules K4 to K6."""
    statement = replace(STATEMENT, **change)
    data = sign_statement(
        statement, root_ed25519=ROOT_ED25519, root_mldsa44=ROOT_MLDSA44, signers={1: signing(1)}
    )
    with pytest.raises(SangbongError, match=r"office\.statement_unreadable"):
        read_statement(data)


def test_a_fingerprint_is_twelve_words_in_each_language_and_sixty_digits() -> None:
    told = fingerprint(STATEMENT)
    assert len(told.words_en) == len(told.words_ko) == 12
    assert len(told.digits.replace(" ", "")) == 60
    assert {len(words("en")), len(words("ko"))} == {2048}


def test_a_fingerprint_survives_every_change_but_that_of_the_root() -> None:
    """Rule K7."""
    told = fingerprint(STATEMENT)
    later = next_of(STATEMENT, signers=(signer(1), signer(2)), link_url="", revoked=(REVOCATION,))
    assert fingerprint(read(later).statement) == told
    for other in (
        replace(STATEMENT, root=replace(STATEMENT.root, ed25519=bytes(32))),
        replace(STATEMENT, root=replace(STATEMENT.root, mldsa44=bytes(1312))),
        replace(STATEMENT, code="KR-SEL"),
    ):
        assert fingerprint(other).words_ko != told.words_ko
        assert fingerprint(other).digits != told.digits


def test_the_words_of_both_languages_stand_for_the_same_bits() -> None:
    told = fingerprint(STATEMENT)
    assert [words("en").index(w) for w in told.words_en] == [
        words("ko").index(w) for w in told.words_ko
    ]


def test_a_stream_is_marked_by_all_that_numbers_its_dispatches() -> None:
    facts = {"sender": "KP-PYO", "recipient": "KR-SEL", "stream": "round-21", "incarnation": 1}
    others = [facts | {name: value} for name, value in
              [("sender", "KP-KAE"), ("recipient", "US-WAS"), ("stream", "notes"), ("incarnation", 2)]]  # fmt: skip
    marks = {stream_mark(**one) for one in [facts, *others]}  # type: ignore[arg-type]
    assert len(marks) == 5


def test_a_statement_of_the_last_size_can_be_read() -> None:
    many = tuple(receiving(w) for w in WINDOWS[:65])
    last = replace(Y1, first=many[-1].until, until=date(2030, 1, 1))
    full = replace(STATEMENT, epochs=many, emergencies=(last,))
    assert read(full).statement == full


def test_an_auditor_sees_the_trail_and_no_family() -> None:
    assert may(Role.AUDITOR, "audit.see")
    assert not may(Role.AUDITOR, "people.see")
    assert all(roles for roles in DEEDS.values())


def test_a_fixed_clock_tells_the_instant_it_was_set_to(now: object) -> None:
    assert FixedClock(now).now() is now  # type: ignore[arg-type]
