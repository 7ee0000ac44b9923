"""The office that is recorded: a process of its own, told what to do line by line.

Whatever it promises to the world (a receipt, a kept paper, a sealed dispatch, a bundle on a stick) it
writes into the trace at the moment at which the promise would leave it.
"""

from __future__ import annotations

import functools
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

from campaigns import offices
from campaigns.recording import mark

NORMAL = "synchronous=NORMAL"
NO_SYNC = "archive without fsync"
NO_FILM_SYNC = "films without fsync"


def main(home: Path, stick: Path, planted: str) -> None:
    """Do what the standard input says until it ends."""
    offices.prepare(home)
    _plant(planted)
    offices.become(home)
    office = RecordedOffice(stick)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(office, request.pop("do"))(**request)
        print(json.dumps(answer), flush=True)
    from django.db import connection

    connection.close()


def _plant(planted: str) -> None:
    if planted == NORMAL:
        from django.conf import settings

        options = settings.DATABASES["default"]["OPTIONS"]
        options["init_command"] = options["init_command"].replace("FULL", "NORMAL")
    if planted == NO_SYNC:
        from sangbong.archive.adapters import store

        store.os = Hasty()  # type: ignore[assignment]
    if planted == NO_FILM_SYNC:
        from sangbong.liaison.adapters import film_store

        film_store.os = Hasty()  # type: ignore[assignment]


class Hasty:
    """The `os` of a store, which says that it synced."""

    def __getattr__(self, name: str) -> Any:
        return (lambda _: None) if name in {"fsync", "fdatasync"} else getattr(os, name)


class RecordedOffice:
    """The deeds, each of which ends in a promise."""

    def __init__(self, stick: Path) -> None:
        self._stick = stick

    def receive(self, folder: str) -> int:
        """Take each envelope of a folder and hand its receipt out."""
        from sangbong.liaison import operations
        from sangbong.liaison.core.wire.receipt import read_receipt

        envelopes = sorted(Path(folder).glob("*.envelope"))
        for one in envelopes:
            receipt = operations.receive(now=_now(), envelope=one.read_bytes())
            if receipt:
                mark(received=read_receipt(receipt).receipt.digest)
        return len(envelopes)

    def apply(self) -> int:
        """Apply what can be applied, one at a time."""
        from sangbong.liaison import operations

        count = 0
        while True:
            applied: list[str] = []
            if not operations.apply_next(now=_now(), handler=functools.partial(_accept, applied)):
                return count
            count += 1
            mark(applied=applied[0])

    def send(self, recipient: str, first: int, count: int) -> None:
        """Write notes, and say that they are sealed."""
        from campaigns import note_deeds

        for number in range(first, first + count):
            note_deeds.send_note(recipient, f"당측 2018-{number}")
            mark(sent=f"당측 2018-{number}")

    def send_film(self, recipient: str, number: str, size: int) -> None:
        """Write a note with a film beside it, and say that both are sealed."""
        from campaigns import note_deeds

        mark(filmed=note_deeds.send_with_film(recipient, number, size=size))

    def keep(self, seed: int, sizes: list[int]) -> None:
        """Keep papers of some sizes, in bytes."""
        from django.db import transaction

        from sangbong.archive import operations as archive

        draws = random.Random(seed)
        for size in sizes:
            with transaction.atomic():
                kept = archive.keep_original(
                    now=_now(),
                    data=draws.randbytes(size),
                    media_type="application/pdf",
                    name="신청서.pdf",
                )
            mark(kept=kept)

    def carry(self, recipient: str) -> int:
        """Write bundles for another office, with receipts of what is in our custody."""
        from sangbong.kernel.ids import OfficeCode
        from sangbong.liaison import operations
        from sangbong.liaison.models import InboxDispatch

        rows = InboxDispatch.objects.exclude(state="arriving")
        told = list(rows.values_list("envelope_id", flat=True))
        carried = operations.carry_to_folder(
            now=_now(), recipient=OfficeCode(recipient), folder=self._stick
        )
        for one in carried:
            mark(carried=one.file_name)
        for digest in told:
            mark(received=digest)
        return len(carried)

    def collect(self, folder: str) -> list[str]:
        """Read the bundles of another office, and say what is settled from then on."""
        from sangbong.liaison import operations

        reports = operations.collect_from_folder(now=_now(), folder=Path(folder))
        return [fault.code for report in reports for fault in report.faults]


def _accept(applied: list[str], dispatch: Any) -> None:
    from sangbong.worker.routing import route

    applied.append(dispatch.id)
    route(dispatch, now=_now())


def _now() -> Any:
    from django.conf import settings

    return settings.CLOCK.now()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
