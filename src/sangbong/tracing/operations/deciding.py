"""Findings about persons sought by the other side; the found person is asked first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sangbong.kernel.errors import SangbongError
from sangbong.names.text import clean_name, clean_text
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.registry.core.consent import Use
from sangbong.registry.core.people import LifeStatus
from sangbong.registry.operations import give_consent, withdraw_consent
from sangbong.registry.queries import life
from sangbong.tracing.core.deciding import DecisionRule, Ranked, Verdict, decide_family
from sangbong.tracing.core.findings import OWN_ANSWER, Answer, FindingClass, finding_of
from sangbong.tracing.core.states import EntryEvent, EntryState, entry_after
from sangbong.tracing.models import Comparison, Finding, FoundKin, IncomingEntry

_BATCH = 500
_REASON_MAX = 1_000
_IDENTIFIES = frozenset({FindingClass.ALIVE, FindingClass.DEAD})
_OWN_ANSWER = frozenset({FindingClass.REFUSED, FindingClass.UNWELL})
_AFTER_FINDING = frozenset({EntryState.FOUND, EntryState.ASKED, EntryState.ANSWERED})


@dataclass(frozen=True, slots=True)
class KinToTell:
    """Kin of the found person whom nobody asked for, and who agreed to be told of."""

    person_id: int
    relation: str
    name: str
    birth: str = ""


def decide_by_rule(
    *, now: datetime, actor: Actor, rule: DecisionRule, matter: str | None = None
) -> int:
    """Make findings for every traced entry by a written rule; how many were made.

    For drills: each finding carries the rule's mark in place of an officer's name. A living person
    who is found is not told of by this: they are asked first.
    """
    traced = IncomingEntry.objects.filter(state=EntryState.TRACED.value)
    if matter is not None:
        traced = traced.filter(matter=matter)
    entries = list(traced.order_by("sender", "application_no", "pk"))
    best = _comparisons_of(entries)
    findings: list[Finding] = []
    for _, group in groupby(entries, key=lambda e: (e.sender, e.matter, e.application_no)):
        family = list(group)
        verdicts = decide_family(
            {
                entry.pk: [
                    Ranked(each.person_id, each.score_millibits) for each in best.get(entry.pk, [])
                ]
                for entry in family
            },
            rule,
        )
        findings += [
            _apply_verdict(now, entry, verdicts[entry.pk], best.get(entry.pk, []), rule)
            for entry in family
        ]
    Finding.objects.bulk_create(findings, batch_size=_BATCH)
    IncomingEntry.objects.bulk_update(
        entries, ["state", "person", "person_shown"], batch_size=_BATCH
    )
    record_audit(
        now=now,
        actor=actor,
        action="tracing.decide_by_rule",
        facts={
            "rule": rule.mark,
            "entries": len(entries),
            "found": sum(finding.person_id is not None for finding in findings),
            "digest": digest_of_ids(f"entry:{entry.pk}" for entry in entries),
        },
    )
    return len(entries)


def _comparisons_of(entries: Sequence[IncomingEntry]) -> dict[int, list[Comparison]]:
    found: dict[int, list[Comparison]] = {}
    ids = [entry.pk for entry in entries]
    for at in range(0, len(ids), _BATCH):
        rows = Comparison.objects.filter(entry_id__in=ids[at : at + _BATCH]).order_by("rank")
        for row in rows.defer("evidence"):
            found.setdefault(row.entry_id, []).append(row)
    return found


def _apply_verdict(
    now: datetime,
    entry: IncomingEntry,
    verdict: Verdict,
    comparisons: Sequence[Comparison],
    rule: DecisionRule,
) -> Finding:
    finding = FindingClass.CANNOT_CONFIRM
    event = EntryEvent.SETTLE
    chosen = next((each for each in comparisons if each.person_id == verdict.person_id), None)
    if chosen is not None:
        entry.person_id = chosen.person_id
        entry.person_shown = chosen.shown
        dead = chosen.shown["alive"] is False
        finding = FindingClass.DEAD if dead else FindingClass.ALIVE
        event = EntryEvent.SETTLE if dead else EntryEvent.IDENTIFY
    entry.state = entry_after(EntryState(entry.state), event).value
    return Finding(
        entry=entry,
        finding=finding.value,
        person_id=verdict.person_id,
        decided_by=rule.mark,
        reason=f"{verdict.reason.value}: {rule.text_en}"[:_REASON_MAX],
        decided_at=now,
    )


def decide(
    *,
    now: datetime,
    actor: Actor,
    entry_id: int,
    finding: FindingClass,
    reason: str,
    person_id: int | None = None,
) -> None:
    """Record an officer's finding about one entry.

    *Alive* says who the person is, and leads to asking them; *dead* settles the entry where the
    register believes so too; *wrong person* takes an earlier finding back. An entry that was settled
    or replied to is opened again: the next reply reverses the earlier one.

    Raises:
        SangbongError: `tracing.unknown_entry`, `tracing.reason_missing`,
            `tracing.finding_needs_person`, `tracing.person_not_compared`,
            `tracing.found_person_first`, `tracing.life_in_doubt` or `tracing.not_now`.
    """
    entry = _locked(entry_id)
    why = clean_text(reason, column="reason", max_length=_REASON_MAX)
    if not why:
        raise SangbongError("tracing.reason_missing")
    if finding in _OWN_ANSWER:
        raise SangbongError("tracing.found_person_first")
    if (finding in _IDENTIFIES) != (person_id is not None):
        raise SangbongError("tracing.finding_needs_person", finding=finding.value)
    state = EntryState(entry.state)
    about = person_id
    if finding is FindingClass.WRONG_PERSON and state in _AFTER_FINDING:
        about = entry.person_id
        state = entry_after(state, EntryEvent.WRONG_PERSON)
        _forget_person(entry)
    else:
        if state in {EntryState.SETTLED, EntryState.REPLIED}:
            state = entry_after(state, EntryEvent.REOPEN)
            _forget_person(entry)
        state = _settle_or_identify(entry, state, finding, person_id)
    entry.state = state.value
    entry.save()
    Finding.objects.create(
        entry=entry,
        finding=finding.value,
        person_id=about,
        decided_by=actor.staff,
        reason=why,
        decided_at=now,
    )
    record_audit(
        now=now,
        actor=actor,
        action="tracing.decide",
        subjects=[f"entry:{entry.pk}", *([f"person:{about}"] if about else [])],
        facts={"finding": finding.value},
    )


def _settle_or_identify(
    entry: IncomingEntry, state: EntryState, finding: FindingClass, person_id: int | None
) -> EntryState:
    if person_id is None:
        return entry_after(state, EntryEvent.SETTLE)
    chosen = Comparison.objects.filter(entry=entry, person_id=person_id).first()
    if chosen is None:
        raise SangbongError("tracing.person_not_compared")
    believed = life(person_id).status
    if (believed is LifeStatus.DEAD) != (finding is FindingClass.DEAD):
        raise SangbongError("tracing.life_in_doubt", status=believed.value)
    entry.person_id = person_id
    entry.person_shown = chosen.shown
    event = EntryEvent.SETTLE if finding is FindingClass.DEAD else EntryEvent.IDENTIFY
    return entry_after(state, event)


def _forget_person(entry: IncomingEntry) -> None:
    entry.person_id = None
    entry.person_shown = None
    entry.answer = ""
    entry.alive_may_be_told = False
    entry.found_kin.all().delete()


def ask_found_persons(
    *, now: datetime, actor: Actor, entry_ids: Iterable[int] | None = None
) -> int:
    """Record that found people are being asked, privately; all who wait where none are named.

    Raises:
        SangbongError: `tracing.not_now` where a named entry has nobody to ask.
    """
    waiting = IncomingEntry.objects.select_for_update().order_by("pk")
    if entry_ids is None:
        waiting = waiting.filter(state=EntryState.FOUND.value)
    else:
        waiting = waiting.filter(pk__in=list(entry_ids))
    entries = list(waiting)
    for entry in entries:
        _ask(now, entry)
    IncomingEntry.objects.bulk_update(entries, ["state", "asked_at"], batch_size=_BATCH)
    record_audit(
        now=now,
        actor=actor,
        action="tracing.ask_found_persons",
        facts={
            "count": len(entries),
            "digest": digest_of_ids(f"person:{entry.person_id}" for entry in entries),
        },
    )
    return len(entries)


def _ask(now: datetime, entry: IncomingEntry) -> None:
    state = EntryState(entry.state)
    if entry.person_id is None:
        raise SangbongError("tracing.not_now", state=state.value, event=EntryEvent.ASK.value)
    entry.state = entry_after(state, EntryEvent.ASK).value
    entry.asked_at = now


def record_found_persons_answer(
    *,
    now: datetime,
    actor: Actor,
    entry_id: int,
    answer: Answer,
    allow_refusal_known: bool = False,
    extra_kin: Sequence[KinToTell] = (),
) -> None:
    """Record what the found person said; from here on a reply about them may leave.

    Args:
        now: when they answered.
        actor: who asked them.
        entry_id: the entry that they were found for.
        answer: their own answer, or that they could not be reached.
        allow_refusal_known: they refuse, or are unwell, and still let the seeker learn that they
            live. Without it the other office reads *cannot confirm*.
        extra_kin: kin nobody asked for, each of whom agreed to be told of.

    Raises:
        SangbongError: `tracing.unknown_entry`, or `tracing.not_now` where nobody was found.
    """
    entry = _locked(entry_id)
    if EntryState(entry.state) is not EntryState.ASKED:
        _ask(now, entry)
    entry.state = entry_after(EntryState(entry.state), EntryEvent.ANSWER).value
    told = answer is Answer.WILLING or (
        allow_refusal_known and answer in {Answer.REFUSED, Answer.UNWELL}
    )
    entry.answer = answer.value
    entry.alive_may_be_told = told
    entry.answered_at = now
    entry.save()
    entry.found_kin.all().delete()
    if told:
        _keep_consent(now, actor, entry, answer, extra_kin)
    else:
        _end_consent(now, actor, entry)
    Finding.objects.create(
        entry=entry,
        finding=finding_of(answer).value,
        person_id=entry.person_id,
        decided_by=actor.staff,
        reason=f"{OWN_ANSWER}{answer.value}",
        decided_at=now,
    )
    record_audit(
        now=now,
        actor=actor,
        action="tracing.record_found_persons_answer",
        subjects=[f"entry:{entry.pk}", f"person:{entry.person_id}"],
        facts={"answer": answer.value, "may_be_told": int(told), "kin": len(extra_kin)},
    )


def _keep_consent(
    now: datetime,
    actor: Actor,
    entry: IncomingEntry,
    answer: Answer,
    extra_kin: Sequence[KinToTell],
) -> None:
    person = _person(entry)
    uses = [(person, Use.TELL_SEEKER), *((kin.person_id, Use.TELL_SEEKER) for kin in extra_kin)]
    if answer is not Answer.WILLING:
        uses.append((person, Use.TELL_REFUSAL))
    for person_id, use in uses:
        give_consent(
            now=now,
            actor=actor,
            person_id=person_id,
            use=use,
            recipient=entry.sender,
            how_given="asked",
        )
    FoundKin.objects.bulk_create(
        FoundKin(
            entry=entry,
            person_id=kin.person_id,
            relation=clean_name(kin.relation, column="relation", max_length=40),
            name=clean_name(kin.name, column="name"),
            birth=clean_text(kin.birth, column="birth", max_length=40),
        )
        for kin in extra_kin
    )


def _end_consent(now: datetime, actor: Actor, entry: IncomingEntry) -> None:
    """End the leave to tell, unless the person gave it for another seeker who is still waiting."""
    others = IncomingEntry.objects.filter(
        person_id=_person(entry), sender=entry.sender, alive_may_be_told=True
    ).exclude(pk=entry.pk)
    if not others.exists():
        withdraw_consent(
            now=now,
            actor=actor,
            person_id=_person(entry),
            use=Use.TELL_SEEKER,
            how_withdrawn="asked",
        )


def _person(entry: IncomingEntry) -> int:
    assert entry.person_id is not None  # noqa: S101 -- `_ask` saw to it
    return entry.person_id


def _locked(entry_id: int) -> IncomingEntry:
    entry = IncomingEntry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise SangbongError("tracing.unknown_entry", number=entry_id)
    return entry
