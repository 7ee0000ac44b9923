"""Asking the other office whether the kin of our applicants live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.operations import enqueue
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.registry.operations import clear_for_release
from sangbong.registry.queries import PersonForms, SoughtPerson, sought_by
from sangbong.tracing.core.papers import (
    APPLICATIONS_MAX,
    INQUIRY_FIELDS,
    ApplicationPart,
    InquiryPaper,
    SeekerPart,
    SoughtPart,
)
from sangbong.tracing.models import Inquiry, Pair

INQUIRY_BASIS = "standing: exchange of inquiry lists between the two offices"
_PURPOSE = "life_status_inquiry"
_BATCH = 1_000
_AT_ONCE = 500


def ask_other_side(
    *,
    now: datetime,
    actor: Actor,
    recipient: OfficeCode,
    matter: str,
    application_nos: Sequence[str],
    basis: str = INQUIRY_BASIS,
) -> list[str]:
    """Send an inquiry about everybody sought in these applications, in lists of at most 100.

    The order given is the order of the lists. Returns the dispatch ids.

    Raises:
        SangbongError: `tracing.asked_already`, `tracing.nobody_to_ask_about`, or registry's and
            liaison's refusals; nothing is sent then.
    """
    numbers = list(dict.fromkeys(application_nos))
    _refuse_asked_already(matter, numbers)
    kin = {
        number: list(group)
        for number, group in groupby(sought_by(numbers), key=lambda each: each.application_no)
    }
    asked = [number for number in numbers if number in kin]
    if not asked:
        raise SangbongError("tracing.nobody_to_ask_about", count=len(numbers))
    lists = [asked[at : at + APPLICATIONS_MAX] for at in range(0, len(asked), APPLICATIONS_MAX)]
    first = Inquiry.objects.filter(matter=matter, recipient=recipient).count()
    dispatches = []
    for part, some in enumerate(lists, start=first + 1):
        paper = InquiryPaper(
            matter=matter,
            part=part,
            parts=first + len(lists),
            applications=tuple(application_part(number, kin[number]) for number in some),
        )
        clearance = clear_for_release(
            now=now,
            actor=actor,
            application_nos=some,
            recipient=recipient,
            purpose=_PURPOSE,
            fields=INQUIRY_FIELDS,
            basis=basis,
        )
        dispatch = enqueue(
            now=now,
            clearance=clearance,
            recipient=recipient,
            stream=matter,
            kind="tracing.inquiry",
            body=paper.to_body(),
        )
        _keep(now, recipient, paper, dispatch)
        dispatches.append(dispatch)
    record_audit(
        now=now,
        actor=actor,
        action="tracing.ask_other_side",
        subjects=[f"dispatch:{each}" for each in dispatches],
        facts={
            "recipient": recipient,
            "matter": matter,
            "applications": len(asked),
            "pairs": sum(len(kin[number]) for number in asked),
            "digest": digest_of_ids(f"application:{number}" for number in asked),
        },
    )
    return dispatches


def _refuse_asked_already(matter: str, numbers: Sequence[str]) -> None:
    for at in range(0, len(numbers), _AT_ONCE):
        known = Pair.objects.filter(
            matter=matter, application_no__in=numbers[at : at + _AT_ONCE]
        ).first()
        if known is not None:
            raise SangbongError("tracing.asked_already", application_no=known.application_no)


def _keep(now: datetime, recipient: OfficeCode, paper: InquiryPaper, dispatch: str) -> None:
    inquiry = Inquiry.objects.create(
        matter=paper.matter,
        recipient=recipient,
        part=paper.part,
        parts=paper.parts,
        dispatch_id=dispatch,
        applications=len(paper.applications),
        asked_at=now,
    )
    Pair.objects.bulk_create(
        (
            Pair(
                matter=paper.matter,
                inquiry=inquiry,
                application_no=application.application_no,
                sought_no=one.sought_no,
                changed_at=now,
            )
            for application in paper.applications
            for one in application.sought
        ),
        batch_size=_BATCH,
    )


def application_part(number: str, kin: Sequence[SoughtPerson]) -> ApplicationPart:
    """One application as it stands in an inquiry; dates and places as written."""
    return ApplicationPart(
        application_no=number,
        seeker=_seeker(kin[0].applicant),
        sought=tuple(_sought(each) for each in kin),
    )


def _seeker(forms: PersonForms) -> SeekerPart:
    return SeekerPart(
        name=forms.name,
        hanja=forms.hanja,
        roman=forms.roman,
        house_name=forms.house_name,
        sex=forms.sex,
        birth=forms.birth_as_written,
        calendar=forms.birth_calendar or "unknown",
        birthplace=forms.birthplace,
        residence=forms.residence,
        father=forms.father,
        mother=forms.mother,
    )


def _sought(kin: SoughtPerson) -> SoughtPart:
    forms = kin.sought
    return SoughtPart(
        sought_no=kin.sought_no,
        relation=kin.relation,
        name=forms.name,
        house_name=forms.house_name,
        sex=forms.sex,
        birth=forms.birth_as_written,
        calendar=forms.birth_calendar or "unknown",
        address_at_separation=forms.at_separation,
        father=forms.father,
        mother=forms.mother,
    )
