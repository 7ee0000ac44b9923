"""The state of a line, derived from what people said of it; drawn in docs/machines/line.md.

1. (N1) A line is open, degraded, suspended or restored because somebody said so: a fact with its
   source (`said`). No timer, no missed call and no failed carrier changes it.
2. (N2) The state at a moment is what the facts up to that moment lead to, in their order (W3).
   Without a fact it is unknown; unknown is not open.
3. (N3) *Restored* is open again after having been degraded or suspended. A line said to be open in such
   a state is restored; a line said to be restored that was never down stays open.
4. (N4) A state runs since the first fact of its unbroken run; facts that repeat it do not renew it.
5. (N5) An outage is an unbroken run of *suspended*. Its days are counted between the two calendar
   days, in the zone given; they are exact where both days are.
6. (N6) When the other side's last word on a line differs from ours, both are shown; neither is
   dropped.
7. (N7) An office's own facts go before published ones: from its first own fact of a line on, what was
   published about that line counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from sangbong.liaison.core.people.said import Known, Said, Side, standing
from sangbong.programmes.lines import Confidence


class LineState(StrEnum):
    """How a line stands."""

    UNKNOWN = "unknown"
    OPEN = "open"
    DEGRADED = "degraded"
    SUSPENDED = "suspended"
    RESTORED = "restored"


class LineSaid(StrEnum):
    """What somebody said of a line."""

    OPEN = "open"
    DEGRADED = "degraded"
    SUSPENDED = "suspended"
    RESTORED = "restored"


_S, _T = LineState, LineSaid
TRANSITIONS: dict[tuple[LineState, LineSaid], LineState] = {
    (_S.UNKNOWN, _T.OPEN): _S.OPEN,
    (_S.UNKNOWN, _T.DEGRADED): _S.DEGRADED,
    (_S.UNKNOWN, _T.SUSPENDED): _S.SUSPENDED,
    (_S.UNKNOWN, _T.RESTORED): _S.RESTORED,
    (_S.OPEN, _T.OPEN): _S.OPEN,
    (_S.OPEN, _T.DEGRADED): _S.DEGRADED,
    (_S.OPEN, _T.SUSPENDED): _S.SUSPENDED,
    (_S.OPEN, _T.RESTORED): _S.OPEN,
    (_S.DEGRADED, _T.OPEN): _S.RESTORED,
    (_S.DEGRADED, _T.DEGRADED): _S.DEGRADED,
    (_S.DEGRADED, _T.SUSPENDED): _S.SUSPENDED,
    (_S.DEGRADED, _T.RESTORED): _S.RESTORED,
    (_S.SUSPENDED, _T.OPEN): _S.RESTORED,
    (_S.SUSPENDED, _T.DEGRADED): _S.DEGRADED,
    (_S.SUSPENDED, _T.SUSPENDED): _S.SUSPENDED,
    (_S.SUSPENDED, _T.RESTORED): _S.RESTORED,
    (_S.RESTORED, _T.OPEN): _S.RESTORED,
    (_S.RESTORED, _T.DEGRADED): _S.DEGRADED,
    (_S.RESTORED, _T.SUSPENDED): _S.SUSPENDED,
    (_S.RESTORED, _T.RESTORED): _S.RESTORED,
}


@dataclass(frozen=True, slots=True)
class LineFact:
    """One thing that somebody said of a line."""

    line: str
    told: LineSaid
    at: datetime
    source: Said
    known: Known = Known.MINUTE
    confidence: Confidence = Confidence.SOURCED
    number: int = 0
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """An unbroken run of one state: from its first fact to the fact that ended it, if any did."""

    state: LineState
    since: LineFact
    last: LineFact
    until: LineFact | None

    def days(self, *, now: datetime, zone: tzinfo) -> int:
        """Calendar days from its first day to its last, or to today."""
        end = self.until.at if self.until else now
        return (end.astimezone(zone).date() - self.since.at.astimezone(zone).date()).days

    @property
    def exact(self) -> bool:
        """Whether both of its days are known to the day and sourced: rule N5."""
        ends = [self.since] + ([self.until] if self.until else [])
        return all(
            end.known in {Known.MINUTE, Known.DAY} and end.confidence is Confidence.SOURCED
            for end in ends
        )


@dataclass(frozen=True, slots=True)
class LineStanding:
    """How a line stands now, since when and by whose word; `other_word` where a side says otherwise."""

    line: str
    state: LineState
    stretch: Stretch | None = None
    other_word: LineFact | None = None


def history(facts: Iterable[LineFact], *, until: datetime | None = None) -> list[Stretch]:
    """The runs of one line's state, the oldest first: rules N2 to N4."""
    runs: list[Stretch] = []
    state = LineState.UNKNOWN
    for fact in standing(facts, until=until):
        reached = TRANSITIONS[state, fact.told]
        if reached is state:
            runs[-1] = Stretch(state, runs[-1].since, fact, None)
        else:
            if runs:
                runs[-1] = Stretch(runs[-1].state, runs[-1].since, runs[-1].last, fact)
            runs.append(Stretch(reached, fact, fact, None))
        state = reached
    return runs


def outages(facts: Iterable[LineFact], *, until: datetime | None = None) -> list[Stretch]:
    """The unbroken runs of *suspended* of one line, the oldest first: rule N5."""
    return [run for run in history(facts, until=until) if run.state is LineState.SUSPENDED]


def line_standing(line: str, facts: Iterable[LineFact], *, now: datetime) -> LineStanding:
    """How a line stands: rules N2, N4, N6 and N7."""
    deciding = deciding_facts([fact for fact in facts if fact.line == line])
    runs = history(deciding, until=now)
    if not runs:
        return LineStanding(line=line, state=LineState.UNKNOWN)
    return LineStanding(
        line=line,
        state=runs[-1].state,
        stretch=runs[-1],
        other_word=_other_word(standing(deciding, until=now)),
    )


def deciding_facts(facts: Sequence[LineFact]) -> list[LineFact]:
    """The facts of one line that make its state: rule N7."""
    own = [fact for fact in facts if fact.source.side is not Side.PUBLISHED and not fact.corrected]
    if not own:
        return list(facts)
    first = min(fact.at for fact in own)
    return own + [fact for fact in facts if fact.source.side is Side.PUBLISHED and fact.at < first]


def _other_word(facts: Sequence[LineFact]) -> LineFact | None:
    last = facts[-1]
    pairs = {Side.OURS: Side.THEIRS, Side.THEIRS: Side.OURS}
    other = pairs.get(last.source.side)
    for fact in reversed(facts):
        if fact.source.side is Side.BOTH:
            return None
        if fact.source.side is other:
            return fact if fact.told is not last.told else None
    return None
