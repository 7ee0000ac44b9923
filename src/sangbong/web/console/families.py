"""Families: the list in words, one application, news that a person must tell, imports."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sangbong.kernel.errors import SangbongError
from sangbong.names.kin import KinTier
from sangbong.office.core.roles import Role
from sangbong.office.permissions import may
from sangbong.registry import operations, queries
from sangbong.registry.core.filters import ApplicationFilter
from sangbong.registry.core.layouts import Layout
from sangbong.registry.core.news import NewsState, NewsToDeliver, Way
from sangbong.registry.core.reports import BatchView
from sangbong.registry.queries import ApplicationPage
from sangbong.tracing.queries import pairs_of
from sangbong.web import audit, offices, words
from sangbong.web.faces import Chip, Event, Mark, PersonName
from sangbong.web.paging import PAGE_ROWS, page_number, page_of
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest, language_of

FILE_BYTES_MAX = 1024 * 1024
_NAME_LENGTH_MAX = 40


def today_of(request: StaffRequest) -> date:
    """The office's own day."""
    return timezone.localtime(request.now).date()


def role_of(request: StaffRequest) -> Role:
    """The role behind an allowed request."""
    if request.staff is None:
        raise Http404
    return request.staff.role


@needs(get="people.see")
def families(request: StaffRequest) -> HttpResponse:
    """Applications, narrowed by words that can be read back."""
    filters = _filters(request)
    found = queries.applications_page(
        role=role_of(request),
        today=today_of(request),
        filters=filters,
        page=page_number(request),
    )
    said = filters.words(language_of(request))
    audit.shown(request, found.subjects, query="; ".join(filters.words("en")) or "all")
    context = {
        "rows": [
            (line, words.short(line.tier), words.mark("life", line.life_status))
            for line in found.lines
        ],
        "page": page_of(request, total=found.total, number=found.page),
        "said": ", ".join(said),
        "filters": filters,
        "tiers": [(tier.value, words.short(tier.value)) for tier in KinTier],
        "chips": _chips(request),
        "news_waiting": queries.news_waiting().count,
        "may_import": may(role_of(request), "people.import"),
    }
    return render(request, "web/console/families.html", context)


def _filters(request: StaffRequest) -> ApplicationFilter:
    asked = request.GET
    tier, age, alive = asked.get("tier", ""), asked.get("age", ""), asked.get("alive", "")
    return ApplicationFilter(
        name=asked.get("name", "").strip()[:_NAME_LENGTH_MAX],
        age_from=int(age) if age.isascii() and age.isdigit() and len(age) < 4 else None,
        tier=KinTier(tier) if tier in set(KinTier) else None,
        alive_as_of=_day(alive),
        only_living=asked.get("living") == "1",
        only_doubted=asked.get("doubted") == "1",
    )


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _chips(request: StaffRequest) -> list[Chip]:
    here = request.GET.urlencode()
    saved = [
        (_("all"), ""),
        (_("aged 90 or over"), "age=90"),
        (_("not known to be dead"), "living=1"),
        (_("age to be checked"), "doubted=1"),
    ]
    return [
        Chip(label, f"?{query}" if query else reverse("families"), current=here == query)
        for label, query in saved
    ]


@needs(get="people.see")
def family(request: StaffRequest, application_no: str) -> HttpResponse:
    """One application: the applicant, the kin sought, papers, and what was told to whom.

    Raises:
        Http404: not there, or not for this role to see.
    """
    try:
        page = queries.get_application(
            role=role_of(request), application_no=application_no, today=today_of(request)
        )
    except SangbongError as fault:
        raise Http404 from fault
    audit.shown(request, page.subjects)
    person = page.applicant
    known = offices.names(request)
    states = {pair.sought_no: words.mark("pair", pair.state) for pair in pairs_of(application_no)}
    asked = Mark(_("not asked yet"), "ring", "quiet")
    context = {
        "page": page,
        "name": _name(page),
        "life": words.mark("life", person.life_status),
        "sex": words.short(person.sex),
        "names": [(words.short(n.kind), n.as_written, words.short(n.claim)) for n in person.names],
        "days": [
            (
                words.short(d.kind),
                d.as_written,
                f"{words.short(d.calendar)}, {words.short(d.precision)}",
                words.short(d.claim),
            )
            for d in person.days
        ],
        "places": [
            (words.short(p.kind), p.as_written, p.county or p.province, words.short(p.claim))
            for p in person.places
        ],
        "sought": [
            (one, states.get(one.sought_no, asked), words.short(one.tier), words.short(one.sex))
            for one in page.sought
        ],
        "events": _events(page),
        "told": [(one, known.get(one.recipient, one.recipient)) for one in person.releases],
        "consents": [
            (words.short(one.use), one.recipient, one.given_at, one.withdrawn_at)
            for one in person.consents
        ],
        "news": [(one, _news_word(one), words.mark("news", one.state)) for one in page.news],
    }
    return render(request, "web/console/family.html", context)


def _name(page: ApplicationPage) -> PersonName:
    forms = {form.kind: form.as_written for form in page.applicant.names}
    return PersonName(
        written=page.applicant.name,
        hanja=forms.get("hanja", ""),
        roman=forms.get("roman", ""),
        house=forms.get("house", ""),
    )


def _events(page: ApplicationPage) -> list[Event]:
    person = page.applicant
    events = [Event(page.lodged_on, _("application lodged"), page.application_no)]
    events += [
        Event(
            said.as_of_date,
            _("life: %(word)s") % {"word": words.mark("life", said.status).word},
            f"{words.short(said.said_by)} {said.paper}",
        )
        for said in person.beliefs
    ]
    events += [
        Event(c.made_at, words.short(c.way), f"{c.outcome} · {c.staff}") for c in person.contacts
    ]
    return sorted(events, key=lambda event: str(event.at))


def _news_word(news: NewsToDeliver) -> str:
    return words.short(news.kind)


@needs(get="people.see", post="people.change")
def news(request: StaffRequest) -> HttpResponse:
    """News a person must tell: take it, tell it, or put it back."""
    faults: list[str] = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                _move_news(request)
            return HttpResponseRedirect(reverse("families-news"))
        except SangbongError as fault:
            faults = [fault.text(language_of(request))]
    page = page_of(request, total=queries.news_waiting().count, number=page_number(request))
    rows = queries.news_to_deliver(limit=PAGE_ROWS, offset=(page.number - 1) * PAGE_ROWS)
    audit.shown(request, [f"application:{row.application_no}" for row in rows])
    own = request.staff.username if request.staff else ""
    context = {
        "rows": [
            (row, _news_word(row), words.mark("news", row.state), row.bearer == own) for row in rows
        ],
        "page": page,
        "faults": faults,
        "ways": [
            (way.value, words.short(way.value)) for way in (Way.VISIT, Way.TELEPHONE, Way.OFFICE)
        ],
        "may_change": may(role_of(request), "people.change"),
        "in_hand": NewsState.IN_HAND,
    }
    return render(request, "web/console/news.html", context, status=422 if faults else 200)


def _move_news(request: StaffRequest) -> None:
    raw, deed = request.POST.get("news", ""), request.POST.get("deed", "")
    news_id = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
    if deed == "take":
        operations.take_news(now=request.now, actor=request.actor, news_id=news_id)
    elif deed == "put_back":
        operations.put_back_news(now=request.now, actor=request.actor, news_id=news_id)
    else:
        way = request.POST.get("way", "")
        if way not in set(Way):
            raise SangbongError("web.choice_missing")
        operations.tell_news(now=request.now, actor=request.actor, news_id=news_id, way=Way(way))


@needs(get="people.see", post="people.import")
def imports(request: StaffRequest) -> HttpResponse:
    """Files that were read, and reading another."""
    if request.method == "POST":
        try:
            with transaction.atomic():
                report = _import(request)
        except SangbongError as fault:
            return _imports(request, faults=[fault.text(language_of(request))])
        return HttpResponseRedirect(reverse("families-import", args=[report]))
    return _imports(request, faults=[])


def _import(request: StaffRequest) -> int:
    uploaded = request.FILES.get("file")
    layout = request.POST.get("layout", "")
    if uploaded is None:
        raise SangbongError("web.file_missing")
    if layout not in set(Layout):
        raise SangbongError("web.choice_missing")
    if uploaded.size is None or uploaded.size > FILE_BYTES_MAX:
        raise SangbongError("web.file_large")
    report = operations.import_csv(
        now=request.now,
        actor=request.actor,
        layout=Layout(layout),
        filename=uploaded.name or "",
        data=uploaded.read(),
    )
    return report.batch_id


def _imports(request: StaffRequest, *, faults: list[str]) -> HttpResponse:
    context = {
        "rows": [
            (batch, _batch_mark(batch), words.short(batch.layout))
            for batch in queries.import_batches()
        ],
        "faults": faults,
        "layouts": [(layout.value, words.short(layout.value)) for layout in Layout],
        "may_import": may(role_of(request), "people.import"),
    }
    return render(request, "web/console/imports.html", context, status=422 if faults else 200)


def _batch_mark(batch: BatchView) -> Mark:
    if batch.undone_at is not None:
        return Mark(_("taken back"), "dash", "quiet")
    if batch.fault_count:
        return Mark(_("nothing imported"), "triangle", "needs")
    return Mark(_("imported"), "tick", "done")


@needs(get="people.see")
def import_report(request: StaffRequest, batch_id: int) -> HttpResponse:
    """What came of one file, fault by fault.

    Raises:
        Http404: no such import.
    """
    return _import_report(request, batch_id, faults=[])


def _import_report(request: StaffRequest, batch_id: int, *, faults: list[str]) -> HttpResponse:
    try:
        batch = queries.import_batch(batch_id)
    except SangbongError as fault:
        raise Http404 from fault
    language = language_of(request)
    context = {
        "batch": batch,
        "mark": _batch_mark(batch),
        "layout": words.short(batch.layout),
        "lines": [fault.text(language) for fault in batch.faults],
        "unlisted": batch.fault_count - len(batch.faults),
        "faults": faults,
        "may_undo": may(role_of(request), "people.import")
        and not batch.fault_count
        and batch.undone_at is None,
    }
    return render(request, "web/console/import_report.html", context, status=422 if faults else 200)


@needs(post="people.import")
def undo_import(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Take an import back as long as nothing was built on it."""
    try:
        with transaction.atomic():
            operations.undo_import(now=request.now, actor=request.actor, batch_id=batch_id)
    except SangbongError as fault:
        return _import_report(request, batch_id, faults=[fault.text(language_of(request))])
    return HttpResponseRedirect(reverse("families-import", args=[batch_id]))
