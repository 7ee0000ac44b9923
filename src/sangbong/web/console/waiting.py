"""What waits, in words: the sentence, the page where something can be done, and the verb."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.queries import Waiting, WaitKind

Told = tuple[str, str, str]


def wait_words(one: Waiting, code: OfficeCode) -> Told:
    """The sentence, the address and the verb of something that waits with an office."""
    told = (
        _of_dispatches(one.count, code) | _of_offers(one.count, code) | _of_people(one.count, code)
    )
    say, href, verb = told[one.kind]
    return say % {"n": one.count}, href, verb


def _of_dispatches(n: int, code: OfficeCode) -> dict[WaitKind, Told]:
    listed = f"{reverse('channel-dispatches')}?with={code}"
    ours, there, here = (
        f"{listed}&way=out&stage=waiting",
        f"{listed}&way=out&stage=there",
        f"{listed}&way=in&stage=there",
    )
    see = _("See them")
    sealed = ngettext(
        "%(n)s dispatch is sealed and not carried yet",
        "%(n)s dispatches are sealed and not carried yet",
        n,
    )
    carried = ngettext(
        "%(n)s dispatch was carried and has no receipt",
        "%(n)s dispatches were carried and have no receipt",
        n,
    )
    returned = ngettext(
        "%(n)s dispatch could not be taken there",
        "%(n)s dispatches could not be taken there",
        n,
    )
    received_there = ngettext(
        "%(n)s dispatch is received there and not applied yet",
        "%(n)s dispatches are received there and not applied yet",
        n,
    )
    received_here = ngettext(
        "%(n)s dispatch is received here and not applied yet",
        "%(n)s dispatches are received here and not applied yet",
        n,
    )
    return {
        WaitKind.TO_CARRY: (sealed, ours, see),
        WaitKind.RECEIPT: (carried, ours, see),
        WaitKind.RETURNED: (returned, ours, _("See why")),
        WaitKind.APPLYING_THERE: (received_there, there, see),
        WaitKind.APPLYING_HERE: (received_here, here, see),
    }


def _of_offers(n: int, code: OfficeCode) -> dict[WaitKind, Told]:
    offered, see = reverse("channel-offers", args=[code]), _("See them")
    they_ask = ngettext(
        "They ask whether we take %(n)s paper", "They ask whether we take %(n)s papers", n
    )
    we_asked = ngettext(
        "We asked whether they take %(n)s paper", "We asked whether they take %(n)s papers", n
    )
    to_send = ngettext(
        "%(n)s paper will be taken and is not handed over yet",
        "%(n)s papers will be taken and are not handed over yet",
        n,
    )
    to_come = ngettext(
        "We said that we take %(n)s paper; it has not come",
        "We said that we take %(n)s papers; they have not come",
        n,
    )
    return {
        WaitKind.OFFER_TO_ANSWER: (they_ask, offered, _("Answer")),
        WaitKind.OFFER_ANSWER: (we_asked, offered, see),
        WaitKind.PAPER_TO_SEND: (to_send, offered, _("Hand it over")),
        WaitKind.PAPER_TO_COME: (to_come, offered, see),
    }


def _of_people(n: int, code: OfficeCode) -> dict[WaitKind, Told]:
    met, calls = reverse("channel-meetings", args=[code]), reverse("channel-calls", args=[code])
    unwritten = ngettext(
        "Of %(n)s meeting nothing is written down", "Of %(n)s meetings nothing is written down", n
    )
    held = ngettext(
        "%(n)s meeting was held and has no minutes",
        "%(n)s meetings were held and have no minutes",
        n,
    )
    silent = ngettext(
        "Of %(n)s call nothing is written down", "Of %(n)s calls nothing is written down", n
    )
    return {
        WaitKind.MEETING_TO_WRITE: (unwritten, met, _("Write it down")),
        WaitKind.MINUTES: (held, met, _("File minutes")),
        WaitKind.CALL_TO_WRITE: (silent, calls, _("Write it down")),
    }
