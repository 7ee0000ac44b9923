"""Every link from one page of the project to another leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_ELSEWHERE = ("http:", "https:", "mailto:", "tel:")


def links_of(text: str) -> list[str]:
    """The targets of links in a page, without those inside code."""
    return _LINK.findall(_CODE.sub("", _FENCE.sub("", text)))


def anchors_of(text: str) -> set[str]:
    """The anchors that the headings of a page make, as code hosts make them."""
    headings = re.findall(r"^#{1,6}\s+(.*)$", _FENCE.sub("", text), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings
    }


def broken_links(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    broken = []
    for target in links_of(page.read_text("utf-8")):
        if target.startswith(_ELSEWHERE):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        known = there.exists()
        if known and anchor and there.suffix == ".md":
            known = anchor in anchors_of(there.read_text("utf-8"))
        if not known:
            broken.append(target)
    return broken


def test_every_relative_link_leads_somewhere(pages: tuple[Path, ...], root: Path) -> None:
    found = {str(page.relative_to(root)): broken_links(page) for page in pages}
    assert {page: broken for page, broken in found.items() if broken} == {}


def test_a_link_to_nowhere_is_caught(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One heading\n[here](#one-heading) [gone](gone.md) [no](#nothing) `[code](x.md)`\n"
        "[out](https://example.org)\n```\n[fenced](y.md)\n```\n",
        "utf-8",
    )
    assert broken_links(page) == ["gone.md", "#nothing"]
