"""What one office does in a turn of a round, what can be seen of it at the end, and the planted bug."""

from __future__ import annotations

import functools
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from campaigns.children import Moments
from campaigns.offices import become
from sangbong.archive import operations as archive
from sangbong.kernel.ids import OfficeCode
from sangbong.lab import story
from sangbong.lab.story import Stage
from sangbong.lab.story import seoul as southern
from sangbong.letters import tasks as letters
from sangbong.liaison import operations as liaison
from sangbong.liaison import queries
from sangbong.liaison.adapters import folder as stick
from sangbong.liaison.adapters.sealing import AesPieces, CounterpartSealer, fresh_id, fresh_key
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire.exchange import Exchange
from sangbong.liaison.core.wire.waybill import MemberKind
from sangbong.liaison.operations import inbox
from sangbong.office.core.actor import Actor
from sangbong.office.queries import audit_entries, counterpart, own_keys, own_office, verify_audit
from sangbong.selection.core.machine import RoundState
from sangbong.worker.routing import apply_waiting

RECEIVE_PHASE = "receive"
_EARLY_RECEIPTS_FROM = 900_000
# carrying again after a kill is right, and leaves its own traces
# each contact may add a cosigned checkpoint, and a killed one makes another contact needed
_CARRIER_TABLES = frozenset({"liaison_bundle", "liaison_log_checkpoint", "office_audit_entry"})
_CARRIER_ACTIONS = frozenset({"liaison.write_bundle", "liaison.read_bundle"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an office lives and works: its folder, its part, the sticks it reads and writes."""

    home: Path
    stage: Stage
    inbound: Path
    outbound: Path


def play(moments: Moments, place: Place, *, planted: bool = False) -> dict[str, Any]:
    """Do everything that can be done now, then write a stick; how much work that was."""
    become(place.home)
    if planted:
        _plant_receipt_before_commit(moments, place.outbound)
    work, faults = 0, []
    while True:
        done = _advance(moments, place.stage)
        moments.phase = "collect"
        for report in liaison.collect_from_folder(
            now=settings.CLOCK.now(), folder=place.inbound, take_away=True
        ):
            done += bool(report.envelopes + report.receipts + report.pieces)
            faults += [f"{fault.what}: {fault.code}" for fault in report.faults]
        moments.phase = "apply"
        done += apply_waiting(now=settings.CLOCK.now())
        moments.phase = "prepare film"
        done += letters.prepare(now=settings.CLOCK.now())
        if not done or faults:
            break
        work += done
    moments.phase = "carry"
    (other,) = queries.summaries()
    carried = liaison.carry_to_folder(
        now=settings.CLOCK.now(), recipient=other.code, folder=place.outbound
    )
    # a stick with nothing but evidence is no work: there is one at every contact
    work += sum(bool(one.envelopes + one.receipts + one.pieces) for one in carried)
    connection.close()
    return {"work": work, "faults": faults}


def _advance(moments: Moments, stage: Stage) -> int:
    done = 0
    moments.phase = "story"
    while story.advance(stage, lambda *_: None) is not None:
        done += 1
    return done


def look(moments: Moments, place: Place) -> dict[str, Any]:
    """All that must be as in the round without kills, and all that must be sound in itself."""
    del moments
    become(place.home)
    report = story.report(place.stage)
    # in the order of their arrival, in which carrying may differ
    report["dispatches"] = sorted(report["dispatches"])
    actions = Counter(entry.action for entry in audit_entries())
    seen = {
        "closed": southern.state() in {RoundState.CLOSED, None},
        "report": report,
        "rows": {table: rows for table, rows in _rows().items() if table not in _CARRIER_TABLES},
        "actions": {k: n for k, n in sorted(actions.items()) if k not in _CARRIER_ACTIONS},
        "unfinished": queries.unfinished(),
        "integrity": _ask("PRAGMA integrity_check"),
        "foreign keys": _ask("PRAGMA foreign_key_check"),
        "trail whole": verify_audit().whole,
    }
    with transaction.atomic():
        fixity = archive.check_fixity(
            now=settings.CLOCK.now(), actor=Actor("system:campaign", "end of a round")
        )
    seen["archive faults"] = [fault.code for fault in fixity.faults]
    connection.close()
    return seen


def _rows() -> dict[str, int]:
    """How many rows each table has: a deed done twice shows, also where no report counts it."""
    tables = sorted(connection.introspection.table_names())
    return {table: _ask(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}


def _ask(sql: str) -> list[list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()]


def _plant_receipt_before_commit(moments: Moments, outbound: Path) -> None:
    """The planted bug: the receipt lies on the stick before the dispatch is committed here."""
    liaison.take_batch = functools.partial(_take_too_early, moments, outbound)


def _take_too_early(
    moments: Moments,
    outbound: Path,
    *,
    now: datetime,
    envelopes: Sequence[bytes],
    carrier: OfficeCode,
    answered: bool,
) -> list[liaison.Taken]:
    before, moments.phase = moments.phase, RECEIVE_PHASE
    taken = []
    for envelope in envelopes:
        with transaction.atomic(durable=True):
            held = inbox.store(now=now, data=envelope, answered=answered)
            receipt = inbox.received_receipt(held, now=now)
            _hand_out(carrier, receipt, outbound, number=held.sequence, now=now)
        taken.append(liaison.Taken(held.digest, receipt))
    moments.phase = before
    return taken


def _hand_out(
    recipient: OfficeCode, receipt: bytes, outbound: Path, *, number: int, now: datetime
) -> None:
    file, label = io.BytesIO(), bundles.Label(fresh_id(), own_office().code, recipient, 1, 1)
    told = Exchange(incarnation=1, receipts=(receipt,))
    bundles.write_bundle(
        file,
        label=label,
        number=_EARLY_RECEIPTS_FROM + number,
        written_at=now,
        loads=[bundles.Load.of(MemberKind.EXCHANGE, told.encode())],
        key=fresh_key(),
        sealer=CounterpartSealer(counterpart(recipient).receive_key),
        signer=own_keys().signing,
        cipher=AesPieces(),
    )
    stick.place(outbound, bundles.file_name(label.bundle), file.getvalue())
