"""Filmed letters: the list, one film with its player, watching, release by a second person."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import transaction
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sangbong.archive import queries as archive
from sangbong.kernel.errors import SangbongError
from sangbong.letters import operations, queries
from sangbong.letters.core.machine import Direction, LetterState
from sangbong.letters.core.screening import ScreeningDecision
from sangbong.letters.queries import LetterView
from sangbong.office.permissions import may
from sangbong.web import audit, offices, words
from sangbong.web.faces import Answers, Chip, Consent
from sangbong.web.paging import cut
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest, language_of

_S = LetterState
RANGE_BYTES_MAX = 2 * 1024 * 1024
"""The most that one range answers: a player asks for the next stretch by itself."""
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def length_text(duration_ms: int) -> str:
    """Minutes and seconds of a film."""
    seconds = duration_ms // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


@needs(get="letters.see")
def letters(request: StaffRequest) -> HttpResponse:
    """All letters, newest first."""
    way = request.GET.get("way", "")
    direction = Direction(way) if way in set(Direction) else None
    found = queries.letters(direction=direction)
    rows, page = cut(request, found)
    audit.shown(request, [f"letter:{row.letter_id}" for row in rows])
    known = offices.names(request)
    waiting = sum(words.mark("letter", row.state).tone == "needs" for row in found)
    context = {
        "rows": [
            (
                row,
                words.mark("letter", row.state),
                words.short(row.direction),
                known.get(_other(row), _other(row)),
                length_text(row.duration_ms),
            )
            for row in rows
        ],
        "waiting": waiting,
        "page": page,
        "chips": [
            Chip(_("all"), reverse("letters"), current=direction is None),
            Chip(_("outgoing"), "?way=outgoing", current=direction is Direction.OUTGOING),
            Chip(_("incoming"), "?way=incoming", current=direction is Direction.INCOMING),
        ],
    }
    return render(request, "web/console/letters.html", context)


def _other(row: LetterView) -> str:
    return row.recipient if row.direction is Direction.OUTGOING else row.sender


@needs(get="letters.see")
def letter(request: StaffRequest, letter_id: int) -> HttpResponse:
    """One letter with its film, what the check noticed, and who did what.

    Raises:
        Http404: no such letter.
    """
    return _page(request, _find(letter_id), faults=[])


def _find(letter_id: int) -> LetterView:
    try:
        return queries.letter(letter_id)
    except SangbongError as fault:
        raise Http404 from fault


def _page(request: StaffRequest, row: LetterView, *, faults: list[str]) -> HttpResponse:
    audit.shown(request, [f"letter:{row.letter_id}", f"application:{row.application_no}"])
    known = offices.names(request)
    role = request.staff.role if request.staff else None
    screen = role is not None and may(role, "letters.screen")
    release = role is not None and may(role, "letters.release")
    own = request.staff.username if request.staff else ""
    context = {
        "row": row,
        "mark": words.mark("letter", row.state),
        "answers": _answers(row),
        "way": words.short(row.direction),
        "other": known.get(_other(row), _other(row)),
        "length": length_text(row.duration_ms),
        "mebibytes": f"{row.film_bytes / 2**20:.1f}",
        "stretches": [
            (words.short(s.kind), length_text(s.start_ms), length_text(s.end_ms))
            for s in row.stretches
        ],
        "people": _people(row),
        "fault": row.fault.text(language_of(request)) if row.fault else "",
        "faults": faults,
        "can_screen": screen and row.state is _S.CHECKED,
        "can_release": release and row.state is _S.SCREENED,
        "own_hand": own in {row.recorded_by, row.screened_by},
        "can_deliver": screen and row.state is _S.READY,
        "may_people": role is not None and may(role, "people.see"),
    }
    return render(request, "web/console/letter.html", context, status=422 if faults else 200)


def _answers(row: LetterView) -> Answers:
    waiting = {
        _S.RECORDED: (_("the viewing copy"), _("the office’s machine")),
        _S.UNUSABLE: (_("another take"), _("a clerk and the family")),
        _S.CHECKED: (_("somebody who watches it whole"), _("a clerk or a liaison officer")),
        _S.RETAKE_WANTED: (_("another take"), _("a clerk and the family")),
        _S.SCREENED: (_("release by a second person"), _("a compliance or liaison officer")),
        _S.RELEASED: (_("the other side’s receipt"), _("the carrier")),
        _S.RECEIVED: (_("opening in the sandbox"), _("the office’s machine")),
        _S.READY: (_("showing it to the family"), _("a clerk, beside the family")),
        _S.BROKEN: (_("the same film once more"), _("the other side")),
        _S.DELIVERED: (_("nothing"), _("nobody")),
    }
    waits, by = waiting[row.state]
    return Answers(row.title, waits, by)


def _people(row: LetterView) -> list[Consent]:
    if row.direction is Direction.INCOMING:
        return [Consent(_("showed it to the family"), row.delivered_by, row.delivered_at)]
    return [
        Consent(_("recorded by"), row.recorded_by, row.recorded_at),
        Consent(_("watched by"), row.screened_by, row.screened_at, row.state is _S.CHECKED),
        Consent(_("released by"), row.released_by, row.released_at, row.state is _S.SCREENED),
    ]


@needs(post="letters.screen")
def screen(request: StaffRequest, letter_id: int) -> HttpResponse:
    """Say what one saw: nothing against it, or another take is wanted."""
    decision = request.POST.get("decision", "")

    def deed() -> None:
        if decision not in set(ScreeningDecision):
            raise SangbongError("web.choice_missing")
        operations.screen(
            now=request.now,
            actor=request.actor,
            letter_id=letter_id,
            decision=ScreeningDecision(decision),
            reason=request.POST.get("reason", ""),
        )

    return _do(request, letter_id, deed)


@needs(post="letters.release")
def release(request: StaffRequest, letter_id: int) -> HttpResponse:
    """Release a film to the other side, as a second person."""
    return _do(
        request,
        letter_id,
        lambda: operations.release(now=request.now, actor=request.actor, letter_id=letter_id),
    )


@needs(post="letters.screen")
def deliver(request: StaffRequest, letter_id: int) -> HttpResponse:
    """Write down that the family has seen it."""
    return _do(
        request,
        letter_id,
        lambda: operations.deliver(now=request.now, actor=request.actor, letter_id=letter_id),
    )


def _do(request: StaffRequest, letter_id: int, deed: Callable[[], object]) -> HttpResponse:
    row = _find(letter_id)
    try:
        with transaction.atomic():
            deed()
    except SangbongError as fault:
        return _page(request, row, faults=[fault.text(language_of(request))])
    return HttpResponseRedirect(reverse("letter", args=[letter_id]))


@needs(get="letters.see")
def film(request: StaffRequest, letter_id: int) -> HttpResponseBase:
    """The viewing copy, in the ranges that a player asks for.

    Raises:
        Http404: no such letter, or nothing that may be played yet.
    """
    try:
        object_id = queries.film_for_playing(letter_id)
    except SangbongError as fault:
        raise Http404 from fault
    size = archive.describe(object_id).size
    start, end, status = byte_range(request.headers.get("Range", ""), size)
    if status == 416:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if start == 0:
        # a player asks again for every stretch: one line a showing, not one a stretch
        audit.shown(request, [f"letter:{letter_id}"], query="film played")
    if status == 206:
        end = min(end, start + RANGE_BYTES_MAX)
        response: HttpResponseBase = HttpResponse(
            b"".join(archive.open_range(object_id, start, end)), status=206
        )
    else:
        response = StreamingHttpResponse(_whole(request, object_id))
    response["Content-Type"] = "video/mp4"
    response["Content-Length"] = str(end - start)
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = "inline"
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _whole(request: StaffRequest, object_id: str) -> Iterator[bytes] | AsyncIterator[bytes]:
    """The whole film piece by piece, in the way that the server at hand can stream."""
    pieces = archive.stream_object(object_id)
    if not isinstance(request, ASGIRequest):
        return pieces

    async def one_by_one() -> AsyncIterator[bytes]:
        while piece := await sync_to_async(lambda: next(pieces, b""))():
            yield piece

    return one_by_one()


def byte_range(header: str, size: int) -> tuple[int, int, int]:
    """Start, end (exclusive) and status for a Range header; several ranges get the whole.

    Source: RFC 9110, section 14.
    """
    found = RANGE.fullmatch(header.strip())
    if found is None or found.group(0) == "bytes=-":
        return 0, size, 200
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, size, 206) if length else (0, 0, 416)
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if start >= size or end <= start:
        return 0, 0, 416
    return start, end, 206


@needs(get="letters.see")
def poster(request: StaffRequest, letter_id: int) -> HttpResponse:
    """The film's thumbnail, made here.

    Raises:
        Http404: no such letter, or no thumbnail yet.
    """
    del request
    try:
        object_id = queries.thumbnail(letter_id)
    except SangbongError as fault:
        raise Http404 from fault
    return HttpResponse(
        archive.open_object(object_id), content_type=archive.describe(object_id).media_type
    )
