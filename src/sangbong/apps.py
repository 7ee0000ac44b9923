"""The one Django app: it gathers the rooms' tables, so that an office has one migration history."""

from django.apps import AppConfig


class SangbongConfig(AppConfig):
    """All rooms of one office."""

    name = "sangbong"
    label = "sangbong"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks that refuse an unsafe start."""
        from sangbong.office import checks  # noqa: F401
