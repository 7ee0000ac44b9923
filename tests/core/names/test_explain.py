"""The ledger as a person reads it: rules E1 and E2."""

from __future__ import annotations

from sangbong.kernel.errors import LANGUAGES
from sangbong.names.explain import (
    LedgerLine,
    ShownReading,
    ledger,
    part_shown,
    readings_shown,
    shown_bits,
    verdict,
)
from sangbong.names.likeness import Item, compare
from sangbong.names.person import PersonName, Script, script_of
from sangbong.names.tradition import UNKNOWN_PART, part, tradition

KOREAN = tradition("korean")


def name(text: str) -> PersonName:
    return PersonName(text, script_of(text))


def test_a_line_says_what_both_values_the_weight_and_why() -> None:
    # E1
    likeness = compare(name("이영희"), name("리영희"), tradition=KOREAN)
    assert ledger(likeness, "ko")[0] == LedgerLine(
        "성", "이", "이", "+2.7", "두 이름의 성이 모두 ‘이’입니다. 인구의 15%가 쓰는 성입니다."
    )
    assert ledger(likeness, "en")[2].label == "given name, part 2"
    assert len(ledger(likeness, "en")) == len(likeness.items)


def test_every_item_has_a_label_in_both_languages() -> None:
    pairs = [("李英姬", "李英姬"), ("Chun Yong-su", "Y. S. Chun"), ("이영희", "Ж")]
    seen = set()
    for left, right in pairs:
        likeness = compare(name(left), name(right), tradition=KOREAN)
        seen |= {item.item for item in likeness.items}
        for language in LANGUAGES:
            assert all(line.label and line.why for line in ledger(likeness, language))
    assert seen >= {Item.FAMILY, Item.GIVEN, Item.SIGNS, Item.NAME}


def test_the_sum_says_whether_the_two_may_be_called_one_name() -> None:
    one = compare(name("이영희"), name("李英姬"), tradition=KOREAN)
    other = compare(name("이영희"), name("이영숙"), tradition=KOREAN)
    assert "+10.8 bits" in verdict(one, "en")
    assert "may be called one name" in verdict(one, "en")
    assert "한 이름으로 보기에 모자라거나" in verdict(other, "ko")


def test_weights_are_shown_in_tenths_of_a_bit() -> None:
    # E2
    assert [shown_bits(each) for each in (2745, 0, -7966, 49, -49)] == [
        "+2.7", "+0.0", "−8.0", "+0.0", "+0.0"
    ]  # fmt: skip


def test_readings_are_shown_the_likeliest_first() -> None:
    assert readings_shown(name("李英姬"), tradition=KOREAN) == (
        ShownReading("100%", "이", ("영", "희")),
    )
    chances = [int(each.chance[:-1]) for each in readings_shown(name("선우진"), tradition=KOREAN)]
    assert chances == sorted(chances, reverse=True)
    assert readings_shown(PersonName("Ж", Script.OTHER), tradition=KOREAN) == ()


def test_a_part_is_shown_with_its_chances_where_it_has_several() -> None:
    assert part_shown(UNKNOWN_PART) == "–"
    assert part_shown(part({"전": 0.8, "천": 0.2})) == "전 80% / 천 20%"
