from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from sangbong.archive.queries import open_object
from sangbong.kernel.errors import SangbongError
from sangbong.office.core.actor import Actor
from sangbong.office.queries import audit_entries, verify_audit
from sangbong.registry import models, operations, queries
from sangbong.registry.core.consent import Use
from sangbong.registry.core.layouts import Layout
from sangbong.registry.core.people import Claim, LifeStatus
from sangbong.registry.operations import loading

File = Callable[..., bytes]
Bring = Callable[[Layout, bytes], operations.ImportReport]


@pytest.fixture
def bring(clerk: Actor, now: datetime) -> Bring:
    def bring(layout: Layout, data: bytes) -> operations.ImportReport:
        return operations.import_csv(
            now=now, actor=clerk, layout=layout, filename="서울\u202e.csv", data=data
        )

    return bring


def codes(report: operations.ImportReport) -> list[tuple[int | None, str, str, str]]:
    return [(fault.line, fault.column, fault.value_shown, fault.code) for fault in report.faults]


def test_the_same_file_twice_adds_nothing(bring: Bring, applications: File) -> None:
    first = bring(Layout.APPLICATIONS, applications())
    second = bring(Layout.APPLICATIONS, applications())
    assert (first.already_known, second.already_known) == (False, True)
    assert second.batch_id == first.batch_id
    assert (second.persons_added, second.applications_added, second.faults) == (0, 0, ())
    assert queries.counts() == {"applications": 1, "sought": 1, "register": 0}


def test_numbers_that_another_file_brought_are_refused_at_their_lines(
    bring: Bring, applications: File, register: File
) -> None:
    bring(Layout.APPLICATIONS, applications())
    bring(Layout.REGISTER, register())
    again = bring(
        Layout.APPLICATIONS,
        applications(
            {"application_no": "KR-SEL-A-000002"},
            {"note": "again"},
            {"application_no": "KR-SEL-A-000003", "sought_no": "x"},
        ),
    )
    assert codes(again) == [
        (3, "신청번호", "KR-SEL-A-000001", "registry.number_taken"),
        (4, "찾는 가족 번호", "x", "registry.sought_no"),
    ]
    again = bring(Layout.REGISTER, register({"record_no": "KP-2"}, {"name": "리선옥"}))
    assert codes(again) == [(3, "등록번호", "KP-000001", "registry.number_taken")]
    assert queries.counts() == {"applications": 1, "sought": 1, "register": 1}


def test_the_file_itself_is_kept_and_the_deed_is_in_the_trail(bring: Bring, register: File) -> None:
    report = bring(Layout.REGISTER, register())
    (batch,) = queries.import_batches()
    assert batch.batch_id == report.batch_id
    assert batch.filename == "서울\\u{202E}.csv"
    kept = models.ImportBatch.objects.get()
    content = open_object(kept.object_id)
    assert (content if isinstance(content, bytes) else content.read()) == register()
    deeds = [entry for entry in audit_entries() if entry.action == "registry.import"]
    assert [entry.subjects for entry in deeds] == [(f"batch:{report.batch_id}",)]
    assert verify_audit().whole


def test_rows_of_one_application_need_not_stand_together(
    bring: Bring, applications: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_FLUSH_ROWS", 2)
    other = {"application_no": "KR-SEL-A-000002", "relation": "조카"}
    report = bring(
        Layout.APPLICATIONS,
        applications(
            {"relation": "조카"},
            other,
            other | {"sought_no": "2"},
            {"sought_no": "2", "relation": "아들"},
            {"sought_no": "3", "relation": "사촌"},
        ),
    )
    assert report.faults == ()
    assert (report.persons_added, report.applications_added) == (7, 2)
    entries = {e.application_no: e.tier for e in queries.roll_entries(as_of=date(2018, 6, 24))}
    assert entries == {"KR-SEL-A-000001": "direct", "KR-SEL-A-000002": "third_degree_plus"}


def test_progress_is_told_now_and_then(
    clerk: Actor, now: datetime, register: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_FLUSH_ROWS", 2)
    told: list[int] = []
    operations.import_csv(
        now=now,
        actor=clerk,
        layout=Layout.REGISTER,
        filename="r.csv",
        data=register(*({"record_no": f"R{n}"} for n in range(5))),
        progress=told.append,
    )
    assert told == [2, 4, 5]


def test_an_application_that_differs_within_a_file_is_refused_once(
    bring: Bring, applications: File
) -> None:
    report = bring(
        Layout.APPLICATIONS,
        applications(
            {},
            {"sought_no": "2", "applicant_name": "박선율"},
            {"sought_no": "3", "applicant_name": "박선율"},
        ),
    )
    assert codes(report) == [(3, "신청번호", "KR-SEL-A-000001", "registry.applicant_differs")]


def test_a_faulty_applicant_is_told_once_and_their_rows_are_still_read(
    bring: Bring, applications: File
) -> None:
    report = bring(
        Layout.APPLICATIONS,
        applications({"applicant_sex": "?"}, {"applicant_sex": "?", "sought_no": "y"}),
    )
    assert codes(report) == [
        (2, "신청인 성별", "?", "registry.word_unknown"),
        (3, "찾는 가족 번호", "y", "registry.sought_no"),
    ]
    assert report.rows_read == 2


def test_a_successor_links_to_the_dead_applicants_application(
    bring: Bring, applications: File
) -> None:
    bring(Layout.APPLICATIONS, applications())
    report = bring(
        Layout.APPLICATIONS,
        applications(
            {"application_no": "KR-SEL-A-000003", "succeeds": "KR-SEL-A-000002"},
            {"application_no": "KR-SEL-A-000002", "succeeds": "KR-SEL-A-000001"},
        ),
    )
    assert report.faults == ()
    roll = {e.application_no: e.excluded for e in queries.roll_entries(as_of=date(2018, 6, 24))}
    assert roll == {
        "KR-SEL-A-000001": "succeeded",
        "KR-SEL-A-000002": "succeeded",
        "KR-SEL-A-000003": "",
    }


def test_a_whole_import_can_be_taken_back_while_nothing_rests_on_it(
    bring: Bring, applications: File, register: File, clerk: Actor, now: datetime
) -> None:
    kept = bring(Layout.REGISTER, register())
    batch = bring(
        Layout.APPLICATIONS,
        applications({}, {"application_no": "A2", "succeeds": "KR-SEL-A-000001"}),
    )
    operations.undo_import(now=now, actor=clerk, batch_id=batch.batch_id)
    assert queries.counts() == {"applications": 0, "sought": 0, "register": 1}
    assert models.PersonName.objects.exclude(person__batch_id=kept.batch_id).count() == 0
    with pytest.raises(SangbongError, match=r"registry\.batch_unknown"):
        operations.undo_import(now=now, actor=clerk, batch_id=batch.batch_id)
    assert not bring(Layout.APPLICATIONS, applications()).already_known


@pytest.mark.parametrize("deed", ["consent", "belief", "successor"])
def test_an_import_that_work_rests_on_stays(
    bring: Bring, applications: File, clerk: Actor, now: datetime, deed: str
) -> None:
    batch = bring(Layout.APPLICATIONS, applications())
    person = models.Application.objects.get().applicant_id
    if deed == "consent":
        operations.give_consent(
            now=now,
            actor=clerk,
            person_id=person,
            use=Use.FILM_PUBLIC,
            recipient="KP",
            how_given="told",
        )
    elif deed == "belief":
        operations.record_life_belief(
            now=now,
            actor=clerk,
            person_id=person,
            status=LifeStatus.DEAD,
            as_of=date(2018, 6, 1),
            said_by=Claim.KIN,
        )
    else:
        bring(
            Layout.APPLICATIONS,
            applications({"application_no": "A2", "succeeds": "KR-SEL-A-000001"}),
        )
    with pytest.raises(SangbongError, match=r"registry\.batch_in_use"):
        operations.undo_import(now=now, actor=clerk, batch_id=batch.batch_id)
    assert "KR-SEL-A-000001" in models.Application.objects.values_list("application_no", flat=True)


def test_an_unknown_import_is_not_shown(office: str) -> None:
    with pytest.raises(SangbongError, match=r"registry\.batch_unknown"):
        queries.import_batch(17)
