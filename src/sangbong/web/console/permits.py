"""Permits: a door with an honest plate until the sanctions room has its tables."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest


@needs(get="rounds.see")
def permits(request: StaffRequest) -> HttpResponse:
    """Says what will stand here and what to do until then."""
    return render(request, "web/console/permits.html")
