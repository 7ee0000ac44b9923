"""What waits today."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest


@needs(get="today.see")
def today(request: StaffRequest) -> HttpResponse:
    """Each line is one press from doing it."""
    return render(request, "web/console/today.html", {"lines": []})
