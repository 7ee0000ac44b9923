"""Tables of what two offices can show of each other: logs, their checkpoints, proofs."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class EvidenceLog(models.Model):
    """One log: ours towards an office, or our copy of an office's towards us."""

    office = models.CharField(max_length=6)
    witness = models.CharField(max_length=6)
    incarnation = models.PositiveIntegerField()
    size = models.PositiveIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    told = models.PositiveIntegerField(default=0)
    disputed = models.BooleanField(default=False)
    whole_before = models.BigIntegerField(default=0)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_log"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "witness", "incarnation"], name="liaison_log_once"
            ),
            models.CheckConstraint(condition=~Q(office=F("witness")), name="liaison_log_of_two"),
            models.CheckConstraint(condition=Q(incarnation__gte=1), name="liaison_log_from_1"),
        ]


class EvidenceLeaf(models.Model):
    """One thing that an office did; `salt` is kept for the audit trail's heads alone."""

    log = models.ForeignKey(EvidenceLog, on_delete=models.PROTECT, related_name="leaves")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    logged_at = models.DateTimeField()
    entry = models.PositiveBigIntegerField(null=True)
    salt = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_log_leaf"
        constraints = [
            models.UniqueConstraint(fields=["log", "number"], name="liaison_leaf_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="liaison_leaf_from_1"),
        ]
        indexes = [
            models.Index(fields=["digest", "kind"], name="liaison_leaf_digest"),
            models.Index(fields=["log", "kind", "number"], name="liaison_leaf_kind"),
        ]


class EvidenceCheckpoint(models.Model):
    """A signed checkpoint, and the witness's cosignature where there is one."""

    log = models.ForeignKey(EvidenceLog, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.PositiveIntegerField()
    frontier = models.BinaryField(default=b"")
    note = models.BinaryField()
    generation = models.PositiveIntegerField()
    public = models.BinaryField()
    cosigned = models.BinaryField(default=b"")
    seconds = models.BigIntegerField(default=0)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_log_checkpoint"
        constraints = [
            models.UniqueConstraint(fields=["log", "size"], name="liaison_checkpoint_once"),
        ]
        indexes = [
            models.Index(
                fields=["log", "size"],
                condition=Q(seconds__gt=0),
                name="liaison_checkpoint_cosigned",
            ),
        ]


class EvidenceProof(models.Model):
    """A proof file: an office signed two histories; never changed, never deleted."""

    digest = models.CharField(primary_key=True, max_length=64)
    accused = models.CharField(max_length=6)
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=120)
    data = models.BinaryField()
    found_at = models.DateTimeField()
    seen_by = models.CharField(max_length=50, default="", blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_proof"
        constraints = [
            models.UniqueConstraint(fields=["accused", "kind", "about"], name="liaison_proof_once")
        ]
