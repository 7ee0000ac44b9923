"""What happened, written down outside of every office: it survives their crashes and restores.

While a run goes on, each of these must hold at every moment; one that does not ends the run:

1. (SV1) No number is used twice: under one sender, recipient, stream, incarnation and sequence only
   one envelope ever leaves an office, by whatever carrier.
2. (SV2) A receipt leaves an office only when what it says is durable there.
3. (SV3) Nothing is opened with a receive key that was destroyed.
4. (SV4) What an office applies, another office wrote for it, in this stream, in these words; and it
   was not written to be refused.
5. (SV5) Custody passes only to an office that holds the dispatch durably, unless that one was put back
   since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.ids import OfficeCode


class BrokenError(Exception):
    """A promise of the channel does not hold. `rule` names it; the text says where."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(f"{rule}: {text}")
        self.rule = rule
        self.text = text


class Expected(StrEnum):
    """What is to become of a paper."""

    APPLIED = "applied"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Written:
    """One paper that an office wrote, and whose dispatch was committed."""

    content: int
    sender: OfficeCode
    recipient: OfficeCode
    stream: str
    dispatch: str
    incarnation: int
    sequence: int
    digest: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class Effect:
    """One row that applying a dispatch wrote in a room above."""

    content: int
    sender: OfficeCode
    stream: str
    dispatch: str


@dataclass(slots=True)
class Truth:
    """The history as it was."""

    written: dict[int, Written] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    restored: set[OfficeCode] = field(default_factory=set)

    def wrote(self, paper: Written) -> None:
        """An office committed a paper."""
        self.written[paper.content] = paper

    def left(self, dispatch: str, digest: str) -> None:
        """An envelope left an office: rule SV1.

        Raises:
            BrokenError: another one with its number left before.
        """
        before = self.numbers.setdefault(dispatch, digest)
        if before != digest:
            raise BrokenError("SV1", f"the number of {dispatch} is used twice")

    def applied(self, effect: Effect, by: OfficeCode) -> None:
        """An office is applying a dispatch: rule SV4.

        Raises:
            BrokenError: it was never written so.
        """
        paper = self.written.get(effect.content)
        if paper is None:
            raise BrokenError("SV4", f"{by} applies {effect.dispatch}, which nobody wrote")
        said = (effect.sender, by, effect.stream)
        if said != (paper.sender, paper.recipient, paper.stream):
            raise BrokenError("SV4", f"{by} applies {paper.dispatch} as {effect.dispatch}")
        if paper.expected is Expected.REFUSED:
            raise BrokenError("SV4", f"{by} applies {paper.dispatch}, which was to be refused")


def token(seed: int, content: int) -> str:
    """The words of a paper: they must come out of the seal as they went in."""
    return sha256_hex(f"paper {seed} {content}".encode())[:32]
