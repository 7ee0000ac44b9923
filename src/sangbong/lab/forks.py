"""An office that keeps a log and witnesses another's, in memory; and seeded ways of lying about it.

For tests and the fork campaign: an honest pair never accuses, and every lie below is found at the next
contact, with a proof that stands by itself.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sangbong.kernel.canonical import JsonValue, sha256_hex
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.log_book import MemoryBook
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.evidence.checkpoint import Origin
from sangbong.liaison.core.evidence.evidence import Act, Identity, Leaf, PublicKey
from sangbong.liaison.core.evidence.merkle import Frontier
from sangbong.liaison.core.evidence.witness import (
    Log,
    Verdict,
    judge_message,
    log_acts,
    message_for,
)


@functools.lru_cache(maxsize=64)
def _key_of(secret: bytes) -> Ed25519PrivateKey:
    """Reading a key costs as much as signing by it, and thousands of rounds are played by two keys."""
    return Ed25519PrivateKey.from_private_bytes(secret)


@dataclass(slots=True)
class LogKeeper:
    """One office with its key, its log towards the other and its copy of the other's."""

    office: OfficeCode
    other: OfficeCode
    secret: bytes
    incarnation: int = 1
    generation: int = 1
    book: MemoryBook = field(default_factory=MemoryBook)

    @property
    def key(self) -> Ed25519PrivateKey:
        """The signing key."""
        return _key_of(self.secret)

    @property
    def public(self) -> PublicKey:
        """What the other office checks by."""
        public = self.key.public_key()
        return PublicKey(self.generation, public.public_bytes_raw(), CounterpartVerifier(public))

    @property
    def identity(self) -> Identity:
        """What this office signs by."""
        return Identity(self.generation, self.public.public, self.key)

    @property
    def origin(self) -> Origin:
        """Our log towards the other office."""
        return Origin(self.office, self.other, self.incarnation)

    def act(self, label: str, kind: Act = Act.DISPATCH) -> Leaf:
        """Do something that is logged."""
        digest = sha256_hex(f"{self.office} {label}".encode())
        return log_acts(self.book, self.origin, [(kind.value, digest)])[0]

    def show(self) -> dict[str, JsonValue]:
        """Our evidence member."""
        return message_for(self.book, self.origin, identity=self.identity)

    def see(self, value: JsonValue, *, of: LogKeeper, now: datetime) -> Verdict:
        """Witness what the other office shows."""
        return judge_message(
            self.book,
            value,
            own=self.origin,
            identity=self.identity,
            key_of=lambda _: of.public,
            now=now,
        )

    def rewritten(self, leaves: list[Leaf], *, told: int) -> LogKeeper:
        """The same office with another history: it signs anew whatever it is asked to show."""
        numbered = [replace(leaf, number=n) for n, leaf in enumerate(leaves, start=1)]
        book = self.book.copy()
        frontier = Frontier().extended(leaf.hash() for leaf in numbered)
        book.stored[self.origin] = numbered
        book.checkpoints[self.origin] = {}
        book.logs[self.origin] = Log(self.origin, frontier, told=told)
        return replace(self, book=book)


def lied(keeper: LogKeeper, *, held: int, dice: random.Random) -> LogKeeper:
    """A copy of an office whose log is no longer the one that its witness holds `held` ≥ 1 leaves of."""
    leaves = list(keeper.book.stored[keeper.origin])
    at = dice.randrange(held)
    another = Leaf(Act.DISPATCH.value, sha256_hex(dice.randbytes(16)), 0)
    match dice.choice(("edit", "insert", "drop", "swap", "cut")):
        case "edit":
            leaves[at] = another
        case "insert":
            leaves.insert(at, another)
        case "drop":
            leaves[at : at + 1] = [] if leaves[at : at + 2][1:] else [another]
        case "swap" if at + 1 < len(leaves):
            leaves[at], leaves[at + 1] = leaves[at + 1], leaves[at]
        case _:
            leaves[at:] = [another]
    leaves += [replace(another, digest=sha256_hex(b"%d" % n)) for n in range(dice.randrange(4))]
    return keeper.rewritten(leaves, told=dice.choice((0, at, held)))
