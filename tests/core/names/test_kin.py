from __future__ import annotations

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.names.kin import KinTerm, KinTier, kin_terms, read_kin


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("형", KinTerm("형", "elder brother", 2, KinTier.SIBLING)),
        (" 아 들 ", KinTerm("아들", "son", 1, KinTier.DIRECT)),
        ("younger sibling", KinTerm("동생", "younger sibling", 2, KinTier.SIBLING)),
        ("할아버지", KinTerm("할아버지", "grandfather", 2, KinTier.DIRECT)),
        ("아바이", KinTerm("아바이", "father or grandfather (Hamgyong)", None, KinTier.DIRECT)),
        ("처제", KinTerm("처제", "other in-laws", None, KinTier.COMPANION)),
        ("양부모", KinTerm("양부모", "adoptive parent", 1, KinTier.DIRECT)),
        ("조카", KinTerm("조카", "nephew, niece", 3, KinTier.THIRD_DEGREE_PLUS)),
    ],
)
def test_a_word_for_kin_says_degree_and_tier(word: str, term: KinTerm) -> None:
    assert read_kin(word, column="관계") == term


def test_an_unknown_word_is_refused_with_its_column() -> None:
    with pytest.raises(SangbongError, match=r"names\.kin_unknown"):
        read_kin("이웃", column="관계")


def test_every_known_word_reads_as_itself() -> None:
    assert {read_kin(term.term, column="관계") for term in kin_terms()} == set(kin_terms())
