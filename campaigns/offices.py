"""Two founded offices as folders, and children that become one of them.

The process that forks them is set up for neither: it has imported everything and holds no database
connection. Its children take the office of a folder, do their turn and end.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campaigns import children
from campaigns.children import Moments

STORY_BEGINS = datetime(2018, 6, 20, tzinfo=UTC)
_IMPORTED_ONCE = (
    "campaigns.note_deeds",
    "campaigns.turns",
    "sangbong.cli.founding",
    "sangbong.lab.judge",
    "sangbong.lab.story",
)


@dataclass(frozen=True, slots=True)
class Cast:
    """One office of the story."""

    side: str
    code: str
    name_ko: str
    name_en: str
    time_zone: str


SEOUL = Cast("seoul", "KR-SEL", "서울 사무소", "Seoul office", "Asia/Seoul")
PYONGYANG = Cast("pyongyang", "KP-PYO", "평양 사무소", "Pyongyang office", "Asia/Pyongyang")
BOTH = (SEOUL, PYONGYANG)


class TrailClock:
    """Story time as the office's own trail has it, so that a kill cannot lose the hour."""

    def now(self) -> datetime:
        """The instant of the latest entry."""
        from sangbong.office.queries import latest_audit_entries

        latest = latest_audit_entries(limit=1)
        return datetime.fromisoformat(latest[0].at) if latest else STORY_BEGINS


def prepare(folder: Path) -> None:
    """Set Django up and import what the children need, once."""
    os.environ.setdefault("SANGBONG_LOG_LEVEL", "error")
    # each office has the database file in its own folder, whatever the tests around run on
    os.environ.pop("SANGBONG_DATABASE", None)
    from sangbong.cli.boot import boot

    boot(folder)
    for name in _IMPORTED_ONCE:
        importlib.import_module(name)


def become(home: Path) -> None:
    """Make this process the office at `home`: its keys, settings, database and story time."""
    from django.conf import settings
    from django.db import connection

    from sangbong.office.adapters import configuration

    assert connection.connection is None, "a connection of the parent would be shared"
    settings.OFFICE_HOME = home
    settings.OFFICE = configuration.load(home)
    settings.CLOCK = TrailClock()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = str(
        home / "office.sqlite3"
    )


def found_both(folder: Path) -> None:
    """Found both offices in folders of their names, each with the other's keys confirmed."""
    for cast in BOTH:
        children.must(founding(folder / cast.side, cast))
    statements = [_as(folder / cast.side, "statement") for cast in BOTH]
    for cast, other in zip(BOTH, reversed(statements), strict=True):
        _as(folder / cast.side, "know", other=other)


def founding(home: Path, cast: Cast) -> Callable[[Moments], None]:
    """The deed of founding an office in a folder."""

    def found_here(moments: Moments) -> None:
        del moments
        from django.db import connection

        from sangbong.cli.founding import Founding, found

        become(home)
        found(
            home,
            Founding(
                code=cast.code,
                name_ko=cast.name_ko,
                name_en=cast.name_en,
                time_zone=cast.time_zone,
                drill=True,
            ),
            now=STORY_BEGINS,
        )
        connection.close()

    return found_here


def _as(home: Path, deed: str, **facts: Any) -> Any:
    def done(moments: Moments) -> Any:
        del moments
        from django.db import connection

        from campaigns import note_deeds

        become(home)
        result = getattr(note_deeds, deed)(**facts)
        connection.close()
        return result

    return children.must(done)
