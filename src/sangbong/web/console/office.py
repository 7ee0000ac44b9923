"""The office: who we are, who works here, who is across, and the trail that an auditor checks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sangbong.archive import queries as archive
from sangbong.office import queries
from sangbong.office.core.statement import fingerprint
from sangbong.office.permissions import may
from sangbong.web.faces import Mark
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest

AUDIT_ROWS = 30


@needs(get="office.see")
def office(request: StaffRequest) -> HttpResponse:
    """Identity, staff, counterparts and their key fingerprints."""
    objects, damaged = archive.counts()
    context = {
        "own": request.office,
        "own_fingerprint": fingerprint(queries.own_statement()),
        "staff_rows": queries.staff(),
        "others": [(one, _confirmed(one)) for one in queries.counterparts()],
        "objects": objects,
        "damaged": damaged,
        "may_audit": request.staff is not None and may(request.staff.role, "audit.see"),
    }
    return render(request, "web/console/office.html", context)


def _confirmed(one: queries.CounterpartView) -> Mark:
    if one.confirmed_at is None:
        return Mark(_("fingerprint not compared yet"), "triangle", "needs")
    return Mark(_("fingerprint compared"), "tick", "done")


@needs(get="audit.see")
def trail(request: StaffRequest) -> HttpResponse:
    """The audit trail, newest first; on asking, the whole chain is checked."""
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    entries = queries.latest_audit_entries(limit=AUDIT_ROWS + 1, before=number)
    older = ""
    if len(entries) > AUDIT_ROWS:
        entries = entries[:AUDIT_ROWS]
        older = f"{reverse('office-audit')}?before={entries[-1].number}"
    context = {
        "entries": entries,
        "older": older,
        "newest": reverse("office-audit") if number is not None else "",
        "verdict": queries.verify_audit() if request.GET.get("check") else None,
    }
    return render(request, "web/console/audit.html", context)
