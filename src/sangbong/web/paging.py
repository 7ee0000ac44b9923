"""Long lists in pages whose addresses keep the filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.http import HttpRequest

from sangbong.web.faces import Page

Row = TypeVar("Row")
PAGE_ROWS = 30


def page_number(request: HttpRequest) -> int:
    """The page asked for; anything odd is the first."""
    raw = request.GET.get("page", "1")
    return max(1, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 7 else 1


def page_of(request: HttpRequest, *, total: int, number: int, rows: int = PAGE_ROWS) -> Page:
    """Where the list stands, with the addresses of its neighbours."""
    pages = max(1, -(-total // rows))
    number = min(number, pages)
    return Page(
        number=number,
        pages=pages,
        total=total,
        previous_href=_href(request, number - 1) if number > 1 else "",
        next_href=_href(request, number + 1) if number < pages else "",
    )


def cut(
    request: HttpRequest, found: Sequence[Row], *, rows: int = PAGE_ROWS
) -> tuple[Sequence[Row], Page]:
    """One page of a list that is already in memory."""
    page = page_of(request, total=len(found), number=page_number(request), rows=rows)
    first = (page.number - 1) * rows
    return found[first : first + rows], page


def _href(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
