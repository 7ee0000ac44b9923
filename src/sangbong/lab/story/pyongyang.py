"""What the Pyongyang office does: its register, the search, asking those found, its replies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sangbong.lab.story.calling import CALL
from sangbong.lab.story.cast import STAFF, import_file
from sangbong.lab.story.relaying import hand_to_seoul, notes, times_relayed, write
from sangbong.lab.story.sittings import open_halls, outcomes_missing, record_outcomes
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
from sangbong.lab.truth import FoundAnswer
from sangbong.letters import operations as letters
from sangbong.letters import queries as letter_queries
from sangbong.letters.core.machine import LetterState
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.queries import Direction
from sangbong.registry import queries as registry_queries
from sangbong.registry.core.layouts import Layout
from sangbong.reunions import operations as reunions
from sangbong.reunions import queries as reunion_queries
from sangbong.selection.queries import matter_of
from sangbong.tracing import operations as tracing
from sangbong.tracing import queries as tracing_queries
from sangbong.tracing.core.deciding import DEMONSTRATION_RULE
from sangbong.tracing.core.findings import Answer, FindingClass
from sangbong.tracing.core.states import EntryState

_ME = Side.PYONGYANG
MATTER = matter_of(ROUND)
_FIRST_PART_PERCENT = 60

_ANSWERS = {
    FoundAnswer.WILLING: Answer.WILLING,
    FoundAnswer.REFUSED: Answer.REFUSED,
    FoundAnswer.UNWELL: Answer.UNWELL,
    # the register believes them alive, and nobody opens the door
    None: Answer.UNREACHABLE,
}


def _import(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    path = stage.world / "pyongyang" / "register.csv"
    report = import_file(
        now,
        CLERK[_ME],
        Layout.REGISTER,
        path,
        lambda rows: progress("taking the register in", "주민 기록을 들입니다", rows, 0),
    )
    return (
        f"{report.persons_added:,} people of the own register taken in",
        f"주민 기록 {report.persons_added:,}명을 들였습니다",
    )


def _halls(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    return open_halls(stage.side, now)


def _trace(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage
    count = tracing.trace_filed(
        now=now,
        actor=CLERK[_ME],
        progress=lambda rows: progress("searching the register", "주민 기록에서 찾습니다", rows, 0),
    )
    return (
        f"{count:,} persons sought compared with the whole register",
        f"찾는 가족 {count:,}명을 주민 기록 전체와 대조했습니다",
    )


def _decide(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    count = tracing.decide_by_rule(
        now=now, actor=CLERK[_ME], rule=DEMONSTRATION_RULE, matter=MATTER
    )
    return (
        f"{count:,} findings by the drill's written rule (in life an officer decides)",
        f"훈련용 서면 규칙으로 {count:,}건을 판정했습니다 (실제로는 담당자가 판정합니다)",
    )


def _ask_found(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    count = tracing.ask_found_persons(now=now, actor=OFFICER[_ME])
    return (
        f"{count} people found are asked first, in private",
        f"찾은 {count}명께 먼저 조용히 여쭙니다",
    )


def _first_answers(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    waiting = tracing_queries.entries_to_ask(MATTER)
    return _hear(stage, now, waiting[: _first_count(len(waiting))], progress)


def _later_answers(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    return _hear(stage, now, tracing_queries.entries_to_ask(MATTER), progress)


def _first_count(waiting: int) -> int:
    return max(1, waiting * _FIRST_PART_PERCENT // 100)


def _hear(
    stage: Stage, now: datetime, asked: Sequence[tuple[int, str, int, int]], progress: Progress
) -> tuple[str, str]:
    numbers = registry_queries.record_numbers([person for _, _, _, person in asked])
    heard = strangers = 0
    for done, (entry, application_no, sought_no, person) in enumerate(asked):
        progress("hearing those found", "찾은 분들의 뜻을 듣습니다", done, len(asked))
        record = numbers[person]
        if not stage.truth.is_match(application_no, sought_no, record):
            _not_my_family(now, entry)
            strangers += 1
            continue
        tracing.record_found_persons_answer(
            now=now,
            actor=OFFICER[_ME],
            entry_id=entry,
            answer=_ANSWERS[stage.truth.answer_of(record)],
        )
        heard += 1
    return (
        f"{heard} people found were asked, {strangers} say it is another family",
        f"찾은 {heard}명께 여쭈었고 {strangers}명은 다른 가족이라고 하셨습니다",
    )


def _not_my_family(now: datetime, entry: int) -> None:
    for finding in (FindingClass.WRONG_PERSON, FindingClass.CANNOT_CONFIRM):
        tracing.decide(
            now=now,
            actor=OFFICER[_ME],
            entry_id=entry,
            finding=finding,
            reason="본인 확인 결과 다른 가족으로 확인됨",
        )


def _first_part(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    sent = tracing.release_replies(now=now, actor=OFFICER[_ME], matter=MATTER, complete=False)
    if not sent:
        # nobody may be told of yet, so the others are heard before anything leaves
        return _later_answers(stage, now, progress)
    return (
        f"a first part of the reply is sealed ({len(sent)} dispatches)",
        f"첫 회보서를 봉했습니다 (송달문 {len(sent)}건)",
    )


def _last_part(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    sent = tracing.release_replies(now=now, actor=OFFICER[_ME], matter=MATTER, complete=True)
    return (
        f"the last part of the reply is sealed ({len(sent)} dispatches)",
        f"마지막 회보서를 봉했습니다 (송달문 {len(sent)}건)",
    )


def _answer_proposal(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    waiting = _unanswered()
    for number in waiting:
        reunions.answer_proposal(
            now=now, actor=OFFICER[_ME], round_code=ROUND, proposer=other_office(), number=number
        )
    agreed = len(reunion_queries.sittings(ROUND))
    return f"{agreed} sittings answered", f"상봉 제의 {agreed}건에 답했습니다"


def _deliver(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del stage, progress
    for one in _ready_films():
        letters.deliver(now=now, actor=CLERK[_ME], letter_id=one)
    return "the filmed letter was shown to the family", "가족께 영상편지를 전해 드렸습니다"


def _hold(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    count = record_outcomes(stage, now, actor=OPERATOR[_ME])
    return (
        f"{count} sittings have an outcome here too",
        f"상봉 {count}건의 결과를 이쪽에서도 적었습니다",
    )


def _answer_washington(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    asked = notes(Direction.IN, Side.WASHINGTON)[0]
    write(
        stage,
        now,
        Side.WASHINGTON,
        NotePaper(
            number="107-31",
            date=now.date(),
            sender_name="리명진",
            sender_rank="련락관",
            text="귀측의 통지문을 받았습니다. 명단을 보내면 검토하겠습니다.\n",
            answers=asked.number,
        ),
    )
    return (
        "Washington's note, which came by way of Seoul, is answered",
        "서울을 거쳐 온 워싱톤의 통지문에 회답했습니다",
    )


def _washington_waits() -> bool:
    return bool(notes(Direction.IN, Side.WASHINGTON)) and not _washington_answered()


def _washington_answered() -> bool:
    return bool(notes(Direction.OUT, Side.WASHINGTON))


def _entries(state: EntryState) -> int:
    return sum(one.entries.get(state, 0) for one in tracing_queries.incoming_inquiries(MATTER))


def _complete() -> bool:
    return any(one.complete for one in tracing_queries.replies_sent(MATTER))


def _due_first_answers(stage: Stage) -> bool:
    del stage
    return _entries(EntryState.ASKED) > 0 and not _entries(EntryState.ANSWERED) and not _replied()


def _replied() -> bool:
    return bool(tracing_queries.replies_sent(MATTER))


def _inquired() -> bool:
    """Whether the whole inquiry has come in: all its parts."""
    lines = tracing_queries.incoming_inquiries(MATTER)
    return bool(lines) and len(lines) == lines[0].parts


def _unanswered() -> list[int]:
    return [
        one.number
        for one in reunion_queries.proposals(ROUND)
        if not one.ours and one.answered_at is None
    ]


def _ready_films() -> list[int]:
    return [one.letter_id for one in letter_queries.letters() if one.state is LetterState.READY]


STEPS = (
    STAFF,
    Step(
        "import",
        korea(6, 24, 10),
        lambda _stage: not registry_queries.import_batches(limit=1),
        _import,
    ),
    CALL,
    Step("halls", korea(7, 1, 9), lambda _stage: not reunion_queries.halls(), _halls),
    Step(
        "answer Washington",
        korea(7, 3, 15),
        lambda _stage: _washington_waits(),
        _answer_washington,
    ),
    Step(
        "relay",
        korea(7, 3, 16),
        lambda _stage: _washington_answered() and not times_relayed(),
        hand_to_seoul,
        commits_itself=True,
    ),
    Step(
        "trace",
        korea(7, 5, 9),
        lambda _stage: _inquired() and _entries(EntryState.FILED) > 0,
        _trace,
    ),
    Step("decide", korea(7, 8, 10), lambda _stage: _entries(EntryState.TRACED) > 0, _decide),
    Step("ask found", korea(7, 10, 9), lambda _stage: _entries(EntryState.FOUND) > 0, _ask_found),
    Step("first answers", korea(7, 18, 17), _due_first_answers, _first_answers),
    Step(
        "first part",
        korea(7, 20, 11),
        lambda _stage: (
            _entries(EntryState.ANSWERED) > 0 and _entries(EntryState.ASKED) > 0 and not _replied()
        ),
        _first_part,
    ),
    Step(
        "later answers",
        korea(7, 24, 17),
        lambda _stage: _entries(EntryState.ASKED) > 0,
        _later_answers,
    ),
    Step("last part", korea(7, 25, 11), lambda _stage: _inquired() and not _complete(), _last_part),
    Step("answer", korea(8, 8, 10), lambda _stage: bool(_unanswered()), _answer_proposal),
    Step("deliver", korea(8, 12, 14), lambda _stage: bool(_ready_films()), _deliver),
    Step(
        "hold",
        korea(8, 22, 19),
        lambda _stage: not _unanswered() and not _ready_films() and outcomes_missing(),
        _hold,
    ),
)


def report() -> dict[str, Any]:
    """What this office knows of the round: its answers as found and as released."""
    rule = tracing_queries.found_by_rule(MATTER)
    found = tracing_queries.found_records(MATTER)
    numbers = registry_queries.record_numbers(
        [person for person in {*rule.values(), *found.values()} if person is not None]
    )
    return {
        "lines": report_lines(),
        "people": registry_queries.counts(),
        "rule": _named(rule, numbers),
        "found": _named(found, numbers),
        "sittings": sitting_lines(),
        "films": film_lines(),
        "dispatches": dispatch_lines(),
        "notes": note_lines(),
    }


def _named(
    pairs: dict[tuple[str, int], int | None], numbers: dict[int, str]
) -> list[list[str | int | None]]:
    return [
        [application_no, sought_no, numbers.get(person) if person is not None else None]
        for (application_no, sought_no), person in sorted(pairs.items())
    ]
