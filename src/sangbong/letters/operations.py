"""Deeds of filmed letters: record, prepare, screen, release, receive, deliver."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from sangbong.archive import operations as archive
from sangbong.archive import queries as archived
from sangbong.archive.core.film import FILM_BOUNDS, FilmBounds
from sangbong.archive.core.objects import Retention
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.letters.core import screening
from sangbong.letters.core.machine import (
    AWAITING_TAKE,
    STARTS,
    Deed,
    Direction,
    LetterState,
    after,
)
from sangbong.letters.core.papers import FIELDS, FILM_BYTES_MAX, KIND, FilmPaper
from sangbong.letters.core.screening import ScreeningDecision
from sangbong.letters.models import Letter, Take
from sangbong.liaison import operations as liaison
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.names.text import clean_text
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import counterpart, own_office
from sangbong.registry import operations as registry
from sangbong.registry.queries import sought_by

BASIS = "consent to the filmed letter"
PURPOSE = "film"
TITLE_LENGTH_MAX = 120
_RETRY = timedelta(minutes=10)
_PROGRESS_STEP = 5
# these say nothing about the film: this office's disk, key or sandbox has to be mended first
_OWN_FAULTS = frozenset(
    {
        "archive.sandbox_broken",
        "archive.object_missing",
        "archive.object_damaged",
        "archive.wrong_key",
    }
)


def record_take(
    *,
    now: datetime,
    actor: Actor,
    application_no: str,
    sought_no: int,
    recipient: OfficeCode,
    film: bytes | Path,
    title: str = "",
    bounds: FilmBounds = FILM_BOUNDS,
) -> int:
    """Keep a film as the original of a letter, and return the letter's id.

    Where a letter to the same person sought waits for another take, this is that take; the same
    film once more for a letter that is not yet released adds nothing.

    Raises:
        SangbongError: `archive.film_*` where the file is no film that can be taken; then nothing is
            kept. `letters.nobody_sought`, `office.unknown_counterpart`, or a fault of the title from
            `names.text`.
    """
    name = clean_text(title, column="title", max_length=TITLE_LENGTH_MAX)
    counterpart(recipient)
    if all(kin.sought_no != sought_no for kin in sought_by([application_no])):
        raise SangbongError("letters.nobody_sought", application=application_no, number=sought_no)
    found = archive.probe_film(film=film, bounds=bounds)
    original_id = archive.keep_original(
        now=now,
        data=film,
        media_type="video/mp4" if found.kind == "mp4" else "video/x-matroska",
        name=f"{application_no}-{sought_no}",
    )
    letter = _open_letter(application_no, sought_no, original_id)
    if letter is not None and LetterState(letter.state) not in AWAITING_TAKE:
        return letter.id
    if letter is None:
        letter = _new_letter(now, actor, application_no, sought_no, recipient)
    else:
        letter.state = after(LetterState(letter.state), Deed.RECORD_AGAIN).value
        letter.takes_made += 1
        letter.recorded_at, letter.recorded_by = now, actor.staff
        letter.screened_at, letter.screened_by = None, ""
    letter.title = name
    letter.save()
    Take.objects.create(
        letter=letter,
        number=letter.takes_made,
        original_id=original_id,
        duration_ms=found.duration_ms,
        width=found.width,
        height=found.height,
        recorded_at=now,
        recorded_by=actor.staff,
    )
    _audit(now, actor, "letters.record", letter, {"take": letter.takes_made})
    return letter.id


def prepare_take(
    *,
    now: datetime,
    actor: Actor,
    take_id: int,
    progress: Callable[[int], None] | None = None,
) -> LetterState:
    """Make the viewing copy and thumbnail of a take, or check a received film; the letter's state.

    It takes minutes, so it is not to be called inside a transaction: it writes in short ones of
    its own. Two workers on one take do no harm; the second one's work is dropped.

    Raises:
        SangbongError: one that says nothing about the film (`archive.sandbox_broken`, a fault of
            our disk or key): the take stays where it is and is tried again in ten minutes.
    """
    take = Take.objects.select_related("letter").get(id=take_id)
    is_ours = take.letter.direction == Direction.OUTGOING.value
    work = archive.make_viewing_copy if is_ours else archive.check_viewing_copy
    try:
        with work(object_id=take.original_id, progress=progress) as watched:
            # the other office would refuse it, and the family would wait for an answer
            if watched.film is not None and watched.film.stat().st_size > FILM_BYTES_MAX:
                limit = FILM_BYTES_MAX // 2**20
                raise SangbongError("letters.copy_too_large", limit=limit)
            with transaction.atomic():
                return _record_prepared(now, actor, take_id, watched)
    except SangbongError as fault:
        with transaction.atomic():
            if fault.code in _OWN_FAULTS:
                Take.objects.filter(id=take_id).update(next_try_at=now + _RETRY)
            else:
                return _record_fault(now, actor, take_id, fault)
        raise


def note_progress(*, take_id: int, percent: int) -> None:
    """Let a page see how far the preparation is, in steps of five percent."""
    if percent % _PROGRESS_STEP == 0:
        Take.objects.filter(id=take_id).exclude(progress_percent=percent).update(
            progress_percent=percent
        )


def screen(
    *, now: datetime, actor: Actor, letter_id: int, decision: ScreeningDecision, reason: str = ""
) -> LetterState:
    """Record that a member of staff watched the film whole, and what they decided.

    Raises:
        SangbongError: `letters.not_now`, `letters.person_only`, `letters.reason_missing`,
            `letters.unknown_letter`.
    """
    note = screening.check_screening(staff=actor.staff, decision=decision, reason=reason)
    letter = _locked(letter_id)
    letter.state = after(LetterState(letter.state), screening.DEED_OF[decision]).value
    letter.screened_at, letter.screened_by, letter.screening_note = now, actor.staff, note
    letter.save()
    _audit(now, actor, "letters.screen", letter, {"decision": decision.value})
    return LetterState(letter.state)


def release(*, now: datetime, actor: Actor, letter_id: int) -> str:
    """Send a screened letter to the other office; the id of its dispatch.

    The dispatch is enqueued in the caller's transaction, with the state.

    Raises:
        SangbongError: `letters.not_now`, `letters.second_person`, `letters.person_only`,
            `letters.unknown_letter`; `registry.consent_missing` where the applicant did not, or no
            longer, agree to a film for this office.
    """
    letter = _locked(letter_id)
    state = after(LetterState(letter.state), Deed.RELEASE)
    screening.check_release(
        staff=actor.staff, recorded_by=letter.recorded_by, screened_by=letter.screened_by
    )
    take = letter.takes.get(number=letter.takes_made)
    recipient = OfficeCode(letter.recipient)
    clearance = registry.clear_for_release(
        now=now,
        actor=actor,
        application_nos=[letter.application_no],
        recipient=recipient,
        purpose=PURPOSE,
        fields=FIELDS,
        basis=BASIS,
    )
    film_bytes = archived.describe(take.film_id).size
    film = liaison.seal_film(archived.stream_object(take.film_id), length=film_bytes)
    thumbnail = archived.open_object(take.thumbnail_id)
    paper = FilmPaper(
        number=letter.number,
        application_no=letter.application_no,
        sought_no=letter.sought_no,
        recorded_date=letter.recorded_at.date(),
        duration_ms=take.duration_ms,
        width=take.width,
        height=take.height,
        film_sha256=take.film_id,
        film_bytes=film_bytes,
        thumbnail_sha256=take.thumbnail_id,
        thumbnail_bytes=len(thumbnail),
    )
    letter.dispatch_id = liaison.enqueue(
        now=now,
        clearance=clearance,
        recipient=recipient,
        stream=f"film-{letter.number}",
        kind=KIND,
        body=paper.to_body(),
        attachments=(thumbnail,),
        film=film,
    )
    letter.state = state.value
    letter.released_at, letter.released_by = now, actor.staff
    letter.save()
    _audit(now, actor, "letters.release", letter, {"dispatch": letter.dispatch_id})
    return letter.dispatch_id


def accept_film(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File a letter from the other office; the sandbox opens it before any page plays it.

    Raises:
        SangbongError: `letters.paper_unreadable`, `letters.attachments_missing`,
            `letters.checksum`, `letters.film_known`: the dispatch is refused.
    """
    paper = FilmPaper.from_body(dispatch.body)
    film = dispatch.film
    paper.check_came(film_bytes=film.length if film else None, attachments=dispatch.attachments)
    assert film is not None, "checked just now"  # noqa: S101 -- FilmPaper.check_came
    if Letter.objects.filter(sender=dispatch.sender, number=paper.number).exists():
        raise SangbongError("letters.film_known", number=paper.number)
    with transaction.atomic():
        film_id = archive.keep_original(
            now=now,
            data=film.open(),
            media_type="video/mp4",
            name=f"{dispatch.sender}-L-{paper.number:06d}",
            retention=Retention.RECEIVED,
        )
        # another film than the paper's: the row is taken back, and the sweep removes the file
        paper.check_film(film_id)
    actor = Actor("system:worker", "incoming dispatch")
    letter = Letter.objects.create(
        direction=Direction.INCOMING.value,
        state=STARTS[Direction.INCOMING].value,
        sender=dispatch.sender,
        number=paper.number,
        recipient=own_office().code,
        application_no=paper.application_no,
        sought_no=paper.sought_no,
        recorded_at=now,
        recorded_by=actor.staff,
        dispatch_id=dispatch.id,
    )
    # their thumbnail was compared and is not shown: ours is made from the film
    Take.objects.create(
        letter=letter,
        number=1,
        original_id=film_id,
        film_bytes=paper.film_bytes,
        duration_ms=paper.duration_ms,
        width=paper.width,
        height=paper.height,
        recorded_at=now,
        recorded_by=actor.staff,
    )
    _audit(now, actor, "letters.receive", letter, {"dispatch": dispatch.id})


def deliver(*, now: datetime, actor: Actor, letter_id: int) -> LetterState:
    """Record that the family has seen the letter, with a member of staff beside them.

    Raises:
        SangbongError: `letters.not_now`, `letters.person_only`, `letters.unknown_letter`.
    """
    screening.check_person(actor.staff)
    letter = _locked(letter_id)
    letter.state = after(LetterState(letter.state), Deed.DELIVER).value
    letter.delivered_at, letter.delivered_by = now, actor.staff
    letter.save()
    _audit(now, actor, "letters.deliver", letter, {})
    return LetterState(letter.state)


def _open_letter(application_no: str, sought_no: int, original_id: str) -> Letter | None:
    """The letter that this film belongs to: it waits for a take, or holds this very one."""
    mine = (
        Letter.objects.select_for_update()
        .filter(direction=Direction.OUTGOING.value, application_no=application_no)
        .filter(sought_no=sought_no, released_at=None)
        .order_by("id")
    )
    waiting = mine.filter(state__in=[state.value for state in AWAITING_TAKE]).first()
    if waiting is not None:
        return waiting
    same = Take.objects.filter(letter__in=mine.values("id"), original_id=original_id).first()
    return None if same is None else same.letter


def _new_letter(
    now: datetime, actor: Actor, application_no: str, sought_no: int, recipient: OfficeCode
) -> Letter:
    own = own_office().code
    last: int = Letter.objects.filter(sender=own).aggregate(last=Max("number"))["last"] or 0
    return Letter(
        direction=Direction.OUTGOING.value,
        state=STARTS[Direction.OUTGOING].value,
        sender=own,
        number=last + 1,
        recipient=recipient,
        application_no=application_no,
        sought_no=sought_no,
        recorded_at=now,
        recorded_by=actor.staff,
    )


def _record_prepared(
    now: datetime, actor: Actor, take_id: int, watched: archive.WatchedFilm
) -> LetterState:
    take, letter = _take_to_finish(take_id)
    if letter is None:
        return LetterState(take.letter.state)
    label = f"{letter.sender}-L-{letter.number:06d}"
    if watched.film is None:
        take.film_id = take.original_id
    else:
        take.film_bytes = watched.film.stat().st_size
        take.film_id = archive.keep_original(
            now=now,
            data=watched.film,
            media_type="video/mp4",
            name=f"{label}.mp4",
            retention=Retention.DERIVED,
        )
    take.thumbnail_id = archive.keep_original(
        now=now,
        data=watched.thumbnail,
        media_type="image/jpeg",
        name=f"{label}.jpg",
        retention=Retention.DERIVED,
    )
    facts = watched.facts
    take.duration_ms, take.width, take.height = facts.duration_ms, facts.width, facts.height
    take.stretches = [[s.kind, s.start_ms, s.end_ms] for s in facts.stretches]
    take.prepared_at, take.progress_percent = now, 100
    take.save()
    return _prepared(now, actor, letter, Deed.PREPARE)


def _record_fault(now: datetime, actor: Actor, take_id: int, fault: SangbongError) -> LetterState:
    take, letter = _take_to_finish(take_id)
    if letter is None:
        return LetterState(take.letter.state)
    take.fault_code, take.fault_params = fault.code, dict(fault.params)
    take.prepared_at = now
    take.save()
    return _prepared(now, actor, letter, Deed.FAIL, fault=fault.code)


def _take_to_finish(take_id: int) -> tuple[Take, Letter | None]:
    """The take and its letter, locked; no letter where another worker was faster."""
    take = Take.objects.select_for_update().select_related("letter").get(id=take_id)
    return take, take.letter if take.prepared_at is None else None


def _prepared(
    now: datetime, actor: Actor, letter: Letter, deed: Deed, fault: str = ""
) -> LetterState:
    letter.state = after(LetterState(letter.state), deed).value
    letter.save(update_fields=["state"])
    _audit(now, actor, "letters.prepare", letter, {"fault": fault} if fault else {})
    return LetterState(letter.state)


def _locked(letter_id: int) -> Letter:
    letter = Letter.objects.select_for_update().filter(id=letter_id).first()
    if letter is None:
        raise SangbongError("letters.unknown_letter")
    return letter


def _audit(
    now: datetime, actor: Actor, action: str, letter: Letter, facts: dict[str, str | int]
) -> None:
    record_audit(
        now=now,
        actor=actor,
        action=action,
        subjects=[f"letter:{letter.id}", f"application:{letter.application_no}"],
        facts=facts,
    )
