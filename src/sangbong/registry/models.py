"""Tables of people, applications, consent, contacts and news.

What was written stands in `PersonName`, `PersonDate` and `PersonPlace`, beside its normal form;
`Person` repeats the normal form in plain columns, because tracing reads every row of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q

from sangbong.registry.core.consent import Purpose, Use
from sangbong.registry.core.news import NewsKind, NewsState
from sangbong.registry.core.people import (
    Claim,
    DateKind,
    LifeStatus,
    NameKind,
    Part,
    PlaceKind,
    Script,
)

__all__ = [
    "Application",
    "Consent",
    "ContactMade",
    "FamilyNews",
    "ImportBatch",
    "LifeBelief",
    "Person",
    "PersonDate",
    "PersonName",
    "PersonPlace",
    "Release",
    "ReleaseSubject",
    "SoughtKin",
]


def _one_of(field: str, words: Iterable[str]) -> Q:
    return Q((f"{field}__in", [str(word) for word in words]))


class ImportBatch(models.Model):
    """One file that was read: what came of it, and what was wrong where it was refused."""

    layout = models.CharField(max_length=20)
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64, blank=True)
    staff = models.CharField(max_length=80)
    imported_at = models.DateTimeField()
    rows_read = models.PositiveIntegerField()
    persons_added = models.PositiveIntegerField()
    applications_added = models.PositiveIntegerField()
    fault_count = models.PositiveIntegerField()
    faults = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_import_batch"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(fault_count=0, undone_at=None),
                name="registry_file_once",
            )
        ]


class Person(models.Model):
    """A person in one part (applicant, sought, of the register); links join parts, nothing merges."""

    part = models.CharField(max_length=10)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, null=True)
    record_no = models.CharField(max_length=40, null=True, unique=True)  # noqa: DJ001 -- only a register numbers people
    name = models.CharField(max_length=100, blank=True)
    name_folded = models.CharField(max_length=100, blank=True)
    house_name = models.CharField(max_length=100, blank=True)
    former_name = models.CharField(max_length=100, blank=True)
    roman = models.CharField(max_length=100, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    birth_first = models.IntegerField(null=True)
    birth_last = models.IntegerField(null=True)
    birth_year = models.SmallIntegerField(null=True)
    age_doubted = models.BooleanField(default=False)
    birthplace_province = models.CharField(max_length=20, blank=True)
    birthplace_county = models.CharField(max_length=40, blank=True)
    residence_province = models.CharField(max_length=20, blank=True)
    residence_county = models.CharField(max_length=40, blank=True)
    father = models.CharField(max_length=100, blank=True)
    mother = models.CharField(max_length=100, blank=True)
    household = models.CharField(max_length=40, blank=True)
    life_status = models.CharField(max_length=11, default=LifeStatus.UNKNOWN.value)
    living_as_of = models.DateField(null=True)
    dead_on = models.DateField(null=True)
    shielded = models.BooleanField(default=False)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_person"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_of("part", Part), name="registry_person_part"),
            models.CheckConstraint(condition=Q(sex__in=["", "M", "F"]), name="registry_person_sex"),
            models.CheckConstraint(
                condition=_one_of("life_status", LifeStatus), name="registry_person_life"
            ),
            models.CheckConstraint(
                condition=Q(birth_first__isnull=True, birth_last__isnull=True)
                | Q(birth_first__lte=models.F("birth_last")),
                name="registry_person_birth_span",
            ),
        ]


class PersonName(models.Model):
    """One form of a person's name, as written, in form C, and as it compares."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="forms_of_name")
    kind = models.CharField(max_length=10)
    side = models.CharField(max_length=6)
    script = models.CharField(max_length=6)
    as_written = models.CharField(max_length=500)
    text = models.CharField(max_length=100)
    folded = models.CharField(max_length=100, db_index=True)
    claim = models.CharField(max_length=11)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_person_name"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_of("kind", NameKind), name="registry_name_kind"),
            models.CheckConstraint(
                condition=_one_of("script", Script), name="registry_name_script"
            ),
            models.CheckConstraint(condition=_one_of("claim", Claim), name="registry_name_claim"),
        ]


class PersonDate(models.Model):
    """One day of a person's life as somebody says it; several claims may stand side by side."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="days")
    kind = models.CharField(max_length=5)
    as_written = models.CharField(max_length=40)
    year = models.SmallIntegerField(null=True)
    month = models.SmallIntegerField(null=True)
    day = models.SmallIntegerField(null=True)
    leap = models.BooleanField()
    calendar = models.CharField(max_length=7)
    precision = models.CharField(max_length=7)
    claim = models.CharField(max_length=11)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_person_date"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_of("kind", DateKind), name="registry_date_kind"),
            models.CheckConstraint(condition=_one_of("claim", Claim), name="registry_date_claim"),
        ]


class PersonPlace(models.Model):
    """One place of a person's life as written, and where the map of 1945 has it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="places")
    kind = models.CharField(max_length=13)
    as_written = models.CharField(max_length=900)
    province = models.CharField(max_length=20, blank=True)
    county = models.CharField(max_length=40, blank=True)
    claim = models.CharField(max_length=11)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_person_place"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=_one_of("kind", PlaceKind), name="registry_place_kind"
            ),
            models.CheckConstraint(condition=_one_of("claim", Claim), name="registry_place_claim"),
        ]


class LifeBelief(models.Model):
    """What somebody said of a person's life: never overwritten, a later paper may reverse it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="beliefs")
    status = models.CharField(max_length=11)
    as_of_date = models.DateField()
    said_by = models.CharField(max_length=11)
    paper = models.CharField(max_length=120, blank=True)
    staff = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "registry_life_belief"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=_one_of("status", LifeStatus), name="registry_belief_status"
            ),
            models.CheckConstraint(
                condition=_one_of("said_by", Claim), name="registry_belief_said_by"
            ),
        ]


class Application(models.Model):
    """One application: who lodged it when, and whose dead applicant's it goes on from."""

    application_no = models.CharField(max_length=40, unique=True)
    applicant = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="application_lodged"
    )
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, null=True)
    lodged_on = models.DateField()
    best_tier = models.CharField(max_length=20)
    succeeds = models.ForeignKey("self", on_delete=models.PROTECT, null=True)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_application"


class SoughtKin(models.Model):
    """One person sought in an application, with the word for the kinship as used there."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="kin_sought", db_index=False
    )
    sought_no = models.PositiveSmallIntegerField()
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="sought_as")
    relation = models.CharField(max_length=40)
    kin_term = models.CharField(max_length=40)
    tier = models.CharField(max_length=20)
    chon = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=2000, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_sought_kin"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["application", "sought_no"], name="registry_sought_no_once"
            )
        ]


class Consent(models.Model):
    """One thing that a person agreed to, for whom, when and how; ended, never deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    use = models.CharField(max_length=20)
    recipient = models.CharField(max_length=6, blank=True)
    given_at = models.DateTimeField()
    how_given = models.CharField(max_length=20)
    until_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    how_withdrawn = models.CharField(max_length=20, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_consent"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_of("use", Use), name="registry_consent_use"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
                name="registry_consent_order",
            ),
        ]


class Release(models.Model):
    """One clearance that was made: what may leave, to whom, why, and on which consents."""

    recipient = models.CharField(max_length=6)
    purpose = models.CharField(max_length=20)
    basis = models.CharField(max_length=200)
    fields = models.JSONField()
    consent_digest = models.CharField(max_length=64)
    people = models.PositiveIntegerField()
    staff = models.CharField(max_length=80)
    cleared_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "registry_release"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=_one_of("purpose", Purpose), name="registry_release_purpose"
            )
        ]


class ReleaseSubject(models.Model):
    """Whom a release tells of, so that a person can ask what was told to whom."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="subjects")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="releases")

    class Meta:
        app_label = "sangbong"
        db_table = "registry_release_subject"


class ContactMade(models.Model):
    """One attempt to reach a family: when, by which way, what came of it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    made_at = models.DateTimeField()
    way = models.CharField(max_length=10)
    outcome = models.CharField(max_length=12)
    note = models.CharField(max_length=2000, blank=True)
    staff = models.CharField(max_length=80)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_contact_made"


class FamilyNews(models.Model):
    """News for a family that a person must bring: never a letter box, never a machine."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="news")
    sought_no = models.PositiveSmallIntegerField()
    """0 where the news is of the application as a whole."""
    kind = models.CharField(max_length=20)
    summary_code = models.CharField(max_length=60)
    source_paper = models.CharField(max_length=120)
    state = models.CharField(max_length=12)
    recorded_at = models.DateTimeField()
    bearer_name = models.CharField(max_length=50, blank=True)
    """User name of the member of staff who took it; names outlive accounts."""
    told_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=10, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "registry_family_news"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_of("kind", NewsKind), name="registry_news_kind"),
            models.CheckConstraint(
                condition=_one_of("state", NewsState), name="registry_news_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=NewsState.DELIVERED.value)
                | (~Q(bearer_name="") & Q(told_at__isnull=False)),
                name="registry_news_told_by_a_person",
            ),
            models.UniqueConstraint(
                fields=["application", "sought_no", "kind", "source_paper"],
                name="registry_news_once",
            ),
        ]
