"""What officers do by hand when the other side asks: each press changes what it says."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.web.furnishing import NOW, model
from tests.web.pressing import first, told

from sangbong.office.core.roles import Role

pytestmark = pytest.mark.django_db
CLERK, OFFICER, COMPLIANCE = Role.CLERK, Role.LIAISON_OFFICER, Role.COMPLIANCE


def test_finding_needs_an_answer_and_a_reason(officer_page: Client) -> None:
    path = f"/inquiries/sought/{first('IncomingEntry')}"
    person = str(model("Comparison").objects.order_by("pk").first().person_id)
    assert told(officer_page.post(path, {"finding": "perhaps"})).startswith("Please choose one")
    assert officer_page.post(path, {"finding": "alive", "person": person}).status_code == 422
    facts = {"finding": "alive", "person": person, "reason": "Father and county agree."}
    assert officer_page.post(path, facts).status_code == 302
    assert told(officer_page.post(path, {"answer": "maybe"})).startswith("Please choose one")
    assert officer_page.post(path, {"answer": "refused", "allow": "1"}).status_code == 302
    entry = model("IncomingEntry").objects.order_by("pk").first()
    assert (entry.state, entry.answer, entry.alive_may_be_told) == ("answered", "refused", True)
    model("IncomingEntry").objects.update(told_class="alive", told_at=NOW, state="replied")
    assert "told the other side: alive" in officer_page.get(path).content.decode()
    assert (
        f'href="?record={person}"' in officer_page.get(f"{path}?record={person}").content.decode()
    )


def test_findings_of_a_rule_and_own_answers_are_told_in_the_readers_language(
    officer_page: Client, settings: object
) -> None:
    entry = model("IncomingEntry").objects.order_by("pk").first()
    for by, reason in (
        ("rule:6000/3000", "rival_too_near: Accept a record when"),
        ("rule:9000/3000", "nobody: another rule"),
        ("han", "the found person's own answer: refused"),
        ("han", "the found person's own answer: wept"),
    ):
        model("Finding").objects.create(
            entry=entry, finding="cannot_confirm", decided_by=by, reason=reason, decided_at=NOW
        )
    path = f"/inquiries/sought/{entry.pk}"
    text = officer_page.get(path).content.decode()
    for said in (
        "a written rule: another record is too near. Accept a record when the odds for it",
        "a written rule: no record comes near. another rule",
        "han: the found person’s own answer: does not wish contact",
        "han: the found person&#x27;s own answer: wept",
    ):
        assert said in text
    officer_page.cookies[settings.LANGUAGE_COOKIE_NAME] = "ko"  # type: ignore[attr-defined]
    korean = officer_page.get(path).content.decode()
    assert "맞을 가능성이 64배 이상이고" in korean
    assert "Accept a record" not in korean


def test_entry_without_any_near_record_says_so(officer_page: Client) -> None:
    model("Comparison").objects.all().delete()
    text = officer_page.get(f"/inquiries/sought/{first('IncomingEntry')}").content.decode()
    assert "No record of ours comes near." in text


@pytest.mark.parametrize(
    "path", ["/inquiries/sought/99999", "/inquiries/came/99999", "/inquiries/asked/round-99"]
)
def test_unknown_inquiries_are_missing(officer_page: Client, path: str) -> None:
    assert officer_page.get(path).status_code == 404


def test_found_people_who_wait_to_be_asked_stand_on_today(officer_page: Client) -> None:
    model("IncomingEntry").objects.filter(pk=first("IncomingEntry")).update(state="found")
    assert "Ask them" in officer_page.get("/").content.decode()


def entries_in(*states: str) -> list[int]:
    """Put the entries of the incoming list into these states; their numbers."""
    rows = list(model("IncomingEntry").objects.order_by("pk"))
    for row, state in zip(rows, states, strict=True):
        row.state = state
        row.person_id = model("Comparison").objects.filter(entry=row).first().person_id
        row.person_shown = {"name": "박가수", "birth": "1931-04-02", "residence": "서울 종로"}
        row.save()
    return [row.pk for row in rows]


def test_our_records_are_searched_for_everybody_filed(officer_page: Client) -> None:
    entries_in("filed", "traced", "filed")
    written = {"house_name": "", "calendar": "solar", "address_at_separation": "평안북도 정주군"}
    for row in model("IncomingEntry").objects.all():
        row.sought |= written | {"father": "", "mother": ""}
        row.save()
    model("Comparison").objects.filter(entry__state="filed").delete()
    path = f"/inquiries/came/{first('IncomingInquiry')}"
    page = officer_page.get(path).content.decode()
    assert "2 people of this list are not compared" in page
    assert "Release this part" not in page
    answer = officer_page.post(f"{path}/search", follow=True).content.decode()
    assert "Our records are searched for 2 people." in answer
    assert "Search our records" not in answer
    assert set(model("IncomingEntry").objects.values_list("state", flat=True)) == {"traced"}
    assert officer_page.post("/inquiries/came/99999/search").status_code == 404


def test_those_found_are_recorded_as_asked(officer_page: Client) -> None:
    entries_in("found", "traced", "found")
    path = f"/inquiries/came/{first('IncomingInquiry')}"
    assert "2 people are found." in officer_page.get(path).content.decode()
    answer = officer_page.post(f"{path}/asked", follow=True).content.decode()
    assert "2 found people are being asked." in answer
    states = model("IncomingEntry").objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["asked", "traced", "asked"]


def test_a_reply_leaves_in_the_numbers_that_were_read(
    officer_page: Client, clerk_page: Client
) -> None:
    living, *_others = entries_in("found", "settled", "traced")
    facts = {"answer": "willing"}
    page = officer_page.post(f"/inquiries/sought/{living}", facts, follow=True).content.decode()
    assert "Their answer is written down: willing." in page
    path = f"/inquiries/came/{first('IncomingInquiry')}"
    assert "Release this part of the reply" in officer_page.get(path).content.decode()
    assert "Release this part of the reply" not in clerk_page.get(path).content.decode()
    asked = officer_page.get(f"{path}/release").content.decode()
    assert 'name="seen" value="1 1 0"' in asked
    assert "Video round 8" in asked
    late = officer_page.post(f"{path}/release", {"seen": "1 0 0"})
    assert told(late).startswith("Answers have come in since")
    before = model("OutboxDispatch").objects.count()
    answer = officer_page.post(f"{path}/release", {"seen": "1 1 0"}, follow=True).content.decode()
    assert "2 answers are sealed in 2 papers." in answer
    assert "Nothing is ready to leave" in officer_page.get(f"{path}/release").content.decode()
    assert told(officer_page.post(f"{path}/release")).startswith("Nothing is ready")
    rest = officer_page.get(f"{path}/release?part=complete").content.decode()
    assert 'name="seen" value="0 0 1"' in rest
    assert "of these 1 not settled here yet" in rest
    facts = {"part": "complete", "seen": "0 0 1"}
    answer = officer_page.post(f"{path}/release", facts, follow=True).content.decode()
    assert "The reply is complete." in answer
    assert model("OutboxDispatch").objects.count() == before + 3
    told_classes = (
        model("IncomingEntry").objects.order_by("pk").values_list("told_class", flat=True)
    )
    assert list(told_classes) == ["alive", "dead", "cannot_confirm"]
