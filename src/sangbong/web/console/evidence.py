"""Evidence: how far each office has witnessed the other's log, and what was proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.operations import evidence as operations
from sangbong.liaison.queries import evidence as queries
from sangbong.liaison.queries.evidence import LogView, ProofView
from sangbong.office.permissions import may
from sangbong.web import offices, words
from sangbong.web.faces import Mark
from sangbong.web.paging import cut
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest, language_of


@dataclass(frozen=True, slots=True)
class LogRow:
    """One log as the page shows it."""

    whose: str
    towards: str
    incarnation: int
    size: int
    cosigned: int
    cosigned_at: datetime | None
    root: str
    mark: Mark
    missing: int


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One proof as the page shows it."""

    view: ProofView
    accused: str
    kind: str


@needs(get="channel.see", post="channel.send")
def evidence(request: StaffRequest) -> HttpResponse:
    """Logs and proofs; a liaison officer may note that he has looked at a proof."""
    if request.method == "POST":
        return _see(request)
    return _page(request, faults=[])


def _see(request: StaffRequest) -> HttpResponse:
    try:
        operations.see_proof(
            now=request.now, actor=request.actor, digest=request.POST.get("proof", "")
        )
    except SangbongError as fault:
        return _page(request, faults=[fault.text(language_of(request))])
    return HttpResponseRedirect(reverse("channel-evidence"))


def _page(request: StaffRequest, *, faults: list[str]) -> HttpResponse:
    known = offices.names(request)
    own = request.office.code if request.office else ""
    logs, page = cut(request, queries.logs(own=OfficeCode(own)))
    found = queries.proofs()
    context = {
        "rows": [_log(one, known, own=own) for one in logs],
        "page": page,
        "proofs": [
            ProofRow(one, known.get(one.accused, one.accused), words.short(f"proof.{one.kind}"))
            for one in found
        ],
        "unseen": sum(one.seen_at is None for one in found),
        "may_see": request.staff is not None and may(request.staff.role, "channel.send"),
        "faults": faults,
    }
    return render(request, "web/console/evidence.html", context, status=422 if faults else 200)


def _log(view: LogView, known: dict[str, str], *, own: str) -> LogRow:
    origin = view.origin
    return LogRow(
        whose=_("ours") if origin.office == own else known.get(origin.office, origin.office),
        towards=known.get(origin.witness, origin.witness),
        incarnation=origin.incarnation,
        size=view.size,
        cosigned=view.cosigned or 0,
        cosigned_at=view.cosigned_at,
        root=view.root[:12],
        mark=words.mark("log", _state(view)),
        missing=view.missing,
    )


def _state(view: LogView) -> str:
    if view.disputed:
        return "disputed"
    if view.missing:
        return "missing"
    if not view.cosigned:
        return "unwitnessed"
    return "witnessed" if view.cosigned >= view.size else "partly"
