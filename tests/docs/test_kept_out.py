"""Nothing in the project names a package registry or a path of the machine it was written on."""

from __future__ import annotations

import re
from pathlib import Path

# written in pieces, or this page would be the first to break its own rule
_REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com")
_MACHINE = re.compile(r"(?<![\w./-])/(?:" + "wo" + "rk|ro" + r"ot)/[\w.]")
_BINARY = {
    ".woff", ".woff2", ".otf", ".ttf", ".png", ".jpg", ".mp4", ".webm", ".sqlite3", ".mo", ".gz", ".pyc",
}  # fmt: skip


def kept_out(text: str) -> list[str]:
    """What a text says and should not."""
    lowered = text.lower()
    return [name for name in _REGISTRIES if name in lowered] + _MACHINE.findall(text)


def test_no_file_names_a_registry_or_a_path_of_one_machine(
    files: tuple[Path, ...], root: Path
) -> None:
    found = {}
    for path in files:
        if path.suffix in _BINARY:
            continue
        said = kept_out(path.read_text("utf-8", errors="replace"))
        if said:
            found[str(path.relative_to(root))] = said
    assert found == {}


def test_a_registry_and_a_path_are_caught() -> None:
    assert kept_out("from https://" + _REGISTRIES[0] + "/simple") == [_REGISTRIES[0]]
    assert len(kept_out("see /" + "work/main and /" + "root/.cache")) == 2
    assert kept_out("https://example.org/" + "work/paper and net/" + "work/x") == []
