"""The one migration history of an office."""
