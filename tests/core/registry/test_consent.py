from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.registry.core.consent import (
    FILMED,
    PURPOSE_FIELDS,
    ConsentRecord,
    PersonFacts,
    Purpose,
    Subject,
    Use,
    decide,
    other_side,
    read_purpose,
    uses_needed,
)

START = datetime(2018, 6, 1, tzinfo=UTC)
PYONGYANG = OfficeCode("KP-PYO")
TOKYO = OfficeCode("JP-TYO")
DEAD_WORDS = {
    "name", "hanja", "roman", "house_name", "former_name", "sex", "birth", "age", "birthplace",
    "address_at_separation", "father", "mother", "relation", "life_status", "death_date",
}  # fmt: skip

instants = st.integers(0, 10).map(lambda hours: START + timedelta(hours=hours))
consents = st.builds(
    ConsentRecord,
    consent_id=st.integers(1, 40),
    person_id=st.integers(1, 3),
    use=st.sampled_from([use.value for use in Use]),
    recipient=st.sampled_from(["", "KP", "KP-PYO", "JP", "KR"]),
    given_at=instants,
    withdrawn_at=st.none() | instants,
    until_at=st.none() | instants,
)
people = st.lists(
    st.builds(PersonFacts, person_id=st.integers(1, 3), shielded=st.booleans(), dead=st.booleans()),
    max_size=3,
    unique_by=lambda person: person.person_id,
)
asked = st.sampled_from(Purpose).flatmap(
    lambda purpose: st.tuples(
        st.just(purpose),
        st.lists(st.sampled_from(sorted(PURPOSE_FIELDS[purpose])), min_size=1, max_size=4),
    )
)


def may_be_told(person, ledger, *, subject, purpose, fields, recipient, at) -> bool:
    """The rule in other words: ask the ledger for each use by itself, line by line."""
    if person.shielded:
        return False
    if subject is Subject.FOUND:
        wanted = ["tell_seeker"]
    else:
        wanted = {
            "life_status_inquiry": ["search", "name_to_other_side"],
            "life_status_reply": ["name_to_other_side"],
            "final_list": ["name_to_other_side"],
            "sitting": ["name_to_other_side"],
            "film": ["name_to_other_side", "film"],
            "list_exchange": ["name_to_other_side", "list_exchange"],
        }[str(purpose)]
    if any(field.startswith("film") for field in fields):
        wanted = [*wanted, "film"]
    agreed = True
    for use in wanted:
        found = False
        for line in ledger:
            if line.person_id != person.person_id or line.use != use:
                continue
            names_it = line.recipient in (str(recipient), str(recipient).split("-")[0])
            if not names_it and not (use == "search" and line.recipient == ""):
                continue
            ends = [end for end in (line.withdrawn_at, line.until_at) if end is not None]
            if line.given_at <= at and all(at < end for end in ends):
                found = True
        agreed = agreed and found
    if agreed:
        return True
    tells_death = all(field in DEAD_WORDS for field in fields)
    return (
        person.dead
        and subject is Subject.FOUND
        and str(purpose) == "life_status_reply"
        and tells_death
    )


@given(
    world=st.tuples(people, st.lists(consents, max_size=12)),
    subject=st.sampled_from(Subject),
    asked=asked,
    recipient=st.sampled_from([PYONGYANG, TOKYO]),
    at=instants,
)
def test_no_field_leaves_without_a_live_consent_for_that_recipient_and_purpose(
    world, subject, asked, recipient, at
) -> None:
    people, ledger = world
    purpose, fields = asked
    decision = decide(
        people=people,
        consents=ledger,
        subject=subject,
        purpose=purpose,
        fields=fields,
        recipient=recipient,
        at=at,
    )
    assert set(decision.missing) == {
        person.person_id
        for person in people
        if not may_be_told(
            person,
            ledger,
            subject=subject,
            purpose=purpose,
            fields=fields,
            recipient=recipient,
            at=at,
        )
    }


@given(ledger=st.lists(consents, max_size=12), asked=asked, at=instants)
def test_a_clearance_rests_only_on_live_consents_of_those_told_of(ledger, asked, at) -> None:
    purpose, fields = asked
    decision = decide(
        people=[PersonFacts(1)],
        consents=ledger,
        subject=Subject.APPLICANT,
        purpose=purpose,
        fields=fields,
        recipient=PYONGYANG,
        at=at,
    )
    live = {
        line.consent_id
        for line in ledger
        if line.person_id == 1 and line.live(at=at) and line.covers(recipient=PYONGYANG)
    }
    assert set(decision.consent_ids) <= live


@given(later=st.integers(0, 1000), asked=asked)
def test_withdrawal_stops_every_later_release(later, asked) -> None:
    purpose, fields = asked
    ledger = [
        ConsentRecord(number, 1, use.value, "KP", START, withdrawn_at=START + timedelta(hours=1))
        for number, use in enumerate(Use, 1)
    ]
    decisions = [
        decide(
            people=[PersonFacts(1)],
            consents=ledger,
            subject=Subject.APPLICANT,
            purpose=purpose,
            fields=fields,
            recipient=PYONGYANG,
            at=at,
        )
        for at in (START, START + timedelta(hours=1, seconds=later))
    ]
    assert [decision.missing for decision in decisions] == [(), (1,)]


@given(purpose=st.sampled_from(Purpose), word=st.text(min_size=1, max_size=20))
def test_a_word_outside_a_purposes_list_never_leaves(purpose, word) -> None:
    if word in PURPOSE_FIELDS[purpose]:
        return
    with pytest.raises(SangbongError, match=r"registry\.field_not_releasable"):
        uses_needed(subject=Subject.APPLICANT, purpose=purpose, fields=[word])


@pytest.mark.parametrize("word", ["class", "class_label", "prisoner_of_war", "abductee", "note"])
def test_no_class_label_is_in_any_purpose(word: str) -> None:
    assert all(word not in fields for fields in PURPOSE_FIELDS.values())


def test_a_field_may_say_whose_it_is() -> None:
    plain = uses_needed(
        subject=Subject.APPLICANT, purpose=Purpose.LIFE_STATUS_INQUIRY, fields=["name"]
    )
    owned = uses_needed(
        subject=Subject.APPLICANT, purpose=Purpose.LIFE_STATUS_INQUIRY, fields=["sought.name"]
    )
    assert plain == owned == {Use.SEARCH, Use.NAME_TO_OTHER_SIDE}


def test_a_release_without_fields_is_refused() -> None:
    with pytest.raises(SangbongError, match=r"registry\.no_fields"):
        uses_needed(subject=Subject.FOUND, purpose=Purpose.FILM, fields=[])


def test_a_film_needs_the_consent_to_be_filmed_also_of_the_found() -> None:
    needed = uses_needed(subject=Subject.FOUND, purpose=Purpose.FILM, fields=sorted(FILMED))
    assert needed == {Use.TELL_SEEKER, Use.FILM}


def test_the_digest_tells_one_set_of_consents_from_another() -> None:
    def digest(*ids: int) -> str:
        return decide(
            people=[PersonFacts(known) for known in ids],
            consents=[ConsentRecord(known, known, "tell_seeker", "KP", START) for known in ids],
            subject=Subject.FOUND,
            purpose=Purpose.LIFE_STATUS_REPLY,
            fields=["name"],
            recipient=PYONGYANG,
            at=START,
        ).consent_digest

    assert digest(1, 2) == digest(2, 1) != digest(1, 3)


@pytest.mark.parametrize(
    ("own", "other"), [("KR-SEL", "KP"), ("KP-PYO", "KR"), ("US-WAS", "KP"), ("JP-TYO", "KP")]
)
def test_every_office_has_another_side(own: str, other: str) -> None:
    assert other_side(OfficeCode(own)) == other


def test_an_unknown_purpose_is_refused() -> None:
    assert read_purpose("film") is Purpose.FILM
    with pytest.raises(SangbongError, match=r"registry\.purpose_unknown"):
        read_purpose("immigration")
