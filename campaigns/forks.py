"""Offices that rewrite the log they showed: found at the next contact, with a proof that stands alone.

In each round two offices act and meet; half of the rounds end honestly (late and doubled messages, a
restore in a new incarnation) and must accuse nobody, the other half by a lie drawn from the seed. A lie
is found if the very next message is disputed, and if its proof is believed by two verifiers that share no
code: the channel's core and the auditor's single file. The planted bug is a witness that takes any
root without recomputing it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from campaigns.result import Result, Wishes
from sangbong.cli.kit import verify
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.forks import LogKeeper, lied
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.evidence import equivocation, merkle
from sangbong.liaison.core.evidence.witness import Shown

AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
PLANTED_TRIALS_MAX = 50
FORKS = 10_000

Say = Callable[[str], None]


def run(wishes: Wishes, *, say: Say) -> Result:
    """Play the rounds, then the same rounds with the planted bug until it is noticed."""
    begun = time.monotonic()
    numbers = [wishes.only_round] if wishes.only_round is not None else range(wishes.trials)
    failures = 0
    for number in numbers:
        fault = played(wishes.seed, number)
        if fault or wishes.only_round is not None:
            say(f"forks: seed {wishes.seed} round {number}: {fault or 'as it should be'}")
        failures += bool(fault)
    caught = _planted(wishes.seed)
    return Result(
        name="forks",
        seed=wishes.seed,
        trials=len(numbers),
        failures=failures,
        planted_bug_caught=caught is not None,
        planted_bug_caught_at=caught or 0,
        rate_below=3 / len(numbers),
        rounds=len(numbers),
        seconds=round(time.monotonic() - begun, 1),
    )


def _planted(seed: int) -> int | None:
    """The first round that fails once the witness believes whatever root it is shown."""
    real = merkle.Frontier.root

    def believing(self: merkle.Frontier) -> bytes:
        return _Any(real(self))

    with patch.object(merkle.Frontier, "root", believing):
        for number in range(PLANTED_TRIALS_MAX):
            if played(seed, number):
                return number + 1
    return None


def verifier_of(public: bytes) -> CounterpartVerifier:
    return CounterpartVerifier(Ed25519PublicKey.from_public_bytes(public))


class _Any(bytes):
    """A root that equals every other."""

    __slots__ = ()
    __hash__ = bytes.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


def played(seed: int, number: int) -> str:
    """One round; what went wrong, or nothing."""
    dice = random.Random(f"{seed}:{number}")
    one, two = (
        LogKeeper(OfficeCode(a), OfficeCode(b), sha256(f"{a}{seed}".encode()).digest())
        for a, b in (("KR-SEL", "KP-PYO"), ("KP-PYO", "KR-SEL"))
    )
    try:
        messages = _met(one, two, dice)
        if dice.random() < 0.5:
            return _honest(one, two, messages, dice)
        return _lying(one, two, dice)
    except SangbongError as fault:
        return f"{fault.code} in an honest message"


def _met(one: LogKeeper, two: LogKeeper, dice: random.Random) -> list[dict]:
    messages = []
    for contact in range(dice.randint(1, 4)):
        for n in range(dice.randint(1, 6)):
            one.act(f"{contact}.{n}")
        value = one.show()
        messages.append(value)
        two.see(value, of=one, now=AT + timedelta(hours=contact))
        one.see(two.show(), of=two, now=AT + timedelta(hours=contact))
    return messages


def _honest(one: LogKeeper, two: LogKeeper, messages: list[dict], dice: random.Random) -> str:
    if dice.random() < 0.5:
        one.incarnation += 1
        one.act("restored")
        messages.append(one.show())
    for value in dice.choices(messages, k=6):
        seen = two.see(value, of=one, now=AT)
        if seen.proofs or seen.shown is Shown.DISPUTED:
            return "an honest office was accused"
    return ""


def _lying(one: LogKeeper, two: LogKeeper, dice: random.Random) -> str:
    held = two.book.logs[one.origin].size
    seen = two.see(lied(one, held=held, dice=dice).show(), of=one, now=AT)
    if seen.shown is not Shown.DISPUTED or len(seen.proofs) != 1:
        return f"a lie passed as {seen.shown.value}"
    found = equivocation.check_proof(seen.proofs[0], verifier_of=verifier_of)
    told = verify.check_proof(seen.proofs[0])
    if found.about != told.about or found.accused != told.accused:
        return "the two verifiers differ"
    return ""
