"""Every component once, with invented content; drill offices only. Looked at first by every test."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sangbong.web import faces
from sangbong.web.faces import (
    Block,
    Chip,
    Consent,
    DateShown,
    Event,
    Fault,
    HallRow,
    LineDay,
    Mark,
    Page,
    PersonName,
    PlaceShown,
    Step,
)
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest

_AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
_FILM_SECONDS = 30


def _marks() -> list[Mark]:
    return [
        Mark(_("not asked yet"), "ring", "quiet"),
        Mark(_("in work"), "half", "moving"),
        Mark(_("waits for a person"), "triangle", "needs"),
        Mark(_("sealed"), "seal", "moving"),
        Mark(_("carried"), "arrow", "moving"),
        Mark(_("received"), "disc", "done"),
        Mark(_("applied"), "tick", "done"),
        Mark(_("refused"), "square", "refused"),
        Mark(_("cannot confirm"), "diamond", "quiet"),
        Mark(_("dead"), "disc", "quiet"),
        Mark(_("withdrawn"), "dash", "quiet"),
    ]


def _strip() -> list[LineDay]:
    said = {"made": _("both calls made"), "missed": _("no answer"), "silent": _("no call planned")}
    states = ["made", "made", "missed", "made", "made", "silent", "silent"] * 3
    return [
        LineDay(date(2018, 6, 5) + timedelta(days=n), state, said[state], n == len(states) - 1)
        for n, state in enumerate(states)
    ]


def _people() -> dict[str, object]:
    return {
        "name": PersonName("이순례", "李順禮", "Ri Sun Rye", _("small one"), "리순례"),
        "bare_name": PersonName("김영수"),
        "date": DateShown("음 1931.3.5", "1931년 4월 22일", _("lunar, to the day")),
        "about_date": DateShown("1931년경", "", _("the year is a guess")),
        "place": PlaceShown("황해북도 사리원시", "황해도 봉산군"),
    }


@needs(get="gallery.see")
def gallery(request: StaffRequest) -> HttpResponse:
    """All components on one page.

    Raises:
        Http404: this office is no drill; its pages hold nothing invented.
    """
    if request.office is None or not request.office.drill:
        raise Http404
    context = {
        "marks": _marks(),
        **_people(),
        "evidence": faces.evidence(
            [
                (_("surname and given name"), "이순례", "리순례", 11_420),
                (_("year of birth"), "1931", "1932", 2_130),
                (_("birthplace"), "황해도 봉산군", "황해북도 사리원시", 4_610),
                (_("father’s name"), "이만복", "리만봉", -3_880),
                (_("mother’s name"), "박씨", "", 0),
            ]
        ),
        "funnel": faces.funnel(
            [
                (_("on the roll"), 5_000, [(_("no longer alive as believed"), 12)]),
                (_("drawn first"), 500, []),
                (_("willing and well"), 371, [(_("unwell"), 96), (_("not this time"), 33)]),
                (_("asked across"), 250, []),
                (_("kin found alive"), 122, [(_("dead"), 74), (_("cannot confirm"), 54)]),
                (_("final list"), 89, []),
            ]
        ),
        "bars": faces.bars([("60–69", 31), ("70–79", 88), ("80–89", 214), (_("90 and over"), 167)]),
        "events": [
            Event(_AT - timedelta(days=900), _("Application lodged"), "서은하"),
            Event(_AT, _("Drawn in the first list, place 214"), "system:draw"),
            Event(_AT + timedelta(days=8), _("Asked the other side"), "한도윤", "#timeline"),
        ],
        "days": _strip(),
        "steps": [
            Step(_("Roll frozen"), "done"),
            Step(_("Drawn"), "done"),
            Step(_("Asked the other side"), "current"),
            Step(_("Final lists")),
            Step(_("Sittings")),
        ],
        "people": [
            Consent(_("first officer"), "한도윤", _AT),
            Consent(_("second officer"), waits=True),
        ],
        "faults": [
            Fault(
                _("applications.csv, line 17, “birth”: 1931-02-30 is not a day of the calendar.")
            ),
            Fault(_("Please write a reason."), "#reason"),
        ],
        "chips": [
            Chip(_("all"), "#chips", current=True),
            Chip(_("over 90"), "#chips"),
            Chip(_("no contact this year"), "#chips"),
        ],
        "pages": Page(2, 7, 208, "?page=1", "?page=3"),
        "hours": ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00"],
        "halls": [
            HallRow(
                _("Seoul, room 1"),
                (
                    Block(2, "이순례", _("4 here, 3 there"), "#timetable"),
                    Block(1),
                    Block(2, "김영수", _("2 here, 5 there"), "#timetable", waits=True),
                    Block(1),
                ),
            ),
            HallRow(
                _("Busan, room 1"), (Block(3), Block(2, "정말순", _("3 here, 3 there")), Block(1))
            ),
        ],
        "film_seconds": _FILM_SECONDS,
    }
    return render(request, "web/gallery.html", context)
