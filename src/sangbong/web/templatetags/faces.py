"""How numbers, days and instants read, in the language of the page."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from sangbong.web import words

register = template.Library()


def _korean() -> bool:
    return (get_language() or "ko").startswith("ko")


@register.filter
def count(value: int | None) -> str:
    """A number with thousands apart; a dash where none is known."""
    return "–" if value is None else f"{value:,}"


@register.filter
def day(value: date | datetime | None) -> str:
    """A day, written out: `2018년 6월 25일`, `25 June 2018`."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, "Y년 n월 j일" if _korean() else "j F Y")


@register.filter
def instant(value: datetime | date | None) -> str:
    """An instant in the office's time zone, to the minute; a bare day stays a day."""
    if value is None:
        return "–"
    if not isinstance(value, datetime):
        return day(value)
    local = timezone.localtime(value)
    return date_format(local, "Y년 n월 j일 H:i" if _korean() else "j F Y, H:i")


@register.filter
def clock(value: datetime | None) -> str:
    """The hour and minute in the office's time zone."""
    return "–" if value is None else timezone.localtime(value).strftime("%H:%M")


@register.filter
def machine(value: datetime | date | None) -> str:
    """The same moment for the `datetime` attribute."""
    return "" if value is None else value.isoformat()


@register.filter
def groups(value: str, size: int = 4) -> str:
    """A long hash in groups that an eye can follow."""
    return " ".join(value[i : i + size] for i in range(0, len(value), size))


@register.filter
def own(value: Any, language: str) -> str:
    """The name of something that has one in each language."""
    return str(value.name_en if language == "en" else value.name_ko)


@register.filter
def round_title(code: str) -> str:
    """A round as people call it."""
    return words.round_title(code)


@register.filter
def matter(name: str) -> str:
    """What papers are about, as people call it."""
    return words.matter_title(name)


@register.filter
def last_day(until: date) -> date:
    """The last day before an exclusive end."""
    return until - timedelta(days=1)
