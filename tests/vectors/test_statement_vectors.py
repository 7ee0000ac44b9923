"""The published vectors of key statements, read with nothing but their files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.custody.key_papers import KeysPaper
from sangbong.office.core.statement import fingerprint, read_statement, stream_mark
from sangbong.office.core.succession import Position, judge_update, stands

SPEC = Path(__file__).parents[2] / "spec"
SHOWN_WHOLE = 64


def load(name: str):
    return json.loads((SPEC / "vectors" / f"{name}.json").read_text("utf-8"))


STATEMENT, RULES, KEYS = load("statement"), load("statement-rules"), load("liaison.keys")


def shortened(value: Any) -> Any:
    """As the page shows it: long texts end in three dots."""
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shortened(one) for one in value]
    return f"{value[:12]}…" if isinstance(value, str) and len(value) > SHOWN_WHOLE else value


def read(file: str):
    return read_statement(file.encode())


def of_chain(name: str):
    return read(RULES["files"][name])


def test_the_statement_reads_as_published() -> None:
    signed = read(STATEMENT["file"])
    told = fingerprint(signed.statement)
    assert (signed.statement.digest, list(signed.signed_by)) == (
        STATEMENT["digest"],
        STATEMENT["signed_by"],
    )
    assert {
        "words_ko": list(told.words_ko), "words_en": list(told.words_en), "digits": told.digits,
    } == STATEMENT["fingerprint"]  # fmt: skip


def test_the_page_shows_the_statement_of_the_vector() -> None:
    page = (SPEC / "statement.md").read_text("utf-8")
    shown = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    assert json.loads(shown[1]) == shortened(json.loads(STATEMENT["file"]))
    assert " ".join(STATEMENT["fingerprint"]["words_ko"]) in page
    assert STATEMENT["fingerprint"]["digits"] in page


@pytest.mark.parametrize("fault", STATEMENT["refused"], ids=lambda fault: fault["why"])
def test_what_the_statement_vector_refuses_is_refused(fault) -> None:
    with pytest.raises(SangbongError) as caught:
        read(fault["file"])
    assert caught.value.code == fault["code"]


@pytest.mark.parametrize("update", RULES["updates"])
def test_what_may_follow_is_taken(update) -> None:
    change = judge_update(of_chain(update["held"]).statement, of_chain(update["offered"]))
    assert list(change.new_signers) == update["new_signers"]
    assert list(change.newly_revoked) == update["newly_revoked"]


@pytest.mark.parametrize("fault", RULES["refused"], ids=lambda fault: fault["offered"])
def test_what_may_not_follow_is_refused(fault) -> None:
    held, offered = of_chain(fault["held"]).statement, of_chain(fault["offered"])
    with pytest.raises(SangbongError) as caught:
        judge_update(held, offered)
    assert caught.value.code == fault["code"]


@pytest.mark.parametrize("place", RULES["places"], ids=lambda place: place["why"])
def test_what_a_revocation_lets_stand_stands(place) -> None:
    revoked = of_chain("revoked").statement.revocation(1)
    assert stands(revoked, Position(**place["at"])) is place["stands"]
    named = dict(RULES["stream_mark"])
    assert named.pop("mark") == stream_mark(**named)


def test_the_keys_paper_reads_and_writes_as_published() -> None:
    written = canonical_bytes(KeysPaper.from_body(KEYS["body"]).to_body())
    assert (written.decode(), sha256_hex(written)) == (KEYS["canonical_utf8"], KEYS["sha256"])
    page = (SPEC / "kinds" / "liaison.keys.md").read_text("utf-8")
    shown = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    assert json.loads(shown[1]) == KEYS["body"]


@pytest.mark.parametrize("fault", KEYS["refused"], ids=lambda fault: fault["why"])
def test_what_the_keys_vector_refuses_is_refused(fault) -> None:
    with pytest.raises(SangbongError) as caught:
        KeysPaper.from_body(fault["body"])
    assert caught.value.code == fault["code"]
