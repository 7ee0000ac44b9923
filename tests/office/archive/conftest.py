from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from sangbong.archive.adapters.sandboxed.reading import Bounds
from sangbong.archive.core.film import FILM_BOUNDS
from sangbong.lab.film import draw_film


@pytest.fixture
def bounds() -> Bounds:
    """The bounds as the child gets them."""
    return Bounds(**asdict(FILM_BOUNDS))


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of stripes and a tone."""
    return draw_film(tmp_path_factory.mktemp("film") / "letter.mp4")
