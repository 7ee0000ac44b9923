"""The audit trail's chain: each entry holds the hash of the one before.

1. Entries are numbered from 1 without gaps.
2. An entry's digest is SHA-256 over the canonical JSON of all its fields but the digest.
3. Its `previous` is the digest of the entry before; the first has 64 zeros.
4. So an auditor with the exported entries alone finds any edit, insertion, deletion or re-ordering
   before the last entry he has seen; a cut tail is found by comparing the head with one noted earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.canonical import canonical_bytes, sha256_hex

FIRST_PREVIOUS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed or one showing: when, who, why, what, about whom."""

    number: int
    at: str
    staff: str
    why: str
    action: str
    subjects: tuple[str, ...]
    facts: tuple[tuple[str, str | int], ...]
    previous: str
    digest: str = field(default="")

    def computed_digest(self) -> str:
        """The digest that the fields demand."""
        return sha256_hex(
            canonical_bytes(
                {
                    "number": self.number,
                    "at": self.at,
                    "staff": self.staff,
                    "why": self.why,
                    "action": self.action,
                    "subjects": list(self.subjects),
                    "facts": dict(self.facts),
                    "previous": self.previous,
                }
            )
        )


class Fault(StrEnum):
    """What is wrong with a trail."""

    NUMBER = "number"
    PREVIOUS = "previous"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an auditor learns: how many entries, the head's digest, and the first fault."""

    entries: int
    head: str
    fault: Fault | None = None
    fault_at: int | None = None

    @property
    def whole(self) -> bool:
        """Whether the chain holds from its first entry to its last."""
        return self.fault is None


def instant_text(at: datetime) -> str:
    """An instant as written in the trail: UTC with microseconds, so that it reads back the same."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of_ids(ids: Iterable[str]) -> str:
    """One digest for a batch of ids, in whatever order they came."""
    return sha256_hex("\n".join(sorted(ids)).encode())


def chain(
    *,
    number: int,
    at: datetime,
    staff: str,
    why: str,
    action: str,
    subjects: Sequence[str],
    facts: Sequence[tuple[str, str | int]],
    previous: str,
) -> Entry:
    """Make the entry that follows the one whose digest is `previous`."""
    bare = Entry(
        number=number,
        at=instant_text(at),
        staff=staff,
        why=why,
        action=action,
        subjects=tuple(subjects),
        facts=tuple(sorted(facts)),
        previous=previous,
    )
    return Entry(
        number=bare.number,
        at=bare.at,
        staff=bare.staff,
        why=bare.why,
        action=bare.action,
        subjects=bare.subjects,
        facts=bare.facts,
        previous=bare.previous,
        digest=bare.computed_digest(),
    )


def verify(entries: Iterable[Entry]) -> Verdict:
    """Walk a whole trail from its first entry and stop at the first fault."""
    head = FIRST_PREVIOUS
    count = 0
    for entry in entries:
        count += 1
        fault = _fault(entry, number=count, previous=head)
        if fault is not None:
            return Verdict(entries=count, head=head, fault=fault, fault_at=count)
        head = entry.digest
    return Verdict(entries=count, head=head)


def _fault(entry: Entry, *, number: int, previous: str) -> Fault | None:
    if entry.number != number:
        return Fault.NUMBER
    if entry.previous != previous:
        return Fault.PREVIOUS
    if entry.digest != entry.computed_digest():
        return Fault.DIGEST
    return None
