"""Tables of halls, slots, proposals and sittings."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sangbong.reunions.core.machine import LIVE, Outcome, SittingState

_LIVE = [state.value for state in LIVE]


class Hall(models.Model):
    """A building of ours with rooms for video sittings."""

    code = models.CharField(max_length=10, unique=True)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    province = models.CharField(max_length=50)
    order = models.SmallIntegerField()

    class Meta:
        app_label = "sangbong"
        db_table = "reunions_hall"


class Room(models.Model):
    """One room with a camera; `number` counts from 1 in its hall."""

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="rooms")
    number = models.SmallIntegerField()

    class Meta:
        app_label = "sangbong"
        db_table = "reunions_room"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["hall", "number"], name="reunions_room_once")
        ]


class Slot(models.Model):
    """A bookable room and time; it exists empty."""

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "reunions_slot"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["room", "starts_at"], name="reunions_slot_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="reunions_slot_forward"
            ),
        ]


class Proposal(models.Model):
    """One paper that proposes sittings, and the answer to it."""

    round_code = models.CharField(max_length=20)
    number = models.SmallIntegerField()
    proposer = models.CharField(max_length=6)
    answerer = models.CharField(max_length=6)
    filed_at = models.DateTimeField()
    dispatch = models.CharField(max_length=100)
    answered_at = models.DateTimeField(null=True)
    answer_dispatch = models.CharField(max_length=100, blank=True)
    timetable_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "reunions_proposal"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["round_code", "proposer", "number"], name="reunions_proposal_once"
            )
        ]


class Sitting(models.Model):
    """One family meeting once: a room of ours, a room of theirs, a time.

    `slot` is our room and time. It is empty in the answering office until it accepts; the other
    side's room is empty until the answer names it.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="sittings")
    number = models.IntegerField()
    application_no = models.CharField(max_length=40)
    sought_nos = models.JSONField()
    age = models.SmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    slot = models.ForeignKey(Slot, null=True, on_delete=models.PROTECT, related_name="sittings")
    their_hall = models.CharField(max_length=10, blank=True)
    their_room = models.SmallIntegerField(null=True)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in SittingState])
    refusal = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(
        max_length=20, blank=True, choices=[(o.value, o.value) for o in Outcome]
    )
    outcome_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "sangbong"
        db_table = "reunions_sitting"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "number"], name="reunions_sitting_once"),
            models.UniqueConstraint(
                fields=["slot"],
                condition=models.Q(state__in=_LIVE),
                name="reunions_sitting_our_room",
            ),
            models.UniqueConstraint(
                fields=["their_hall", "their_room", "starts_at"],
                condition=models.Q(state__in=_LIVE) & ~models.Q(their_hall=""),
                name="reunions_sitting_their_room",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["accepted", "concluded"])
                | models.Q(slot__isnull=False) & ~models.Q(their_hall=""),
                name="reunions_sitting_has_rooms",
            ),
            models.CheckConstraint(
                condition=models.Q(state="refused", refusal__gt="")
                | ~models.Q(state="refused") & models.Q(refusal=""),
                name="reunions_sitting_refusal",
            ),
            models.CheckConstraint(
                condition=models.Q(state="concluded", outcome__gt="")
                | ~models.Q(state="concluded") & models.Q(outcome=""),
                name="reunions_sitting_outcome",
            ),
        ]
