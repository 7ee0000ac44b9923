"""Offices by their names, in the language of the page."""

from __future__ import annotations

from sangbong.office.queries import counterparts
from sangbong.web.request import StaffRequest, language_of


def names(request: StaffRequest) -> dict[str, str]:
    """The name of every office we know, by its code."""
    english = language_of(request) == "en"
    known = {str(one.code): one.name_en if english else one.name_ko for one in counterparts()}
    own = request.office
    if own is not None:
        known[str(own.code)] = own.name_en if english else own.name_ko
    return known
