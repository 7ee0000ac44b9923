"""Tables of what outlasts a restore, and of what was not taken."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class OwnIncarnation(models.Model):
    """Our incarnation: one row, compared with the mark outside the database."""

    number = models.PositiveIntegerField()

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_incarnation"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="liaison_incarnation_is_one"),
            models.CheckConstraint(condition=Q(number__gte=1), name="liaison_incarnation_from_1"),
        ]


class ChannelPeer(models.Model):
    """What we remember of the channel with one office."""

    code = models.CharField(max_length=6, unique=True)
    incarnation = models.PositiveIntegerField(default=0)
    epochs_done = models.PositiveIntegerField(default=0)
    told_incarnation = models.PositiveIntegerField(default=0)
    announced = models.PositiveIntegerField(default=0)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_peer"


class ForgottenDispatch(models.Model):
    """A dispatch of ours that the other side holds and that a restore made us forget."""

    dispatch_id = models.CharField(max_length=120, unique=True)
    recipient = models.CharField(max_length=6)
    name = models.CharField(max_length=63)
    incarnation = models.PositiveIntegerField()
    sequence = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(max_length=8)
    code = models.CharField(max_length=90, default="", blank=True)
    learned_at = models.DateTimeField()

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_forgotten"
        indexes = [
            models.Index(
                fields=["recipient", "name", "incarnation", "sequence"],
                name="liaison_forgotten_place",
            )
        ]


class NotTaken(models.Model):
    """What is kept of an envelope that was not taken: evidence, and nothing to act upon.

    The same bytes refused for the same reason are one row; `times` counts them.
    """

    digest = models.CharField(max_length=64)
    code = models.CharField(max_length=90)
    at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    claimed = models.CharField(max_length=6, default="", blank=True)
    carrier = models.CharField(max_length=6, default="", blank=True)
    length = models.PositiveBigIntegerField()
    beginning = models.BinaryField()

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_not_taken"
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "code", "carrier"], name="liaison_not_taken_once"
            )
        ]
        indexes = [models.Index(fields=["at"], name="liaison_not_taken_at")]
