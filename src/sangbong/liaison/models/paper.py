"""Tables of what goes on paper: each print, and each reply that came back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangbong.liaison.core.paper.paper import Choice
from sangbong.liaison.core.paper.paper_states import PaperState, ReplyState

_OPEN = [state.value for state in ReplyState if state is not ReplyState.ACCEPTED]


class PaperSheet(models.Model):
    """One paper as it was printed; what was printed never changes, only how far it came."""

    serial = models.PositiveIntegerField(unique=True)
    recipient = models.CharField(max_length=6)
    dispatch_id = models.CharField(max_length=120, default="", blank=True)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    pdf = models.CharField(max_length=64)
    state = models.CharField(max_length=20)
    written_on = models.DateField()
    printed_at = models.DateTimeField()
    printed_by = models.CharField(max_length=150)
    handed_on = models.DateField(null=True)
    handed_to = models.CharField(max_length=100, default="", blank=True)
    handed_by = models.CharField(max_length=150, default="", blank=True)
    received_on = models.DateField(null=True)
    received_by = models.CharField(max_length=100, default="", blank=True)
    received_rank = models.CharField(max_length=100, default="", blank=True)
    answer = models.CharField(max_length=10, default="", blank=True)
    why_spoiled = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_paper_sheet"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PaperState]),
                name="liaison_sheet_state_known",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", *(choice.value for choice in Choice)]),
                name="liaison_sheet_answer_known",
            ),
        ]
        indexes = [models.Index(fields=["state", "serial"], name="liaison_sheet_state")]


class PaperReply(models.Model):
    """One reply form that came back: its scan, what was typed from it, who typed and who compared."""

    sheet = models.ForeignKey(PaperSheet, on_delete=models.PROTECT, related_name="replies")
    scan = models.CharField(max_length=64)
    state = models.CharField(max_length=8)
    scanned_at = models.DateTimeField()
    scanned_by = models.CharField(max_length=150)
    choice = models.CharField(max_length=10, default="", blank=True)
    received_on = models.DateField(null=True)
    received_by = models.CharField(max_length=100, default="", blank=True)
    received_rank = models.CharField(max_length=100, default="", blank=True)
    their_number = models.CharField(max_length=40, default="", blank=True)
    text = models.TextField(default="", blank=True)
    typed_at = models.DateTimeField(null=True)
    typed_by = models.CharField(max_length=150, default="", blank=True)
    compared_at = models.DateTimeField(null=True)
    compared_by = models.CharField(max_length=150, default="", blank=True)
    difference = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_paper_reply"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ReplyState]),
                name="liaison_reply_state_known",
            ),
            models.CheckConstraint(
                condition=Q(compared_by="") | ~Q(compared_by=F("typed_by")),
                name="liaison_reply_two_people",
            ),
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(state__in=_OPEN), name="liaison_reply_one_open"
            ),
        ]
