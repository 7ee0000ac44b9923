"""Tables of films on their way by stick."""

from __future__ import annotations

from django.db import models


class FilmCarried(models.Model):
    """Which pieces of a film went to an office on a stick, and which it is known to have.

    A bit for each piece, the first one in the highest bit of the first byte.
    """

    recipient = models.CharField(max_length=6)
    film = models.CharField(max_length=64)
    carried = models.BinaryField(default=b"")
    there = models.BinaryField(default=b"")

    class Meta:
        """Table, order and promises."""

        app_label = "sangbong"
        db_table = "liaison_film_carried"
        constraints = [
            models.UniqueConstraint(fields=["recipient", "film"], name="liaison_film_carried_once")
        ]
