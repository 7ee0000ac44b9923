"""This office's settings: from the environment first, then from `office.toml` in its folder."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.home import DEFAULT_HOME, HOME_VARIABLE

_PREFIX = "SANGBONG_"


class OfficeSettings(BaseSettings):
    """Everything an operator may set; each by `SANGBONG_<NAME>` or a line in `office.toml`."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid")

    code: str = Field(default="", pattern=r"^([A-Z]{2}-[A-Z]{3})?$", description="office code")
    database: str = Field(
        default="",
        pattern=r"^(postgres(ql)?://.+)?$",
        description="a PostgreSQL address; empty means SQLite in the office's folder",
    )
    allowed_hosts: list[str] = Field(
        default=["localhost", "127.0.0.1"], description="names this office's pages answer to"
    )
    secure_cookies: bool = Field(default=True, description="send cookies over https only")
    link_url: str = Field(
        default="", pattern=r"^(https://.+)?$", description="where the other office's carrier calls"
    )
    argon2_at_once: int = Field(default=2, ge=1, le=64, description="password checks at once")
    story_time: Path | None = Field(
        default=None, description="file with the story's instant; drill offices only"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="how much is logged"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose values are passed at construction."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One line of `sangbong check`: a setting, its value, where it came from, and its fault."""

    name: str
    value: str
    source: str
    meaning: str
    fault: str = ""


def home() -> Path:
    """The office's folder: `SANGBONG_HOME`, else `var/office` under the working folder."""
    return Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).absolute()


def load(folder: Path) -> OfficeSettings:
    """Read and check all settings.

    Raises:
        SangbongError: `office.setting_malformed` for the first one that cannot be used.
    """
    try:
        return OfficeSettings(**_from_file(folder))
    except ValidationError as fault:
        first = fault.errors()[0]
        name = str(first["loc"][0])
        raise SangbongError(
            "office.setting_malformed",
            name=name,
            source=_source(name, _from_file(folder)),
            reason=first["msg"],
        ) from fault
    except ValueError as fault:
        # pydantic-settings refuses text that is not JSON where a list is wanted
        raise SangbongError(
            "office.setting_malformed",
            name="allowed_hosts",
            source="environment",
            reason=str(fault),
        ) from fault


def describe(folder: Path) -> list[SettingLine]:
    """Every setting with its source and, where it has one, its fault."""
    from_file: dict[str, Any] = {}
    faults: dict[str, str] = {}
    values: dict[str, object] = {}
    try:
        from_file = _from_file(folder)
        values = OfficeSettings(**from_file).model_dump()
    except ValidationError as fault:
        faults = {str(e["loc"][0]): e["msg"] for e in fault.errors()}
    except (SangbongError, ValueError) as fault:
        faults = {"office.toml": str(fault)}
    lines = [
        SettingLine(
            name=name,
            value=_shown(name, values.get(name, "")),
            source=_source(name, from_file),
            meaning=field.description or "",
            fault=faults.pop(name, ""),
        )
        for name, field in OfficeSettings.model_fields.items()
    ]
    lines += [
        SettingLine(name=name, value="", source=_source(name, from_file), meaning="", fault=fault)
        for name, fault in faults.items()
    ]
    return lines


def write_file(folder: Path, values: dict[str, str | bool | int | list[str]]) -> None:
    """Write `office.toml` of a new office, whole or not at all: it says that there is an office."""
    lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
    unfinished = folder / "office.toml.unfinished"
    with unfinished.open("w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / "office.toml")


def _toml(value: str | bool | int | list[str]) -> str:  # noqa: FBT001 -- a value, not a switch
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _from_file(folder: Path) -> dict[str, Any]:
    path = folder / "office.toml"
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SangbongError(
            "office.setting_malformed", name="office.toml", source=str(path), reason=str(fault)
        ) from fault


def _source(name: str, from_file: dict[str, Any]) -> str:
    if f"{_PREFIX}{name}".upper() in {key.upper() for key in os.environ}:
        return "environment"
    return "office.toml" if name in from_file else "default"


def _shown(name: str, value: object) -> str:
    # a database address may hold a password
    if name == "database" and value:
        return "postgresql://…"
    return "" if value is None else str(value)
