"""Django system checks that refuse an unsafe start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register

from sangbong.kernel.errors import SangbongError
from sangbong.office.adapters.database import refuse_unsafe_database


@register(Tags.database)
def database_keeps_promises(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """WAL, synchronous=FULL, foreign keys, secure delete, IMMEDIATE: or no start."""
    del app_configs, kwargs
    if not databases:
        return []
    try:
        refuse_unsafe_database()
    except SangbongError as fault:
        return [Error(fault.text("en"), id=fault.code)]
    return []
