"""Fills our office with as many rows as a test of lists wants; all people are invented."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import av
from django.apps import apps

from sangbong.archive.operations import keep_original
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.film import draw_film
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.operations import send_note
from sangbong.office.core.actor import Actor
from sangbong.programmes.korea import loader
from sangbong.registry import operations as registry
from sangbong.registry.core.layouts import APPLICATION_COLUMNS, REGISTER_COLUMNS, Layout
from sangbong.registry.core.news import NewsKind
from sangbong.reunions import operations as reunions

NOW = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
CLERK = Actor("seo", "furnishing")
THEM = OfficeCode("KP-PYO")
MATTER = "round-video-8"
_GIVEN = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노"


def model(name: str) -> Any:
    """A table, by its class name."""
    return apps.get_model("sangbong", name)


def _csv(columns: Any, rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([row.get(column.key, "") for column in columns])
    return out.getvalue().encode()


def _application(n: int) -> dict[str, str]:
    return {
        "application_no": f"KR-SEL-A-{n:06d}",
        "applicant_name": f"이{_GIVEN[n % 30]}율",
        "applicant_sex": "F",
        "applicant_birth": f"193{n % 10}-03-05",
        "applicant_calendar": "solar",
        "applicant_birthplace": "평안북도 정주군",
        "applicant_residence": "서울특별시 종로구",
        "lodged_on": "2000-07-01",
        "living_as_of": "2018-05-02",
        "consents": "search;name_to_other_side;film",
        "sought_no": "1",
        "relation": "동생",
        "sought_name": f"이{_GIVEN[n % 30]}호",
        "sought_sex": "M",
        "sought_birth": "1938",
        "sought_calendar": "unknown",
        "address_at_separation": "평안북도 정주군",
    }


def _record(n: int) -> dict[str, str]:
    return {
        "record_no": f"R-{n:06d}",
        "name": f"박{_GIVEN[n % 30]}수",
        "sex": "M",
        "birth": "1931-04-02",
        "calendar": "solar",
        "birthplace": "평안북도 정주군",
        "residence": "서울특별시 종로구",
        "life_status": "alive",
    }


def furnish(first: int, last: int, folder: Path) -> None:
    """Add rows number `first` to `last` to every list of the console."""
    numbers = range(first, last + 1)
    for layout, columns, make in (
        (Layout.APPLICATIONS, APPLICATION_COLUMNS, _application),
        (Layout.REGISTER, REGISTER_COLUMNS, _record),
    ):
        report = registry.import_csv(
            now=NOW,
            actor=CLERK,
            layout=layout,
            filename=f"{layout}-{first}.csv",
            data=_csv(columns, [make(n) for n in numbers]),
        )
        assert report.faults == (), report.faults[0].text("en")
    for n in numbers:
        _paper_rows(n)
    _rounds(numbers)
    _tracing(numbers)
    _letters(numbers, folder)
    _sittings(numbers)


def _paper_rows(n: int) -> None:
    registry.record_news(
        now=NOW,
        actor=CLERK,
        application_no=f"KR-SEL-A-{n:06d}",
        sought_no=1,
        kind=NewsKind.ALIVE,
        summary_code="tracing.news_alive",
        source_paper=f"paper {n}",
    )
    registry.import_csv(
        now=NOW, actor=CLERK, layout=Layout.REGISTER, filename=f"{n}.csv", data=f"odd {n}".encode()
    )
    note = NotePaper(
        number=f"연락 2018-{n}",
        date=date(2018, 6, 25),
        sender_name="한도윤",
        sender_rank="연락관",
        text="내일 09시에 통화하겠습니다.\n",
    )
    send_note(now=NOW, actor=Actor("han", "furnishing"), recipient=THEM, note=note)


def _rounds(numbers: range) -> None:
    rule = loader.all_criteria()[-1]
    rows = model("Round").objects
    for n in numbers:
        rows.create(
            code="video-8" if n == 1 else f"case-{n}",
            counterpart=THEM,
            state="drawn",
            opened_at=NOW,
            meets_from_date=date(2018, 8, 20),
            meets_until_date=date(2018, 8, 23),
            criteria=rule.to_body(),
            criteria_sha256="ab" * 32,
            roll_as_of_date=date(2018, 6, 24),
            roll_frozen_at=NOW,
            roll_count=1,
            roll_sha256="cd" * 32,
            seed="ef" * 32,
            seed_statement="SHA-256 of a sentence",
            drawn_at=NOW,
        )
    row = rows.get(code="video-8")
    for n in numbers:
        model("RollRow").objects.create(
            round=row,
            application_no=f"KR-SEL-A-{n:06d}",
            age=87,
            tier="sibling",
            living_as_of_date=date(2018, 5, 2),
            consents="search",
            excluded="",
            outcome="drawn",
        )
        model("Candidate").objects.create(
            round=row,
            application_no=f"KR-SEL-A-{n:06d}",
            age=87,
            tier="sibling",
            band=rule.age_bands[0].name,
            weight=3,
            rank=n,
            key=f"{n:064x}",
            first="chosen",
        )


def _tracing(numbers: range) -> None:
    people = list(model("Person").objects.filter(part="register").order_by("pk"))
    for n in numbers:
        asked = model("Inquiry").objects.create(
            matter=MATTER,
            recipient=THEM,
            part=n,
            parts=30,
            dispatch_id=f"KR-SEL>KP-PYO/{MATTER}/{n}",
            applications=1,
            asked_at=NOW,
        )
        model("Pair").objects.create(
            matter=MATTER,
            inquiry=asked,
            application_no=f"KR-SEL-A-{n:06d}",
            sought_no=1,
            changed_at=NOW,
        )
        came, _made = model("IncomingInquiry").objects.get_or_create(
            sender=THEM,
            matter=MATTER,
            part=1,
            parts=1,
            dispatch_id=f"KP-PYO>KR-SEL/{MATTER}/1",
            title="생사·주소 확인 의뢰서",
            applications=1,
            received_at=NOW,
        )
        entry = model("IncomingEntry").objects.create(
            inquiry=came,
            sender=THEM,
            matter=MATTER,
            application_no=f"KP-PYO-A-{n:06d}",
            sought_no=1,
            seeker={"name": "리순희"},
            sought={"name": "박가수", "relation": "오빠", "sex": "M", "birth": "1931"},
            state="traced",
            absent_ppm=120_000,
        )
        for rank, person in enumerate(people[-2:], start=1):
            model("Comparison").objects.create(
                entry=entry,
                person=person,
                rank=rank,
                score_millibits=9_400 - 4_000 * rank,
                probability_ppm=880_000 // rank,
                evidence=[
                    _item("register", "", "30", "prior", -4_900),
                    _item("name", "박가수", person.name, "exact", 10_300),
                    _item("sex", "M", "M", "exact", 1_000),
                    _item("birth", "1931", "1931-04-02", "same_year", 2_500),
                    _item("place", "정주군", "평북 정주", "birth_county", 5_000),
                    _item("father", "박한수", "박만수", "different", -3_500),
                    _item("mother", "", "", "missing", 0),
                ],
                shown={
                    "name": person.name,
                    "other_names": "",
                    "sex": "M",
                    "birth": "1931-04-02",
                    "birthplace": "평북 정주",
                    "residence": "서울 종로",
                    "father": "박만수",
                    "mother": "",
                    "household": "",
                    "alive": True,
                },
            )


def _item(item: str, sought: str, register: str, level: str, millibits: int) -> dict[str, Any]:
    return {
        "item": item,
        "sought": sought,
        "register": register,
        "level": level,
        "millibits": millibits,
    }


def _first_picture(film: Path) -> bytes:
    picture = film.with_suffix(".jpg")
    with av.open(str(film)) as clip, av.open(str(picture), "w", format="image2") as made:
        frame = next(clip.decode(video=0)).reformat(format="yuvj420p")
        stream = made.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuvj420p"
        made.mux(stream.encode(frame))
        made.mux(stream.encode())
    return picture.read_bytes()


def _letters(numbers: range, folder: Path) -> None:
    film = folder / "film.mp4"
    if not film.exists():
        draw_film(film, seconds=2.0, width=320, height=180)
    film_id = keep_original(now=NOW, data=film, media_type="video/mp4", name="film")
    picture_id = keep_original(
        now=NOW, data=_first_picture(film), media_type="image/jpeg", name="thumbnail"
    )
    for n in numbers:
        letter = model("Letter").objects.create(
            direction="outgoing",
            state="checked",
            sender="KR-SEL",
            number=n,
            recipient=THEM,
            application_no=f"KR-SEL-A-{n:06d}",
            sought_no=1,
            title="동생에게",
            recorded_at=NOW,
            recorded_by="seo",
        )
        model("Take").objects.create(
            letter=letter,
            number=1,
            original_id=film_id,
            film_id=film_id,
            film_bytes=film.stat().st_size,
            thumbnail_id=picture_id,
            duration_ms=2_000,
            width=320,
            height=180,
            stretches=[["black", 0, 1_000]],
            recorded_at=NOW,
            recorded_by="seo",
        )


def _sittings(numbers: range) -> None:
    if 1 in numbers:
        halls = loader.halls(office=OfficeCode("KR-SEL"), on=date(2018, 8, 20))
        reunions.open_halls(now=NOW, actor=CLERK, halls=halls)
        days = [date(2018, 8, 20)]
        reunions.open_slots(now=NOW, actor=CLERK, days=days, hours=loader.hall_hours())
    free = list(
        model("Slot").objects.filter(sittings=None).order_by("starts_at", "room__hall__order", "id")
    )
    for n in numbers:
        proposal = model("Proposal").objects.create(
            round_code="video-8",
            number=n,
            proposer=THEM,
            answerer="KR-SEL",
            filed_at=NOW,
            dispatch=f"KP-PYO>KR-SEL/{MATTER}/{n + 1}",
        )
        slot = free.pop(0)
        model("Sitting").objects.create(
            proposal=proposal,
            number=1,
            application_no=f"KR-SEL-A-{n:06d}",
            sought_nos=[1],
            age=87,
            starts_at=slot.starts_at,
            ends_at=slot.starts_at + timedelta(hours=2),
            slot=slot,
            their_hall="PYO",
            their_room=n,
            state="accepted",
        )
