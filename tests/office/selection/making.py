"""Applications and rounds for the tests of selection and reunions: invented people only."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.office.core.actor import Actor
from sangbong.programmes.criteria import Criteria, Places
from sangbong.programmes.korea import loader
from sangbong.registry import operations as registry
from sangbong.registry.core.layouts import APPLICATION_COLUMNS, Layout
from sangbong.selection import operations, queries
from sangbong.selection.core.hopes import PairFact, PairOutcome
from sangbong.selection.core.reasons import Health, Willingness

DAY = date(2018, 6, 24)
SEED = "5e" * 32
PYONGYANG = OfficeCode("KP-PYO")
SMALL = replace(
    loader.criteria("korea-21-2018"),
    places=Places(
        first=20, first_reserves=4, second=10, second_reserves=3, final=5, final_reserves=2
    ),
)


def number(n: int) -> str:
    return f"KR-SEL-A-{n:06d}"


def applications(count: int, *, consents: str = "search;name_to_other_side") -> bytes:
    """`count` applicants aged about 58 to 97, each seeking a sibling and a niece."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.key for column in APPLICATION_COLUMNS])
    for n in range(1, count + 1):
        for sought_no, relation in ((1, "동생"), (2, "조카")):
            row = {
                "application_no": number(n),
                "applicant_name": f"가온{chr(0xAC00 + n * 7)}",
                "applicant_sex": "여",
                "applicant_birth": f"{1921 + n % 40}-03-05",
                "applicant_calendar": "양",
                "applicant_birthplace": "평안북도 정주군",
                "applicant_residence": ("서울특별시 종로구", "부산광역시 중구")[n % 2],
                "lodged_on": "2000-07-01",
                "living_as_of": "2018-05-02",
                "consents": consents,
                "sought_no": str(sought_no),
                "relation": relation,
                "sought_name": f"가람{chr(0xAC00 + n * 11)}",
                "sought_sex": "남",
                "sought_birth": "1931",
                "sought_calendar": "모름",
                "address_at_separation": "평안북도 정주군",
            }
            writer.writerow([row.get(column.key, "") for column in APPLICATION_COLUMNS])
    return out.getvalue().encode()


def register_applicants(now: datetime, actor: Actor, count: int, **change: str) -> None:
    report = registry.import_csv(
        now=now,
        actor=actor,
        layout=Layout.APPLICATIONS,
        filename="applications.csv",
        data=applications(count, **change),
    )
    assert report.faults == ()


def open_round(now: datetime, actor: Actor, criteria: Criteria = SMALL) -> None:
    operations.open_round(
        now=now,
        actor=actor,
        code="21",
        counterpart=PYONGYANG,
        criteria=criteria,
        meets_from_date=date(2018, 8, 20),
        meets_until_date=date(2018, 8, 23),
    )


def drawn_round(now: datetime, actor: Actor, count: int = 60, criteria: Criteria = SMALL) -> None:
    register_applicants(now, actor, count)
    open_round(now, actor, criteria)
    operations.freeze_roll(now=now, actor=actor, round_code="21", as_of=DAY)
    operations.draw(now=now, actor=actor, round_code="21", seed=SEED, statement="Read aloud.")


def second_list(now: datetime, actor: Actor, count: int = 60) -> list[str]:
    """Everybody drawn is willing and well; returns the second list in order."""
    drawn_round(now, actor, count)
    everybody = queries.candidates("21")
    operations.record_willingness(
        now=now,
        actor=actor,
        round_code="21",
        answers=[
            operations.Answer(person.application_no, Willingness.WILLING, Health.WELL)
            for person in everybody
        ],
    )
    operations.make_second_list(now=now, actor=actor, round_code="21")
    chosen = [person for person in queries.candidates("21") if person.second == "chosen"]
    return [person.application_no for person in chosen]


def meeting(numbers: list[str]) -> list[PairFact]:
    """For each applicant the sibling is dead and the niece will come."""
    return [
        fact
        for application_no in numbers
        for fact in (
            PairFact(application_no, 1, "sibling", PairOutcome.DEAD),
            PairFact(application_no, 2, "third_degree_plus", PairOutcome.CAN_MEET),
        )
    ]


def sent_round(now: datetime, actor: Actor) -> list[str]:
    """A round whose final list of five is sent; returns the five in the order of places."""
    asked = second_list(now, actor)
    operations.make_final_list(now=now, actor=actor, round_code="21", facts=meeting(asked))
    operations.send_final_list(now=now, actor=actor, round_code="21")
    return [person.application_no for person in queries.final_list("21")]


def inbound(kind: str, body: object, now: datetime, sequence: int = 1) -> InboundDispatch:
    return InboundDispatch(
        id=f"KP-PYO>KR-SEL/round-21/{sequence}",
        sender=PYONGYANG,
        stream="round-21",
        sequence=sequence,
        kind=kind,
        body=body,  # type: ignore[arg-type]
        attachments=(),
        received_at=now,
    )
