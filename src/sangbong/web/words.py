"""States as a word and a shape, and the short names of codes; the glossary's words only."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from sangbong.kernel.errors import Language, messages
from sangbong.tracing.core.deciding import DEMONSTRATION_RULE, MARK
from sangbong.tracing.core.findings import OWN_ANSWER
from sangbong.web.evidence_words import EVIDENCE_MARKS, EVIDENCE_SHORT
from sangbong.web.faces import Mark
from sangbong.web.line_words import LINE_MARKS, LINE_SHORT

_MARKS: dict[str, dict[str, tuple[str, str, str]]] = (
    LINE_MARKS
    | EVIDENCE_MARKS
    | {
        "round": {
            "planned": (noop("planned"), "ring", "quiet"),
            "roll_frozen": (noop("roll frozen"), "half", "moving"),
            "drawn": (noop("drawn"), "half", "moving"),
            "second_list_made": (noop("second list made"), "half", "moving"),
            "final_list_made": (noop("final list made"), "half", "moving"),
            "final_list_sent": (noop("final list sent"), "arrow", "moving"),
            "closed": (noop("closed"), "disc", "done"),
            "cancelled": (noop("cancelled"), "dash", "quiet"),
        },
        "dispatch": {
            "arriving": (noop("arriving"), "ring", "moving"),
            "sealed": (noop("sealed"), "seal", "moving"),
            "carried": (noop("carried"), "arrow", "moving"),
            "received": (noop("received"), "half", "moving"),
            "applied": (noop("applied"), "tick", "done"),
            "refused": (noop("refused"), "square", "refused"),
        },
        "paper": {
            "printed": (noop("printed"), "ring", "quiet"),
            "handed_over": (noop("handed over"), "arrow", "moving"),
            "received_on_paper": (noop("received on paper"), "half", "moving"),
            "answered": (noop("answered on paper"), "tick", "done"),
            "spoiled": (noop("not valid"), "dash", "quiet"),
        },
        "paper_reply": {
            "scanned": (noop("waits to be typed"), "triangle", "needs"),
            "typed": (noop("waits to be compared"), "triangle", "needs"),
            "returned": (noop("waits to be typed again"), "triangle", "needs"),
            "accepted": (noop("compared"), "tick", "done"),
        },
        "letter": {
            "recorded": (noop("recorded"), "ring", "moving"),
            "unusable": (noop("cannot be used"), "triangle", "needs"),
            "checked": (noop("waits to be watched"), "triangle", "needs"),
            "retake_wanted": (noop("another take wanted"), "triangle", "needs"),
            "screened": (noop("watched, waits for release"), "triangle", "needs"),
            "released": (noop("released"), "arrow", "moving"),
            "received": (noop("received"), "half", "moving"),
            "ready": (noop("ready for the family"), "triangle", "needs"),
            "broken": (noop("does not open"), "triangle", "needs"),
            "delivered": (noop("shown to the family"), "tick", "done"),
        },
        "sitting": {
            "proposed": (noop("proposed"), "ring", "needs"),
            "accepted": (noop("accepted"), "tick", "done"),
            "refused": (noop("refused"), "square", "refused"),
            "concluded": (noop("concluded"), "disc", "done"),
        },
        "life": {
            "alive": (noop("alive"), "ring", "done"),
            "dead": (noop("dead"), "disc", "quiet"),
            "unconfirmed": (noop("cannot confirm"), "diamond", "quiet"),
            "unknown": (noop("not known"), "dash", "quiet"),
        },
        "finding": {
            "alive": (noop("alive"), "ring", "done"),
            "dead": (noop("dead"), "disc", "quiet"),
            "cannot_confirm": (noop("cannot confirm"), "diamond", "quiet"),
            "refused": (noop("does not wish contact"), "square", "quiet"),
            "unwell": (noop("unwell"), "half", "quiet"),
            "wrong_person": (noop("another person"), "dash", "quiet"),
        },
        "pair": {
            "unread": (noop("waits to be read by an officer"), "triangle", "needs"),
            "asked": (noop("asked, no reply yet"), "arrow", "moving"),
            "alive": (noop("alive"), "ring", "done"),
            "dead": (noop("dead"), "disc", "quiet"),
            "cannot_confirm": (noop("cannot confirm"), "diamond", "quiet"),
        },
        "entry": {
            "filed": (noop("filed, not compared yet"), "ring", "moving"),
            "traced": (noop("waits for an officer"), "triangle", "needs"),
            "found": (noop("found, to be asked first"), "triangle", "needs"),
            "asked": (noop("being asked"), "half", "moving"),
            "answered": (noop("has answered"), "half", "moving"),
            "settled": (noop("settled"), "disc", "done"),
            "replied": (noop("replied"), "tick", "done"),
        },
        "answer": {
            "willing": (noop("willing"), "tick", "done"),
            "refused": (noop("does not wish contact"), "dash", "quiet"),
            "unwell": (noop("unwell"), "half", "quiet"),
            "unreachable": (noop("could not be reached"), "dash", "quiet"),
        },
        "news": {
            "undelivered": (noop("waits for a bearer"), "triangle", "needs"),
            "in_hand": (noop("in hand"), "half", "moving"),
            "delivered": (noop("told"), "tick", "done"),
            "superseded": (noop("overtaken by a later paper"), "dash", "quiet"),
        },
        "will": {
            "willing": (noop("willing"), "tick", "done"),
            "not_willing": (noop("not this time"), "dash", "quiet"),
            "unreachable": (noop("could not be reached"), "dash", "quiet"),
            "died": (noop("dead"), "disc", "quiet"),
            "": (noop("not asked yet"), "ring", "quiet"),
        },
        "standing": {
            "chosen": (noop("on the list"), "tick", "done"),
            "reserve": (noop("reserve"), "half", "moving"),
            "not_chosen": (noop("not on this list"), "dash", "quiet"),
            "": (noop("not made yet"), "ring", "quiet"),
        },
    }
)

_SHORT = (
    LINE_SHORT
    | EVIDENCE_SHORT
    | {
        # kin
        "direct": noop("parent, child or spouse"),
        "sibling": noop("brother or sister"),
        "third_degree_plus": noop("third degree or farther"),
        "companion": noop("in-law"),
        "M": noop("man"),
        "F": noop("woman"),
        # why somebody is not on a list
        "birth_unknown": noop("birth not known"),
        "succeeded": noop("another application goes on"),
        "consent_missing": noop("no consent for this"),
        "weight_zero": noop("outside the criteria"),
        "not_drawn": noop("not drawn this time"),
        "drawn": noop("drawn"),
        "drawn_reserve": noop("drawn as reserve"),
        "excluded": noop("excluded by the register"),
        "not_asked": noop("not asked yet"),
        "not_willing": noop("not this time"),
        "not_well": noop("not well"),
        "unreachable": noop("could not be reached"),
        "died": noop("has died"),
        "beyond_places": noop("beyond the places"),
        "no_reply": noop("no reply yet"),
        "cannot_confirm": noop("cannot confirm"),
        "all_dead": noop("kin sought are dead"),
        "nobody_can_meet": noop("no kin can meet"),
        "withdrew_health": noop("health"),
        "withdrew_wish": noop("own wish"),
        "withdrew_kin_health": noop("health of kin there"),
        "withdrew_other_side": noop("told by the other side"),
        # stages of the funnel
        "roll": noop("on the roll"),
        "first_reserves": noop("reserves of the draw"),
        "willing_and_well": noop("willing and well"),
        "second_list": noop("second list"),
        "able_to_meet": noop("kin can meet"),
        "final_list": noop("final list"),
        "final_list_coming": noop("still coming"),
        # health
        "well": noop("well"),
        "well_with_help": noop("well, with help"),
        "unknown": noop("not known"),
        # letters
        "outgoing": noop("outgoing"),
        "incoming": noop("incoming"),
        "in": noop("from them"),
        "out": noop("from us"),
        # names, days, places, claims
        "registry": noop("registered name"),
        "house": noop("house name"),
        "former": noop("former name"),
        "roman": noop("in Roman letters"),
        "hanja": noop("in Hanja"),
        "birth": noop("born"),
        "death": noop("died"),
        "birthplace": noop("birthplace"),
        "residence": noop("residence"),
        "at_separation": noop("address when parted"),
        "self": noop("said by the person"),
        "applicant": noop("said by the applicant"),
        "register": noop("from the register"),
        "counterpart": noop("said by the other side"),
        "kin": noop("said by kin"),
        "officer": noop("found by an officer"),
        "solar": noop("solar"),
        "lunar": noop("lunar"),
        "day": noop("to the day"),
        "month": noop("to the month"),
        "year": noop("the year only"),
        "about": noop("about that year"),
        # uses of consent
        "search": noop("search among the other side’s records"),
        "name_to_other_side": noop("name to the other side"),
        "film": noop("film"),
        "list_exchange": noop("exchange of lists"),
        # news
        "alive": noop("alive"),
        "dead": noop("dead"),
        "wrong_person": noop("another person"),
        "kin_not_asked_for": noop("kin nobody asked for"),
        "film_arrived": noop("a film arrived"),
        # ways
        "visit": noop("visit"),
        "telephone": noop("telephone"),
        "office": noop("at the office"),
        "letter": noop("letter"),
        # kinds of paper
        "liaison.note": noop("note"),
        "tracing.inquiry": noop("life-status inquiry"),
        "tracing.reply": noop("life-status reply"),
        "selection.final_list": noop("final list"),
        "letters.film": noop("filmed letter"),
        "reunions.proposal": noop("sittings proposed"),
        "reunions.answer": noop("answer to the proposal"),
        "liaison.relay": noop("passed on for another office"),
        "liaison.restored": noop("word of a restore"),
        "liaison.keys": noop("key statement"),
        # outcomes
        "held": noop("held"),
        "held_in_part": noop("held in part"),
        "one_side_absent": noop("one side did not come"),
        "withdrawn_health": noop("called off: health"),
        "withdrawn_wish": noop("called off: own wish"),
        "died_before": noop("one has died before"),
        "not_my_family": noop("not my family"),
        "line_failed": noop("the line failed"),
        "postponed": noop("postponed"),
        "not_held": noop("not held"),
        "no_room_free": noop("no room free"),
        "not_on_final_list": noop("not on the final list"),
        "kin_cannot_come": noop("kin cannot come"),
        # evidence
        "name": noop("name"),
        "sex": noop("sex"),
        "place": noop("place"),
        "father": noop("father’s name"),
        "mother": noop("mother’s name"),
        "household": noop("household"),
        "item.register": noop("people in the register"),
        "level.prior": noop("before anything is compared"),
        "level.missing": noop("not written on one side"),
        "level.exact": noop("the same"),
        "level.other_form": noop("a house name or former name"),
        "level.one_letter": noop("one letter apart"),
        "level.reading": noop("can be read so"),
        "level.given_only": noop("given name only"),
        "level.surname_only": noop("surname only"),
        "level.same_day": noop("the same day"),
        "level.other_calendar": noop("the other calendar"),
        "level.same_day_other_year": noop("the same day, another year"),
        "level.same_year": noop("the same year"),
        "level.year_off_1": noop("one year off"),
        "level.year_off_3": noop("up to three years off"),
        "level.birth_county": noop("county of birth"),
        "level.residence_county": noop("county of residence"),
        "level.province": noop("the same province"),
        "level.not_excluded": noop("not ruled out"),
        "level.shared": noop("shared with the others sought"),
        "level.different": noop("different"),
        "filed": noop("filed, not compared yet"),
        "traced": noop("waits for an officer"),
        "found": noop("found, to be asked first"),
        "asked": noop("being asked"),
        "answered": noop("has answered"),
        "settled": noop("settled"),
        "replied": noop("replied"),
        "refused": noop("does not wish contact"),
        "unwell": noop("unwell"),
        "willing": noop("willing"),
        "still": noop("still picture"),
        # stretches that a film's check noticed
        "black": noop("black picture"),
        "silence": noop("silence"),
        "silent": noop("silence"),
        "frozen": noop("still picture"),
        # layouts
        "applications": noop("applications"),
        "registry_file": noop("register"),
    }
)

_VERDICTS = {
    "accepted": noop("one record stands clearly before all others"),
    "nobody": noop("no record comes near"),
    "below_threshold": noop("no record reaches the threshold"),
    "rival_too_near": noop("another record is too near"),
}


def mark(family: str, code: object) -> Mark:
    """A state's word and shape; a state we have no word for shows its code, never nothing."""
    word, shape, tone = _MARKS[family].get(str(code or ""), (str(code), "diamond", "quiet"))
    return Mark(_(word), shape, tone)


def known_states(family: str) -> frozenset[str]:
    """The states that have a word, for the test that walks every machine."""
    return frozenset(_MARKS[family])


def short(code: object) -> str:
    """The short name of a code; a code without one is shown as it is."""
    text = str(code or "")
    return _(_SHORT[text]) if text in _SHORT else text.replace("_", " ")


def round_title(code: str) -> str:
    """A round as people call it: `video-8` is the eighth round by video, `21` the 21st meeting."""
    kind, _dash, number = code.rpartition("-")
    if kind == "video" and number.isascii() and number.isdigit():
        return _("Video round %(number)s") % {"number": number}
    if code.isascii() and code.isdigit():
        return _("Round %(number)s") % {"number": code}
    return code


def matter_title(matter: str) -> str:
    """What papers are about, as people call it; a round's matter is the round's title."""
    return round_title(matter.removeprefix("round-"))


def state_or_short(family: str, code: str) -> str:
    """The word of a state of this family where there is one, else the code's short name."""
    return mark(family, code).word if code in _MARKS.get(family, {}) else short(code)


def finder(decided_by: str) -> str:
    """Who made a finding: a member of staff's name, or that a written rule did."""
    return _("a written rule") if decided_by.startswith(MARK) else decided_by


def finding_reason(decided_by: str, reason: str, language: Language) -> str:
    """Why a finding was made: an officer's own sentence, or our words for a rule's or an answer's."""
    if decided_by.startswith(MARK):
        code, _colon, stored = reason.partition(": ")
        rule = DEMONSTRATION_RULE
        if decided_by == rule.mark:
            stored = rule.text_en if language == "en" else rule.text_ko
        return f"{_(_VERDICTS.get(code, code))}. {stored}"
    answer = reason.removeprefix(OWN_ANSWER)
    if answer != reason and answer in known_states("answer"):
        return _("the found person’s own answer: %(word)s") % {"word": mark("answer", answer).word}
    return reason


def sentence(code: str, language: Language) -> str:
    """The sentence of a message code without parameters, else the code."""
    known = messages().get(code)
    return known[language] if known else code


def lost(pairs: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
    """Reason codes with their counts as words, the largest first; reserves are not lost."""
    counted = [(short(code), count) for code, count in pairs if count]
    return sorted(counted, key=lambda pair: -pair[1])
