"""Which consent lets which word about whom go to which office, and when it is live.

1. A *use* is what a person agreed to; a *purpose* is why a paper leaves; a *field* is a word of it.
2. Every purpose names the uses that it needs, for an applicant and for a found person apart.
3. Some fields need a further use wherever they stand (a film needs the consent to be filmed).
4. A field that a purpose does not list cannot leave for it at all; class labels are in no list.
5. A consent is live from the instant it is given until it is withdrawn or runs out, and only for
   the recipient that it names: one office, or one side (`KP` covers `KP-PYO`).
6. A dead person cannot consent: the fact and date of death, and what proves that it is the person
   sought, may be told under a written basis. A shielded person is never told of.

Source: the Korean application form asks for the exchange of lists and for the film apart; safety
rules of the humanitarian network: a consent names its recipient and can be withdrawn late.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode


class Use(StrEnum):
    """What a person may agree to, each by itself."""

    SEARCH = "search"
    """That this office looks for kin in its own records and asks others to."""
    NAME_TO_OTHER_SIDE = "name_to_other_side"
    """That the applicant's own particulars stand in a paper to the other side."""
    LIST_EXCHANGE = "list_exchange"
    """That the particulars stand in a list of all applicants, exchanged outside any round."""
    FILM = "film"
    """That a filmed message goes to the other side."""
    FILM_PUBLIC = "film_public"
    """That a filmed message is shown to anyone."""
    TELL_SEEKER = "tell_seeker"
    """A found person's: that the seeker learns of them through the other office."""
    TELL_REFUSAL = "tell_refusal"
    """A found person's: that the seeker learns that they were found and do not wish it."""


class Purpose(StrEnum):
    """Why a paper with personal data leaves."""

    LIFE_STATUS_INQUIRY = "life_status_inquiry"
    LIFE_STATUS_REPLY = "life_status_reply"
    FINAL_LIST = "final_list"
    SITTING = "sitting"
    FILM = "film"
    LIST_EXCHANGE = "list_exchange"


class Subject(StrEnum):
    """In which part a person stands in a paper."""

    APPLICANT = "applicant"
    FOUND = "found"


NAMING = frozenset(
    {
        "name",
        "hanja",
        "roman",
        "house_name",
        "former_name",
        "sex",
        "birth",
        "age",
        "birthplace",
        "residence",
        "address_at_separation",
        "father",
        "mother",
        "relation",
        "photograph",
        "living_as_of",
    }
)
"""Words that say who somebody is."""

FATE = frozenset({"life_status", "death_date"})
"""Words that say what became of somebody."""

FILMED = frozenset({"film", "film_title", "film_language", "film_checksum"})
"""Words of a filmed message."""

MEETING = frozenset({"willingness", "companions", "needs", "hall", "slot"})
"""Words that a meeting needs; `needs` is such as a wheelchair, never a diagnosis."""

_ASK: frozenset[str] = NAMING
_REPLY: frozenset[str] = NAMING | FATE | {"willingness"}
_MEET: frozenset[str] = NAMING | MEETING
_FILM: frozenset[str] = NAMING | FILMED

PURPOSE_FIELDS: Mapping[Purpose, frozenset[str]] = {
    Purpose.LIFE_STATUS_INQUIRY: _ASK,
    Purpose.LIFE_STATUS_REPLY: _REPLY,
    Purpose.FINAL_LIST: _MEET,
    Purpose.SITTING: _MEET,
    Purpose.FILM: _FILM,
    Purpose.LIST_EXCHANGE: _ASK,
}

_APPLICANT_USES: Mapping[Purpose, frozenset[Use]] = {
    Purpose.LIFE_STATUS_INQUIRY: frozenset({Use.SEARCH, Use.NAME_TO_OTHER_SIDE}),
    Purpose.LIFE_STATUS_REPLY: frozenset({Use.NAME_TO_OTHER_SIDE}),
    Purpose.FINAL_LIST: frozenset({Use.NAME_TO_OTHER_SIDE}),
    Purpose.SITTING: frozenset({Use.NAME_TO_OTHER_SIDE}),
    Purpose.FILM: frozenset({Use.NAME_TO_OTHER_SIDE, Use.FILM}),
    Purpose.LIST_EXCHANGE: frozenset({Use.NAME_TO_OTHER_SIDE, Use.LIST_EXCHANGE}),
}

DEAD_FIELDS = NAMING - {"residence", "photograph", "living_as_of"} | FATE
"""What may be told of a dead person under a written basis: no address, where kin still live."""

SUBJECT_WORDS = frozenset({"applicant", "sought", "found"})
"""A field may say whose it is: `sought.name` is released as `name` is."""


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One consent as the ledger holds it; instants are aware, `until_at` is exclusive."""

    consent_id: int
    person_id: int
    use: str
    recipient: str
    given_at: datetime
    withdrawn_at: datetime | None = None
    until_at: datetime | None = None

    def live(self, *, at: datetime) -> bool:
        """Whether it stands at an instant: given by then, neither withdrawn nor run out."""
        return (
            self.given_at <= at
            and (self.withdrawn_at is None or at < self.withdrawn_at)
            and (self.until_at is None or at < self.until_at)
        )

    def covers(self, *, recipient: OfficeCode) -> bool:
        """Whether it names this office or its side; a search is done here and names nobody."""
        if self.use == Use.SEARCH and not self.recipient:
            return True
        return self.recipient in {recipient, side_of(recipient)}


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Who is to be told of: the facts that a release turns on."""

    person_id: int
    shielded: bool = False
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Who may be told of, on which consents; and who may not."""

    consent_ids: tuple[int, ...]
    missing: tuple[int, ...]

    @property
    def consent_digest(self) -> str:
        """One digest of the consents used, as it stands on the release."""
        return sha256_hex("\n".join(str(known) for known in self.consent_ids).encode())


def side_of(office: OfficeCode) -> str:
    """The side an office stands on: the two letters that open its code."""
    return office[:2]


def other_side(own: OfficeCode) -> str:
    """The side that an applicant of ours means by *the other side* on the Korean form.

    Offices abroad (Washington, Tokyo) serve families whose kin live in the North.
    """
    return "KR" if side_of(own) == "KP" else "KP"


def uses_needed(*, subject: Subject, purpose: Purpose, fields: Collection[str]) -> frozenset[Use]:
    """Every use that must be live before these fields may leave for this purpose.

    Raises:
        SangbongError: `registry.field_not_releasable`; the purpose does not list a field: the
            caller's fault. `registry.no_fields` where none was asked for.
    """
    if not fields:
        raise SangbongError("registry.no_fields")
    words = {_bare(field) for field in fields}
    for word in sorted(words - PURPOSE_FIELDS[purpose]):
        raise SangbongError("registry.field_not_releasable", field=word[:40], purpose=purpose.value)
    needed = _APPLICANT_USES[purpose] if subject is Subject.APPLICANT else {Use.TELL_SEEKER}
    return frozenset(needed) | ({Use.FILM} if words & FILMED else frozenset())


def decide(
    *,
    people: Sequence[PersonFacts],
    consents: Iterable[ConsentRecord],
    subject: Subject,
    purpose: Purpose,
    fields: Collection[str],
    recipient: OfficeCode,
    at: datetime,
) -> Decision:
    """Find for each person the live consents that the release needs.

    Raises:
        SangbongError: as `uses_needed`.
    """
    needed = uses_needed(subject=subject, purpose=purpose, fields=fields)
    held: dict[int, dict[str, int]] = {}
    for consent in consents:
        if consent.use in needed and consent.live(at=at) and consent.covers(recipient=recipient):
            mine = held.setdefault(consent.person_id, {})
            # the first one given is the one named, so that the same question names the same ids
            mine[consent.use] = min(consent.consent_id, mine.get(consent.use, consent.consent_id))
    tells_of_death = (
        subject is Subject.FOUND
        and purpose is Purpose.LIFE_STATUS_REPLY
        and {_bare(field) for field in fields} <= DEAD_FIELDS
    )
    used: set[int] = set()
    missing: list[int] = []
    for person in people:
        mine = held.get(person.person_id, {})
        if person.shielded:
            missing.append(person.person_id)
        elif needed <= mine.keys():
            used.update(mine.values())
        elif not (person.dead and tells_of_death):
            missing.append(person.person_id)
    return Decision(consent_ids=tuple(sorted(used)), missing=tuple(missing))


def read_purpose(raw: str) -> Purpose:
    """Read a purpose by its word.

    Raises:
        SangbongError: `registry.purpose_unknown`; the caller's fault.
    """
    if raw not in list(Purpose):
        raise SangbongError("registry.purpose_unknown", purpose=raw[:40])
    return Purpose(raw)


def _bare(field: str) -> str:
    owner, dot, word = field.partition(".")
    return word if dot and owner in SUBJECT_WORDS else field
