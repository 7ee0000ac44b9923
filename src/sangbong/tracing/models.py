"""Tables of inquiries sent and received, comparisons, findings and replies.

What the other office wrote is kept as it wrote it; what we read it as stands beside.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q

from sangbong.tracing.core.findings import Answer, FindingClass, ReplyClass
from sangbong.tracing.core.states import EntryState, PairState, Reading

__all__ = [
    "Comparison",
    "Finding",
    "FoundKin",
    "IncomingEntry",
    "IncomingInquiry",
    "Inquiry",
    "Pair",
    "ReplyIn",
    "ReplyItem",
    "ReplyOut",
]


def _one_of(field: str, words: Iterable[str]) -> Q:
    return Q((f"{field}__in", [str(word) for word in words]))


class Inquiry(models.Model):
    """One list that we sent: a part of what we ask in a matter."""

    matter = models.CharField(max_length=63)
    recipient = models.CharField(max_length=6)
    part = models.PositiveSmallIntegerField()
    parts = models.PositiveSmallIntegerField()
    dispatch_id = models.CharField(max_length=120, unique=True)
    applications = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_inquiry"


class Pair(models.Model):
    """Applicant and person sought, and what the other office said of them last."""

    matter = models.CharField(max_length=63)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="pairs")
    application_no = models.CharField(max_length=40)
    sought_no = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=14, default=PairState.ASKED.value)
    statement = models.CharField(max_length=100, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_pair"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["matter", "application_no", "sought_no"], name="tracing_pair_once"
            ),
            models.CheckConstraint(
                condition=_one_of("state", PairState), name="tracing_pair_state"
            ),
        ]


class IncomingInquiry(models.Model):
    """One list that the other office sent us, with its literal text."""

    sender = models.CharField(max_length=6)
    matter = models.CharField(max_length=63)
    part = models.PositiveSmallIntegerField()
    parts = models.PositiveSmallIntegerField()
    dispatch_id = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=100)
    applications = models.PositiveSmallIntegerField()
    received_at = models.DateTimeField()
    traced_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_incoming_inquiry"


class IncomingEntry(models.Model):
    """One person sought by the other side, and how far our answer is."""

    inquiry = models.ForeignKey(IncomingInquiry, on_delete=models.PROTECT, related_name="entries")
    sender = models.CharField(max_length=6)
    matter = models.CharField(max_length=63)
    application_no = models.CharField(max_length=40)
    sought_no = models.PositiveSmallIntegerField()
    seeker = models.JSONField()
    sought = models.JSONField()
    state = models.CharField(max_length=8, default=EntryState.FILED.value)
    absent_ppm = models.PositiveIntegerField(null=True)
    person = models.ForeignKey("sangbong.Person", on_delete=models.PROTECT, null=True)
    person_shown = models.JSONField(null=True)
    answer = models.CharField(max_length=11, blank=True)
    alive_may_be_told = models.BooleanField(default=False)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    told_class = models.CharField(max_length=14, blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_incoming_entry"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "matter"], name="tracing_entry_state"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["sender", "matter", "application_no", "sought_no"],
                name="tracing_entry_once",
            ),
            models.CheckConstraint(
                condition=_one_of("state", EntryState), name="tracing_entry_state_known"
            ),
            models.CheckConstraint(
                condition=_one_of("answer", ["", *Answer]), name="tracing_entry_answer"
            ),
            models.CheckConstraint(
                condition=_one_of("told_class", ["", *ReplyClass]), name="tracing_entry_told"
            ),
        ]


class Comparison(models.Model):
    """A person sought beside a record of our register, scored, with its evidence."""

    entry = models.ForeignKey(IncomingEntry, on_delete=models.CASCADE, related_name="comparisons")
    person = models.ForeignKey("sangbong.Person", on_delete=models.PROTECT)
    rank = models.PositiveSmallIntegerField()
    score_millibits = models.IntegerField()
    probability_ppm = models.PositiveIntegerField()
    evidence = models.JSONField()
    shown = models.JSONField()

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_comparison"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entry", "rank"], name="tracing_comparison_rank"),
        ]


class Finding(models.Model):
    """What was decided about an entry, by whom and why; the latest counts, none is deleted."""

    entry = models.ForeignKey(IncomingEntry, on_delete=models.PROTECT, related_name="findings")
    finding = models.CharField(max_length=14)
    person = models.ForeignKey("sangbong.Person", on_delete=models.PROTECT, null=True)
    decided_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=1000)
    decided_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_finding"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=_one_of("finding", FindingClass), name="tracing_finding_class"
            ),
        ]


class FoundKin(models.Model):
    """Kin of a found person whom nobody asked for, and who wish to be told of."""

    entry = models.ForeignKey(IncomingEntry, on_delete=models.PROTECT, related_name="found_kin")
    person = models.ForeignKey("sangbong.Person", on_delete=models.PROTECT)
    relation = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    birth = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_found_kin"


class ReplyOut(models.Model):
    """One part of our answer in a matter."""

    recipient = models.CharField(max_length=6)
    matter = models.CharField(max_length=63)
    part = models.PositiveSmallIntegerField()
    complete = models.BooleanField()
    dispatch_id = models.CharField(max_length=120, unique=True)
    items = models.PositiveIntegerField()
    released_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_reply_out"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["recipient", "matter", "part"], name="tracing_reply_part_once"
            ),
        ]


class ReplyIn(models.Model):
    """One part of the other office's answer, as a paper."""

    sender = models.CharField(max_length=6)
    matter = models.CharField(max_length=63)
    part = models.PositiveSmallIntegerField()
    complete = models.BooleanField()
    dispatch_id = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=100)
    received_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_reply_in"


class ReplyItem(models.Model):
    """One answer in a paper of the other office, in its own words, and what we read it as."""

    reply = models.ForeignKey(ReplyIn, on_delete=models.PROTECT, related_name="items")
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, null=True, related_name="answers")
    application_no = models.CharField(max_length=40)
    sought_no = models.PositiveSmallIntegerField()
    reply_class_as_written = models.CharField(max_length=100)
    words_as_written = models.CharField(max_length=100, blank=True)
    statement_as_written = models.CharField(max_length=100, blank=True)
    reading = models.CharField(max_length=14)
    read_by = models.CharField(max_length=80, blank=True)
    person = models.JSONField(null=True)
    extra_kin = models.JSONField()

    class Meta:
        app_label = "sangbong"
        db_table = "tracing_reply_item"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["reply", "application_no", "sought_no"], name="tracing_reply_item_once"
            ),
            models.CheckConstraint(
                condition=_one_of("reading", Reading), name="tracing_reply_item_reading"
            ),
        ]
