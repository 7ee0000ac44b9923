"""Start of every process: the folder, Django, the checks, the one clock."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import django
import structlog
from django.conf import settings

from sangbong.kernel.errors import SangbongError
from sangbong.office.adapters import configuration
from sangbong.office.core.home import HOME_VARIABLE


def boot(home: Path) -> None:
    """Set Django up for the office at `home` and make the process's clock.

    Raises:
        SangbongError: a malformed setting, an unsafe database, story time in an office not made for
            drills: each a reason not to start.
    """
    os.environ[HOME_VARIABLE] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sangbong.settings")
    office = configuration.load(home)  # says which setting is wrong before Django is touched
    _log_to_standard_error(office.log_level)
    django.setup()


def _log_to_standard_error(level: str) -> None:
    """Events with stable names and ids, never a person's data, one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def boot_founded(home: Path) -> None:
    """As `boot`, for everything but founding: the database must keep its promises.

    Raises:
        SangbongError: as `boot`, and `office.not_initialised`.
    """
    boot(home)
    if not (home / "office.toml").exists():
        raise SangbongError("office.not_initialised")
    from sangbong.office.adapters.clock import StoryClock
    from sangbong.office.adapters.database import refuse_unsafe_database
    from sangbong.office.queries import own_office

    refuse_unsafe_database()
    if settings.OFFICE.story_time is not None:
        if not own_office().drill:
            raise SangbongError("office.story_time_refused")
        settings.CLOCK = StoryClock(settings.OFFICE.story_time)
