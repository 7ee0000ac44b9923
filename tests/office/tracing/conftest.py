"""Two offices seen from Seoul: papers that Pyongyang writes, and what Seoul's outbox holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import OwnOpener
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.wire.body import unpack
from sangbong.liaison.core.wire.envelope import open_envelope, read_envelope
from sangbong.liaison.queries import envelope_bytes, waiting_for
from sangbong.office.core.actor import Actor
from sangbong.registry.core.layouts import (
    APPLICATION_COLUMNS,
    REGISTER_COLUMNS,
    Column,
    Layout,
)
from sangbong.registry.operations import import_csv
from sangbong.tracing.core.papers import (
    ApplicationPart,
    InquiryPaper,
    ItemPart,
    ReplyPaper,
    SeekerPart,
    SoughtPart,
)

PYONGYANG = OfficeCode("KP-PYO")
MATTER = "round-21"
OFFICER = Actor("officer.han", "round 21")

APPLICANT = {
    "applicant_name": "이선율",
    "applicant_sex": "남",
    "applicant_birth": "1925-03-05",
    "applicant_calendar": "음",
    "applicant_birthplace": "평안북도 정주군",
    "applicant_residence": "서울특별시 종로구",
    "applicant_father": "이한수",
    "lodged_on": "2000-07-01",
    "living_as_of": "2018-05-02",
    "consents": "search;name_to_other_side",
    "sought_no": "1",
    "relation": "동생",
    "sought_name": "이선호",
    "sought_sex": "남",
    "sought_birth": "1931",
    "sought_calendar": "모름",
    "address_at_separation": "평안북도 정주군",
    "sought_father": "이한수",
}
SEONHO = {
    "record_no": "S-1",
    "name": "이선호",
    "sex": "남",
    "birth": "1931-04-02",
    "calendar": "양",
    "birthplace": "평안북도 정주군",
    "residence": "서울특별시 중구",
    "father": "이한수",
    "mother": "박순이",
    "household_no": "H-17",
    "life_status": "생존",
}
SOUGHT = SoughtPart(
    sought_no=1,
    relation="동생",
    name="리선호",
    sex="M",
    birth="1931-04-02",
    calendar="solar",
    address_at_separation="평안북도 정주군",
    father="리한수",
    mother="박순이",
)


def written(columns: Sequence[Column], rows: Sequence[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([row.get(column.key, "") for column in columns])
    return out.getvalue().encode()


def crowd(count: int) -> list[dict[str, str]]:
    """Neighbours who are nobody's kin here: without them chance would look like proof."""
    surnames, syllables = "김박최정강조윤장임한", "영수순옥철호만복길자금덕"
    return [
        {
            "record_no": f"C-{index}",
            "name": surnames[index % 10]
            + syllables[index // 10 % 12]
            + syllables[(index // 120 + 5) % 12],
            "sex": "남" if index % 2 else "여",
            "birth": f"{1920 + index % 30}-{1 + index % 12:02}-{1 + index % 28:02}",
            "calendar": "양",
            "birthplace": ["평안북도 선천군", "황해도 봉산군", "함경남도 함주군"][index % 3],
            "residence": "서울특별시",
            "father": surnames[index % 10] + syllables[index % 12] + syllables[index // 12 % 12],
            "life_status": "생존",
        }
        for index in range(count)
    ]


@dataclass(frozen=True)
class Seoul:
    """Deeds that tests do in the office under test."""

    now: datetime
    keys: Any

    def register(self, *people: dict[str, str], neighbours: int = 300) -> None:
        rows = [SEONHO | person for person in people] + crowd(neighbours)
        report = import_csv(
            now=self.now,
            actor=OFFICER,
            layout=Layout.REGISTER,
            filename="register.csv",
            data=written(REGISTER_COLUMNS, rows),
        )
        assert report.faults == ()

    def applications(self, *rows: dict[str, str]) -> None:
        report = import_csv(
            now=self.now,
            actor=OFFICER,
            layout=Layout.APPLICATIONS,
            filename="applications.csv",
            data=written(APPLICATION_COLUMNS, [APPLICANT | row for row in rows]),
        )
        assert report.faults == ()

    def sent(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Kind, basis and body of everything in the outbox, as Pyongyang will open it."""
        papers = []
        for waiting in waiting_for(PYONGYANG):
            envelope = read_envelope(envelope_bytes(waiting.digest))
            paper = unpack(open_envelope(envelope, opener=OwnOpener(self.keys.receiving)))
            papers.append((paper.kind, paper.basis, dict(paper.body)))
        return papers

    def replies(self) -> list[ReplyPaper]:
        return [
            ReplyPaper.from_body(body) for kind, _, body in self.sent() if kind == "tracing.reply"
        ]


@pytest.fixture
def seoul(counterpart: Any, now: datetime) -> Seoul:
    return Seoul(now, counterpart.keys)


@pytest.fixture
def from_pyongyang(now: datetime) -> Callable[..., InboundDispatch]:
    counted = {"sequence": 0}

    def dispatch(paper: InquiryPaper | ReplyPaper, stream: str = MATTER) -> InboundDispatch:
        counted["sequence"] += 1
        number = counted["sequence"]
        kind = "tracing.inquiry" if isinstance(paper, InquiryPaper) else "tracing.reply"
        return InboundDispatch(
            id=f"KP-PYO>KR-SEL/{stream}/{number}",
            sender=PYONGYANG,
            stream=stream,
            sequence=number,
            kind=kind,
            body=paper.to_body(),
            attachments=(),
            received_at=now,
        )

    return dispatch


def inquiry(*sought: SoughtPart, number: str = "KP-1", **members: Any) -> InquiryPaper:
    """A list of Pyongyang's with one application."""
    return inquiry_of(
        ApplicationPart(number, SeekerPart(name="리선율", sex="M"), sought or (SOUGHT,)), **members
    )


def inquiry_of(*applications: ApplicationPart, **members: Any) -> InquiryPaper:
    whole = {"matter": MATTER, "part": 1, "parts": 1} | members
    return InquiryPaper(applications=applications, **whole)


def reply(*items: ItemPart, **members: Any) -> ReplyPaper:
    whole = {"matter": MATTER, "part": 1, "complete": True} | members
    return ReplyPaper(items=items, **whole)
