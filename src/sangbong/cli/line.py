"""`sangbong line …`: how the line stands and today's calls, for an office without a browser at hand."""

from __future__ import annotations

from pathlib import Path

import click

from sangbong.kernel.ids import office_code
from sangbong.office.core.actor import Actor

_ACTOR = Actor("system:command-line", "liaison")
_WORDS = {
    "unknown": "알 수 없음 / nobody has said",
    "open": "개통 / open",
    "degraded": "일부 장애 / degraded",
    "suspended": "중단 / suspended",
    "restored": "복원 / restored",
    "expected": "통화 예정 / expected",
    "silent": "기록 없음 / nothing written down",
    "made": "통화함 / made",
    "missed": "통화 무응답 / nobody answered",
    "answered_late": "늦게 통화함 / answered late",
    "called_off": "통화하지 않기로 함 / agreed on no call",
    "opening": "개시통화 / opening call",
    "closing": "마감통화 / closing call",
}


@click.group()
def line() -> None:
    """See how the line stands, and write a call down."""


@line.command()
@click.option("--with", "counterpart", required=True, help="The office across, such as KP-PYO.")
@click.pass_obj
def today(home: Path, counterpart: str) -> None:
    """Show how the line stands and by whose word, today's calls, and what waits for whom."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    from sangbong.liaison import queries
    from sangbong.liaison.queries.line import zone
    from sangbong.office.queries import counterpart as known

    now, here = settings.CLOCK.now(), zone()
    code = known(office_code(counterpart)).code
    found = queries.line_today(now=now, counterpart=code)
    for one in found.lines:
        run = one.standing.stretch
        said = ""
        if run is not None:
            at = run.since.at.astimezone(here)
            said = f" {at:%Y-%m-%d %H:%M} {run.since.source.side}: {run.since.source.by}"
        click.echo(f"{one.line.name_ko} / {one.line.name_en}: {_WORDS[one.standing.state]}{said}")
    for call in found.calls:
        at = call.due.due_at.astimezone(here)
        click.echo(f"{at:%H:%M} {_WORDS[call.due.kind]}: {_WORDS[call.state]}")
    for wait in queries.what_waits(counterpart=code, now=now):
        at = wait.since.astimezone(here)
        click.echo(f"{wait.side} {wait.kind} {wait.count} ({at:%Y-%m-%d})")


@line.command()
@click.option("--with", "counterpart", required=True, help="The office across, such as KP-PYO.")
@click.option(
    "--call",
    "kind",
    type=click.Choice(["opening", "closing"]),
    required=True,
    help="Which of today's calls.",
)
@click.option(
    "--outcome",
    type=click.Choice(["made", "missed", "answered_late", "called_off"]),
    required=True,
    help="What came of it.",
)
@click.option("--line", "code", default="", help="Which line, where there are several.")
@click.option("--spoke-with", default="", help="Who answered.")
@click.option("--heard", default="", help="What was heard.")
@click.pass_obj
def call(  # noqa: PLR0917 -- click passes options by name
    home: Path, counterpart: str, kind: str, outcome: str, code: str, spoke_with: str, heard: str
) -> None:
    """Write down what came of today's opening or closing call; no line's state changes by it."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings
    from django.db import transaction

    from sangbong.kernel.errors import SangbongError
    from sangbong.liaison import operations, queries
    from sangbong.liaison.core.people.calls import CallOutcome, CallRecord
    from sangbong.office.queries import counterpart as known

    now = settings.CLOCK.now()
    other = known(office_code(counterpart)).code
    due = [
        one.due
        for one in queries.line_today(now=now, counterpart=other).calls
        if one.due.kind == kind and code in {"", one.due.line}
    ]
    if len(due) != 1:
        raise SangbongError("liaison.call_not_due")
    with transaction.atomic():
        record = operations.record_call(
            now=now,
            actor=_ACTOR,
            counterpart=other,
            record=CallRecord(
                line=due[0].line,
                kind=due[0].kind,
                due_at=due[0].due_at,
                outcome=CallOutcome(outcome),
                at=now,
                spoke_with=spoke_with,
                heard=heard,
            ),
        )
    click.echo(record)
