"""Words and shapes of the line and its people; `words` reads them with all others.

Short names carry their family before a point, since *open* is a word of three machines.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

LINE_MARKS: dict[str, dict[str, tuple[str, str, str]]] = {
    "line": {
        "unknown": (noop("nobody has said"), "dash", "quiet"),
        "open": (noop("open"), "disc", "done"),
        "degraded": (noop("degraded"), "half", "needs"),
        "suspended": (noop("suspended"), "square", "needs"),
        "restored": (noop("restored"), "disc", "done"),
    },
    "call": {
        "expected": (noop("expected"), "ring", "quiet"),
        "silent": (noop("nothing written down"), "dash", "needs"),
        "made": (noop("made"), "tick", "done"),
        "missed": (noop("nobody answered"), "triangle", "needs"),
        "answered_late": (noop("answered late"), "half", "moving"),
        "called_off": (noop("agreed on no call"), "dash", "quiet"),
    },
    "presence": {
        "unknown": (noop("nobody has said"), "dash", "quiet"),
        "present": (noop("there"), "disc", "done"),
        "in_part": (noop("there in part"), "half", "needs"),
        "withdrawn": (noop("staff withdrawn"), "square", "needs"),
        "returned": (noop("returned"), "disc", "done"),
    },
    "meeting": {
        "planned": (noop("planned"), "ring", "quiet"),
        "held": (noop("held, without minutes"), "half", "needs"),
        "not_held": (noop("not held"), "dash", "quiet"),
        "minuted": (noop("held, with minutes"), "tick", "done"),
    },
    "offer": {
        "offered": (noop("asked, no word yet"), "ring", "moving"),
        "will_take": (noop("will be taken"), "half", "needs"),
        "declined": (noop("declined"), "square", "quiet"),
        "no_answer": (noop("no answer came"), "dash", "quiet"),
        "sent": (noop("handed over to be carried"), "arrow", "done"),
        "taken_back": (noop("offer taken back"), "dash", "quiet"),
    },
    "path": {
        "unknown": (noop("nobody has said"), "dash", "quiet"),
        "usable": (noop("usable"), "tick", "done"),
        "not_usable": (noop("not usable"), "square", "needs"),
    },
    "duty": {
        "open": (noop("nobody yet"), "triangle", "needs"),
        "assigned": (noop("assigned"), "tick", "done"),
    },
}

LINE_SHORT: dict[str, str] = {
    # who said so
    "side.ours": noop("our side"),
    "side.theirs": noop("their side"),
    "side.both": noop("both sides"),
    "side.third": noop("somebody else (press, third office)"),
    "side.published": noop("as published"),
    # what was said of a line
    "told.open": noop("open"),
    "told.degraded": noop("degraded"),
    "told.suspended": noop("suspended"),
    "told.restored": noop("restored"),
    "known.minute": noop("to the minute"),
    "known.day": noop("to the day"),
    "known.month": noop("to the month"),
    "known.year": noop("the year only"),
    # calls
    "call.opening": noop("opening call"),
    "call.closing": noop("closing call"),
    "call.other": noop("other call"),
    "outcome.made": noop("somebody answered"),
    "outcome.missed": noop("nobody answered"),
    "outcome.answered_late": noop("answered later that day"),
    "outcome.called_off": noop("both sides agreed on no call"),
    "own_side.not_checked": noop("not checked yet"),
    "own_side.sound": noop("checked: our side is sound"),
    "own_side.fault": noop("checked: the fault is ours"),
    "reading.not_read": noop("not judged"),
    "reading.fault": noop("a fault"),
    "reading.sign": noop("a sign"),
    "reading.cut": noop("a cut"),
    # days of the strip
    "strip.none": noop("no call due"),
    "strip.ahead": noop("calls to come"),
    "strip.made": noop("calls made"),
    "strip.late": noop("answered late"),
    "strip.missed": noop("a call missed"),
    "strip.silent": noop("nothing written down"),
    # staff
    "told.present": noop("there"),
    "told.in_part": noop("there in part"),
    "told.withdrawn": noop("staff withdrawn"),
    # duties
    "duty.line": noop("at the line"),
    "duty.weekend": noop("weekend duty"),
    "duty.on_call": noop("on call"),
    "deed.assign": noop("takes the duty"),
    "deed.swap": noop("swapped to"),
    "deed.give_back": noop("gives it back"),
    # meetings
    "meeting.heads": noop("weekly meeting of the heads"),
    "meeting.morning": noop("morning meeting of officers"),
    "meeting.afternoon": noop("afternoon meeting of officers"),
    "meeting.working": noop("working meeting"),
    "deed.hold": noop("it was held"),
    "deed.not_hold": noop("it was not held"),
    "deed.file_minutes": noop("minutes filed"),
    "notice.earlier": noop("notice came earlier than the day before"),
    "notice.day_before": noop("notice came the day before"),
    "notice.same_day": noop("notice came on the day"),
    "notice.none": noop("without notice"),
    # offers
    "way.channel": noop("as a sealed paper over the channel"),
    "way.call": noop("by call"),
    "deed.take": noop("it will be taken"),
    "deed.decline": noop("it is declined"),
    "deed.give_up": noop("no answer came"),
    "deed.send": noop("it was handed over to be carried"),
    "deed.take_back": noop("the offer is taken back"),
    # paths
    "path.carrier": noop("the carrier’s line"),
    "path.fax": noop("fax"),
    "path.stick": noop("a stick in a bag"),
    "path.road": noop("by road"),
    "path.third_office": noop("through a third office"),
    "path.armistice": noop("the armistice command’s line"),
    "told.usable": noop("usable"),
    "told.not_usable": noop("not usable"),
    # kinds of paper
    "liaison.offer": noop("offer of a paper"),
    "liaison.offer_answer": noop("answer to an offer"),
}
