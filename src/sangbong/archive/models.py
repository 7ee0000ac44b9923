"""Tables of this room."""

from __future__ import annotations

from django.db import models

from sangbong.archive.core.objects import NAME_LENGTH_MAX, Retention

__all__ = ["ArchiveObject"]


class ArchiveObject(models.Model):
    """One kept content: where its sealed file lies, its wrapped key, and what is known of it."""

    object_id = models.CharField(max_length=64, unique=True)
    # two writers of one content must not overwrite each other's file, so it has a name of its own
    file_name = models.CharField(max_length=100, unique=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=110)
    name = models.CharField(max_length=NAME_LENGTH_MAX, blank=True)
    retention = models.CharField(max_length=16, choices=[(r.value, r.value) for r in Retention])
    wrapped_key = models.BinaryField()
    kept_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    fault_code = models.CharField(max_length=60, blank=True)

    class Meta:
        app_label = "sangbong"
        db_table = "archive_object"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(size__gte=0), name="archive_object_size_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(retention__in=[r.value for r in Retention]),
                name="archive_object_retention_known",
            ),
        ]
