from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sangbong.names.kin import KinTier
from sangbong.office.core.actor import Actor
from sangbong.registry import operations, queries
from sangbong.registry.core.layouts import Layout
from sangbong.registry.core.people import LifeStatus

File = Callable[..., bytes]


def test_an_application_is_read_with_all_its_forms(
    clerk: Actor, now: datetime, applications: File
) -> None:
    report = operations.import_csv(
        now=now,
        actor=clerk,
        layout=Layout.APPLICATIONS,
        filename="a.csv",
        data=applications({}, {"sought_no": "2", "relation": "아버지", "sought_name": "이한수"}),
    )
    assert report.faults == ()
    assert (report.rows_read, report.persons_added, report.applications_added) == (2, 3, 1)
    (entry,) = queries.roll_entries(as_of=date(2018, 6, 24))
    assert entry == queries.RollEntry(
        application_no="KR-SEL-A-000001",
        age=93,
        tier=KinTier.DIRECT,
        living_as_of=date(2018, 5, 2),
        consents=frozenset({"search", "name_to_other_side", "film"}),
        excluded="",
    )
    brother, father = queries.sought_by(["KR-SEL-A-000001"])
    assert (brother.relation, brother.tier, brother.sought.name) == ("동생", "sibling", "이선호")
    assert father.sought_no == 2
    assert brother.applicant.hanja == "李宣律"
    assert brother.applicant.birth_as_written == "1925-03-05"
    assert brother.applicant.birth_calendar == "lunar"
    assert brother.sought.at_separation_county == "평북 정주"


def test_a_register_is_streamed_as_it_was_read(clerk: Actor, now: datetime, register: File) -> None:
    report = operations.import_csv(
        now=now, actor=clerk, layout=Layout.REGISTER, filename="r.csv", data=register()
    )
    assert report.faults == ()
    (row,) = queries.register_rows()
    assert row == queries.RegisterRow(
        person_id=row.person_id,
        names=("리선호",),
        roman="",
        sex="M",
        birth_first=date(1931, 4, 2).toordinal(),
        birth_last=date(1931, 4, 2).toordinal(),
        birth_year=1931,
        birthplace_province="평북",
        birthplace_county="평북 정주",
        residence_province=row.residence_province,
        residence_county=row.residence_county,
        father="리한수",
        mother="박순이",
        household="H-17",
        alive=True,
        shielded=False,
    )
    assert queries.life(row.person_id).status is LifeStatus.ALIVE


def test_register_people_are_known_by_their_numbers(
    clerk: Actor, now: datetime, register: File, applications: File
) -> None:
    for layout, data in ((Layout.REGISTER, register()), (Layout.APPLICATIONS, applications())):
        operations.import_csv(now=now, actor=clerk, layout=layout, filename="f.csv", data=data)
    (row,) = queries.register_rows()
    everyone = range(row.person_id, row.person_id + 3)
    assert queries.record_numbers(list(everyone)) == {row.person_id: "KP-000001"}
