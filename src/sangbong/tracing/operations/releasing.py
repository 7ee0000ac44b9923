"""Replies that leave: in parts, all of one part at one time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.clearance import Clearance, standing
from sangbong.liaison.operations import enqueue
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.registry.operations import clear_person_for_release
from sangbong.registry.queries import life
from sangbong.tracing.core.findings import (
    NOTHING_TOLD,
    WORDS,
    FindingClass,
    Leaving,
    ReplyClass,
    leaving,
    release_now,
)
from sangbong.tracing.core.papers import (
    DEAD_FIELDS,
    LIVING_FIELDS,
    ItemPart,
    KinPart,
    PersonPart,
    ReplyPaper,
)
from sangbong.tracing.core.states import READY, EntryEvent, EntryState, entry_after
from sangbong.tracing.models import IncomingEntry, ReplyOut

REPLY_BASIS = "standing: exchange of replies between the two offices"
_PURPOSE = "life_status_reply"
_BATCH = 500

Due = tuple[IncomingEntry, Leaving]


@dataclass(frozen=True, slots=True)
class ReplyPreview:
    """What the next part of a reply would tell, counted; nothing leaves by looking."""

    alive: int
    dead: int
    cannot_confirm: int
    unsettled: int
    """Of those who leave as *cannot confirm*: our own answer is not known yet."""
    waiting: int
    """Those asked about of whom nothing was told yet, and nothing would be by this part."""

    @property
    def leaving(self) -> int:
        """How many answers would leave."""
        return self.alive + self.dead + self.cannot_confirm


def preview_replies(*, matter: str, recipient: OfficeCode, complete: bool) -> ReplyPreview:
    """Count what `release_replies` would send to this office now."""
    asked = IncomingEntry.objects.filter(matter=matter, sender=recipient)
    entries = list(asked.order_by("application_no", "sought_no"))
    due = _due(entries, complete=complete, named_max=None)
    classes = [item.reply_class for _entry, item in due]
    unsettled = sum(EntryState(entry.state) not in READY for entry, _item in due)
    leaving_now = {entry.pk for entry, _item in due}
    return ReplyPreview(
        alive=classes.count(ReplyClass.ALIVE),
        dead=classes.count(ReplyClass.DEAD),
        cannot_confirm=classes.count(ReplyClass.CANNOT_CONFIRM),
        unsettled=unsettled,
        waiting=sum(not entry.told_class and entry.pk not in leaving_now for entry in entries),
    )


def release_replies(
    *,
    now: datetime,
    actor: Actor,
    matter: str,
    complete: bool,
    recipient: OfficeCode | None = None,
    named_max: int | None = None,
    basis: str = REPLY_BASIS,
) -> list[str]:
    """Send what is known about everybody asked for in a matter, as the next part of the reply.

    A part that does not complete the reply holds the living and the dead only. The completing one
    holds also everybody else, all as *cannot confirm*, whatever the reason; a later part (the same
    call again) tells only what has changed since. The living go in a paper of their own, since
    their consent clears it; both papers leave at one time.

    Args:
        now: the one instant of the batch.
        actor: who releases.
        matter: the round or case asked about.
        complete: whether everybody asked about is answered with this part.
        recipient: the office that asked; every office that did where None is given.
        named_max: most living and dead in this part, the first by number; no bound where None.
        basis: the agreement paragraph or standing basis that the papers rest on.

    Returns:
        The dispatch ids, none where nothing is due.

    Raises:
        SangbongError: registry's refusal where a found person has withdrawn consent since.
    """
    asked = IncomingEntry.objects.select_for_update().filter(matter=matter)
    if recipient is not None:
        asked = asked.filter(sender=recipient)
    by_sender: dict[str, list[IncomingEntry]] = {}
    for entry in asked.order_by("sender", "application_no", "sought_no"):
        by_sender.setdefault(entry.sender, []).append(entry)
    dispatches: list[str] = []
    for sender, entries in by_sender.items():
        due = _due(entries, complete=complete, named_max=named_max)
        dispatches += _send(
            now, actor, OfficeCode(sender), matter, due, complete=complete, basis=basis
        )
    return dispatches


def _due(entries: Sequence[IncomingEntry], *, complete: bool, named_max: int | None) -> list[Due]:
    due: list[Due] = []
    named = 0
    for entry in entries:
        told = ReplyClass(entry.told_class) if entry.told_class else None
        item = release_now(EntryState(entry.state), _ready(entry), told=told, complete=complete)
        if item is None:
            continue
        if item.names_somebody:
            named += 1
            if named_max is not None and named > named_max:
                continue
        due.append((entry, item))
    return due


def _ready(entry: IncomingEntry) -> Leaving:
    """What an entry's own finding leaves as, once it is settled or answered."""
    if EntryState(entry.state) not in READY or entry.person_id is None:
        return NOTHING_TOLD
    if not entry.answer:
        return leaving(FindingClass.DEAD, allowed=False)
    return leaving(
        {"willing": FindingClass.ALIVE, "refused": FindingClass.REFUSED}.get(
            entry.answer, FindingClass.UNWELL
        ),
        allowed=entry.alive_may_be_told,
    )


def _send(
    now: datetime,
    actor: Actor,
    recipient: OfficeCode,
    matter: str,
    due: Sequence[Due],
    *,
    complete: bool,
    basis: str,
) -> list[str]:
    living = [each for each in due if each[1].reply_class is ReplyClass.ALIVE]
    others = [each for each in due if each[1].reply_class is not ReplyClass.ALIVE]
    papers = [each for each in (living, others) if each]
    last = ReplyOut.objects.filter(recipient=recipient, matter=matter).aggregate(part=Max("part"))[
        "part"
    ]
    dispatches = []
    for part, some in enumerate(papers, start=(last or 0) + 1):
        items = tuple(_item(entry, told) for entry, told in some)
        paper = ReplyPaper(
            matter=matter, part=part, complete=complete and some is papers[-1], items=items
        )
        dispatch = enqueue(
            now=now,
            clearance=_clearance(now, actor, recipient, some, basis),
            recipient=recipient,
            stream=matter,
            kind="tracing.reply",
            body=paper.to_body(),
        )
        ReplyOut.objects.create(
            recipient=recipient,
            matter=matter,
            part=part,
            complete=paper.complete,
            dispatch_id=dispatch,
            items=len(items),
            released_at=now,
        )
        dispatches.append(dispatch)
    _mark_told(now, due)
    if dispatches:
        record_audit(
            now=now,
            actor=actor,
            action="tracing.release_replies",
            subjects=[f"dispatch:{each}" for each in dispatches],
            facts={
                "recipient": recipient,
                "matter": matter,
                "items": len(due),
                "digest": digest_of_ids(f"entry:{entry.pk}" for entry, _ in due),
            },
        )
    return dispatches


def _clearance(
    now: datetime, actor: Actor, recipient: OfficeCode, due: Sequence[Due], basis: str
) -> Clearance:
    people = [
        person
        for entry, told in due
        if told.names_somebody
        for person in (entry.person_id, *_kin_ids(entry, told))
        if person is not None
    ]
    if not people:
        return standing(basis, _PURPOSE, recipient)
    living = due[0][1].reply_class is ReplyClass.ALIVE
    return clear_person_for_release(
        now=now,
        actor=actor,
        person_ids=people,
        recipient=recipient,
        purpose=_PURPOSE,
        fields=LIVING_FIELDS if living else DEAD_FIELDS,
        basis=basis,
    )


def _kin_ids(entry: IncomingEntry, told: Leaving) -> list[int]:
    if told.reply_class is not ReplyClass.ALIVE:
        return []
    return list(entry.found_kin.values_list("person_id", flat=True))


def _item(entry: IncomingEntry, told: Leaving) -> ItemPart:
    person = None
    kin: tuple[KinPart, ...] = ()
    if told.names_somebody:
        shown = entry.person_shown or {}
        alive = told.reply_class is ReplyClass.ALIVE
        person = PersonPart(
            name=shown["name"],
            birth=shown["birth"],
            residence=shown["residence"] if alive else "",
            death_date="" if alive else _death_date(entry),
        )
        if alive:
            kin = tuple(
                KinPart(each.relation, each.name, each.birth) for each in entry.found_kin.all()
            )
    return ItemPart(
        application_no=entry.application_no,
        sought_no=entry.sought_no,
        reply_class=told.reply_class.value,
        words=WORDS[told.reply_class],
        statement=told.statement.value,
        person=person,
        extra_kin=kin,
    )


def _death_date(entry: IncomingEntry) -> str:
    assert entry.person_id is not None  # noqa: S101 -- a dead person was found
    died = life(entry.person_id).as_of
    return died.isoformat() if died else ""


def _mark_told(now: datetime, due: Sequence[Due]) -> None:
    for entry, told in due:
        state = EntryState(entry.state)
        if state in READY:
            entry.state = entry_after(state, EntryEvent.RELEASE).value
        entry.told_class = told.reply_class.value
        entry.told_at = now
    IncomingEntry.objects.bulk_update(
        [entry for entry, _ in due], ["state", "told_class", "told_at"], batch_size=_BATCH
    )
