from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.clearance import Clearance
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.office.queries import audit_entries
from sangbong.registry import models, operations, queries
from sangbong.registry.core.consent import Use
from sangbong.registry.core.layouts import Layout
from sangbong.registry.core.people import Claim, LifeStatus

PYONGYANG = OfficeCode("KP-PYO")
NUMBERS = ("KR-SEL-A-000001", "KR-SEL-A-000002")


@pytest.fixture
def applicants(clerk: Actor, now: datetime, applications: Callable[..., bytes]) -> list[int]:
    operations.import_csv(
        now=now - timedelta(days=1),
        actor=clerk,
        layout=Layout.APPLICATIONS,
        filename="a.csv",
        data=applications({}, {"application_no": NUMBERS[1], "consents": "search"}),
    )
    return list(
        models.Application.objects.order_by("application_no").values_list("applicant_id", flat=True)
    )


@pytest.fixture
def found(clerk: Actor, now: datetime, register: Callable[..., bytes]) -> list[int]:
    operations.import_csv(
        now=now,
        actor=clerk,
        layout=Layout.REGISTER,
        filename="r.csv",
        data=register(
            {},
            {"record_no": "2", "life_status": "사망", "death_date": "1990-02-03"},
            {"record_no": "3", "shielded": "예", "life_status": "사망"},
        ),
    )
    return [row.person_id for row in queries.register_rows()]


def clear(now: datetime, actor: Actor, *numbers: str, **changes: object) -> Clearance:
    facts: dict[str, object] = {
        "recipient": PYONGYANG,
        "purpose": "life_status_inquiry",
        "fields": ("sought.name", "applicant.name"),
        "basis": "agreement of 2018-06-22, paragraph 1",
    }
    return operations.clear_for_release(
        now=now, actor=actor, application_nos=numbers, **facts | changes
    )


def clear_found(now: datetime, actor: Actor, *ids: int, **changes: object) -> Clearance:
    facts: dict[str, object] = {
        "recipient": PYONGYANG,
        "purpose": "life_status_reply",
        "fields": ("found.name", "found.residence"),
        "basis": "agreement of 2018-06-22, paragraph 2",
    }
    return operations.clear_person_for_release(
        now=now, actor=actor, person_ids=ids, **facts | changes
    )


def test_a_clearance_names_its_consents_and_is_written_down(
    applicants: list[int], clerk: Actor, now: datetime
) -> None:
    clearance = clear(now, clerk, NUMBERS[0], NUMBERS[0])
    used = models.Consent.objects.filter(
        person_id=applicants[0], use__in=["search", "name_to_other_side"]
    )
    assert clearance == Clearance(
        basis="agreement of 2018-06-22, paragraph 1",
        purpose="life_status_inquiry",
        recipient=PYONGYANG,
        fields=("applicant.name", "sought.name"),
        consent_ids=tuple(f"consent:{pk}" for pk in sorted(used.values_list("pk", flat=True))),
    )
    page = queries.get_person(role=Role.CLERK, person_id=applicants[0], today=now.date())
    (told,) = page.releases
    assert (told.recipient, told.fields, told.cleared_at) == (
        "KP-PYO",
        ("applicant.name", "sought.name"),
        now,
    )
    (entry,) = [e for e in audit_entries() if e.action == "registry.clear_for_release"]
    assert dict(entry.facts)["people"] == 1


def test_one_missing_consent_stops_the_whole_paper(
    applicants: list[int], clerk: Actor, now: datetime
) -> None:
    with pytest.raises(SangbongError) as refusal:
        clear(now, clerk, *NUMBERS)
    assert (refusal.value.code, refusal.value.params) == (
        "registry.consent_missing",
        {"missing": 1},
    )
    assert models.Release.objects.count() == 0


def test_withdrawal_stops_the_next_paper_and_not_the_consent_given_anew(
    applicants: list[int], clerk: Actor, now: datetime
) -> None:
    clear(now, clerk, NUMBERS[0])
    ended = operations.withdraw_consent(
        now=now, actor=clerk, person_id=applicants[0], use=Use.NAME_TO_OTHER_SIDE
    )
    assert ended == 1
    with pytest.raises(SangbongError, match=r"registry\.consent_missing"):
        clear(now, clerk, NUMBERS[0])
    later = now + timedelta(hours=1)
    given = operations.give_consent(
        now=later,
        actor=clerk,
        person_id=applicants[0],
        use=Use.NAME_TO_OTHER_SIDE,
        recipient="KP-PYO",
        how_given="told",
        until_at=later + timedelta(days=1),
    )
    assert f"consent:{given}" in clear(later, clerk, NUMBERS[0]).consent_ids
    with pytest.raises(SangbongError, match=r"registry\.consent_missing"):
        clear(later + timedelta(days=1), clerk, NUMBERS[0])


def test_every_consent_can_be_withdrawn_at_once_and_is_kept_as_history(
    applicants: list[int], clerk: Actor, now: datetime
) -> None:
    assert operations.withdraw_consent(now=now, actor=clerk, person_id=applicants[0]) == 3
    assert operations.withdraw_consent(now=now, actor=clerk, person_id=applicants[0]) == 0
    page = queries.get_person(role=Role.CLERK, person_id=applicants[0], today=now.date())
    assert [consent.live(at=now) for consent in page.consents] == [False] * 3
    (first, _) = queries.roll_entries(as_of=date(2018, 6, 25))
    assert first.consents == frozenset()
    (first, _) = queries.roll_entries(as_of=date(2018, 6, 24))
    assert first.consents == {"search", "name_to_other_side", "film"}


def test_asking_twice_gives_the_consent_that_stands(
    applicants: list[int], clerk: Actor, now: datetime
) -> None:
    def ask() -> int:
        return operations.give_consent(
            now=now,
            actor=clerk,
            person_id=applicants[1],
            use=Use.FILM,
            recipient="KP",
            how_given="told",
        )

    assert ask() == ask()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "immigration"}, "registry.purpose_unknown"),
        ({"fields": ("class_label",)}, "registry.field_not_releasable"),
        ({"fields": ()}, "registry.no_fields"),
        ({"basis": " "}, "registry.no_basis"),
        ({"basis": "x" * 201}, "registry.no_basis"),
        ({"recipient": OfficeCode("JP-TYO")}, "registry.consent_missing"),
        ({"purpose": "list_exchange"}, "registry.consent_missing"),
    ],
)
def test_a_release_for_anything_else_is_refused(
    applicants: list[int], clerk: Actor, now: datetime, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(SangbongError) as refusal:
        clear(now, clerk, NUMBERS[0], **changes)
    assert refusal.value.code == code
    assert models.Release.objects.count() == 0


def test_unknown_people_are_never_cleared(
    applicants: list[int], clerk: Actor, now: datetime
) -> None:
    for numbers in ((), (NUMBERS[0], "KR-SEL-A-999999")):
        with pytest.raises(SangbongError, match=r"registry\.application_unknown"):
            clear(now, clerk, *numbers)
    for ids in ((), (applicants[0], 999_999)):
        with pytest.raises(SangbongError, match=r"registry\.person_unknown"):
            clear_found(now, clerk, *ids)
    with pytest.raises(SangbongError, match=r"registry\.person_unknown"):
        operations.give_consent(
            now=now, actor=clerk, person_id=9, use=Use.FILM, recipient="KP", how_given="told"
        )
    with pytest.raises(SangbongError, match=r"registry\.person_unknown"):
        operations.withdraw_consent(now=now, actor=clerk, person_id=999_999)
    with pytest.raises(SangbongError, match=r"registry\.consent_over"):
        operations.give_consent(
            now=now,
            actor=clerk,
            person_id=applicants[0],
            use=Use.FILM,
            recipient="KP",
            how_given="told",
            until_at=now,
        )


def test_a_found_person_is_asked_first(found: list[int], clerk: Actor, now: datetime) -> None:
    with pytest.raises(SangbongError, match=r"registry\.consent_missing"):
        clear_found(now, clerk, found[0])
    operations.give_consent(
        now=now,
        actor=clerk,
        person_id=found[0],
        use=Use.TELL_SEEKER,
        recipient="KP",
        how_given="visit",
    )
    assert len(clear_found(now, clerk, found[0]).consent_ids) == 1


def test_of_the_dead_only_the_death_is_told_and_of_the_shielded_nothing(
    found: list[int], clerk: Actor, now: datetime
) -> None:
    words = ("found.name", "found.life_status", "found.death_date")
    assert clear_found(now, clerk, found[1], fields=words).consent_ids == ()
    for person, fields in ((found[1], ("found.residence",)), (found[2], words), (found[0], words)):
        with pytest.raises(SangbongError, match=r"registry\.consent_missing"):
            clear_found(now, clerk, person, fields=fields)


def test_a_person_found_alive_again_is_asked_as_the_living_are(
    found: list[int], clerk: Actor, now: datetime
) -> None:
    operations.mark_living(
        now=now, actor=clerk, person_id=found[1], as_of=now.date(), said_by=Claim.KIN
    )
    assert queries.life(found[1]).status is LifeStatus.ALIVE
    with pytest.raises(SangbongError, match=r"registry\.consent_missing"):
        clear_found(now, clerk, found[1], fields=("found.life_status",))
