"""Relaying through a third office: as the origin, as the relay, and as the final office."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters import folder as stick
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.custody.relay import (
    RELAY_BYTES_MAX,
    RELAY_KIND,
    RelayPaper,
    check_relay,
    relay_stream,
)
from sangbong.liaison.operations import carriage, outbox
from sangbong.liaison.operations.channel import confirmed_counterpart
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import own_office

_BASIS = "liaison: relaying between offices"
_PURPOSE = "liaison"
_ROUTING = Actor("system:routing", "inbound dispatch")


def relay_waiting(*, now: datetime, actor: Actor, recipient: OfficeCode, by: OfficeCode) -> str:
    """Send what waits for an office through another one, as far as it fits into one dispatch.

    Everything stays in our custody until the final office's receipt comes: rule RL3.

    Returns:
        The outer dispatch's id; empty where there is nothing to say.

    Raises:
        SangbongError: `liaison.relay_astray` where both are the same office, or as `enqueue`.
    """
    own = own_office().code
    if recipient == by:
        raise SangbongError("liaison.relay_astray", origin=own, final=recipient)
    confirmed_counterpart(by)
    with transaction.atomic(durable=True):
        packed = carriage.pack_bundles(now=now, recipient=recipient, size=RELAY_BYTES_MAX)
        files = [carriage.bundle_bytes(one, now=now) for one in packed]
        if not files:
            return ""
        outer = _enqueue(RelayPaper(own, recipient, passed_on=False), files, by=by, now=now)
        for one in packed:
            carriage.note_carried(one, now=now)
        record_audit(
            now=now, actor=actor, action="liaison.relay", subjects=[outer], facts={"to": recipient}
        )
    return outer


def _enqueue(paper: RelayPaper, files: list[bytes], *, by: OfficeCode, now: datetime) -> str:
    return outbox.enqueue(
        now=now,
        clearance=standing(_BASIS, _PURPOSE, by),
        recipient=by,
        stream=relay_stream(paper.final),
        kind=RELAY_KIND,
        body=paper.to_body(),
        attachments=files,
    )


def accept_relay(*, now: datetime, dispatch: InboundDispatch) -> None:
    """Pass a bundle on, or lay it down to be read where it is for us.

    Raises:
        SangbongError: `liaison.relay_unreadable`, `liaison.relay_astray`,
            `office.unknown_counterpart` or `liaison.counterpart_unconfirmed`: the dispatch is
            refused.
    """
    paper, own = RelayPaper.from_body(dispatch.body), own_office().code
    check_relay(paper, sender=dispatch.sender, own=own, bundles=dispatch.attachments)
    if paper.passed_on:
        for data in dispatch.attachments:
            _lay_down(data)
        action, subjects = "liaison.accept_relayed", [dispatch.id]
    else:
        confirmed_counterpart(paper.final)
        onward = RelayPaper(paper.origin, paper.final, passed_on=True)
        outer = _enqueue(onward, list(dispatch.attachments), by=paper.final, now=now)
        action, subjects = "liaison.pass_on", [dispatch.id, outer]
    record_audit(
        now=now,
        actor=_ROUTING,
        action=action,
        subjects=subjects,
        facts={"origin": paper.origin, "final": paper.final},
    )


def _lay_down(data: bytes) -> None:
    """Durable before the dispatch is applied; the same bundle again lies in the same place."""
    folder = relayed_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"SANGBONG-{hashlib.sha256(data).hexdigest()[:32]}{stick.BUNDLE_SUFFIX}"
    stick.place(folder, name, data)


def relayed_folder() -> Path:
    """Where relayed bundles for us lie until they are read."""
    return Path(settings.OFFICE_HOME) / "relayed"


def collect_relayed(*, now: datetime) -> list[carriage.BundleReport]:
    """Read the bundles that were relayed to us: rule RL5. One that cannot be read is not kept."""
    folder = relayed_folder()
    if not folder.exists():
        return []
    reports = carriage.collect_from_folder(now=now, folder=folder, take_away=True)
    for report in reports:
        stick.take_away(folder, report.file_name)
    return reports
