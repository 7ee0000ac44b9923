"""Tables of rounds, rolls, candidates and final lists."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sangbong.selection.core.machine import RoundState
from sangbong.selection.core.reasons import Health, Standing, Willingness


class Round(models.Model):
    """One agreed event: its rule, its roll, its draw, and how far it has come."""

    code = models.CharField(max_length=20, unique=True)
    counterpart = models.CharField(max_length=6)
    state = models.CharField(max_length=20, choices=[(s.value, s.value) for s in RoundState])
    opened_at = models.DateTimeField()
    meets_from_date = models.DateField()
    meets_until_date = models.DateField()
    criteria = models.JSONField()
    criteria_sha256 = models.CharField(max_length=64)
    roll_as_of_date = models.DateField(null=True)
    roll_frozen_at = models.DateTimeField(null=True)
    roll_count = models.IntegerField(default=0)
    roll_sha256 = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    seed_statement = models.CharField(max_length=500, blank=True)
    drawn_at = models.DateTimeField(null=True)
    second_list_at = models.DateTimeField(null=True)
    final_list_at = models.DateTimeField(null=True)
    final_list_sent_at = models.DateTimeField(null=True)
    final_list_dispatch = models.CharField(max_length=100, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "sangbong"
        db_table = "selection_round"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(meets_until_date__gt=models.F("meets_from_date")),
                name="selection_round_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(roll_sha256="") | models.Q(roll_frozen_at__isnull=False),
                name="selection_round_roll",
            ),
            models.CheckConstraint(
                condition=models.Q(seed="") | models.Q(drawn_at__isnull=False),
                name="selection_round_seed",
            ),
        ]


class RollRow(models.Model):
    """One application on a frozen roll; `outcome` is set by the draw, all else never changes."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT)
    application_no = models.CharField(max_length=40)
    age = models.SmallIntegerField()
    tier = models.CharField(max_length=40)
    living_as_of_date = models.DateField()
    consents = models.CharField(max_length=200, blank=True)
    excluded = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "selection_roll_row"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["round", "application_no"], name="selection_roll_row_once"
            )
        ]


class Candidate(models.Model):
    """Somebody drawn, or drawn as a reserve, and what came of it, list by list."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT)
    application_no = models.CharField(max_length=40)
    age = models.SmallIntegerField()
    tier = models.CharField(max_length=40)
    band = models.CharField(max_length=20)
    weight = models.IntegerField()
    rank = models.IntegerField()
    key = models.CharField(max_length=40)
    tag = models.CharField(max_length=128)
    first = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Standing])
    willingness = models.CharField(
        max_length=12, blank=True, choices=[(w.value, w.value) for w in Willingness]
    )
    health = models.CharField(
        max_length=16, default="unknown", choices=[(h.value, h.value) for h in Health]
    )
    asked_at = models.DateTimeField(null=True)
    second = models.CharField(max_length=12, blank=True)
    second_place = models.IntegerField(null=True)
    second_reason = models.CharField(max_length=40, blank=True)
    final = models.CharField(max_length=12, blank=True)
    final_place = models.IntegerField(null=True)
    final_reason = models.CharField(max_length=40, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "selection_candidate"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["round", "application_no"], name="selection_candidate_once"
            ),
            models.UniqueConstraint(fields=["round", "rank"], name="selection_candidate_rank"),
            models.UniqueConstraint(
                fields=["round", "final_place"],
                condition=models.Q(final="chosen"),
                name="selection_candidate_final_place",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_reason="") | models.Q(withdrawn_at__isnull=False),
                name="selection_candidate_withdrawn",
            ),
        ]


class CandidateKin(models.Model):
    """A person sought who can be met, as known when the final list was made."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="kin")
    sought_no = models.SmallIntegerField()
    tier = models.CharField(max_length=40)

    class Meta:
        app_label = "sangbong"
        db_table = "selection_candidate_kin"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["candidate", "sought_no"], name="selection_candidate_kin_once"
            )
        ]


class ReceivedFinalList(models.Model):
    """The other side's final list of one round, as it arrived: one a round, never refilled."""

    round_code = models.CharField(max_length=20)
    sender = models.CharField(max_length=6)
    list_date = models.DateField()
    places = models.IntegerField()
    dispatch = models.CharField(max_length=100, unique=True)
    received_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "selection_received_final_list"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["round_code", "sender"], name="selection_received_final_list_once"
            )
        ]


class ReceivedFinalEntry(models.Model):
    """One applicant of the other side and the kin here whom they will meet."""

    final_list = models.ForeignKey(
        ReceivedFinalList, on_delete=models.CASCADE, related_name="entries"
    )
    place = models.IntegerField()
    application_no = models.CharField(max_length=40)
    applicant_name = models.CharField(max_length=100)
    age = models.SmallIntegerField()
    sought_nos = models.JSONField()

    class Meta:
        app_label = "sangbong"
        db_table = "selection_received_final_entry"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["final_list", "application_no"], name="selection_received_final_entry_once"
            ),
            models.UniqueConstraint(
                fields=["final_list", "place"], name="selection_received_final_entry_place"
            ),
        ]
