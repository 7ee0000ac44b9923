"""What a later statement may change, and what an earlier signature is still worth.

1. (S1) A statement of a known office is taken without a meeting only under the same code and the
   same root keys. Another root is never taken by itself, whoever signed it: two people meet again.
2. (S2) Its serial is higher than that of the one held. The same one again is nothing new; another one
   with the same serial, or with a lower one that the held one does not name, is a fork: evidence.
3. (S3) Its `earlier` names the held one in the held one's place: the chain has no gap and no branch.
4. (S4) The direct successor is signed too by a signing key that the held one names and that neither
   revokes, unless it revokes them all. After a gap the root and the chain are enough, so that two
   years of silence do not end in a meeting.
5. (S5) A revocation is never taken back, and no key that the held one names becomes another key.
6. (S6) A paper of a revoked generation stands if the revocation names its stream and either lists the
   paper's digest as open, or the paper's place is not beyond what its reader had received by then, and
   at the end of that has the named digest. So nobody can fill a place that was still on its way.
7. (S7) What was taken before the revocation became known is looked at again by the same rule, and what
   had been received by the chain that ends in the named digest. Below a paper that has not come
   nothing can be told yet.
8. (S8) An office signs with the newest generation that its reader is known to have, so that no paper
   comes to an office that cannot check it; never with a revoked one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.statement import KeyStatement, Revocation, SignedStatement


@dataclass(frozen=True, slots=True)
class Position:
    """Where a paper stands in its sender's log: `statement.stream_mark`, number in it, digest."""

    stream: str
    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a statement changed: nothing, or which generations are new and which are revoked."""

    serial: int
    new_signers: tuple[int, ...] = ()
    newly_revoked: tuple[int, ...] = ()
    nothing: bool = False


def judge_update(held: KeyStatement, offered: SignedStatement) -> Change:
    """Whether a statement follows the one that is held: rules S1 to S5.

    Raises:
        SangbongError: `office.statement_other_office`, `office.root_changed`,
            `office.statement_older`, `office.statement_forked`, `office.statement_not_countersigned`.
    """
    new = offered.statement
    if new.code != held.code:
        raise SangbongError("office.statement_other_office", code=new.code, expected=held.code)
    if new.root != held.root:
        raise SangbongError("office.root_changed", code=new.code)
    if new.serial <= held.serial:
        return _not_newer(held, new)
    if (
        new.earlier[held.serial - 1] != held.digest
        or new.earlier[: held.serial - 1] != held.earlier
    ):
        raise SangbongError("office.statement_forked", code=new.code, serial=held.serial)
    if not _keeps(held, new):
        raise SangbongError("office.statement_forked", code=new.code, serial=new.serial)
    if new.serial == held.serial + 1 and not _countersigned(held, offered):
        raise SangbongError("office.statement_not_countersigned", code=new.code)
    known = len(held.signers)
    return Change(
        serial=new.serial,
        new_signers=tuple(one.generation for one in new.signers[known:]),
        newly_revoked=tuple(
            one.generation for one in new.revoked if held.revocation(one.generation) is None
        ),
    )


def _not_newer(held: KeyStatement, new: KeyStatement) -> Change:
    """Rule S2."""
    if new.serial == held.serial:
        if new.digest != held.digest:
            raise SangbongError("office.statement_forked", code=new.code, serial=new.serial)
        return Change(serial=new.serial, nothing=True)
    if held.earlier[new.serial - 1] != new.digest:
        raise SangbongError("office.statement_forked", code=new.code, serial=new.serial)
    raise SangbongError(
        "office.statement_older", code=new.code, serial=new.serial, held=held.serial
    )


def _keeps(held: KeyStatement, new: KeyStatement) -> bool:
    """Rule S5."""
    return (
        new.signers[: len(held.signers)] == held.signers
        and set(held.revoked) <= set(new.revoked)
        and all(new.receiving(key.number) in {None, key} for key in held.epochs)
        and all(new.receiving(key.number) in {None, key} for key in held.emergencies)
    )


def _countersigned(held: KeyStatement, offered: SignedStatement) -> bool:
    """Rule S4."""
    live = {
        one.generation
        for one in held.signers
        if offered.statement.revocation(one.generation) is None
    }
    return not live or bool(live & set(offered.signed_by))


def stands(revocation: Revocation | None, at: Position | None) -> bool:
    """Whether a paper of a generation counts: rule S6. A paper without a place never outlives it."""
    if revocation is None:
        return True
    if at is None:
        return False
    named = next((one for one in revocation.standing if one.stream == at.stream), None)
    if named is None:
        return False
    if at.sequence > named.through:
        return at.digest in named.open
    return at.sequence < named.through or at.digest == named.digest


@dataclass(frozen=True, slots=True)
class HeldPaper:
    """A paper of a generation that was taken; `previous` is the digest its header names."""

    at: Position
    previous: str


def fallen(revocation: Revocation, held: Collection[HeldPaper]) -> list[HeldPaper]:
    """Which papers of a revoked generation in one stream do not count after all: rule S7."""
    papers = sorted(held, key=lambda one: -one.at.sequence)
    named = next(
        (one for one in revocation.standing if papers and one.stream == papers[0].at.stream), None
    )
    if named is None:
        return papers
    fell = []
    place, digest = named.through, named.digest
    for paper in papers:
        if paper.at.sequence > named.through:
            if paper.at.digest not in named.open:
                fell.append(paper)
        elif paper.at.sequence == place and paper.at.digest == digest:
            place, digest = place - 1, paper.previous
        elif paper.at.sequence == place:
            fell.append(paper)
    return fell


def signer_for(own: KeyStatement, *, known: int, here: Collection[int]) -> int:
    """Which generation signs a paper: rule S8.

    Args:
        own: our current statement.
        known: the newest generation that the reader is known to have.
        here: the generations whose private half is here; the newest always is.
    """
    usable = [
        one.generation
        for one in own.signers
        if one.generation in here and own.revocation(one.generation) is None
    ]
    return max((n for n in usable if n <= known), default=own.newest.generation)
