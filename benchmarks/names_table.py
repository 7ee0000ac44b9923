"""Writes names_pairs.csv: pairs of written names, and whether one name was written twice.

Nothing of the code under test is used: the spellings of syllables below were written by hand (Revised
and McCune-Reischauer by their rules, habits of emigrants from general knowledge), those of family
names come from the reference table of their published spellings, and Hanja from the two lists here.
The people are invented. A pair is a negative only where these tables know no way to write both.

    python -m benchmarks.names_table
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parent / "src/sangbong/names/korean/data"
TABLE = HERE / "names_pairs.csv"
HAND = HERE / "names_by_hand.csv"
SEED = 1945

# syllable: Revised; McCune-Reischauer; habits (general knowledge)
SPELLINGS = {
    line.split(":")[0]: line.split(":")[1].split(";")
    for line in """영:yeong;yŏng;young,yong,yung
수:su;su;soo,sue
호:ho;ho;
식:sik;sik;shik
철:cheol;ch'ŏl;chul,chol,chull
정:jeong;chŏng;jung,chung,chong,jong,joung
종:jong;chong;
환:hwan;hwan;whan
광:gwang;kwang;
성:seong;sŏng;sung,song
상:sang;sang;
경:gyeong;kyŏng;kyung,kyong
순:sun;sun;soon
자:ja;cha;
숙:suk;suk;sook
희:hui;hŭi;hee,hi
옥:ok;ok;ock
명:myeong;myŏng;myung,myong
현:hyeon;hyŏn;hyun,hyon
진:jin;chin;
병:byeong;pyŏng;byung,pyung,byong
재:jae;chae;jai
미:mi;mi;mee
훈:hun;hun;hoon
은:eun;ŭn;un
주:ju;chu;joo
지:ji;chi;jee
태:tae;t'ae;tai
동:dong;tong;
기:gi;ki;kee
창:chang;ch'ang;
용:yong;yong;young
인:in;in;
봉:bong;pong;
원:won;wŏn;weon
덕:deok;tŏk;duk,duck,dok
만:man;man;
승:seung;sŭng;sung
학:hak;hak;
형:hyeong;hyŏng;hyung,hyong
일:il;il;
대:dae;tae;dai
길:gil;kil;
근:geun;kŭn;keun,kun
규:gyu;kyu;
국:guk;kuk;kook
금:geum;kŭm;keum,kum
복:bok;pok;bock
선:seon;sŏn;sun,son
석:seok;sŏk;suk,sok
문:mun;mun;moon
민:min;min;
윤:yun;yun;yoon
춘:chun;ch'un;choon
화:hwa;hwa;wha
남:nam;nam;
도:do;to;
연:yeon;yŏn;yon,youn
우:u;u;woo
욱:uk;uk;wook
란:ran;ran;lan
례:rye;rye;
분:bun;pun;boon
임:im;im;
월:wol;wŏl;
애:ae;ae;ai
실:sil;sil;shil
향:hyang;hyang;
혜:hye;hye;
준:jun;chun;joon
섭:seop;sŏp;sup,sub
균:gyun;kyun;
배:bae;pae;
택:taek;t'aek;taik
홍:hong;hong;
권:gwon;kwŏn;kwon
삼:sam;sam;
한:han;han;
갑:gap;kap;kab
필:pil;p'il;phil
심:sim;sim;shim
천:cheon;ch'ŏn;chun,chon
운:un;un;woon
웅:ung;ung;woong
강:gang;kang;
룡:ryong;ryong;
린:rin;rin;
률:ryul;ryul;
렬:ryeol;ryŏl;ryul
열:yeol;yŏl;yul
율:yul;yul;yool""".splitlines()
}

_GIVEN = {
    "M": (
        "영 재 성 정 종 상 병 동 기 창 용 광 경 인 태 봉 명 원 진 한 덕 만 승 학 형 홍 일 대 길 근 문 민 윤 춘 남 우 준 천",
        "수 호 식 철 환 섭 길 준 진 기 석 훈 규 근 균 국 남 일 열 덕 동 룡 만 배 복 삼 성 영 욱 웅 원 택 희 권 률 화 운 린",
    ),
    "F": (
        "순 정 영 옥 금 복 봉 분 명 연 춘 경 월 인 숙 선 덕 미 은 현 혜 진 화 애 향 갑 길 남 임",
        "순 자 옥 숙 희 분 례 임 금 선 월 남 연 란 덕 심 향 애 실 화 영 복 경 미 진 주 은",
    ),
}
GIVEN = {sex: [part.split() for part in parts] for sex, parts in _GIVEN.items()}

_HANJA = """
영英榮永映 수洙秀守壽 호浩鎬鎬 식植 철哲喆 정正貞 종鍾宗 환煥桓 광光 성成聖 상相尙 경京敬慶 순順淳 자子 숙淑
희姬熙喜 옥玉 명明 현賢 진鎭珍 병炳 재在載 미美 훈勳 은恩 주珠 태泰 동東 기基 창昌 인仁 봉鳳 원元 덕德 만萬 승勝 학學 형亨 일一
대大 길吉 근根 규圭 국國 금今 복福 석錫 문文 민敏 윤潤 춘春 화花 남男南 도道 우宇 욱旭 란蘭 례禮 분粉 임任 월月 애愛 실實 향香
혜惠 준俊 섭燮 균均 배培 택澤 홍弘 권權 삼三 한漢 갑甲 심心 천天 운雲 웅雄 용鎔 선善仙 연蓮
"""
_FAMILY_HANJA = """
김金 이李 박朴 최崔 정鄭丁 강姜康 조趙曺 윤尹 장張蔣 임林任 한韓 오吳 서徐 신申辛 권權 황黃 안安 송宋 전全田
홍洪 유柳劉兪 고高 문文 양梁楊 손孫 배裵 백白 허許 남南 심沈 노盧 하河 곽郭 성成 차車 주朱 우禹 구具 민閔 나羅 진陳 지池 엄嚴 채蔡
원元 천千 방方 공孔 현玄 함咸 변卞 염廉 여呂 추秋 도都 소蘇 석石 선宣 설薛 마馬 길吉 연延 위魏 표表 명明 기奇 반潘 왕王 금琴 옥玉
육陸 인印 맹孟 제諸 모牟 탁卓 국鞠 어魚 은殷 편片 용龍
"""
# signs by sound, the one most used first; general knowledge
HANJA, FAMILY_HANJA = (
    {pair[0]: pair[1:] for pair in text.split()} for text in (_HANJA, _FAMILY_HANJA)
)
NORTH_HANJA = dict(zip("李柳劉林盧羅廉呂梁陸龍", "리류류림로라렴려량륙룡", strict=True))
NORTH_GIVEN = {"용": "룡", "열": "렬", "율": "률", "연": "련"}
NORTH_ROMAN = {"리": "Ri", "류": "Ryu", "림": "Rim", "로": "Ro", "라": "Ra", "렴": "Ryom", "려": "Ryo",
               "량": "Ryang", "륙": "Ryuk", "룡": "Ryong"}  # fmt: skip

MANDARIN = {"Zhang", "Liu"}
RARE = {"Kwang", "Chin", "Oe", "Au", "Su", "Jean", "Gin", "Che", "Enn", "Zoo", "Kwan"}
"""Spellings of the reference table that its reviewer found doubtful: they prove nothing."""
_OF_NOTE = """
041801 05c6fa 08825e 0acfd6 0e09dc 178009 196ba5 1c7e80 2628f4 2aaa8b 346fa0 38cb05 3fb3f6
436291 44e144 4fdc11 5795f8 57fe3b 5e21b9 6a9443 6c1bc9 740616 7f1308 828295 85cdfc 8b1226
8d610a 8e14c5 90b137 925d6a 92f4a7 962b2f 9996fa a49da3 b663e7 b86135 b8e676 b90167 be7303
c1fc52 c860b3 d2ef8d d712fa dbca78 dd28c7 e13732 e65caf f227d7 f49581 f6e7f9 f96927 fa3db6
fb9ed9 fda040
"""
"""Names of people in public life, as the beginnings of their SHA-256: no invented person shall be
mistaken for them."""


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person: folded family name and given syllables, sex, and the family's sign."""

    family: str
    given: tuple[str, ...]
    sex: str
    sign: str

    @property
    def south(self) -> str:
        return self.family + "".join(self.given)


@dataclass(frozen=True, slots=True)
class Pair:
    left: str
    right: str
    same: bool
    kind: str
    sex: str


def main() -> None:
    """Write the table anew: same seed, same table."""
    pairs = list(_table())
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("left", "right", "same", "kind", "sex"))
        writer.writerows((p.left, p.right, int(p.same), p.kind, p.sex) for p in pairs)
    same = sum(pair.same for pair in pairs)
    print(f"{len(pairs)} pairs, {same} of one name, written to {TABLE.name}")


def _table() -> Iterator[Pair]:
    chance = random.Random(SEED)
    seen: set[tuple[str, str]] = set()
    with HAND.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Pair(row["left"], row["right"], row["same"] == "1", row["kind"], row["sex"])
            seen.add((row["left"], row["right"]))
    for maker, count in MAKERS:
        made = 0
        while made < count:
            pair = maker(chance)
            if pair and pair.left != pair.right and (pair.left, pair.right) not in seen:
                seen.add((pair.left, pair.right))
                made += 1
                yield pair


# ---- people ----


def _families() -> dict[str, list[str]]:
    with (DATA / "surname_romanizations.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["hangul_south"]: [
                row["rr"], row["mr"],
                *(v for v in row["variants"].split("|") if v not in MANDARIN | RARE),
            ]
            for row in csv.DictReader(file)
        }  # fmt: skip


def _shares() -> dict[str, float]:
    with (DATA / "surnames_kr_2015_by_hangul.csv").open(encoding="utf-8", newline="") as file:
        return {row["hangul"]: float(row["share_pct"]) for row in csv.DictReader(file)}


FAMILIES = _families()
SHARES = _shares()
_NAMES = list(SHARES)
_WEIGHTS = list(accumulate(share**0.5 for share in SHARES.values()))
"""The square root, so that rare families are seen too."""


def invented(chance: random.Random) -> Person:
    while True:
        family = chance.choices(_NAMES, cum_weights=_WEIGHTS)[0]
        sex = chance.choice("MF")
        first, last = (chance.choice(part) for part in GIVEN[sex])
        last = _after(first, last)
        given = (first,) if chance.random() < 0.04 else (first, last)
        person = Person(family, given, sex, chance.choice(FAMILY_HANJA.get(family, " ")))
        if first != last and family in FAMILIES and not _of_note(person):
            return person


def _of_note(person: Person) -> bool:
    return sha256(person.south.encode()).hexdigest()[:6] in _OF_NOTE


def _after(first: str, last: str) -> str:
    """렬·률 are 열·율 in the South after a vowel or ㄴ (orthography, article 11, note 1)."""
    soft = (ord(first) - 0xAC00) % 28 in {0, 4}
    return (
        {"률": "율", "렬": "열"}.get(last, last)
        if soft
        else {"율": "률", "열": "렬"}.get(last, last)
    )


def _other(chance: random.Random, person: Person, index: int) -> str:
    """A syllable for this place that no spelling of ours can confuse with the person's."""
    choices = GIVEN[person.sex][index]
    while True:
        other = chance.choice(choices)
        if not set(_all(other)) & set(_all(person.given[index])):
            return other


# ---- writings ----


def _all(syllable: str) -> list[str]:
    """Every spelling of a syllable, plain letters."""
    revised, reischauer, habits = SPELLINGS.get(syllable, ["", "", ""])
    plain = _plain(reischauer)
    return [each for each in (revised, plain, _north(reischauer), *habits.split(",")) if each]


def _plain(text: str) -> str:
    return text.translate(str.maketrans("ŏŭŎŬ", "ouOU", "'’"))


def _north(reischauer: str) -> str:
    """The North's own: no breves, ㅈ is j, ㅊ is ch."""
    if reischauer.startswith("ch") and not reischauer.startswith("ch'"):
        reischauer = "j" + reischauer[2:]
    return _plain(reischauer)


def _voiced(syllable: str, before: str) -> str:
    """McCune-Reischauer writes a plain stop between voiced sounds as a voiced one."""
    if before[-1] in "ptkc" or syllable[1:2] == "'" or syllable.startswith("ch'"):
        return syllable
    for hard, soft in (("ch", "j"), ("k", "g"), ("t", "d"), ("p", "b")):
        if syllable.startswith(hard):
            return soft + syllable[len(hard) :]
    return syllable


def north(person: Person) -> str:
    """As a Northern paper has it: family by its sign; 룡, 렬, 률, 련 where the given name may."""
    family = NORTH_HANJA.get(person.sign, person.family)
    inner = {"열": "렬", "율": "률"}
    return family + "".join(inner.get(s, s) if index else s for index, s in enumerate(person.given))


def north_initial(person: Person) -> str:
    """The same, and the given name's first syllable keeps its ㄹ."""
    return (
        NORTH_HANJA.get(person.sign, person.family)
        + NORTH_GIVEN.get(person.given[0], person.given[0])
        + north(person)[-1] * (len(person.given) > 1)
    )


def hanja(person: Person, chance: random.Random) -> str:
    """In Hanja, empty where our lists lack a syllable."""
    if person.sign == " " or any(s not in HANJA for s in person.given):
        return ""
    return person.sign + "".join(chance.choice(HANJA[s]) for s in person.given)


def revised(person: Person, chance: random.Random) -> str:
    """Revised Romanisation of the given name, the family as its bearers spell it or by rule."""
    family = FAMILIES[person.family][0] if chance.random() < 0.5 else _habitual(person, chance)
    return _laid(chance, family, [SPELLINGS[s][0] for s in person.given])


def reischauer(person: Person, chance: random.Random) -> str:
    """McCune-Reischauer, with its marks or, as most typewriters had it, without."""
    first, *rest = [SPELLINGS[s][1] for s in person.given]
    given = [first, *(_voiced(s, first) for s in rest)]
    family = "Yi" if person.family == "이" else FAMILIES[person.family][1]
    text = f"{family} {'-'.join(given).capitalize()}"
    return text if chance.random() < 0.5 else _plain(text)


def northern_roman(person: Person, _: random.Random) -> str:
    """As Pyongyang writes it: syllables apart, family first."""
    family = NORTH_HANJA.get(person.sign, "")
    roman = NORTH_ROMAN.get(family) or _north(FAMILIES[person.family][1].lower()).capitalize()
    return " ".join((roman, *(_north(SPELLINGS[s][1]).capitalize() for s in person.given)))


def emigrant(person: Person, chance: random.Random) -> str:
    """By the habit of those who left: any published spelling of the family, free given names."""
    given = []
    for syllable in person.given:
        rr, _, habits = SPELLINGS[syllable]
        given.append(chance.choice([*(h for h in habits.split(",") if h), rr]))
    return _laid(chance, _habitual(person, chance), given)


def _habitual(person: Person, chance: random.Random) -> str:
    variants = FAMILIES[person.family][2:]
    # the table puts the usual spellings first
    return chance.choices(variants, [1 / (1 + i) for i in range(len(variants))])[0]


def _laid(chance: random.Random, family: str, given: list[str]) -> str:
    joined, apart = "-".join(given).capitalize(), " ".join(g.capitalize() for g in given)
    forms = [
        f"{family} {joined}",
        f"{joined} {family}",
        f"{apart} {family}",
        f"{family.upper()} {apart}",
        f"{family}, {joined}",
        f"{family.upper()}, {apart.upper()}",
    ]
    if len(given) > 1 and given[1][0] not in "aeiouyw":
        forms += [
            f"{family} {''.join(given).capitalize()}",
            f"{''.join(given).capitalize()} {family}",
        ]
    return chance.choice(forms)


Writer = Callable[[Person, random.Random], str]
ROMAN: tuple[Writer, ...] = (revised, reischauer, northern_roman, emigrant)


# ---- pairs ----


def _same_sides(chance: random.Random) -> Pair | None:
    person = invented(chance)
    right = chance.choice((north, north_initial))(person)
    return Pair(person.south, right, same=True, kind="south-north", sex=person.sex)


def _same_hanja(chance: random.Random) -> Pair | None:
    person = invented(chance)
    right = hanja(person, chance)
    left = chance.choice((person.south, north(person)))
    return Pair(left, right, same=True, kind="hangul-hanja", sex=person.sex) if right else None


def _same_roman(writer: Writer) -> Callable[[random.Random], Pair | None]:
    def make(chance: random.Random) -> Pair | None:
        person = invented(chance)
        if any(s not in SPELLINGS for s in person.given):
            return None
        left = chance.choice((person.south, north(person)))
        kind = f"hangul-{writer.__name__}"
        return Pair(left, writer(person, chance), same=True, kind=kind, sex=person.sex)

    return make


def _same_hanja_roman(chance: random.Random) -> Pair | None:
    person = invented(chance)
    left = hanja(person, chance)
    if not left:
        return None
    return Pair(
        left, chance.choice(ROMAN)(person, chance), same=True, kind="hanja-roman", sex=person.sex
    )


def _same_two_romans(chance: random.Random) -> Pair | None:
    person = invented(chance)
    one, two = chance.sample(ROMAN, 2)
    return Pair(
        one(person, chance), two(person, chance), same=True, kind="roman-roman", sex=person.sex
    )


def _changed(chance: random.Random, person: Person) -> Person:
    """Another person: a syllable, both syllables, or their order differ; a brother or a sister."""
    how = chance.random()
    given = person.given
    if len(given) == 2 and how < 0.15 and not set(_all(given[0])) & set(_all(given[1])):
        changed: tuple[str, ...] = (given[1], given[0])
    else:
        index = chance.randrange(len(given))
        changed = tuple(
            _other(chance, person, i) if i == index or how > 0.85 else s
            for i, s in enumerate(given)
        )
    return Person(person.family, changed, person.sex, person.sign)


def _moved(chance: random.Random, person: Person) -> Person:
    """Another person: a family whose spellings none of the person's shares."""
    while True:
        other = invented(chance).family
        ours, theirs = ({_plain(v).lower() for v in FAMILIES[f]} for f in (person.family, other))
        if not ours & theirs:
            sign = chance.choice(FAMILY_HANJA.get(other, " "))
            return Person(other, person.given, person.sex, sign)


def _different(
    name: str, change: Callable[[random.Random, Person], Person]
) -> Callable[[random.Random], Pair | None]:
    writers: tuple[Writer, ...] = (lambda p, _: p.south, lambda p, _: north(p), hanja, *ROMAN)

    def make(chance: random.Random) -> Pair | None:
        person = invented(chance)
        other = change(chance, person)
        if _of_note(other) or any(s not in SPELLINGS for s in (*person.given, *other.given)):
            return None
        one, two = (chance.choice(writers) for _ in range(2))
        left, right = one(person, chance), two(other, chance)
        return Pair(left, right, same=False, kind=name, sex=person.sex) if left and right else None

    return make


def _collision(chance: random.Random) -> Pair | None:
    """A spelling of two families on one side, the other family on the other: the rest decides."""
    with (DATA / "romanization_collisions.csv").open(encoding="utf-8", newline="") as file:
        row = chance.choice(list(csv.DictReader(file)))
    families = row["hangul_candidates"].split("|")
    family, other = chance.sample(families, 2)
    person = invented(chance)
    given = [chance.choice(_all(s)) for s in person.given if s in SPELLINGS]
    if len(given) != len(person.given):
        return None
    left = _laid(chance, row["spelling"], given)
    stranger = _changed(chance, person)
    chosen = chance.choice((family, other))
    south = {"류": "유", "라": "나"}.get(chosen, chosen)
    return Pair(left, south + "".join(stranger.given), same=False, kind="collision", sex=person.sex)


def _collision_same(chance: random.Random) -> Pair | None:
    """The same spelling, and either family with the right given name: both are possible."""
    with (DATA / "romanization_collisions.csv").open(encoding="utf-8", newline="") as file:
        row = chance.choice(list(csv.DictReader(file)))
    if row["spelling"] in RARE:
        return None
    family = chance.choice(row["hangul_candidates"].split("|"))
    person = invented(chance)
    if any(s not in SPELLINGS for s in person.given):
        return None
    left = _laid(chance, row["spelling"], [chance.choice(_all(s)) for s in person.given])
    return Pair(
        left, family + "".join(person.given), same=True, kind="collision-same", sex=person.sex
    )


MAKERS: tuple[tuple[Callable[[random.Random], Pair | None], int], ...] = (
    (_same_sides, 150),
    (_same_hanja, 150),
    (_same_roman(revised), 150),
    (_same_roman(reischauer), 150),
    (_same_roman(northern_roman), 120),
    (_same_roman(emigrant), 250),
    (_same_hanja_roman, 120),
    (_same_two_romans, 150),
    (_collision_same, 60),
    (_different("near-given", _changed), 700),
    (_different("other-family", _moved), 300),
    (_collision, 250),
)

if __name__ == "__main__":
    main()
