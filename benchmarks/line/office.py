"""One of our offices, for the bench: founded, known to the other, given things to send.

Run as `python -m benchmarks.line.office HOME`, it obeys one JSON object a line.
"""

from __future__ import annotations

import json
import random
import string
import sys
import time
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

STREAM, URGENT_STREAM = "bench", "bench-urgent"
_LETTERS = string.ascii_letters + string.digits + " "


@cache
def small_texts(count: int, *, seed: int) -> tuple[str, ...]:
    """The small dispatches: 1 to 4 kB each."""
    draws = random.Random(seed)
    return tuple(
        "".join(draws.choices(_LETTERS, k=draws.randint(1_000, 4_000))) for _ in range(count)
    )


def _found(home: Path, code: str, url: str) -> None:
    from sangbong.cli.founding import Founding, found

    found(
        home,
        Founding(code=code, name_ko=code, name_en=code, drill=True, link_url=url),
        now=datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC),
    )


class Office:
    """Deeds of the office at this process's home."""

    def __init__(self) -> None:
        """Import what the deeds need, once Django is there."""
        from django.conf import settings

        from sangbong.office.core.actor import Actor

        self._now = settings.CLOCK.now
        self._actor = Actor("system:bench", "bench")

    def statement(self) -> str:
        """Our key statement, in hex."""
        from sangbong.office.queries import own_statement_file

        return own_statement_file().hex()

    def know(self, statement: str) -> str:
        """Add and confirm the other office."""
        from django.db import transaction

        from sangbong.office import operations as office

        with transaction.atomic():
            code = office.add_counterpart(
                now=self._now(), actor=self._actor, statement=bytes.fromhex(statement)
            )
            office.confirm_counterpart(now=self._now(), actor=self._actor, code=code)
        return code

    def load(self, recipient: str, film: str, small: int) -> None:
        """Seal a film and small dispatches, and put all of it into the outbox."""
        from django.db import transaction

        from sangbong.liaison import operations

        sealed = None
        if film:
            with Path(film).open("rb") as file:
                chunks = iter(lambda: file.read(64 * 1024), b"")
                sealed = operations.seal_film(chunks, length=Path(film).stat().st_size)
        texts = small_texts(small, seed=1)
        with transaction.atomic():
            if sealed is not None:
                self._enqueue(recipient, STREAM, "film", film=sealed)
            for text in texts:
                self._enqueue(recipient, STREAM, text)

    def urgent(self, recipient: str, number: int) -> tuple[str, float]:
        """Send one urgent dispatch; its id, and when its commit had ended."""
        from django.db import transaction

        text = small_texts(1, seed=1_000 + number)[0]
        with transaction.atomic():
            name = self._enqueue(recipient, URGENT_STREAM, text, urgent=True)
        return name, time.monotonic()

    def _enqueue(self, recipient: str, stream: str, text: str, **more: Any) -> str:
        from sangbong.kernel.ids import OfficeCode
        from sangbong.liaison import operations
        from sangbong.liaison.core.custody.clearance import standing
        from sangbong.liaison.core.custody.papers import NOTE_KIND, NotePaper

        note = NotePaper(
            number=f"{stream}-{random.getrandbits(64):x}",
            date=date(2018, 6, 25),
            sender_name="한도윤",
            sender_rank="연락관",
            text=text,
        )
        to = OfficeCode(recipient)
        return operations.enqueue(
            now=self._now(), clearance=standing("bench", "liaison", to), recipient=to,
            stream=stream, kind=NOTE_KIND, body=note.to_body(), **more,
        )  # fmt: skip


def main() -> None:
    """Obey until the end of the input."""
    home = Path(sys.argv[1])
    office: Office | None = None
    for line in sys.stdin:
        wish = json.loads(line)
        deed = wish.pop("do")
        if deed == "found":
            _found(home, **wish)
            answer: object = None
        else:
            if office is None:
                from sangbong.cli.boot import boot_founded

                boot_founded(home)
                office = Office()
            answer = getattr(office, deed)(**wish)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
