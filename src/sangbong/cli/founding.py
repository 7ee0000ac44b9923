"""`sangbong office init`: a folder becomes an office."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sangbong.cli.boot import boot
from sangbong.office.adapters import configuration, keystore

_IDENTITY_TABLE = "office_office"


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
    """Make keys, database and identity, then settings, each whole or not at all.

    `office.toml` comes last and says that there is an office; after a kill the same command goes on.

    Raises:
        SangbongError: `office.already_founded`, `kernel.office_code`.
    """
    from sangbong.kernel.errors import SangbongError
    from sangbong.kernel.ids import office_code

    office_code(founding.code)
    if (home / "office.toml").exists():
        raise SangbongError("office.already_founded")
    began = _story_begins(founding) or now
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "keys").exists():
        keystore.make_keys(
            home,
            code=founding.code,
            name_ko=founding.name_ko,
            name_en=founding.name_en,
            link_url=founding.link_url,
            now=began,
            line_from=now,
        )
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
    if not _has_identity(founding):
        with _named_when_whole():
            _make_tables(founding, now=began)
    configuration.write_file(home, values)
    keystore.sync_folder(home)


def _story_begins(founding: Founding) -> datetime | None:
    """The first instant of a drill's story, from which its keys count their days."""
    if not founding.story_time:
        return None
    from sangbong.office.adapters.clock import StoryClock

    return StoryClock(Path(founding.story_time)).now()


def _has_identity(founding: Founding) -> bool:
    """Whether a founding that was killed had come as far as the office's identity.

    Raises:
        SangbongError: `office.already_founded`; the database is another office's.
    """
    from django.db import connection

    from sangbong.kernel.errors import SangbongError
    from sangbong.office.queries import own_office

    try:
        if _IDENTITY_TABLE not in connection.introspection.table_names():
            return False
        own = own_office()
    except SangbongError:
        return False
    finally:
        connection.close()
    if (own.code, own.drill) != (founding.code, founding.drill):
        raise SangbongError("office.already_founded")
    return True


@contextmanager
def _named_when_whole() -> Iterator[None]:
    """Let SQLite's file have its name only when its tables and identity are in it.

    Django makes tables in one commit and notes its migration in another; killed in between, it would
    make the same tables again and fail.
    """
    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    whole = Path(connection.settings_dict["NAME"])
    unfinished = whole.with_name(f"{whole.name}.unfinished")
    for left in whole.parent.glob(f"{unfinished.name}*"):
        left.unlink()
    connection.settings_dict["NAME"] = unfinished
    try:
        yield
    finally:
        # the last connection writes the log back into the file and removes it
        connection.close()
        connection.settings_dict["NAME"] = whole
    unfinished.rename(whole)


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
