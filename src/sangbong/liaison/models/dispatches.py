"""Tables of the channel: what we sent, what we hold for others, what lay on sticks, notes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangbong.liaison.core.custody.states import DispatchState

_OUTBOX_STATES = [state.value for state in DispatchState if state is not DispatchState.ARRIVING]
_INBOX_STATES = [
    DispatchState.ARRIVING.value,
    DispatchState.RECEIVED.value,
    DispatchState.APPLIED.value,
    DispatchState.REFUSED.value,
]


class KeptEnvelope(models.Model):
    """The literal bytes of an envelope, ours or the other side's, apart from what lists show."""

    digest = models.CharField(primary_key=True, max_length=64)
    data = models.BinaryField()

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_envelope"


class OutboxStream(models.Model):
    """One matter that we send about to one office."""

    recipient = models.CharField(max_length=6)
    name = models.CharField(max_length=63)
    incarnation = models.PositiveIntegerField(default=1)
    last_sequence = models.PositiveIntegerField(default=0)
    last_digest = models.CharField(max_length=64, default="", blank=True)
    settled_through = models.PositiveIntegerField(default=0)
    settled_owed = models.BooleanField(default=False)
    heard_through = models.PositiveIntegerField(default=0)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_outbox_stream"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "name", "incarnation"], name="liaison_out_stream_once"
            ),
            models.CheckConstraint(
                condition=Q(heard_through__lte=models.F("last_sequence")),
                name="liaison_heard_within",
            ),
        ]


class OutboxDispatch(models.Model):
    """One dispatch that we sealed; `code` is the other side's reason for a refusal."""

    dispatch_id = models.CharField(max_length=120, unique=True)
    stream = models.ForeignKey(OutboxStream, on_delete=models.PROTECT, related_name="dispatches")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=64)
    envelope = models.OneToOneField(KeptEnvelope, on_delete=models.PROTECT, related_name="+")
    size = models.PositiveIntegerField()
    film = models.CharField(max_length=64, default="", blank=True)
    pieces = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=1)
    urgent = models.BooleanField(default=False)
    clearance = models.JSONField()
    state = models.CharField(max_length=8)
    code = models.CharField(max_length=90, default="", blank=True)
    sealed_at = models.DateTimeField()
    carried_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    receipt = models.BinaryField(default=b"")
    returned_code = models.CharField(max_length=90, default="", blank=True)
    returned_at = models.DateTimeField(null=True)
    offer_again = models.BooleanField(default=False)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_outbox_dispatch"
        constraints = [
            models.UniqueConstraint(fields=["stream", "sequence"], name="liaison_out_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=_OUTBOX_STATES), name="liaison_out_state_known"
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="liaison_out_number_from_1"),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="liaison_out_state"),
            models.Index(
                fields=["stream", "sequence"],
                condition=Q(offer_again=True),
                name="liaison_out_offer_again",
            ),
        ]


class InboxStream(models.Model):
    """One matter that another office sends to us about."""

    sender = models.CharField(max_length=6)
    name = models.CharField(max_length=63)
    incarnation = models.PositiveIntegerField(default=1)
    applied_through = models.PositiveIntegerField(default=0)
    received_through = models.PositiveIntegerField(default=0)
    highest = models.PositiveIntegerField(default=0)
    heard_owed = models.BooleanField(default=False)
    ends_at = models.PositiveIntegerField(null=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_inbox_stream"
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "name", "incarnation"], name="liaison_in_stream_once"
            )
        ]


class InboxDispatch(models.Model):
    """One dispatch in our custody; `kind` is known once it is opened."""

    dispatch_id = models.CharField(max_length=120, unique=True)
    stream = models.ForeignKey(InboxStream, on_delete=models.PROTECT, related_name="dispatches")
    sequence = models.PositiveIntegerField()
    envelope = models.OneToOneField(KeptEnvelope, on_delete=models.PROTECT, related_name="+")
    previous = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    film = models.CharField(max_length=64, default="", blank=True)
    pieces = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=1)
    urgent = models.BooleanField(default=False)
    kind = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(max_length=8)
    code = models.CharField(max_length=90, default="", blank=True)
    received_at = models.DateTimeField()
    final_at = models.DateTimeField(null=True)
    receipt = models.BinaryField(default=b"")
    receipt_owed = models.BooleanField(default=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_inbox_dispatch"
        constraints = [
            models.UniqueConstraint(fields=["stream", "sequence"], name="liaison_in_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=_INBOX_STATES), name="liaison_in_state_known"
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="liaison_in_number_from_1"),
        ]
        indexes = [
            models.Index(fields=["state", "received_at", "id"], name="liaison_in_state"),
            models.Index(
                fields=["stream", "sequence"],
                condition=Q(receipt_owed=True),
                name="liaison_in_receipt_owed",
            ),
            models.Index(
                fields=["film"], condition=Q(state="arriving"), name="liaison_in_arriving"
            ),
        ]


class ReturnedEnvelope(models.Model):
    """A signed answer to an envelope that we could not take from a stick, until it is carried."""

    digest = models.CharField(primary_key=True, max_length=64)
    recipient = models.CharField(max_length=6)
    receipt = models.BinaryField()
    returned_at = models.DateTimeField()
    carried_at = models.DateTimeField(null=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_returned_envelope"


class CarriedBundle(models.Model):
    """One bundle that we wrote or read; an unfinished one of ours may or may not lie on a stick."""

    bundle = models.CharField(max_length=32)
    outgoing = models.BooleanField()
    counterpart = models.CharField(max_length=6)
    number = models.PositiveIntegerField()
    pieces = models.PositiveIntegerField(default=0)
    envelopes = models.PositiveIntegerField(default=0)
    receipts = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_bundle"
        constraints = [
            models.UniqueConstraint(
                fields=["counterpart", "number"],
                condition=Q(outgoing=True),
                name="liaison_bundle_number_once",
            ),
            models.UniqueConstraint(fields=["bundle", "outgoing"], name="liaison_bundle_once"),
        ]


class Note(models.Model):
    """A note (통지문) between liaison officers, sent or come in."""

    dispatch_id = models.CharField(max_length=120, unique=True)
    outgoing = models.BooleanField()
    counterpart = models.CharField(max_length=6)
    number = models.CharField(max_length=40)
    written_date = models.DateField()
    sender_name = models.CharField(max_length=100)
    sender_rank = models.CharField(max_length=100)
    text = models.TextField()
    answers = models.CharField(max_length=40, default="", blank=True)
    filed_at = models.DateTimeField()

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_note"
        indexes = [models.Index(fields=["counterpart", "filed_at"], name="liaison_note_filed")]
