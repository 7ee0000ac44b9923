"""Deeds of two offices that exchange notes, each run in a child of a nursery."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import connection, transaction

from sangbong.api import desk
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.custody.papers import NOTE_KIND, NotePaper
from sangbong.liaison.core.wire.envelope import digest_of, read_envelope
from sangbong.liaison.core.wire.exchange import Exchange, read_exchange
from sangbong.liaison.core.wire.framing import PartReader, framed_all
from sangbong.liaison.core.wire.receipt import Receipt, ReceiptState
from sangbong.liaison.operations import inbox
from sangbong.office import operations as office
from sangbong.office.core.actor import Actor
from sangbong.office.queries import own_keys, own_office, own_statement_file

_OFFICER = Actor("system:campaign", "exchange of notes")


def statement() -> str:
    """Our key statement, in hex."""
    return own_statement_file().hex()


def know(other: str) -> str:
    """Add and confirm the office of a key statement."""
    now = settings.CLOCK.now()
    with transaction.atomic():
        code = office.add_counterpart(now=now, actor=_OFFICER, statement=bytes.fromhex(other))
        office.confirm_counterpart(now=now, actor=_OFFICER, code=code)
    return code


def send_note(recipient: str, number: str) -> bool:
    """Write a note, unless it was written before a kill."""
    note = NotePaper(
        number=number,
        date=date(2018, 6, 25),
        sender_name="한도윤",
        sender_rank="연락관",
        text=f"{number}번 통지문을 보냅니다.",
    )
    with transaction.atomic():
        if any(n.number == number for n in _notes(queries.Direction.OUT)):
            return False
        operations.send_note(
            now=settings.CLOCK.now(), actor=_OFFICER, recipient=OfficeCode(recipient), note=note
        )
    return True


def send_with_film(recipient: str, number: str, *, size: int, stream: str = "films") -> str:
    """Write a note that has a film of some bytes beside it; the film's id."""
    drawn = io.BytesIO(random.Random(number).randbytes(size))
    film = operations.seal_film(drawn, length=size)
    note = NotePaper(
        number=number,
        date=date(2018, 6, 25),
        sender_name="한도윤",
        sender_rank="연락관",
        text=f"{number}번 통지문을 영상과 함께 보냅니다.",
    )
    with transaction.atomic():
        operations.enqueue(
            now=settings.CLOCK.now(),
            clearance=standing("campaign", "liaison", OfficeCode(recipient)),
            recipient=OfficeCode(recipient),
            stream=stream,
            kind=NOTE_KIND,
            body=note.to_body(),
            film=film,
        )
    return film.film


def carry(recipient: str, folder: str) -> int:
    """Write bundles into a folder."""
    return len(
        operations.carry_to_folder(
            now=settings.CLOCK.now(), recipient=OfficeCode(recipient), folder=Path(folder)
        )
    )


def collect(folder: str) -> list[str]:
    """Read the folder's bundles and say what was wrong with them."""
    reports = operations.collect_from_folder(
        now=settings.CLOCK.now(), folder=Path(folder), take_away=True
    )
    return [fault.code for report in reports for fault in report.faults]


def apply_all() -> int:
    """Apply every dispatch whose turn it is."""
    count = 0
    while operations.apply_next(now=settings.CLOCK.now(), handler=_route):
        count += 1
    return count


def _route(dispatch: InboundDispatch) -> None:
    operations.accept_note(now=settings.CLOCK.now(), dispatch=dispatch)


def call(recipient: str, desk: str) -> list[str]:
    """Speak with the other office's desk as both carriers together would; what was not taken."""
    code, faults = OfficeCode(recipient), []
    transport = httpx.HTTPTransport(uds=desk)
    with httpx.Client(base_url="http://desk", transport=transport, timeout=10) as line:
        after = 0
        while rows := _waiting(code, after=after):
            after = rows[-1].row
            envelopes = queries.envelopes([row.digest for row in rows])
            answers = _asked(line, "take", framed_all(envelopes[row.digest] for row in rows))
            faults += [answer[1:].decode() for answer in answers if answer[:1] == b"N"]
            operations.note_handed(
                now=settings.CLOCK.now(),
                counterpart=code,
                receipts=[answer[1:] for answer in answers if answer[:1] in {b"R", b"F"}],
                arriving=[],
                not_taken=[],
            )
        ours = operations.exchange_to_send(now=settings.CLOCK.now(), counterpart=code)
        # something is always said, so that the answer brings what the other side has to say
        ours = ours or Exchange(incarnation=queries.incarnation() or 1).encode()
        while ours is not None:
            theirs = _said(line, "exchange", ours)
            ours = None
            if theirs:
                told, ours = operations.answer_exchange(
                    now=settings.CLOCK.now(), counterpart=code, theirs=read_exchange(theirs)
                )
                faults += [fault.code for _, fault in told.faults]
    return faults


def _waiting(code: OfficeCode, *, after: int) -> list[queries.WaitingRow]:
    return queries.waiting_rows(code, after=after, limit=100, now=settings.CLOCK.now())[0]


def _said(line: httpx.Client, what: str, body: bytes) -> bytes:
    answer = line.post(f"/desk/{what}", params={"from": own_office().code}, content=body)
    return answer.raise_for_status().content


def _asked(line: httpx.Client, what: str, body: bytes) -> list[bytes]:
    said = _said(line, what, body)
    reader, parts = PartReader(said), []
    while reader.offset < len(said):
        parts.append(reader.part(limit=len(said)))
    return parts


def serve(planted: str = "") -> None:
    """Answer at the desk until killed."""
    if planted == "receipt before commit":
        operations.take_batch = receipts_before_commit
    desk.desk_server().run()


def receipts_before_commit(
    *, now: Any, envelopes: Sequence[bytes], carrier: OfficeCode, answered: bool
) -> list[operations.Taken]:
    """The planted bug: sign and answer first, store a moment later."""
    del carrier

    def later() -> None:
        for envelope in envelopes:
            with transaction.atomic():
                inbox.store(now=now, data=envelope, answered=answered)

    threading.Timer(0.05, later).start()
    return [operations.Taken(digest_of(one), _receipt_of(one, now=now)) for one in envelopes]


def _receipt_of(envelope: bytes, *, now: Any) -> bytes:
    read = read_envelope(envelope)
    return Receipt(
        sender=read.header.recipient,
        recipient=read.header.sender,
        stream=read.header.stream,
        sequence=read.header.sequence,
        digest=read.digest,
        state=ReceiptState.RECEIVED,
        at=now,
        incarnation=read.header.incarnation,
        signer=1,
    ).encode(own_keys().signing)


def ledger() -> dict[str, Any]:
    """What this office has at the end: notes both ways, open dispatches, sound tables and trail."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        integrity = cursor.fetchone()[0]
    return {
        "sent": sorted(n.number for n in _notes(queries.Direction.OUT)),
        "came": sorted(n.number for n in _notes(queries.Direction.IN)),
        "unfinished": queries.unfinished(),
        "states": sorted({view.state.value for view in queries.dispatches()}),
        "integrity": integrity,
    }


def _notes(direction: queries.Direction) -> list[queries.NoteView]:
    return [note for note in queries.notes(limit=100_000) if note.direction is direction]
