"""Where an office lives."""

from __future__ import annotations

from pathlib import Path

HOME_VARIABLE = "SANGBONG_HOME"
DEFAULT_HOME = Path("var/office")
