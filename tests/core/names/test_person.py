"""One person's names: rules N1 to N6 of `names/person.py`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.person import (
    NameKind,
    NameSet,
    PersonName,
    Script,
    Side,
    read_name,
    read_names,
    script_of,
)


def plain(text: str, **said: object) -> PersonName:
    return PersonName(text, script_of(text), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("이영희", Script.HANGUL),
        ("이 영희", Script.HANGUL),
        ("김○순", Script.HANGUL),
        ("李英姬", Script.HANJA),
        ("\uf9e1英姬", Script.HANJA),
        ("佐々木", Script.HANJA),
        ("Rhee Young-hi", Script.LATIN),
        ("Ri Yŏng-hŭi", Script.LATIN),
        ("カネヤマ", Script.KANA),
        ("かねやま よしこ", Script.KANA),
        ("Ли Ён Хи", Script.CYRILLIC),
        ("이(李)영희", Script.MIXED),
        ("金山ヨシ子", Script.MIXED),
        ("Λη", Script.OTHER),
        ("1234", Script.OTHER),
        ("", Script.OTHER),
    ],
)
def test_a_text_knows_its_script(text: str, script: Script) -> None:
    assert script_of(text) is script


def test_n1_n2_a_name_is_kept_as_given_with_its_side_and_kind() -> None:
    name = read_name(" 리영희 ", column="성명", side=Side.NORTH, kind=NameKind.CHANGED)
    assert name == PersonName("리영희", Script.HANGUL, Side.NORTH, NameKind.CHANGED)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("  ", "names.empty"),
        ("김\u3164순옥", "names.invisible_character"),
        ("김\u202e순옥", "names.invisible_character"),
        ("김순\ue000", "names.unassigned_character"),
        ("김ㅇㅇ", "names.lone_letter"),
        ("=김순옥", "names.formula"),
        ("가" * 101, "names.too_long"),
    ],
)
def test_a_name_that_cannot_stand_is_refused_with_its_place(raw: str, code: str) -> None:
    with pytest.raises(SangbongError) as caught:
        read_name(raw, column="성명")
    assert (caught.value.code, caught.value.place) == (code, Place(column="성명"))
    assert caught.value.text("ko") != caught.value.text("en")


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("", ()),
        ("이영희", (plain("이영희"),)),
        ("이영희(李英姬)", (plain("이영희"), plain("李英姬"))),
        ("이영희 [李英姬]", (plain("이영희"), plain("李英姬"))),
        ("(李英姬)", (plain("李英姬"),)),
        ("이(李)영희", (plain("이(李)영희"),)),
        ("이영희 / 아명 복순", (plain("이영희"), plain("복순", kind=NameKind.HOUSE))),
        ("이영희 아명: 복순", (plain("이영희"), plain("복순", kind=NameKind.HOUSE))),
        ("복순(아명)", (plain("복순", kind=NameKind.HOUSE),)),
        ("아명(복순)", (plain("복순", kind=NameKind.HOUSE),)),
        (
            "이영희 (李英姬, 아명 복순)",
            (plain("이영희"), plain("李英姬"), plain("복순", kind=NameKind.HOUSE)),
        ),
        ("이순옥(1946년 개명)", (plain("이순옥", kind=NameKind.CHANGED, since="1946"),)),
        (
            "이영희; 창씨명 金山英姬 (1940-1945)",
            (
                plain("이영희"),
                plain("金山英姬", kind=NameKind.COLONIAL, since="1940", until="1945"),
            ),
        ),
        ("이영희 (1946년부터)", (plain("이영희", since="1946"),)),
        ("이영희 (1946년까지)", (plain("이영희", until="1946"),)),
        ("Lee Sun (until 1950)", (plain("Lee Sun", until="1950"),)),
        (
            "리영희(북)/이영희(남측)",
            (plain("리영희", side=Side.NORTH), plain("이영희", side=Side.SOUTH)),
        ),
        ("북: 리영희", (plain("리영희", side=Side.NORTH),)),
        ("남 진호", (plain("남 진호"),)),
        ("이영희 (한자 李英姬)", (plain("이영희"), plain("李英姬"))),
        ("이영희(Rhee, Young-hi)", (plain("이영희"), plain("Rhee, Young-hi"))),
        (
            "Rhee, Young Hi (이영희) | formerly Kim Sun",
            (plain("Rhee, Young Hi"), plain("이영희"), plain("Kim Sun")),
        ),
        ("Maria Kim, alias Kim Sun", (plain("Maria Kim"), plain("Kim Sun", kind=NameKind.OTHER))),
        ("이영희 / 이영희", (plain("이영희"),)),
    ],
)
def test_n3_n4_n5_a_field_of_several_names_is_taken_apart(
    field: str, names: tuple[PersonName, ...]
) -> None:
    assert read_names(field, column="성명") == NameSet(names)


def test_the_side_of_a_paper_goes_to_every_name_that_says_none() -> None:
    found = read_names("리영희 / 복순(남)", column="성명", side=Side.NORTH)
    assert [name.side for name in found] == [Side.NORTH, Side.SOUTH]


@pytest.mark.parametrize(
    "field", ["이영희(李英姬", "이영희)", "이영희((李英姬)", "(", "이영희 ] / 가"]
)
def test_a_bracket_without_its_partner_is_refused(field: str) -> None:
    with pytest.raises(SangbongError) as caught:
        read_names(field, column="성명")
    assert (caught.value.code, caught.value.place) == ("names.bracket", Place(column="성명"))


@pytest.mark.parametrize("field", ["아명", "/", "( )", "1946"])
def test_a_field_that_says_much_and_names_nobody_is_refused(field: str) -> None:
    with pytest.raises(SangbongError) as caught:
        read_names(field, column="성명")
    assert (caught.value.code, caught.value.place) == ("names.empty", Place(column="성명"))


def test_n6_a_set_keeps_its_order_and_says_nothing_twice() -> None:
    first, house = plain("이영희"), plain("복순", kind=NameKind.HOUSE)
    again = plain("이영희", side=Side.SOUTH)
    names = NameSet((first, house)).with_names(again, plain("李英姬"))
    assert list(names) == [first, house, plain("李英姬")]
    assert len(names) == 3
    assert names.of_kind(NameKind.HOUSE) == (house,)
    assert names.in_script(Script.HANJA) == (plain("李英姬"),)


def names_or_fault(raw: str) -> NameSet | SangbongError:
    try:
        return read_names(raw, column="성명")
    except SangbongError as fault:
        return fault


@given(st.text(st.sampled_from("이영희복순 李英姬()/;,:아명1946북Aa\u200bㅇ○-"), max_size=24))
def test_any_field_gives_names_or_a_refusal_with_its_place(raw: str) -> None:
    found = names_or_fault(raw)
    if isinstance(found, SangbongError):
        assert found.place == Place(column="성명")
        assert found.text("ko") != found.text("en")
    else:
        assert all(name.text for name in found)
        assert len({(name.text, name.kind) for name in found}) == len(found)
