"""Tables of the line and its people: every row is a fact that somebody wrote down.

Nothing here is rewritten or deleted: what was wrong is named by a row of `LineCorrection`.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from sangbong.liaison.core.people.calls import CallKind, CallOutcome, OwnSide, Reading
from sangbong.liaison.core.people.line_state import LineSaid
from sangbong.liaison.core.people.meetings import MeetingDeed, MeetingKind
from sangbong.liaison.core.people.offer import OfferDeed
from sangbong.liaison.core.people.offer import Way as OfferWay
from sangbong.liaison.core.people.paths import Path, PathSaid
from sangbong.liaison.core.people.presence import PresenceSaid
from sangbong.liaison.core.people.roster import Duty, DutyDeed
from sangbong.liaison.core.people.said import Known, Side


def _values(known: type[StrEnum]) -> list[str]:
    """Plain texts, so that a migration does not depend on our code."""
    return [one.value for one in known]


class _Recorded(models.Model):
    """Who wrote a fact down, and when."""

    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)

    class Meta:
        """No table of its own."""

        abstract = True


class _Sourced(_Recorded):
    """Who said so (rule W1)."""

    side = models.CharField(max_length=9)
    said_by = models.CharField(max_length=100, default="", blank=True)
    paper = models.CharField(max_length=120, default="", blank=True)
    saw = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        """No table of its own."""

        abstract = True


class LineFactRow(_Sourced):
    """What somebody said of a line."""

    counterpart = models.CharField(max_length=6)
    line = models.CharField(max_length=40)
    told = models.CharField(max_length=9)
    known = models.CharField(max_length=6)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_line_fact"
        constraints = [
            models.CheckConstraint(
                condition=Q(told__in=_values(LineSaid)), name="liaison_line_told_known"
            ),
            models.CheckConstraint(
                condition=Q(known__in=_values(Known)), name="liaison_line_precision_known"
            ),
            models.CheckConstraint(
                condition=Q(side__in=_values(Side)), name="liaison_line_side_known"
            ),
        ]
        indexes = [models.Index(fields=["counterpart", "at"], name="liaison_line_fact_at")]


class PathFactRow(_Sourced):
    """What somebody said of a path."""

    counterpart = models.CharField(max_length=6)
    path = models.CharField(max_length=12)
    told = models.CharField(max_length=10)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_path_fact"
        constraints = [
            models.CheckConstraint(condition=Q(path__in=_values(Path)), name="liaison_path_known"),
            models.CheckConstraint(
                condition=Q(told__in=_values(PathSaid)), name="liaison_path_told_known"
            ),
        ]
        indexes = [models.Index(fields=["counterpart", "at"], name="liaison_path_fact_at")]


class PresenceFactRow(_Sourced):
    """What somebody said of one side's staff at a place."""

    counterpart = models.CharField(max_length=6)
    whose = models.CharField(max_length=9)
    place = models.CharField(max_length=60)
    told = models.CharField(max_length=9)
    people = models.PositiveIntegerField(null=True)
    head_there = models.BooleanField(null=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_presence_fact"
        constraints = [
            models.CheckConstraint(
                condition=Q(whose__in=[Side.OURS.value, Side.THEIRS.value]),
                name="liaison_presence_whose",
            ),
            models.CheckConstraint(
                condition=Q(told__in=_values(PresenceSaid)), name="liaison_presence_told_known"
            ),
        ]
        indexes = [models.Index(fields=["counterpart", "at"], name="liaison_presence_at")]


class CallRow(_Recorded):
    """What somebody wrote down of a call; `due_at` is null for one outside the hours."""

    counterpart = models.CharField(max_length=6)
    line = models.CharField(max_length=40)
    kind = models.CharField(max_length=7)
    due_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=13)
    rang = models.CharField(max_length=9, default="", blank=True)
    spoke_with = models.CharField(max_length=100, default="", blank=True)
    own_side = models.CharField(max_length=11)
    reading = models.CharField(max_length=8)
    heard = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_call"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=_values(CallKind)), name="liaison_call_kind"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=_values(CallOutcome)), name="liaison_call_outcome"
            ),
            models.CheckConstraint(
                condition=Q(own_side__in=_values(OwnSide), reading__in=_values(Reading)),
                name="liaison_call_reading",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(kind=CallKind.OTHER.value),
                name="liaison_call_due_or_other",
            ),
        ]
        indexes = [models.Index(fields=["counterpart", "at"], name="liaison_call_at")]


class DutyRow(_Recorded):
    """One record of a duty; `officer` is empty after a giving back."""

    day = models.DateField()
    duty = models.CharField(max_length=7)
    deed = models.CharField(max_length=9)
    officer = models.CharField(max_length=150, default="", blank=True)
    agreed = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_duty"
        constraints = [
            models.CheckConstraint(
                condition=Q(duty__in=_values(Duty), deed__in=_values(DutyDeed)),
                name="liaison_duty_known",
            ),
            models.CheckConstraint(
                condition=(Q(officer="") & Q(deed=DutyDeed.GIVE_BACK.value))
                | (~Q(officer="") & ~Q(deed=DutyDeed.GIVE_BACK.value)),
                name="liaison_duty_officer",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="liaison_duty_day")]


class MeetingRow(models.Model):
    """A meeting planned for an hour."""

    counterpart = models.CharField(max_length=6)
    kind = models.CharField(max_length=9)
    planned_at = models.DateTimeField()
    place = models.CharField(max_length=60, default="", blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_meeting"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=_values(MeetingKind)), name="liaison_meeting_kind"
            ),
            models.UniqueConstraint(
                fields=["counterpart", "kind", "planned_at"], name="liaison_meeting_once"
            ),
        ]


class MeetingFactRow(_Sourced):
    """What somebody wrote down of a meeting; of minutes, the version filed with it."""

    meeting = models.ForeignKey(MeetingRow, on_delete=models.PROTECT, related_name="facts")
    deed = models.CharField(max_length=12)
    noticed_at = models.DateTimeField(null=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_meeting_fact"
        constraints = [
            models.CheckConstraint(
                condition=Q(deed__in=_values(MeetingDeed)), name="liaison_meeting_deed"
            )
        ]


class MinutesRow(models.Model):
    """One version of a meeting's minutes."""

    fact = models.OneToOneField(MeetingFactRow, on_delete=models.PROTECT, related_name="minutes")
    text = models.TextField()
    agreed = models.JSONField()
    object_id = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_minutes"


class OfferRow(_Sourced):
    """A paper offered, by us or to us; `dispatch_id` is of the offer itself, if it was a paper."""

    counterpart = models.CharField(max_length=6)
    outgoing = models.BooleanField()
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    in_name_of = models.CharField(max_length=100)
    leaves = models.PositiveIntegerField(default=0)
    way = models.CharField(max_length=7)
    dispatch_id = models.CharField(max_length=140, default="", blank=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_offer"
        constraints = [
            models.UniqueConstraint(
                fields=["counterpart", "outgoing", "number"], name="liaison_offer_once"
            ),
            models.CheckConstraint(
                condition=Q(way__in=_values(OfferWay)), name="liaison_offer_way"
            ),
        ]


class OfferFactRow(_Sourced):
    """What was written down of an offer; `dispatch_id` is of the answer, or of the paper sent."""

    offer = models.ForeignKey(OfferRow, on_delete=models.PROTECT, related_name="facts")
    deed = models.CharField(max_length=9)
    way = models.CharField(max_length=7)
    dispatch_id = models.CharField(max_length=140, default="", blank=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_offer_fact"
        constraints = [
            models.CheckConstraint(
                condition=Q(deed__in=_values(OfferDeed), way__in=_values(OfferWay)),
                name="liaison_offer_deed",
            )
        ]


class LineCorrection(models.Model):
    """Withdraws one fact (rule W2); `record` is `<table>:<number>`."""

    record = models.CharField(max_length=40, primary_key=True)
    corrected_at = models.DateTimeField()
    corrected_by = models.CharField(max_length=150)
    why = models.CharField(max_length=200)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_line_correction"
