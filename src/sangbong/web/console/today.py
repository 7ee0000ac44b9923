"""Today: what waits, since when, and the press that does it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sangbong.letters import queries as letters
from sangbong.liaison import queries as liaison
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.queries import evidence
from sangbong.office.permissions import may
from sangbong.registry import queries as registry
from sangbong.reunions import queries as reunions
from sangbong.selection import queries as selection
from sangbong.selection.core.machine import RoundState
from sangbong.tracing import queries as tracing
from sangbong.tracing.core.states import EntryState
from sangbong.web import words
from sangbong.web.console.rounds import answers, matters_sent
from sangbong.web.console.waiting import wait_words
from sangbong.web.faces import Mark, WorkLine
from sangbong.web.permissions import needs
from sangbong.web.request import SignedIn, StaffRequest
from sangbong.web.templatetags.faces import day, instant

_ENDED = frozenset({RoundState.CLOSED, RoundState.CANCELLED})


@needs(get="today.see")
def today(request: StaffRequest) -> HttpResponse:
    """Only what this member of staff may do stands here; each line is one press from doing it."""
    staff = request.staff
    lines = [line for make in _MAKERS for line in make(staff)] if staff else []
    lines += _line(staff, request.now) if staff else []
    context = {
        "waiting": [line for line in lines if line.mark is not None and line.mark.tone == "needs"],
        "going": [line for line in lines if line.mark is None or line.mark.tone != "needs"],
    }
    return render(request, "web/console/today.html", context)


def _needs() -> Mark:
    return Mark(_("waits for a person"), "triangle", "needs")


def _rounds(staff: SignedIn) -> Iterator[WorkLine]:
    if not may(staff.role, "rounds.see"):
        return
    sent = matters_sent()
    for found in selection.rounds():
        if found.state not in _ENDED:
            said = answers(found, sent=sent)
            yield WorkLine(
                say=_("%(round)s waits for: %(what)s")
                % {"round": said.what, "what": said.waits_for},
                count=1,
                href=reverse("round", args=[found.code]),
                verb=_("Open the round"),
                since=said.next_by,
                mark=words.mark("round", found.state),
            )


def _news(staff: SignedIn) -> Iterator[WorkLine]:
    if not may(staff.role, "people.see"):
        return
    waiting = registry.news_waiting()
    if waiting.oldest_at is not None:
        yield WorkLine(
            say=_("News to be told to families by a person"),
            count=waiting.count,
            href=reverse("families-news"),
            verb=_("Take news to a family"),
            since=_("the oldest since %(day)s") % {"day": day(waiting.oldest_at)},
            mark=_needs(),
        )


def _findings(staff: SignedIn) -> Iterator[WorkLine]:
    if not may(staff.role, "inquiries.see"):
        return
    for line in tracing.incoming_inquiries():
        traced = line.entries.get(EntryState.TRACED, 0)
        ask = line.entries.get(EntryState.FOUND, 0)
        here = reverse("inquiry-came", args=[line.inquiry_id])
        since = _("received %(at)s") % {"at": instant(line.received_at)}
        if traced:
            yield WorkLine(
                _("People sought by the other side wait for a finding"),
                traced,
                f"{here}?state=traced",
                _("Compare records"),
                since,
                _needs(),
            )
        if ask:
            yield WorkLine(
                _("Found people are to be asked first"),
                ask,
                f"{here}?state=found",
                _("Ask them"),
                since,
                _needs(),
            )


def _letters(staff: SignedIn) -> Iterator[WorkLine]:
    if not may(staff.role, "letters.see"):
        return
    for state, count in letters.state_counts().items():
        mark = words.mark("letter", state)
        if mark.tone == "needs":
            yield WorkLine(
                _("Films: %(word)s") % {"word": mark.word},
                count,
                reverse("letters"),
                _("Open the letters"),
                mark=mark,
            )


def _sittings(staff: SignedIn) -> Iterator[WorkLine]:
    if not may(staff.role, "sittings.see"):
        return
    waiting = [one for one in reunions.proposals() if one.answered_at is None and not one.ours]
    if waiting:
        yield WorkLine(
            _("Proposals of sittings wait for our answer"),
            len(waiting),
            reverse("sittings"),
            _("Answer the other side"),
            _("filed %(at)s") % {"at": instant(waiting[-1].filed_at)},
            _needs(),
        )


def _channel(staff: SignedIn) -> Iterator[WorkLine]:
    if not may(staff.role, "channel.see"):
        return
    for one in liaison.summaries():
        refused = one.out.get(DispatchState.REFUSED, 0)
        custody = one.out.get(DispatchState.SEALED, 0) + one.out.get(DispatchState.CARRIED, 0)
        if refused:
            yield WorkLine(
                _("Dispatches were refused by the other side"),
                refused,
                reverse("channel-dispatches") + "?way=out&stage=refused",
                _("Read why"),
                mark=Mark(_("refused"), "square", "needs"),
            )
        if custody:
            yield WorkLine(
                _("Dispatches wait for a receipt"),
                custody,
                reverse("channel-dispatches") + "?way=out&stage=waiting",
                _("See them"),
                _("the oldest since %(day)s") % {"day": instant(one.oldest_waiting_at)},
                words.mark("dispatch", DispatchState.CARRIED),
            )


def _evidence(staff: SignedIn) -> Iterator[WorkLine]:
    """Proofs that nobody has looked at yet: the one alarm that the channel gives."""
    if not may(staff.role, "channel.see"):
        return
    unseen = [one for one in evidence.proofs() if one.seen_at is None]
    if unseen:
        yield WorkLine(
            _("An office signed two histories"),
            len(unseen),
            reverse("channel-evidence"),
            _("See the evidence"),
            _("found %(at)s") % {"at": instant(unseen[-1].found_at)},
            words.mark("log", "disputed"),
        )


def _line(staff: SignedIn, now: datetime) -> Iterator[WorkLine]:
    """What waits for a word of our own about calls, meetings and papers offered."""
    if not may(staff.role, "line.record"):
        return
    for code, waiting in liaison.everything_waiting(now=now).items():
        for one in waiting:
            if one.kind in liaison.FOR_AN_OFFICER:
                say, href, verb = wait_words(one, code)
                since = _("since %(when)s") % {"when": instant(one.since)}
                yield WorkLine(say, one.count, href, verb, since, _needs())


_MAKERS = (_news, _findings, _letters, _sittings, _channel, _evidence, _rounds)
