from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.core.office.making import STATEMENT, TODAY, next_of, read, secret, signed, signer

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office.core.statement import KeyStatement, Revocation, Standing
from sangbong.office.core.succession import (
    Change,
    HeldPaper,
    Position,
    fallen,
    judge_update,
    signer_for,
    stands,
)

TWO = next_of(STATEMENT, signers=(signer(1), signer(2)))
THREE = next_of(TWO, revoked=(Revocation(1, on=TODAY),))
STOOD = Revocation(1, on=TODAY, standing=(Standing("ab" * 32, 7, "cd" * 32, open=("b9" * 32,)),))


def test_a_rotation_signed_by_root_and_old_key_is_taken() -> None:
    """Rules S1 to S4."""
    assert judge_update(STATEMENT, read(TWO, by=[1, 2])) == Change(serial=2, new_signers=(2,))


def test_a_revocation_is_taken_from_the_root_alone() -> None:
    """Rule S4: who lost the key cannot sign with it."""
    lost = next_of(STATEMENT, signers=(signer(1), signer(2)), revoked=(Revocation(1, on=TODAY),))
    assert judge_update(STATEMENT, read(lost)) == Change(2, new_signers=(2,), newly_revoked=(1,))
    assert judge_update(TWO, read(THREE)) == Change(3, newly_revoked=(1,))


def test_two_years_of_silence_need_no_meeting() -> None:
    """Rule S4: after a gap, the root and the chain."""
    four = next_of(THREE)
    assert judge_update(STATEMENT, read(four)) == Change(4, new_signers=(2,), newly_revoked=(1,))


def test_the_same_statement_again_is_nothing_new() -> None:
    """Rule S2."""
    assert judge_update(TWO, read(TWO, by=[1, 2])) == Change(2, nothing=True)


def another_root(statement: KeyStatement) -> KeyStatement:
    key = Ed25519PrivateKey.from_private_bytes(secret("a new root"))
    return replace(
        statement, root=replace(statement.root, ed25519=key.public_key().public_bytes_raw())
    )


@pytest.mark.parametrize(
    ("held", "offered", "how", "code"),
    [
        (STATEMENT, replace(TWO, code=OfficeCode("KP-KAE")), {}, "statement_other_office"),
        (
            STATEMENT,
            another_root(TWO),
            {"root": Ed25519PrivateKey.from_private_bytes(secret("a new root")), "by": [1, 2]},
            "root_changed",
        ),
        (STATEMENT, TWO, {"by": [2]}, "statement_not_countersigned"),
        (TWO, STATEMENT, {}, "statement_older"),
        (TWO, replace(STATEMENT, name_ko="다른 사무소"), {}, "statement_forked"),
        (TWO, replace(TWO, name_ko="다른 사무소"), {"by": [1, 2]}, "statement_forked"),
        (TWO, replace(THREE, earlier=("ab" * 32, TWO.digest)), {}, "statement_forked"),
        (TWO, replace(THREE, earlier=(STATEMENT.digest, "ab" * 32)), {}, "statement_forked"),
        (TWO, next_of(TWO, signers=(signer(1),)), {}, "statement_forked"),
        (THREE, next_of(THREE, revoked=()), {}, "statement_forked"),
        (
            TWO,
            next_of(
                TWO,
                epochs=(replace(STATEMENT.epochs[0], key=bytes(1216)), *STATEMENT.epochs[1:]),
            ),
            {},
            "statement_forked",
        ),
    ],
)
def test_what_does_not_follow_is_not_taken(
    held: KeyStatement, offered: KeyStatement, how: dict[str, Any], code: str
) -> None:
    """Rules S1 to S5."""
    with pytest.raises(SangbongError, match=rf"office\.{code}"):
        judge_update(held, read(offered, **how))


def test_signed_is_what_was_meant() -> None:
    assert signed(TWO, by=[1, 2]) != signed(TWO)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (Position("ab" * 32, 6, "ee" * 32), True),
        (Position("ab" * 32, 7, "cd" * 32), True),
        (Position("ab" * 32, 7, "ee" * 32), False),
        (Position("ab" * 32, 8, "cd" * 32), False),
        (Position("ab" * 32, 9, "b9" * 32), True),
        (Position("ff" * 32, 1, "cd" * 32), False),
        (None, False),
    ],
)
def test_after_a_revocation_only_what_was_named_stands(
    at: Position | None, *, counts: bool
) -> None:
    """Rule S6."""
    assert stands(STOOD, at) is counts
    assert stands(None, at)


def paper(sequence: int, digest: str, previous: str) -> HeldPaper:
    return HeldPaper(Position("ab" * 32, sequence, digest * 32), previous * 32)


TRUE = [paper(5, "a5", "a4"), paper(6, "a6", "a5"), paper(7, "cd", "a6")]


@pytest.mark.parametrize(
    ("held", "fell"),
    [
        ([], []),
        (TRUE, []),
        ([*TRUE, paper(8, "f8", "cd"), paper(9, "b9", "b8")], [8]),
        ([TRUE[0], paper(7, "f7", "a6")], [7]),
        ([paper(5, "f5", "a4"), *TRUE[1:]], [5]),
        ([paper(5, "f5", "a4"), TRUE[2]], []),
        ([HeldPaper(Position("ff" * 32, 1, "a1" * 32), "00" * 32)], [1]),
    ],
)
def test_what_was_taken_before_is_looked_at_again(held: list[HeldPaper], fell: list[int]) -> None:
    """Rule S7."""
    assert [one.at.sequence for one in fallen(STOOD, held)] == fell


REVOKED_TWO = replace(THREE, signers=(signer(1), signer(2), signer(3)))


@pytest.mark.parametrize(
    ("own", "known", "here", "expected"),
    [
        (STATEMENT, 1, [1], 1),
        (TWO, 2, [1, 2], 2),
        (TWO, 1, [1, 2], 1),
        (TWO, 1, [2], 2),
        (THREE, 1, [1, 2], 2),
        (REVOKED_TWO, 2, [2, 3], 2),
    ],
)
def test_a_paper_is_signed_by_a_key_that_its_reader_knows(
    own: KeyStatement, known: int, here: list[int], expected: int
) -> None:
    """Rule S8."""
    assert signer_for(own, known=known, here=here) == expected


@given(st.integers(1, 3), st.sets(st.integers(1, 3)))
def test_a_revoked_key_never_signs(known: int, here: set[int]) -> None:
    """Rule S8."""
    assert signer_for(REVOKED_TWO, known=known, here=here) != 1
