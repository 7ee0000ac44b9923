from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.office import operations, queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import Fault
from sangbong.office.core.roles import Role
from sangbong.office.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_an_office_knows_who_it_is(office: str) -> None:
    assert queries.own_office() == queries.OwnOffice(
        code="KR-SEL",  # type: ignore[arg-type]
        name_ko="서울 사무소",
        name_en="Seoul office",
        programme="korea",
        time_zone="Asia/Seoul",
        languages=("ko", "en"),
        drill=True,
    )


def test_a_folder_where_nobody_founded_an_office_says_so(db: None) -> None:
    with pytest.raises(SangbongError, match=r"office\.not_initialised"):
        queries.own_office()


def test_an_office_is_founded_once(office: str, now: datetime) -> None:
    with pytest.raises(SangbongError, match=r"office\.already_founded"):
        operations.found_office(
            now=now, code="KR-BUS", name_ko="가", name_en="a", programme="korea",
            time_zone="Asia/Seoul", languages=["ko"], drill=False,
        )  # fmt: skip


def test_the_trail_holds_every_deed_in_order(
    office: str, clerk: Actor, counterpart: object, now: datetime
) -> None:
    operations.record_audit(now=now, actor=clerk, action="registry.show", subjects=["person:1"])
    assert [(e.staff, e.action, e.subjects) for e in queries.audit_entries()] == [
        ("system:init", "office.found", ()),
        ("system:init", "office.add_staff", ("staff:seo",)),
        ("ministry", "office.add_counterpart", ("office:KP-PYO",)),
        ("ministry", "office.confirm_counterpart", ("office:KP-PYO",)),
        ("seo", "registry.show", ("person:1",)),
    ]
    assert queries.verify_audit().whole
    assert [e.number for e in queries.latest_audit_entries(limit=2)] == [5, 4]
    assert [e.number for e in queries.latest_audit_entries(limit=2, before=3)] == [2, 1]
    assert [e.number for e in queries.audit_entries(after=3, limit=1)] == [4]


def test_a_row_of_the_trail_changed_in_the_database_is_found(office: str, clerk: Actor) -> None:
    AuditEntry.objects.filter(number=2).update(staff="nobody")
    verdict = queries.verify_audit()
    assert (verdict.fault, verdict.fault_at) == (Fault.DIGEST, 2)


def test_a_counterpart_is_known_by_its_statement(counterpart: object, now: datetime) -> None:
    [known] = queries.counterparts()
    assert known.fingerprint == queries.counterpart(known.code).fingerprint
    assert (known.code, known.confirmed_by, known.confirmed_at) == ("KP-PYO", "ministry", now)
    assert len(known.fingerprint.words_ko) == 12


def test_a_counterpart_is_added_once_and_never_ourselves(
    office: str, counterpart: object, now: datetime
) -> None:
    who = Actor("ministry", "key meeting")
    with pytest.raises(SangbongError, match=r"office\.counterpart_known"):
        operations.add_counterpart(now=now, actor=who, statement=counterpart.statement)  # type: ignore[attr-defined]
    own = queries.own_statement()
    with pytest.raises(SangbongError, match=r"office\.own_statement"):
        operations.add_counterpart(now=now, actor=who, statement=queries.own_statement_file())
    with pytest.raises(SangbongError, match=r"office\.unknown_counterpart"):
        operations.confirm_counterpart(now=now, actor=who, code=own.code)
    with pytest.raises(SangbongError, match=r"office\.unknown_counterpart"):
        queries.counterpart(own.code)


def test_staff_have_a_role_and_a_name_of_their_own(
    clerk: Actor, officer: Actor, now: datetime
) -> None:
    assert [(s.username, s.role, s.active) for s in queries.staff()] == [
        ("han", Role.LIAISON_OFFICER, True),
        ("seo", Role.CLERK, True),
    ]
    with pytest.raises(SangbongError, match=r"office\.username_taken"):
        operations.add_staff(
            now=now, actor=clerk, username="han", display_name="한", role=Role.CLERK, password=None
        )


def test_a_sign_in_link_works_once_and_not_for_ever(clerk: Actor, now: datetime) -> None:
    operations.make_sign_in_link(now=now, actor=clerk, username="seo", token="t1")
    operations.make_sign_in_link(now=now, actor=clerk, username="seo", token="t2")
    assert operations.redeem_sign_in_link(now=now, token="t1").username == "seo"
    for token, at in [("t1", now), ("t2", now + timedelta(days=1)), ("t3", now)]:
        with pytest.raises(SangbongError, match=r"office\.link_used_or_old"):
            operations.redeem_sign_in_link(now=at, token=token)
    with pytest.raises(SangbongError, match=r"office\.unknown_staff"):
        operations.make_sign_in_link(now=now, actor=clerk, username="nobody", token="t4")
