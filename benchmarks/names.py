"""Names: one name in many writings beside other names, and the speed of it.

Quality: the table of names_pairs.csv (names_table.py writes it, apart from the code under test). The
threshold was set on its even rows; the odd ones are printed beside. The peers score the same pairs in
the same run, at whatever threshold serves each best: rapidfuzz on Revised Romanization (Hangul
romanised by rule, Hanja by unidecode, since rapidfuzz knows no script), and rapidfuzz on unidecode.

Speed: a million records of seven parts Hangul, one Hanja, two Latin letters; one pair with its ledger
in both languages; CPU of importing every module; memory of every table. All of it is CPU time, so that
the machine's other work does not count.

    make bench ONLY=names
    RECORDS=100000 make bench ONLY=names      fewer records, the goal in proportion
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from benchmarks import names_table
from benchmarks.measure import Result
from sangbong.names.explain import ledger
from sangbong.names.korean.keys import block_keys_of, codes_of, keys_of, likeness_of_pairs
from sangbong.names.korean.romanization import revised
from sangbong.names.likeness import Likeness, compare
from sangbong.names.person import PersonName, Script, script_of
from sangbong.names.tradition import tradition

GOAL, RECORDS = 0.98, int(os.environ.get("RECORDS", "1000000"))
SECONDS_MAX, PAIR_MS_MAX, IMPORT_S_MAX, TABLES_MB_MAX = 10.0, 0.2, 0.15, 60.0
KOREAN = tradition("korean")


@dataclass(frozen=True, slots=True)
class Row:
    """A pair of the table."""

    left: str
    right: str
    same: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Quality:
    """Of the pairs of one name, the part found; of those called one name, the part that is."""

    recall: float
    precision: float


def measure_names() -> list[Result]:
    """Quality, then speed."""
    rows = read_table()
    return [*_measure_quality(rows), _measure_keys(), _measure_pair(rows), *_measure_package()]


def read_table() -> list[Row]:
    """Every pair with its expected answer."""
    with names_table.TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Row(row["left"], row["right"], row["same"] == "1", row["kind"])
            for row in csv.DictReader(file)
        ]


def likeness_of(row: Row) -> Likeness:
    """What the package says of a pair."""
    left, right = (PersonName(text, script_of(text)) for text in (row.left, row.right))
    return compare(left, right, tradition=KOREAN)


def quality(rows: Sequence[Row], called: Sequence[bool]) -> Quality:
    """Recall and precision of calling these pairs one name."""
    true = sum(row.same and one for row, one in zip(rows, called, strict=True))
    return Quality(true / max(1, sum(row.same for row in rows)), true / max(1, sum(called)))


# ---- quality ----


def _measure_quality(rows: list[Row]) -> list[Result]:
    called = [likeness_of(row).is_one_name for row in rows]
    ours = quality(rows, called)
    print(
        f"names: {len(rows)} pairs, {sum(row.same for row in rows)} of one name;"
        f" recall {ours.recall:.4f}, precision {ours.precision:.4f}"
    )
    for name, part in (("even", slice(0, None, 2)), ("odd", slice(1, None, 2))):
        half = quality(rows[part], called[part])
        print(f"  {name} rows: recall {half.recall:.4f}, precision {half.precision:.4f}")
    _print_kinds(rows, called)
    peers = _measure_peers(rows)
    recall = max((best[0] for best in peers), default=0.0)
    precision = max((best[1] for best in peers), default=0.0)
    met = ours.recall >= GOAL and ours.precision >= GOAL
    return [
        _result("names-recall", ours.recall, recall, GOAL, met=met),
        _result("names-precision", ours.precision, precision, GOAL, met=met),
    ]


def _print_kinds(rows: list[Row], called: list[bool]) -> None:
    right = Counter(row.kind for row, one in zip(rows, called, strict=True) if row.same == one)
    for kind, count in Counter(row.kind for row in rows).items():
        print(f"  {kind}: {right[kind]} of {count} right")


def _measure_peers(rows: list[Row]) -> list[tuple[float, float]]:
    """Of each peer: recall at the goal's precision, precision at the goal's recall."""
    rapidfuzz, unidecode = _peer("rapidfuzz.fuzz"), _peer("unidecode")
    if rapidfuzz is None or unidecode is None:
        return []
    writers: dict[str, Callable[[str], str]] = {
        "Revised Romanization": lambda text: (
            revised(text) if script_of(text) is Script.HANGUL else unidecode.unidecode(text)
        ),
        "unidecode": unidecode.unidecode,
    }
    measured = []
    no_hanja = [i for i, row in enumerate(rows) if not _has_hanja(row)]
    for name, writer in writers.items():
        texts = [[_plain(writer(text)) for text in (row.left, row.right)] for row in rows]
        for score in ("ratio", "token_sort_ratio", "WRatio"):
            scores = [getattr(rapidfuzz, score)(*pair) for pair in texts]
            measured.append(_print_peer(f"rapidfuzz {score} on {name}", rows, scores))
            _print_peer(
                "    without the pairs in Hanja",
                [rows[i] for i in no_hanja],
                [scores[i] for i in no_hanja],
            )
    return measured


def _has_hanja(row: Row) -> bool:
    return any(script_of(text) in {Script.HANJA, Script.MIXED} for text in (row.left, row.right))


def _plain(text: str) -> str:
    return "".join(letter if letter.isalpha() else " " for letter in text.lower())


def _print_peer(name: str, rows: list[Row], scores: list[float]) -> tuple[float, float]:
    limits = sorted({round(score) for score in scores})
    at = [quality(rows, [score >= limit for score in scores]) for limit in limits]
    recall = max((each.recall for each in at if each.precision >= GOAL), default=0.0)
    precision = max((each.precision for each in at if each.recall >= GOAL), default=0.0)
    best = max(at, key=lambda q: 2 * q.recall * q.precision / max(1e-9, q.recall + q.precision))
    print(
        f"  {name}: recall {recall:.3f} at precision {GOAL}, precision {precision:.3f} at recall"
        f" {GOAL}; at its best {best.recall:.3f} and {best.precision:.3f}"
    )
    return recall, precision


def _peer(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ImportError:
        print(f"  {name} is not installed, so the peers are left out: it belongs to the dev tools")
        return None


# ---- speed ----


def _measure_keys() -> Result:
    texts = records(RECORDS // 2) * 2
    print(f"names: {len(texts)} records, {len(set(texts))} of them different")
    seconds = {}
    for name, make in (("keys", keys_of), ("block keys", block_keys_of)):
        started = time.process_time()
        make(texts)
        seconds[name] = time.process_time() - started
    codes = codes_of(texts)
    other = codes_of(texts[1:] + texts[:1])
    started = time.process_time()
    likeness_of_pairs(codes, other)
    seconds["likeness of as many pairs"] = time.process_time() - started
    print("".join(f"  {name}: {each:.2f} s\n" for name, each in seconds.items()), end="")
    unidecode, floor = _peer("unidecode"), 0.0
    if unidecode is not None:
        started = time.process_time()
        for text in texts:
            unidecode.unidecode(text)
        floor = time.process_time() - started
        print(f"  unidecode of the same records: {floor:.2f} s")
    worst = max(seconds["keys"], seconds["block keys"])
    goal = SECONDS_MAX * RECORDS / 1_000_000
    return _result("names-keys-seconds", worst, floor, goal, met=worst <= goal)


def records(count: int) -> list[str]:
    """Invented names: seven parts Hangul, one Hanja, two Latin letters."""
    chance = random.Random(31)
    found: list[str] = []
    while len(found) < count:
        person = names_table.invented(chance)
        how = chance.random()
        if how < 0.7:
            found.append(person.south if how < 0.35 else names_table.north(person))
        elif how < 0.8:
            found.append(names_table.hanja(person, chance) or person.south)
        else:
            found.append(chance.choice(names_table.ROMAN)(person, chance))
    return found


def _measure_pair(rows: list[Row]) -> Result:
    """One pair with its ledger in both languages, everything read once before."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        for row in rows:
            likeness = likeness_of(row)
            ledger(likeness, "ko"), ledger(likeness, "en")
        taken.append((time.process_time() - started) / len(rows) * 1000)
    rapidfuzz, floor = _peer("rapidfuzz.fuzz"), 0.0
    if rapidfuzz is not None:
        started = time.process_time()
        for row in rows:
            rapidfuzz.token_sort_ratio(row.left, row.right)
        floor = (time.process_time() - started) / len(rows) * 1000
    print(f"names: one pair with its ledger {min(taken):.3f} ms, cold {taken[0]:.3f} ms")
    met = min(taken[1:]) <= PAIR_MS_MAX
    return _result("names-pair-ms", min(taken[1:]), floor, PAIR_MS_MAX, met=met)


_IMPORT = """
import sys, time
from importlib import import_module
started = time.process_time()
for name in sys.argv[1].split(","): import_module(name)
print(time.process_time() - started)
"""
_TABLES = """
import gc
from pathlib import Path
def mb():
    gc.collect()
    text = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(l.split()[1]) for l in text.splitlines() if l.startswith("Private_")) / 1024
import sangbong.names.likeness, sangbong.names.person, sangbong.names.korean.naming
import sangbong.names.korean.reading, sangbong.kernel.errors
sangbong.kernel.errors.messages()
before = mb()
from benchmarks.names import load_everything
load_everything()
print(mb() - before)
"""


WRITINGS = (
    "이영희", "리선률", "선우진", "李英姬", "裵明玉", "金本 花子", "가네모토 하나코", "Rhee Young-hi",
    "Y. H. Lee", "Pak Sun-ok Smith", "Ким Ен-Хи", "Anna Maria Lopez",
)  # fmt: skip
"""One of every kind of writing."""


def load_everything() -> None:
    """Ask something of every table, so that all of them are read."""
    from sangbong.names.kin import kin_terms
    from sangbong.names.korean import gazetteer, generation, romanization
    from sangbong.names.usage import usage

    for code in ("korean", "latin"):
        asked = usage(code)
        asked.read_place("평안남도 순천군", column="place")
        asked.read_date("1931-03-05", column="born")
        for text in WRITINGS:
            left = PersonName(text, script_of(text))
            compare(left, left, tradition=tradition(code), sex="F", decade=1940)
    usage("korean").read_date("단기 4264년 3월 5일", "음", column="born")
    gazetteer.gazetteer()
    gazetteer.name_index()
    gazetteer.shares_of_people()
    generation.element_evidence("根", "炳")
    dict(romanization.free_spellings("이영희"))
    kin_terms()


def _measure_package() -> list[Result]:
    """In processes of their own: CPU of importing every module but the vectorised one, and MB."""
    modules = ",".join(module for module in _modules() if not module.endswith(".keys"))
    cpu = min(float(_child(_IMPORT, modules)) for _ in range(5))
    megabytes = float(_child(_TABLES))
    print(f"names: import of all modules {cpu:.3f} CPU s; tables {megabytes:.1f} MB")
    return [
        _result("names-import-cpu-seconds", cpu, 0.0, IMPORT_S_MAX, met=cpu <= IMPORT_S_MAX),
        _result("names-tables-mb", megabytes, 0.0, TABLES_MB_MAX, met=megabytes <= TABLES_MB_MAX),
    ]


def _modules() -> list[str]:
    root = names_table.HERE.parent / "src"
    paths = sorted((root / "sangbong/names").rglob("*.py"))
    dotted = [".".join(path.relative_to(root).with_suffix("").parts) for path in paths]
    return [name.removesuffix(".__init__") for name in dotted]


def _child(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=names_table.HERE.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def _result(name: str, ours: float, peer: float, goal: float, *, met: bool) -> Result:
    ratio = ours / peer if peer else 0.0
    return Result(name, round(ours, 4), round(peer, 4), round(ratio, 2), goal, met)
