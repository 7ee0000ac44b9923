"""Key drills: two offices, a thief and a slow road, in any order of events.

Seoul sends to Pyongyang, which may hear of a change of keys much later than of the papers after it. A
thief who has Seoul's signing key writes papers too. Nothing here is timed or drawn but by Hypothesis.

After everything has arrived: every paper of Seoul was opened and stands once, in its order; and from the
moment at which Pyongyang knew of a revocation no paper of the thief was taken any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.core.office.making import NOW, ROOT, STATEMENT

from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office.core import epochs
from sangbong.office.core.epochs import Window, is_emergency
from sangbong.office.core.statement import (
    NO_DIGEST,
    EpochKey,
    KeyStatement,
    Revocation,
    SignedStatement,
    SignerKey,
    Standing,
)
from sangbong.office.core.succession import (
    HeldPaper,
    Position,
    fallen,
    judge_update,
    signer_for,
    stands,
)

STREAM = "ab" * 32


@dataclass(frozen=True)
class Paper:
    """An envelope on the road."""

    sequence: int
    previous: str
    generation: int
    epoch: int
    forged: bool
    nonce: int

    @property
    def digest(self) -> str:
        return sha256_hex(
            repr((self.sequence, self.previous, self.generation, self.nonce)).encode()
        )

    @property
    def at(self) -> Position:
        return Position(STREAM, self.sequence, self.digest)


def published(windows: list[Window], signers: tuple[SignerKey, ...]) -> KeyStatement:
    keys = [EpochKey(one.number, one.first, one.until, b"") for one in windows]
    return replace(
        STATEMENT,
        root=ROOT,
        signers=signers,
        epochs=tuple(one for one in keys if not is_emergency(one.number)),
        emergencies=tuple(one for one in keys if is_emergency(one.number)),
    )


def signer(generation: int) -> SignerKey:
    return SignerKey(generation, NOW.date(), NOW.date() + timedelta(days=455), bytes([generation]))


@dataclass
class Pyongyang:
    """The reader: it holds papers, destroys private halves, and may be behind with Seoul's keys."""

    seoul: KeyStatement
    windows: list[Window] = field(default_factory=lambda: epochs.founding_windows(NOW))
    private: set[int] = field(default_factory=set)
    held: dict[int, Paper] = field(default_factory=dict)
    seen_previous: dict[str, str] = field(default_factory=dict)
    said_done: int = 0
    believed_forged_after_revocation: int = 0

    def __post_init__(self) -> None:
        self.private = {one.number for one in self.windows}

    @property
    def statement(self) -> KeyStatement:
        return published(self.windows, (signer(1),))

    def take(self, paper: Paper) -> str:
        """Custody and opening in one; a code where it is not taken."""
        if paper.epoch not in self.private:
            return "office.epoch_gone"
        revocation = self.seoul.revocation(paper.generation)
        if paper.generation > len(self.seoul.signers):
            return "office.signer_unknown"
        if not stands(revocation, paper.at):
            return "office.signer_revoked"
        held = self.held.get(paper.sequence)
        if held is not None and held.digest != paper.digest:
            return "liaison.conflict"
        before, following = self.held.get(paper.sequence - 1), self.held.get(paper.sequence + 1)
        if before is not None and before.digest != paper.previous:
            return "liaison.chain"
        if following is not None and following.previous != paper.digest:
            return "liaison.chain"
        if revocation is not None and paper.forged:
            self.believed_forged_after_revocation += 1
        self.held[paper.sequence] = paper
        return ""

    def hear(self, offered: SignedStatement) -> None:
        """Take a later statement, and look again at what was taken."""
        judge_update(self.seoul, offered)
        self.seoul = offered.statement
        for revocation in self.seoul.revoked:
            mine = [p for p in self.held.values() if p.generation == revocation.generation]
            for one in fallen(revocation, [HeldPaper(p.at, p.previous) for p in mine]):
                del self.held[one.at.sequence]


class KeyDrill(RuleBasedStateMachine):
    """Everything that may happen to keys while papers are on the road."""

    def __init__(self) -> None:
        super().__init__()
        self.seoul = published(epochs.founding_windows(NOW), (signer(1),))
        self.chain: list[SignedStatement] = [SignedStatement(self.seoul, b"", (1,))]
        self.pyongyang = Pyongyang(self.seoul)
        self.known_statement = self.pyongyang.statement
        self.knows_serial = 1
        self.here = {1}
        self.stolen: set[int] = set()
        self.sent: list[Paper] = []
        self.received: set[str] = set()
        self.road: list[Paper] = []
        self.floor = 0
        self.now: datetime = NOW
        self.reader_now: datetime = NOW
        self.nonce = 0

    @rule(count=st.integers(1, 4))
    def seoul_sends(self, count: int) -> None:
        for _ in range(count):
            last = self.sent[-1] if self.sent else None
            try:
                epoch = epochs.epoch_for(self.known_statement, now=self.now, floor=self.floor)
            except SangbongError:
                return  # all of Pyongyang's keys are over: nothing is sealed, so nothing is lost
            known = len(self.chain[self.knows_serial - 1].statement.signers)
            paper = Paper(
                sequence=len(self.sent) + 1,
                previous=last.digest if last else NO_DIGEST,
                generation=signer_for(self.seoul, known=known, here=self.here),
                epoch=epoch.number,
                forged=False,
                nonce=self._nonce(),
            )
            assert self.seoul.revocation(paper.generation) is None
            self.sent.append(paper)
            self.road.append(paper)

    @rule()
    def a_thief_takes_the_signing_key(self) -> None:
        self.stolen.add(self.seoul.newest.generation)

    @rule(ahead=st.integers(0, 2))
    def a_thief_sends(self, ahead: int) -> None:
        for generation in self.stolen:
            last = self.sent[-1] if self.sent else None
            self.road.insert(
                0,
                Paper(
                    sequence=len(self.sent) + 1 + ahead,
                    previous=last.digest if last and not ahead else "ff" * 32,
                    generation=generation,
                    epoch=epochs.epoch_for(self.known_statement, now=NOW, floor=self.floor).number,
                    forged=True,
                    nonce=self._nonce(),
                ),
            )

    @rule()
    def seoul_rotates(self) -> None:
        if len(self.seoul.signers) < 6:
            self._publish(signers=(*self.seoul.signers, self._next_signer()))

    @rule()
    def seoul_revokes_its_newest(self) -> None:
        if len(self.seoul.signers) >= 6:
            return
        revoked = self._revocation(self.seoul.newest.generation)
        self.here.discard(revoked.generation)
        self._publish(
            signers=(*self.seoul.signers, self._next_signer()),
            revoked=(*self.seoul.revoked, revoked),
        )

    @rule(which=st.integers(0, 9))
    def a_statement_arrives(self, which: int) -> None:
        later = [one for one in self.chain if one.statement.serial > self.pyongyang.seoul.serial]
        if later:
            self.pyongyang.hear(later[which % len(later)])

    @rule()
    def seoul_learns_what_is_known(self) -> None:
        self.knows_serial = max(self.knows_serial, self.pyongyang.seoul.serial)

    @rule(order=st.randoms(use_true_random=False), share=st.integers(1, 4))
    def the_road_brings(self, order: object, share: int) -> None:
        order.shuffle(self.road)  # type: ignore[attr-defined]
        arriving, self.road = (
            self.road[: len(self.road) // share],
            self.road[len(self.road) // share :],
        )
        for paper in arriving:
            self._arrive(paper)

    @rule(days=st.integers(1, 400))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.reader_now += timedelta(days=days)

    @rule(days=st.integers(-900, 900))
    def seoul_s_clock_is_wrong(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def seoul_says_what_it_is_done_with(self) -> None:
        waiting = {p.epoch for p in self.sent if p.digest not in self.received}
        self.floor = epochs.done_with(
            self.known_statement, now=self.now, floor=self.floor, on_the_way=waiting
        )
        self.pyongyang.said_done = max(self.pyongyang.said_done, self.floor)

    @rule(tells=st.booleans())
    def pyongyang_keeps_its_house(self, *, tells: bool) -> None:
        reader = self.pyongyang
        reader.private -= set(
            epochs.may_destroy(
                reader.windows, now=self.reader_now, said_done=[reader.said_done], needed=()
            )
        )
        regular = [one for one in reader.windows if not is_emergency(one.number)]
        years = [one for one in reader.windows if is_emergency(one.number)]
        made = epochs.more_windows(regular, years, now=self.reader_now)
        reader.private |= {one.number for one in made}
        today = self.reader_now.date()
        regular = [w for w in [*regular, *made] if not is_emergency(w.number) and w.until > today]
        years = [
            w for w in [*years, *made] if is_emergency(w.number) and w.until > regular[-1].until
        ]
        reader.windows = regular + years
        if tells:
            self.known_statement = reader.statement

    @invariant()
    def nothing_of_the_thief_is_taken_after_the_revocation_is_known(self) -> None:
        assert self.pyongyang.believed_forged_after_revocation == 0

    def teardown(self) -> None:
        """Everything arrives in the end; the thief is found out."""
        for generation in sorted(self.stolen):
            if self.seoul.revocation(generation) is None and generation in self.here:
                self._revoke_late(generation)
        self.a_statement_arrives(len(self.chain) - 1)
        while self.pyongyang.seoul.serial < self.seoul.serial:
            self.a_statement_arrives(0)
        for paper in [*self.road, *self.sent, *reversed(self.sent)]:
            self._arrive(paper)
        assert [self.pyongyang.held.get(p.sequence) for p in self.sent] == self.sent
        assert not [p for p in self.pyongyang.held.values() if p.forged]

    def _arrive(self, paper: Paper) -> None:
        code = self.pyongyang.take(paper)
        assert code != "office.epoch_gone" or paper.forged, "a key was destroyed too early"
        if not code:
            self.received.add(paper.digest)

    def _revoke_late(self, generation: int) -> None:
        revoked = self._revocation(generation)
        signers = self.seoul.signers
        if generation == self.seoul.newest.generation:
            signers = (*signers, self._next_signer())
        self._publish(
            signers=signers,
            revoked=tuple(sorted((*self.seoul.revoked, revoked), key=lambda one: one.generation)),
        )

    def _revocation(self, generation: int) -> Revocation:
        """What liaison knows: through where all was received, and what was sealed after."""
        waiting = [p for p in self.sent if p.digest not in self.received]
        through = waiting[0].sequence - 1 if waiting else len(self.sent)
        digest = self.sent[through - 1].digest if through else NO_DIGEST
        later = tuple(p.digest for p in self.sent[through:])
        return Revocation(
            generation, on=self.now.date(), standing=(Standing(STREAM, through, digest, later),)
        )

    def _next_signer(self) -> SignerKey:
        generation = len(self.seoul.signers) + 1
        self.here.add(generation)
        return signer(generation)

    def _publish(self, **changes: object) -> None:
        held = self.seoul
        self.seoul = replace(
            held,
            serial=held.serial + 1,
            earlier=(*held.earlier, held.digest),
            **changes,  # type: ignore[arg-type]
        )
        self.chain.append(SignedStatement(self.seoul, b"", tuple(sorted(self.here))))

    def _nonce(self) -> int:
        self.nonce += 1
        return self.nonce


TestKeyDrill = KeyDrill.TestCase
TestKeyDrill.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_lost_root_is_never_replaced_by_a_statement() -> None:
    """Lost shares: whoever signs it, another root waits for people."""
    held = STATEMENT
    other = replace(held, code=OfficeCode("KP-PYO"), root=replace(ROOT, ed25519=bytes(32)), serial=2,
                    earlier=(held.digest,))  # fmt: skip
    with pytest.raises(SangbongError, match=r"office\.root_changed"):
        judge_update(held, SignedStatement(other, b"", (1,)))
