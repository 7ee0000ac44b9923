"""What the Seoul office does: from its register to the report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sangbong.lab.outcomes import MEETS_FROM, MEETS_UNTIL, list_sizes
from sangbong.lab.story.calling import CALL
from sangbong.lab.story.cast import STAFF, import_file
from sangbong.lab.story.sittings import (
    days_of_meeting,
    open_halls,
    outcomes_missing,
    record_outcomes,
)
from sangbong.lab.story.stage import (
    CLERK,
    OFFICER,
    OPERATOR,
    ROUND,
    Progress,
    Side,
    Stage,
    Step,
    korea,
    other_office,
)
from sangbong.lab.story.stating import (
    dispatch_lines,
    film_lines,
    note_lines,
    report_lines,
    sitting_lines,
)
from sangbong.lab.truth import ApplicantTruth
from sangbong.letters import operations as letters
from sangbong.letters import queries as letter_queries
from sangbong.letters.core.machine import LetterState
from sangbong.letters.core.screening import ScreeningDecision
from sangbong.letters.queries import LetterView
from sangbong.office.core.actor import Actor
from sangbong.programmes.criteria import Criteria, Places
from sangbong.programmes.korea.loader import criteria
from sangbong.registry import queries as registry_queries
from sangbong.registry.core.consent import Use
from sangbong.registry.core.layouts import Layout
from sangbong.reunions import operations as reunions
from sangbong.reunions import queries as reunion_queries
from sangbong.selection import operations as selection
from sangbong.selection import queries as selection_queries
from sangbong.selection.core.machine import RoundState
from sangbong.selection.core.reasons import Health, Willingness
from sangbong.selection.operations import Answer
from sangbong.tracing import queries as tracing
from sangbong.tracing.core.states import PairState

_ME = Side.SEOUL
_FILM_TITLE = "어머니께 드리는 인사"
SEED_STATEMENT = (
    "SHA-256 of the sentence “sangbong drill, eighth video round, 25 June 2018”; in a real round the"
    " seed comes from both offices and public values, after the roll is frozen"
)
SEED = hashlib.sha256(b"sangbong drill, eighth video round, 25 June 2018").hexdigest()


def state() -> RoundState | None:
    """How far the story's round has come here; None before it is opened."""
    known = {one.code: one for one in selection_queries.rounds()}
    return known[ROUND].state if ROUND in known else None


def scaled_criteria(applications: int) -> Criteria:
    """The rule of 2018, with its lists cut in proportion where the drill is small."""
    rule = criteria("korea-21-2018")
    sizes = list_sizes(applications)
    return replace(
        rule,
        code=f"drill-{ROUND}",
        round_code=ROUND,
        places=Places(
            first=sizes.first,
            first_reserves=sizes.first // 10,
            second=sizes.second,
            second_reserves=sizes.second // 10,
            final=sizes.final,
            final_reserves=sizes.final // 10,
        ),
    )


def _import(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    path = stage.world / "seoul" / "applications.csv"
    report = import_file(
        now,
        CLERK[_ME],
        Layout.APPLICATIONS,
        path,
        lambda rows: progress("registering families", "가족을 등록합니다", rows, 0),
    )
    return (
        f"{report.applications_added:,} applications registered, {report.rows_read:,} persons sought",
        f"신청 {report.applications_added:,}건, 찾는 가족 {report.rows_read:,}명을 등록했습니다",
    )


def _open(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    rule = scaled_criteria(stage.applications)
    selection.open_round(
        now=now,
        actor=OFFICER[_ME],
        code=ROUND,
        counterpart=other_office(),
        criteria=rule,
        meets_from_date=MEETS_FROM,
        meets_until_date=MEETS_UNTIL,
    )
    return (
        f"a round of video reunions is opened for {rule.places.final} places",
        f"화상상봉 {rule.places.final}자리를 열었습니다",
    )


def _freeze(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage
    progress("freezing the roll", "추첨 대상자 명부를 확정합니다", 0, 1)
    view = selection.freeze_roll(
        now=now, actor=CLERK[_ME], round_code=ROUND, as_of=date(2018, 6, 24)
    )
    return (
        f"the roll is frozen: {view.roll_count:,} people, SHA-256 {view.roll_sha256[:16]}…",
        f"추첨 대상자 명부 {view.roll_count:,}명을 확정했습니다 (SHA-256 {view.roll_sha256[:16]}…)",
    )


def _draw(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage
    progress("drawing", "추첨합니다", 0, 1)
    drawn = selection.draw(
        now=now, actor=CLERK[_ME], round_code=ROUND, seed=SEED, statement=SEED_STATEMENT
    )
    return (
        f"{drawn.drawn} drawn of {drawn.eligible:,} from a published seed, {drawn.reserves} in reserve",
        f"공개한 씨앗값으로 {drawn.eligible:,}명 가운데 {drawn.drawn}명을 추첨했습니다 (예비 {drawn.reserves}명)",
    )


def _ask_willingness(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    drawn = selection_queries.candidates(ROUND)
    answers = [_answer(stage.truth.applicants[one.application_no], now) for one in drawn]
    count = selection.record_willingness(
        now=now, actor=CLERK[_ME], round_code=ROUND, answers=answers
    )
    return (
        f"{count} asked by telephone whether they wish to meet and how they are",
        f"{count}명께 상봉 의사와 건강 상태를 전화로 여쭈었습니다",
    )


def _answer(truth: ApplicantTruth, now: datetime) -> Answer:
    """What one applicant says on the telephone."""
    if truth.died_on is not None and truth.died_on <= now.date():
        return Answer(truth.application_no, Willingness.DIED)
    if not truth.reachable:
        return Answer(truth.application_no, Willingness.UNREACHABLE)
    if not truth.willing:
        return Answer(truth.application_no, Willingness.NOT_WILLING)
    return Answer(
        truth.application_no, Willingness.WILLING, Health.WELL if truth.fit else Health.NOT_WELL
    )


def _second_list(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    made = selection.make_second_list(now=now, actor=CLERK[_ME], round_code=ROUND)
    return f"second list: {made.chosen} candidates", f"2차 후보자 {made.chosen}명을 정했습니다"


def _ask(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    dispatches = selection.ask_life_status(now=now, actor=OFFICER[_ME], round_code=ROUND)
    return (
        f"the other side is asked: {len(dispatches)} dispatches of inquiries sealed",
        f"생사확인 의뢰서를 송달문 {len(dispatches)}건에 담아 봉했습니다",
    )


def _record_film(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    assert stage.film is not None  # noqa: S101 -- `due` asked
    pair = _film_pair()
    assert pair is not None  # noqa: S101 -- as above
    letters.record_take(
        now=now,
        actor=CLERK[_ME],
        application_no=pair[0],
        sought_no=pair[1],
        recipient=other_office(),
        film=stage.film,
        title=_FILM_TITLE,
    )
    return "a filmed letter is recorded", "영상편지를 촬영했습니다"


def _final_list(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    made = selection.make_final_list(now=now, actor=CLERK[_ME], round_code=ROUND)
    return (
        f"final list: {made.chosen} families, {made.reserves} in reserve",
        f"최종 상봉 대상자 {made.chosen}명을 정했습니다 (예비 {made.reserves}명)",
    )


def _send_final_list(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    dispatch = selection.send_final_list(now=now, actor=OFFICER[_ME], round_code=ROUND)
    return f"the final list is sealed as {dispatch}", f"최종 명단을 봉했습니다 ({dispatch})"


def _halls(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    return open_halls(stage.side, now)


def _propose(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    view = reunions.propose_sittings(
        now=now, actor=OFFICER[_ME], round_code=ROUND, days=days_of_meeting()
    )
    count = sum(view.sittings.values())
    return f"{count} sittings proposed", f"상봉 {count}건을 제의했습니다"


def _screen(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    letter = _letter(LetterState.CHECKED)
    assert letter is not None  # noqa: S101 -- `due` asked
    letters.screen(
        now=now,
        actor=OFFICER[_ME],
        letter_id=letter.letter_id,
        decision=ScreeningDecision.PASS,
        reason="",
    )
    return "the film was watched whole by an officer", "담당자가 영상 전체를 확인했습니다"


def _release(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    letter = _letter(LetterState.SCREENED)
    assert letter is not None  # noqa: S101 -- `due` asked
    dispatch = letters.release(
        now=now, actor=Actor("baek", "eighth video round"), letter_id=letter.letter_id
    )
    return (
        f"a second person released the film: {dispatch}",
        f"두 번째 담당자가 영상편지를 내보냈습니다 ({dispatch})",
    )


def _hold(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    count = record_outcomes(stage, now, actor=OPERATOR[_ME])
    return f"{count} sittings have an outcome", f"상봉 {count}건의 결과를 적었습니다"


def _close(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    selection.close_round(now=now, actor=OFFICER[_ME], round_code=ROUND)
    return "the round is closed; its report is ready", "상봉을 마치고 보고서를 냈습니다"


def _film_pair() -> tuple[str, int] | None:
    """The first on the final list who agreed to a film, and the kin it is for."""
    agreed = {
        line.application_no
        for line in selection_queries.roll_lines(ROUND)
        if Use.FILM.value in line.consents
    }
    for one in selection_queries.final_list(ROUND):
        if one.application_no in agreed:
            return one.application_no, one.sought_nos[0]
    return None


def _letter(wanted: LetterState) -> LetterView | None:
    found = [one for one in letter_queries.letters() if one.state is wanted]
    return found[0] if found else None


def _due_in(wanted: RoundState | None) -> Callable[[Stage], bool]:
    return lambda _stage: state() is wanted


def _sent() -> bool:
    return state() is RoundState.FINAL_LIST_SENT


def _all_answered() -> bool:
    """Whether the other side has said of every pair what it knows."""
    pairs = tracing.pair_states(selection_queries.matter_of(ROUND))
    return bool(pairs) and all(pair.state is not PairState.ASKED for pair in pairs)


def _asked_yet() -> bool:
    return bool(tracing.pair_states(selection_queries.matter_of(ROUND)))


def _answered() -> bool:
    ours = reunion_queries.proposals(ROUND)
    return bool(ours) and all(one.answered_at is not None for one in ours)


STEPS = (
    STAFF,
    Step("open", korea(6, 22, 10), _due_in(None), _open),
    Step(
        "import",
        korea(6, 24, 10),
        lambda _stage: not registry_queries.import_batches(limit=1),
        _import,
    ),
    Step("freeze", korea(6, 24, 18), _due_in(RoundState.PLANNED), _freeze),
    CALL,
    Step("draw", korea(6, 25, 11), _due_in(RoundState.ROLL_FROZEN), _draw),
    Step(
        "willingness",
        korea(7, 1, 10),
        lambda _stage: (
            state() is RoundState.DRAWN
            and any(one.willingness is None for one in selection_queries.candidates(ROUND))
        ),
        _ask_willingness,
    ),
    Step("second list", korea(7, 2, 10), _due_in(RoundState.DRAWN), _second_list),
    Step(
        "ask",
        korea(7, 3, 11),
        lambda _stage: state() is RoundState.SECOND_LIST_MADE and not _asked_yet(),
        _ask,
    ),
    Step(
        "final list",
        korea(8, 3, 14),
        lambda _stage: state() is RoundState.SECOND_LIST_MADE and _all_answered(),
        _final_list,
    ),
    Step("send final list", korea(8, 4, 11), _due_in(RoundState.FINAL_LIST_MADE), _send_final_list),
    Step("halls", korea(8, 5, 9), lambda _stage: _sent() and not reunion_queries.halls(), _halls),
    Step(
        "propose",
        korea(8, 6, 10),
        lambda _stage: _sent() and not reunion_queries.proposals(ROUND),
        _propose,
    ),
    Step(
        "record film",
        korea(8, 7, 14),
        lambda stage: (
            stage.film is not None
            and _sent()
            and not letter_queries.letters()
            and _film_pair() is not None
        ),
        _record_film,
    ),
    Step(
        "screen film",
        korea(8, 8, 10),
        lambda _stage: _letter(LetterState.CHECKED) is not None,
        _screen,
    ),
    Step(
        "release film",
        korea(8, 8, 16),
        lambda _stage: _letter(LetterState.SCREENED) is not None,
        _release,
    ),
    Step(
        "hold",
        korea(8, 22, 19),
        lambda _stage: _sent() and _answered() and not _film_on_its_way() and outcomes_missing(),
        _hold,
    ),
    Step(
        "close",
        korea(8, 27, 10),
        lambda _stage: (
            _sent() and _answered() and not _film_on_its_way() and not outcomes_missing()
        ),
        _close,
    ),
)


def _film_on_its_way() -> bool:
    """Whether a film is still on this side, or not yet received by the other."""
    return any(
        one.state not in (LetterState.RELEASED, LetterState.DELIVERED, LetterState.UNUSABLE)
        for one in letter_queries.letters()
    )


def report() -> dict[str, Any]:
    """What this office states of the round."""
    return {
        "lines": report_lines(),
        "people": registry_queries.counts(),
        "roll": [
            [line.application_no, line.excluded] for line in selection_queries.roll_lines(ROUND)
        ],
        "candidates": [
            [one.application_no, str(one.first), str(one.second), str(one.final)]
            for one in selection_queries.candidates(ROUND)
        ],
        "pairs": [
            [pair.application_no, pair.sought_no, str(pair.state)]
            for pair in tracing.pair_states(selection_queries.matter_of(ROUND))
        ],
        "sittings": sitting_lines(),
        "films": film_lines(),
        "dispatches": dispatch_lines(),
        "notes": note_lines(),
    }
