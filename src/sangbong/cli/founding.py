"""`sangbong office init`: a folder becomes an office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sangbong.cli.boot import boot
from sangbong.office.adapters import configuration, keystore


@dataclass(frozen=True, slots=True)
class Founding:
    """What an office is asked once."""

    code: str
    name_ko: str
    name_en: str
    programme: str = "korea"
    time_zone: str = "Asia/Seoul"
    languages: Sequence[str] = ("ko", "en")
    drill: bool = False
    link_url: str = ""
    story_time: str = ""


def found(home: Path, founding: Founding, *, now: datetime) -> None:
    """Make keys, settings, database and identity; in this order, so that a kill leaves no office.

    Raises:
        SangbongError: `office.already_founded`, `kernel.office_code`.
    """
    from sangbong.kernel.errors import SangbongError
    from sangbong.kernel.ids import office_code

    office_code(founding.code)
    if (home / "office.toml").exists():
        raise SangbongError("office.already_founded")
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "keys").exists():
        keystore.make_keys(home, code=founding.code, now=now)
    values: dict[str, str | bool | int | list[str]] = {"code": founding.code}
    if founding.drill:
        # plain http on loopback: only an office for drills may lend its cookies to it
        values |= {
            "secure_cookies": False,
            "allowed_hosts": ["localhost", "127.0.0.1", ".localhost"],
        }
    if founding.link_url:
        values["link_url"] = founding.link_url
    if founding.story_time:
        values["story_time"] = founding.story_time
    boot(home)
    _make_tables(founding, now=now)
    configuration.write_file(home, values)


def _make_tables(founding: Founding, *, now: datetime) -> None:
    from django.core.management import call_command
    from django.db import transaction

    from sangbong.office import operations

    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        operations.found_office(
            now=now,
            code=founding.code,
            name_ko=founding.name_ko,
            name_en=founding.name_en,
            programme=founding.programme,
            time_zone=founding.time_zone,
            languages=founding.languages,
            drill=founding.drill,
        )
