"""Tables of this room."""

from __future__ import annotations

from django.db import models

from sangbong.letters.core.machine import Direction, LetterState

__all__ = ["Letter", "Take"]


class Letter(models.Model):
    """One filmed letter for one person sought, ours or the other office's."""

    direction = models.CharField(max_length=10, choices=[(d.value, d.value) for d in Direction])
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in LetterState])
    # the office that numbered it, and its number there: the name both offices call it by
    sender = models.CharField(max_length=6)
    number = models.PositiveIntegerField()
    recipient = models.CharField(max_length=6)
    application_no = models.CharField(max_length=40)
    sought_no = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120, blank=True)
    takes_made = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    screened_at = models.DateTimeField(null=True)
    screened_by = models.CharField(max_length=150, blank=True)
    screening_note = models.CharField(max_length=300, blank=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, blank=True)
    dispatch_id = models.CharField(max_length=120, blank=True)
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.CharField(max_length=150, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "letters_letter"
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "number"], name="letters_letter_one_per_number"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in LetterState]),
                name="letters_letter_state_known",
            ),
            # four eyes, held by the database too
            models.CheckConstraint(
                condition=models.Q(released_by="")
                | (
                    ~models.Q(released_by=models.F("recorded_by"))
                    & ~models.Q(released_by=models.F("screened_by"))
                ),
                name="letters_letter_released_by_second_person",
            ),
        ]
        indexes = [
            models.Index(fields=["direction", "state"], name="letters_letter_by_state"),
            models.Index(fields=["application_no", "sought_no"], name="letters_letter_by_sought"),
        ]


class Take(models.Model):
    """One recording of a letter: the kept original, the viewing copy and what was measured."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="takes")
    number = models.PositiveSmallIntegerField()
    original_id = models.CharField(max_length=64)
    film_id = models.CharField(max_length=64, blank=True)
    film_bytes = models.BigIntegerField(default=0)
    thumbnail_id = models.CharField(max_length=64, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    # stretches of black, still or silence: a list of [kind, from ms, until ms]
    stretches = models.JSONField(default=list)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    fault_code = models.CharField(max_length=60, blank=True)
    fault_params = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    prepared_at = models.DateTimeField(null=True)
    # set when this office, not the film, was at fault
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "sangbong"
        db_table = "letters_take"
        constraints = [
            models.UniqueConstraint(fields=["letter", "number"], name="letters_take_one_per_number")
        ]
