"""Names of the colonial years: Japanese family names of 1940, and Korean names read in Japanese.

1. (C1) A family name made in 1940 (창씨) suggests the Korean family names it was made from, never one
   alone: what the table leaves over is spread as the families are.
2. (C2) A made name often keeps the character of the surname (金山, 張本); such a name of no table
   still suggests that surname, less surely.
3. (C3) Most people kept their given name and its characters; only its reading was Japanese. So
   characters are read as Korean ones, and Japanese sounds are led back to the characters that sound
   so: 에이키 to 英姬, 영희. Of several, the one more often in names is likelier.
4. (C4) Sounds come in kana, in Hangul (가네야마, 카네야마) and in Latin letters. Voice and length of
   sounds are not compared: Korean and Latin writing do not keep them.
5. (C5) Japanese sounds may also be a Korean family name read in Japanese (긴 for 金).

Source: data/colonial_families.csv (each row with its source; its shares are general knowledge),
data/japanese_readings.csv (Unihan `kJapaneseOn` beside `kHangul`, made by tools/hanja_table.py),
data/japanese_name_readings.csv (general knowledge). The law: Ordinances 19 and 20 of the
Government-General, in force from 11 February 1940; void from 23 October 1946 (South).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from sangbong.names.korean.frequencies import given_share, known_families
from sangbong.names.korean.hanja import base_readings, hanja_readings, is_family_character
from sangbong.names.korean.spelling import INNER, initial, is_hangul, is_open_or_nieun
from sangbong.names.korean.tables import rows
from sangbong.names.tradition import UNKNOWN_PART, Part, part

KEPT_SHARE = 0.6
"""How surely a made name of no table means the surname whose character it begins with (C2).
General knowledge."""

MADE_SHARE = 0.85
"""How often Japanese sounds that are a made family name and a Korean one both are the former."""

_SECONDS = frozenset("本山田村川原井城谷岡島澤沢林木野江森松海光國国家子浦崎中星宮永石平")
"""Second characters of made family names. Source: the rows of the table, and general knowledge."""

_SURE_SOUNDS = 6
"""Letters of sound that a made family name has at least, to be believed in any Hangul name."""

_GIVEN_MAX = 3
_READINGS_MAX = 4
_READING_MIN = 0.02


@dataclass(frozen=True, slots=True)
class MadeFamily:
    """A Japanese family name at the beginning of a name."""

    size: int
    """Characters, or letters of the sounds, that it takes."""
    families: Part
    in_table: bool


def made_family(signs: str) -> MadeFamily | None:
    """The made family name that a name in characters begins with, the longest: rules C1 and C2."""
    for size in (2, 1):
        suggested = _by_characters().get(signs[:size])
        if suggested and len(signs) > size - 1:
            return MadeFamily(size, suggested, in_table=True)
    if len(signs) > 2 and signs[1] in _SECONDS and is_family_character(signs[0]):
        families = {form: KEPT_SHARE * p for form, p in hanja_readings(signs[0], family=True)}
        return MadeFamily(2, _spread(families), in_table=False)
    return None


def made_family_in_hangul(word: str) -> MadeFamily | None:
    """The made family name whose characters are read as Korean ones: 금산 or 김산 for 金山."""
    suggested = _by_korean_readings().get(word[:2])
    return MadeFamily(2, suggested, in_table=True) if suggested else None


def is_made_in_sounds(word: str) -> bool:
    """Whether a long word in Hangul begins with a made family name as it sounds: 가네야마영희."""
    heard = sounds(word)
    return any(heard.startswith(made) for made in _by_sounds() if len(made) >= _SURE_SOUNDS)


def heard_given(text: str) -> tuple[Part, ...]:
    """The likeliest parts of a given name in kana, some of it in characters, as in ヨシ子."""
    runs = re.findall("[぀-ヿ]+|.", text)
    if len(runs) == 1:
        ways = _given_ways(sounds(text))
        return ways[0][0] if ways else ()
    parts: list[Part] = []
    for place, run in enumerate(runs):
        bases = dict(base_readings(run)) or _given_by_sounds().get(sounds(run), {})
        parts.append(part(_chances(bases, place, parts)))
    return tuple(parts)


def sound_readings(text: str) -> tuple[tuple[Part, tuple[Part, ...], float], ...]:
    """Family, given parts and weight of each way to read Japanese sounds: rules C3 to C5.

    Empty where the text is none, or is one word that begins with no made family name. A family name
    of no table is unknown; a given name whose sounds lead to no characters has no parts.
    """
    words = [sounds(word) for word in re.split(r"[\s・·,]+", text.strip()) if word]
    if not words or not all(words):
        return ()
    found: list[tuple[Part, tuple[Part, ...], float]] = []
    for family, share, rest in _families_of([word for word in words if word]):
        ways = _given_ways(rest)
        found.extend((family, given, share * weight) for given, weight in ways)
        if not ways:
            found.append((family, (), share))
    best = max((weight for _, _, weight in found), default=0.0)
    kept = sorted((way for way in found if way[2] >= _READING_MIN * best), key=lambda way: -way[2])
    total = sum(weight for _, _, weight in kept[:_READINGS_MAX])
    return tuple((family, given, w / total) for family, given, w in kept[:_READINGS_MAX])


@lru_cache(maxsize=2_000)
def sounds(word: str) -> str:
    """One word in kana, Hangul or Latin letters as comparable sounds: rule C4.

    Empty where no Japanese word is written so.
    """
    if is_hangul(word):
        return _plain_sounds(_hangul_letters(word))
    folded = unicodedata.normalize("NFKC", word)
    if all("ぁ" <= sign <= "ヿ" for sign in folded):
        return _plain_sounds(_kana_letters(folded))
    letters = unicodedata.normalize("NFKD", word).casefold()
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign) and sign not in "-'")
    return _plain_sounds(bare) if re.fullmatch("[a-z]+", bare) else ""


def _families_of(words: list[str]) -> Iterator[tuple[Part, float, str]]:
    """Each family name that the sounds begin with, its share, and the sounds that are left."""
    made, korean = _by_sounds(), _korean_by_sounds()
    if len(words) > 1:
        first, rest = words[0], "".join(words[1:])
        if first in made:
            yield made[first], MADE_SHARE if first in korean else 1.0, rest
        if first in korean:
            yield korean[first], 1 - MADE_SHARE if first in made else 1.0, rest
        if first not in made and first not in korean:
            yield UNKNOWN_PART, 1.0, rest
        return
    word = words[0]
    for size in range(len(word), 2, -1):
        if word[:size] in made:
            yield made[word[:size]], 1.0, word[size:]
            return


def _given_ways(heard: str) -> list[tuple[tuple[Part, ...], float]]:
    """Every way to cut the sounds of a given name into readings of characters, the best first."""
    table = _given_by_sounds()
    ways: list[tuple[tuple[Part, ...], float]] = []
    for cut in _cuts(heard, _GIVEN_MAX):
        parts: list[Part] = []
        weight = 0.05 if len(cut) == 3 else 0.1 if len(cut) == 1 else 1.0
        for place, piece in enumerate(cut):
            chances = _chances(table[piece], place, parts)
            weight *= sum(chances.values())
            parts.append(part(chances))
        ways.append((tuple(parts), weight))
    ways.sort(key=lambda way: -way[1])
    return ways[:_READINGS_MAX]


def _chances(hangul: dict[str, float], place: int, before: list[Part]) -> dict[str, float]:
    """How likely each syllable is: by the number of its characters, and how common it is (C3)."""
    chances: dict[str, float] = {}
    for base, share in hangul.items():
        if place == 0:
            form = initial(base)
        elif base in INNER and before[-1].is_known and is_open_or_nieun(before[-1].options[0][0]):
            form = INNER[base]
        else:
            form = base
        chances[form] = chances.get(form, 0.0) + share * given_share(form, place)
    return chances


def _cuts(heard: str, pieces: int) -> Iterator[tuple[str, ...]]:
    table = _given_by_sounds()
    if heard in table:
        yield (heard,)
    if pieces > 1:
        for size in range(1, min(len(heard), 9)):
            if heard[:size] in table:
                for rest in _cuts(heard[size:], pieces - 1):
                    yield (heard[:size], *rest)


def _spread(families: dict[str, float]) -> Part:
    """The families suggested, and what is left over spread as all families are: rule C1."""
    rest = 1.0 - sum(families.values())
    mixed = {form: rest * share for form, share in known_families().items()}
    for form, share in families.items():
        mixed[form] = mixed.get(form, 0.0) + share
    return part(mixed)


def _table(column: str) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for row in rows("colonial_families"):
        key = _plain_sounds(row[column]) if column == "reading" else row[column]
        families = table.setdefault(key, {})
        families[row["family"]] = max(families.get(row["family"], 0.0), float(row["share"]))
    return table


@cache
def _by_characters() -> dict[str, Part]:
    return {kanji: _spread(families) for kanji, families in _table("kanji").items()}


@cache
def _by_korean_readings() -> dict[str, Part]:
    """Made names by the Korean readings of their two characters, the first a surname or not."""
    table: dict[str, Part] = {}
    for kanji, families in _by_characters().items():
        if len(kanji) == 2:
            firsts = {
                form
                for family in (False, True)
                for form, _ in hanja_readings(kanji[0], family=family)
            }
            for first, (second, _) in product(sorted(firsts), base_readings(kanji[1])):
                table.setdefault(first + second, families)
    return table


@cache
def _by_sounds() -> dict[str, Part]:
    """Made names by their sounds; where several sound alike, their families share."""
    table = _table("reading")
    for families in table.values():
        total = sum(families.values())
        if total > 1:
            families.update({form: 0.95 * share / total for form, share in families.items()})
    return {heard: _spread(families) for heard, families in table.items()}


@cache
def _korean_by_sounds() -> dict[str, Part]:
    """Korean family names by their Japanese reading, weighed by how common they are: rule C5."""
    shares = known_families()
    table: dict[str, dict[str, float]] = {}
    for row in rows("japanese_readings"):
        if row["place"] == "family":
            families = table.setdefault(_plain_sounds(row["reading"]), {})
            families[row["hangul"]] = shares.get(row["hangul"], 0.0)
    return {heard: part(families) for heard, families in table.items() if any(families.values())}


@cache
def _given_by_sounds() -> dict[str, dict[str, float]]:
    """Base syllables by Japanese reading, the shares of each reading summing to one."""
    table: dict[str, dict[str, float]] = {}
    for row in rows("japanese_readings"):
        if row["place"] == "given":
            syllables = table.setdefault(_plain_sounds(row["reading"]), {})
            syllables[row["hangul"]] = syllables.get(row["hangul"], 0.0) + int(row["characters"])
    for row in rows("japanese_name_readings"):
        heard = _plain_sounds(row["reading"])
        syllables = table.setdefault(heard, {})
        weight = max(2.0, sum(syllables.values())) / len(row["hanja"])
        for character in row["hanja"]:
            for base, share in base_readings(character):
                syllables[base] = syllables.get(base, 0.0) + weight * share
    return {
        heard: {base: count / sum(syllables.values()) for base, count in syllables.items()}
        for heard, syllables in table.items()
    }


_SAME_SOUND = (
    (re.compile("tsu|dzu|zu|du"), "cu"),
    (re.compile("shy?|sy"), "s"),
    (re.compile("ch|ty|dj|dy|zy|jy|[jz]"), "c"),
    (re.compile("cy"), "c"),
    (re.compile("ti|di"), "ci"),
    (re.compile("hu|fu"), "hu"),
    (re.compile("[bp]"), "p"),
    (re.compile("g"), "k"),
    (re.compile("d"), "t"),
    (re.compile("l"), "r"),
    (re.compile("m(?=[pm])"), "n"),
    (re.compile(r"([ckpst])\1"), r"\1"),
    (re.compile("ou|oo|oh(?![aeiou])"), "o"),
    (re.compile("uu"), "u"),
    (re.compile("nn"), "n"),
)


def _plain_sounds(letters: str) -> str:
    for pattern, plain in _SAME_SOUND:
        letters = pattern.sub(plain, letters)
    return letters


_ONSETS = (
    "k",
    "k",
    "n",
    "t",
    "t",
    "r",
    "m",
    "b",
    "p",
    "s",
    "ss",
    "",
    "j",
    "j",
    "ch",
    "k",
    "t",
    "p",
    "h",
)
_NUCLEI = (
    *("a", "e", "ya", "ye", "o", "e", "yo", "ye", "o", "wa", "we"),
    *("e", "yo", "u", "wo", "we", "i", "yu", "u", "i", "i"),
)
_CODAS = {0: "", 4: "n", 16: "n", 21: "n", 19: ""}
"""Finals of Japanese words in Hangul: none, ん in three spellings, and the small っ."""


def _hangul_letters(word: str) -> str:
    letters = ""
    for syllable in word:
        number = ord(syllable) - 0xAC00
        onset, nucleus, coda = number // 588, number % 588 // 28, number % 28
        if coda not in _CODAS:
            return ""
        sound = _ONSETS[onset] + _NUCLEI[nucleus]
        if sound == "ssu":
            sound = "tsu"  # 쓰 is つ
        letters += sound + _CODAS[coda]
    return letters


_KANA_ROWS = (
    ("アイウエオ", "", "aiueo"),
    ("カキクケコ", "k", "aiueo"),
    ("ガギグゲゴ", "g", "aiueo"),
    ("サスセソ", "s", "aueo"),
    ("ザズゼゾ", "z", "aueo"),
    ("タテト", "t", "aeo"),
    ("ダデド", "d", "aeo"),
    ("ナニヌネノ", "n", "aiueo"),
    ("ハヒフヘホ", "h", "aiueo"),
    ("バビブベボ", "b", "aiueo"),
    ("パピプペポ", "p", "aiueo"),
    ("マミムメモ", "m", "aiueo"),
    ("ヤユヨ", "y", "auo"),
    ("ラリルレロ", "r", "aiueo"),
    ("ワヲ", "w", "ao"),
)
_KANA = {
    kana: onset + vowel
    for row, onset, vowels in _KANA_ROWS
    for kana, vowel in zip(row, vowels, strict=True)
} | {
    "シ": "shi",
    "ジ": "ji",
    "チ": "chi",
    "ヂ": "ji",
    "ツ": "tsu",
    "ヅ": "zu",
    "ン": "n",
    "ヲ": "o",
}
_SMALL = {"ャ": "ya", "ュ": "yu", "ョ": "yo"}


def _kana_letters(word: str) -> str:
    letters = ""
    for sign in word:
        kana = chr(ord(sign) + 0x60) if "ぁ" <= sign <= "ゖ" else sign
        if kana in _SMALL and letters.endswith("i"):
            letters = letters[:-1] + _SMALL[kana]
        elif kana in _KANA:
            letters += _KANA[kana]
        elif kana not in "ーッ・":
            return ""
    return letters
