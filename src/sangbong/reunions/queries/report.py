"""The round's report: every number of the funnel, read from every room below.

An office that seeks has a round of its own; an office that only answers has none, and its report
holds what it was asked, found, answered and seated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sangbong.kernel.errors import SangbongError
from sangbong.letters import queries as letters
from sangbong.letters.core.machine import Direction, LetterState
from sangbong.liaison import queries as liaison
from sangbong.reunions.queries.timetable import ProposalView, SittingView, proposals, sittings
from sangbong.selection import queries as selection
from sangbong.selection.queries import Breakdown, RoundView, Step
from sangbong.tracing import queries as tracing
from sangbong.tracing.core.states import PairState

Counts = tuple[tuple[str, int], ...]
_SENT = (LetterState.RELEASED, LetterState.DELIVERED)
_DISPATCH_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class SeekingNumbers:
    """What we asked in the round and what came back, by person sought and by applicant."""

    papers: int
    applicants: int
    persons_sought: int
    persons_by_reply: Counts
    applicants_answered: int
    applicants_with_someone_alive: int
    persons_nobody_asked_for: int
    reply_parts: int


@dataclass(frozen=True, slots=True)
class AnsweringNumbers:
    """What we were asked in the round, how far our answers are, and what officers found."""

    papers: int
    applicants: int
    persons_sought: int
    entries_by_state: Counts
    findings: Counts
    reply_parts: int
    people_on_their_final_list: int


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One number of the report as a table shows it; words are at `reunions.report.<name>`."""

    section: str
    name: str
    count: int
    reasons: Counts = ()


@dataclass(frozen=True, slots=True)
class RoundReport:
    """Everything that a round's report states. Counts are (word, number) pairs by word."""

    round_code: str
    round: RoundView | None
    funnel: tuple[Step, ...]
    breakdown: tuple[Breakdown, ...]
    seeking: SeekingNumbers
    answering: AnsweringNumbers
    proposals: tuple[ProposalView, ...]
    sittings_by_state: Counts
    refusals: Counts
    outcomes: Counts
    films_by_state: Counts
    films_sent: int
    films_delivered: int
    dispatches: Counts
    """Words are direction and state, such as `out applied`."""

    @property
    def lines(self) -> tuple[ReportLine, ...]:
        """The report as one table, top to bottom."""
        seeking, answering = self.seeking, self.answering
        return (
            *(ReportLine("selection", step.name, step.count, step.lost) for step in self.funnel),
            ReportLine("seeking", "inquiry_papers", seeking.papers),
            ReportLine("seeking", "applicants_asked_for", seeking.applicants),
            ReportLine(
                "seeking", "persons_sought", seeking.persons_sought, seeking.persons_by_reply
            ),
            ReportLine("seeking", "applicants_answered", seeking.applicants_answered),
            ReportLine(
                "seeking", "applicants_with_someone_alive", seeking.applicants_with_someone_alive
            ),
            ReportLine("seeking", "persons_nobody_asked_for", seeking.persons_nobody_asked_for),
            ReportLine("seeking", "reply_parts_received", seeking.reply_parts),
            ReportLine("answering", "inquiry_papers_received", answering.papers),
            ReportLine("answering", "their_applicants", answering.applicants),
            ReportLine(
                "answering",
                "their_persons_sought",
                answering.persons_sought,
                answering.entries_by_state,
            ),
            ReportLine(
                "answering",
                "findings",
                sum(n for _word, n in answering.findings),
                answering.findings,
            ),
            ReportLine("answering", "reply_parts_sent", answering.reply_parts),
            ReportLine("answering", "their_final_list", answering.people_on_their_final_list),
            ReportLine("sittings", "proposals", len(self.proposals)),
            ReportLine(
                "sittings",
                "sittings",
                sum(n for _word, n in self.sittings_by_state),
                self.sittings_by_state,
            ),
            ReportLine(
                "sittings", "refused_sittings", sum(n for _word, n in self.refusals), self.refusals
            ),
            ReportLine("sittings", "outcomes", sum(n for _word, n in self.outcomes), self.outcomes),
            ReportLine("films", "films_sent", self.films_sent, self.films_by_state),
            ReportLine("films", "films_delivered", self.films_delivered),
            ReportLine(
                "channel", "dispatches", sum(n for _word, n in self.dispatches), self.dispatches
            ),
        )


def round_report(round_code: str) -> RoundReport:
    """The report of a round as things stand now, in the seeking or in the answering office.

    Raises:
        SangbongError: `selection.unknown_round`: nothing here belongs to such a round.
    """
    matter = selection.matter_of(round_code)
    view = next((known for known in selection.rounds() if known.code == round_code), None)
    seated = sittings(round_code)
    answering = _answering(round_code, matter)
    if view is None and not (answering.papers or seated or answering.people_on_their_final_list):
        raise SangbongError("selection.unknown_round", round=round_code[:20])
    films = letters.state_counts()
    return RoundReport(
        round_code=round_code,
        round=view,
        funnel=selection.funnel(round_code) if view else (),
        breakdown=selection.breakdown(round_code) if view else (),
        seeking=_seeking(matter),
        answering=answering,
        proposals=tuple(proposals(round_code)),
        sittings_by_state=_counts(sitting.state for sitting in seated),
        refusals=_counts(sitting.refusal for sitting in seated if sitting.refusal),
        outcomes=_counts(_outcomes(seated)),
        films_by_state=tuple(sorted((state.value, count) for state, count in films.items())),
        films_sent=sum(
            letter.state in _SENT for letter in letters.letters(direction=Direction.OUTGOING)
        ),
        films_delivered=films.get(LetterState.DELIVERED, 0),
        dispatches=_counts(
            f"{dispatch.direction} {dispatch.state}"
            for dispatch in liaison.dispatches(limit=_DISPATCH_LIMIT)
        ),
    )


def _seeking(matter: str) -> SeekingNumbers:
    pairs = tracing.pair_states(matter)
    asked = tracing.inquiries(matter)
    answered = {
        pair.application_no
        for pair in pairs
        if pair.state not in (PairState.ASKED, PairState.UNREAD)
    }
    items = tracing.reply_items(matter)
    return SeekingNumbers(
        papers=len(asked),
        applicants=sum(line.applications for line in asked),
        persons_sought=len(pairs),
        persons_by_reply=_counts(pair.state for pair in pairs),
        applicants_answered=len(answered),
        applicants_with_someone_alive=len(
            {pair.application_no for pair in pairs if pair.state is PairState.ALIVE}
        ),
        persons_nobody_asked_for=sum(
            len(item.extra_kin) + (0 if item.asked_for else 1) for item in items
        ),
        reply_parts=len(tracing.replies_received(matter)),
    )


def _answering(round_code: str, matter: str) -> AnsweringNumbers:
    received = tracing.incoming_inquiries(matter)
    states: Counter[str] = Counter()
    for line in received:
        states.update({state.value: count for state, count in line.entries.items()})
    lists = [known for known in selection.received_final_lists() if known.round_code == round_code]
    whole = [selection.received_final_list(round_code, known.sender) for known in lists]
    return AnsweringNumbers(
        papers=len(received),
        applicants=sum(line.applications for line in received),
        persons_sought=sum(states.values()),
        entries_by_state=tuple(sorted(states.items())),
        findings=_counts(finding.finding for finding in tracing.findings(matter)),
        reply_parts=len(tracing.replies_sent(matter)),
        people_on_their_final_list=sum(len(known.entries) for known in whole if known is not None),
    )


def _outcomes(seated: Iterable[SittingView]) -> Iterable[StrEnum]:
    return (sitting.outcome for sitting in seated if sitting.outcome is not None)


def _counts(words: Iterable[str]) -> Counts:
    return tuple(sorted(Counter(str(word) for word in words).items()))
