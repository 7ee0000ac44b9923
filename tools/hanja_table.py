"""Build hanja_readings.csv, japanese_readings.csv and five_elements.csv of names/korean/data from the Unihan database.

    python tools/hanja_table.py /usr/share/unicode

The folder holds Unihan_Readings.txt, Unihan_Variants.txt and Unihan_IRGSources.txt, plain or .bz2
(Debian's package unicode-data has them). A character with readings of its own keeps just those; one
without is read through the character that Unihan calls its variant: simplified, compatibility, z
or semantic, in this order.
"""

from __future__ import annotations

import bz2
import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

DATA = Path(__file__).parent.parent / "src/sangbong/names/korean/data"
THROUGH = ("kTraditionalVariant", "kCompatibilityVariant", "kZVariant", "kSemanticVariant")
"""Properties through which a character without readings is read, the surest first."""

ALIKE = (*THROUGH, "kSimplifiedVariant")


def entries(folder: Path, name: str) -> Iterator[tuple[str, str, str]]:
    """Character, property and value of every line of a Unihan file."""
    plain = folder / f"{name}.txt"
    raw = plain.read_bytes() if plain.exists() else bz2.decompress(packed(plain))
    for line in raw.decode("utf-8").splitlines():
        if line.startswith("U+"):
            point, key, value = line.split("\t")
            yield ideograph(point), key, value


def packed(plain: Path) -> bytes:
    """The bytes of the packed file beside."""
    return plain.with_name(f"{plain.name}.bz2").read_bytes()


def ideograph(point: str) -> str:
    """The character of U+91D1."""
    return chr(int(point.replace("U+", "0x"), base=0))


def characters(value: str) -> list[str]:
    """The characters of a variant property, without their sources."""
    return [ideograph(each.split("<")[0]) for each in value.split()]


def collect(folder: Path) -> tuple[dict[str, str], dict[str, dict[str, list[str]]]]:
    """Readings by character, and variants by character and property."""
    readings = {
        character: value
        for character, key, value in entries(folder, "Unihan_Readings")
        if key == "kHangul"
    }
    variants: dict[str, dict[str, list[str]]] = {}
    for name in ("Unihan_Variants", "Unihan_IRGSources"):
        for character, key, value in entries(folder, name):
            if key in ALIKE:
                others = [each for each in characters(value) if each != character]
                variants.setdefault(character, {})[key] = others
    return readings, variants


def table(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Every row: the character, its readings, the characters like it, the property it is read by."""
    readings, variants = collect(folder)
    for character in sorted({*readings, *variants}):
        mine = variants.get(character, {})
        alike = "".join(
            dict.fromkeys(each for key in ALIKE for each in mine.get(key, ()) if each in readings)
        )
        if character in readings:
            yield character, readings[character], alike, "kHangul"
            continue
        for key in THROUGH:
            known = [each for each in mine.get(key, ()) if each in readings]
            if known:
                merged = dict.fromkeys(r for each in known for r in readings[each].split())
                yield character, " ".join(merged), alike, key
                break


def japanese(folder: Path) -> Iterator[tuple[str, str, str, int, str]]:
    """Every Sino-Japanese reading, the Hangul of its characters, and how many they are.

    For given names the characters taught at school or allowed in names are counted, for family
    names those of surname_hanja.csv.
    """
    readings, _ = collect(folder)
    sounds = {
        c: v.split() for c, key, v in entries(folder, "Unihan_Readings") if key == "kJapaneseOn"
    }
    counts: Counter[tuple[str, str, str]] = Counter()
    for character, value in readings.items():
        marked = dict(each.split(":") for each in value.split())
        named = {hangul for hangul, mark in marked.items() if set(mark) & set("EN")}
        counts.update((on, hangul, "given") for on in sounds.get(character, ()) for hangul in named)
    with (DATA / "surname_hanja.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            for on in sounds.get(row["hanja"], ()):
                counts[on, row["family"], "family"] += 1
    for (on, hangul, place), count in sorted(counts.items()):
        yield on.lower(), hangul, place, count, "Unihan"


ELEMENTS = {"75": "wood", "86": "fire", "32": "earth", "167": "metal", "85": "water"}
"""The radicals that a generation's syllable shows its element by."""


def elements(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Every character that may stand in a name and has the radical of an element."""
    readings, _ = collect(folder)
    for character, key, value in entries(folder, "Unihan_IRGSources"):
        radical = value.split()[0].split(".")[0].rstrip("'")
        is_named = set("EN") & set(readings.get(character, ""))
        if key == "kRSUnicode" and radical in ELEMENTS and is_named:
            yield character, ELEMENTS[radical], "Unihan"


def main() -> None:
    """Write the tables."""
    folder = Path(sys.argv[1])
    heads = ("character", "readings", "alike", "source")
    write("hanja_readings", heads, table(folder))
    heads = ("reading", "hangul", "place", "characters", "source")
    write("japanese_readings", heads, japanese(folder))
    write("five_elements", ("character", "element", "source"), elements(folder))


def write(name: str, heads: Iterable[str], lines: Iterable[Iterable[str | int]]) -> None:
    """One table of the data folder."""
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(lines)


if __name__ == "__main__":
    main()
