from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

import sangbong
from sangbong.kernel.errors import LANGUAGES, Place, SangbongError, messages
from sangbong.kernel.ids import office_code

SOURCE = Path(sangbong.__file__).parent


def raised_codes() -> set[str]:
    """Every code that stands as the first argument of a SangbongError in the source."""
    codes = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "SangbongError"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                codes.add(str(node.args[0].value))
    return codes


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_error_has_a_sentence_in_both_languages() -> None:
    assert raised_codes() - set(messages()) == set()


@pytest.mark.parametrize("code", sorted(messages()))
def test_both_sentences_of_a_code_name_the_same_things(code: str) -> None:
    sentences = messages()[code]
    assert sorted(sentences) == sorted(LANGUAGES)
    assert placeholders(sentences["en"]) == placeholders(sentences["ko"])
    assert all(sentences.values())


def test_an_error_tells_place_and_reason_in_the_readers_language() -> None:
    error = SangbongError(
        "kernel.office_code", place=Place(source="list.csv", line=3, column="사무소"), value="seoul"
    )
    assert error.text("en").startswith("list.csv, line 3, “사무소”: “seoul” is not an office code.")
    assert error.text("ko").startswith(
        "list.csv, 3행, “사무소”: “seoul”은(는) 사무소 부호가 아닙니다."
    )
    assert str(error) == "kernel.office_code"


def test_a_place_of_which_nothing_is_known_is_left_out() -> None:
    assert (
        SangbongError("kernel.office_code", place=Place(), value="x").text("en").startswith("“x”")
    )
    assert SangbongError("kernel.office_code", value="x").text("en").startswith("“x”")


@pytest.mark.parametrize(
    ("quoted", "shown"),
    [
        ("1931\u202e05", r"1931\u{202E}05"),
        ("이\u3164", r"이\u{3164}"),
        ("\ud800", r"\u{D800}"),
        ("a\nb\u2028", r"a\u{A}b\u{2028}"),
        ("\U000e0100\ue000", r"\u{E0100}\u{E000}"),
        ("Łódź 金", "Łódź 金"),
        ("\U000f0000" * 40, r"\u{F0000}" * 8 + r"\u{F0000" + "…"),
    ],
)
def test_what_cannot_be_seen_in_a_quoted_value_is_shown_by_its_number(
    quoted: str, shown: str
) -> None:
    text = SangbongError("kernel.office_code", value=quoted).text("en")
    assert text.startswith(f"“{shown}” is not an office code.")


def test_an_office_code_is_two_letters_and_three() -> None:
    assert office_code("KR-SEL") == "KR-SEL"
    for wrong in ["", "kr-sel", "KR-SEOUL", "KR-SEL\n", "KRSEL"]:
        with pytest.raises(SangbongError, match=r"kernel\.office_code"):
            office_code(wrong)
