"""A paper is offered before it is sent; drawn in docs/machines/offer.md.

1. (O1) *Offered* comes before acceptance and before sending: who has a paper asks first whether the other
   side will take it. The offer names the paper and says nothing of what is in it.
2. (O2) The answer is *will take* or *declined*, with who said so. That no answer came is written down
   by a person as *no answer*; silence alone changes nothing, and an answer may come late.
3. (O3) Only a paper that will be taken is noted as sent, with its dispatch or the way it went.
4. (O4) A declined paper may be taken later when the other side says so.
5. (O5) Who offered may take the offer back until the paper is sent.
6. (O6) An offer and its answer travel as papers of their own while the line stands, or by call; both
   ways are the same here.
7. (O7) Papers cross on the way, so the other side's word is taken in every state: said twice it
   changes nothing, after a taking back neither; a paper declined after it was sent is declined.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.people.said import Said, standing


class OfferState(StrEnum):
    """How an offered paper stands."""

    OFFERED = "offered"
    WILL_TAKE = "will_take"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    SENT = "sent"
    TAKEN_BACK = "taken_back"


class OfferDeed(StrEnum):
    """What is written down of an offer."""

    TAKE = "take"
    DECLINE = "decline"
    GIVE_UP = "give_up"
    SEND = "send"
    TAKE_BACK = "take_back"


_S, _D = OfferState, OfferDeed
TRANSITIONS: dict[tuple[OfferState, OfferDeed], OfferState] = {
    (_S.OFFERED, _D.TAKE): _S.WILL_TAKE,
    (_S.OFFERED, _D.DECLINE): _S.DECLINED,
    (_S.OFFERED, _D.GIVE_UP): _S.NO_ANSWER,
    (_S.OFFERED, _D.TAKE_BACK): _S.TAKEN_BACK,
    (_S.NO_ANSWER, _D.TAKE): _S.WILL_TAKE,
    (_S.NO_ANSWER, _D.DECLINE): _S.DECLINED,
    (_S.NO_ANSWER, _D.TAKE_BACK): _S.TAKEN_BACK,
    (_S.DECLINED, _D.TAKE): _S.WILL_TAKE,
    (_S.DECLINED, _D.TAKE_BACK): _S.TAKEN_BACK,
    (_S.DECLINED, _D.DECLINE): _S.DECLINED,
    (_S.WILL_TAKE, _D.TAKE): _S.WILL_TAKE,
    (_S.WILL_TAKE, _D.SEND): _S.SENT,
    (_S.WILL_TAKE, _D.DECLINE): _S.DECLINED,
    (_S.WILL_TAKE, _D.TAKE_BACK): _S.TAKEN_BACK,
    (_S.SENT, _D.TAKE): _S.SENT,
    (_S.SENT, _D.DECLINE): _S.DECLINED,
    (_S.TAKEN_BACK, _D.TAKE): _S.TAKEN_BACK,
    (_S.TAKEN_BACK, _D.DECLINE): _S.TAKEN_BACK,
}

WAITING = frozenset({OfferState.OFFERED})
"""States that wait for the other side's word."""

ANSWERS = frozenset({OfferDeed.TAKE, OfferDeed.DECLINE})


class Way(StrEnum):
    """How an offer or its answer came: as a paper over the channel, or by call."""

    CHANNEL = "channel"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class OfferFact:
    """What was written down of an offer."""

    deed: OfferDeed
    at: datetime
    way: Way
    source: Said
    number: int = 0
    corrected: bool = False


def after(state: OfferState, deed: OfferDeed) -> OfferState:
    """The state after a deed.

    Raises:
        SangbongError: `liaison.offer_not_now`; the writer's slip.
    """
    try:
        return TRANSITIONS[state, deed]
    except KeyError as error:
        raise SangbongError("liaison.offer_not_now", state=state.value) from error


def offer_state(facts: Iterable[OfferFact]) -> OfferState:
    """The state that the facts lead to."""
    state = OfferState.OFFERED
    for fact in standing(facts):
        state = after(state, fact.deed)
    return state
