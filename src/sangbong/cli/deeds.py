"""What a conductor may ask of an office: the next step of the story, to carry, to report, to open."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from sangbong.lab import story
from sangbong.lab.story import Stage
from sangbong.liaison import queries as liaison
from sangbong.office import operations, queries
from sangbong.office.adapters.clock import SystemClock
from sangbong.office.core.actor import Actor
from sangbong.worker.sweeps import sweep

Progress = Callable[[str, str, int, int], None]
_SWEEPS_MAX = 1000
_CARRIER_SECONDS = 0.02


def when(stage: Stage, wish: Mapping[str, Any], progress: Progress) -> Any:
    """The story time of the step that is due here, or None."""
    del wish, progress
    step = story.due(stage)
    return None if step is None else step.at


def advance(stage: Stage, wish: Mapping[str, Any], progress: Progress) -> Any:
    """Do the next step that is ready; what was told of it, or None."""
    del wish
    told = story.advance(stage, progress)
    if told is None:
        return None
    _set_clock(told.at.isoformat())
    return {"at": told.at, "office": stage.side.value, "en": told.en, "ko": told.ko}


def carry(stage: Stage, wish: Mapping[str, Any], progress: Progress) -> Any:
    """Sweep until nothing is left to do here, and see what the carrier still has to bring.

    The offices of a story live at the same instant, which the conductor tells.

    Returns:
        How many pieces of work were done, and how many offices there is still something to tell.
    """
    del stage, progress
    if wish.get("at"):
        _set_clock(wish["at"])
    total = 0
    for _ in range(_SWEEPS_MAX):
        done = sweep(now=settings.CLOCK.now())
        total += done
        if not done:
            break
    waiting = sum(
        liaison.anything_to_say(other.code, now=settings.CLOCK.now())
        for other in queries.counterparts()
        if other.link_url
    )
    if waiting and not total:
        time.sleep(_CARRIER_SECONDS)
    return total + waiting


def report(stage: Stage, wish: Mapping[str, Any], progress: Progress) -> Any:
    """What this office would state of the round, as plain JSON."""
    del wish, progress
    return story.report(stage)


def open_doors(stage: Stage, wish: Mapping[str, Any], progress: Progress) -> Any:
    """Serve the pages and the worker; a one-time sign-in link for each member of staff."""
    del progress
    from sangbong.cli.serving import start_pages, start_worker

    start_pages(wish["web_port"])
    start_worker()
    links = []
    for person in queries.staff():
        token = secrets.token_urlsafe(24)
        with transaction.atomic():
            operations.make_sign_in_link(
                # sign-in links follow real time, whatever the story says
                now=SystemClock().now(),
                actor=Actor("system:demo", "demo"),
                username=person.username,
                token=token,
            )
        links.append(
            {"who": f"{person.display_name} ({person.role})", "path": f"/sign-in/once/{token}"}
        )
    del stage
    return links


def _set_clock(instant: str) -> None:
    path = settings.OFFICE.story_time
    if path is not None and datetime.fromisoformat(instant) > settings.CLOCK.now():
        # whole or not at all: a clock without an instant would stop the office
        path.with_suffix(".next").write_text(instant, "ascii")
        path.with_suffix(".next").replace(path)


DEEDS: Mapping[str, Callable[[Stage, Mapping[str, Any], Progress], Any]] = {
    "when": when,
    "advance": advance,
    "carry": carry,
    "report": report,
    "open": open_doors,
}
