"""What passes between the queue of fields to review and whoever shows them to people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from extractor.errors import InputError
from extractor.values import CheckKind, FieldStatus, Reading

LONGEST_NAME, LONGEST_VALUE = 60, 200
"""Characters of a reviewer's name and of a typed value."""


class Stage(IntEnum):
    """How far a field is: nobody has answered; one has, and a second is wanted; two differ; it is settled."""

    FIRST = 0
    SECOND = 1
    THIRD = 2
    SETTLED = 3


class FieldKey(NamedTuple):
    """A field: its job, its document's number, the page in it from 1, the field's position on the page from 0."""

    job: str
    document: int
    page: int
    position: int

    def __str__(self) -> str:
        return f"{self.document}-{self.page}-{self.position}"

    @staticmethod
    def parse(job: str, text: str) -> FieldKey:
        """The key of a field of `job` that `str` has written. Raises InputError."""
        if not re.fullmatch(r"\d{1,9}-\d{1,9}-\d{1,9}", text, re.ASCII):
            raise InputError("That is no field of a job; take the ids that the queue gives.")
        document, page, position = map(int, text.split("-"))
        return FieldKey(job, document, page, position)


class Seat(NamedTuple):
    """A person at a window: several windows of one person have different fields on their screens."""

    name: str
    window: str

    @property
    def person(self) -> str:
        """What tells this person from others."""
        return person_key(self.name)


@dataclass(frozen=True)
class Plan:
    """How a job is reviewed.

    With `second`, a field is settled when two people say the same of it; with `blind` they do not see what the machine
    read. `sample` is the share of accepted fields
    that are looked at too. `doubtful` and `sampled` are how many fields of each sort are up for review until now.
    """

    second: bool
    sample: float
    doubtful: int = 0
    sampled: int = 0
    blind: bool = False

    def hides(self, stage: Stage) -> bool:
        """Whether who answers a field that is so far does not see what the machine read."""
        return self.second and self.blind and stage in (Stage.FIRST, Stage.SECOND)


@dataclass(frozen=True)
class Wanted:
    """Which fields of a queue a person wants to look at: of that form, with that name, that break that rule, of which
    the machine was sure from `least` to below `most`; what is empty does not matter."""

    form: str = ""
    field: str = ""
    rule: str = ""
    least: float = 0.0
    most: float = 1.1

    @property
    def is_any(self) -> bool:
        return self == Wanted()


@dataclass(frozen=True)
class Said:
    """One answer: who, when (seconds since 1970, UTC), how, from what to what. `forced` is against the format."""

    by: str
    at: float
    kind: CheckKind
    forced: bool
    was_status: FieldStatus
    was_value: str
    status: FieldStatus
    value: str

    @property
    def person(self) -> str:
        """What tells who said it from others."""
        return person_key(self.by)


@dataclass(frozen=True)
class Item:
    """A field on somebody's screen. `reading` is what the machine read; `answers` counts what was said until now.

    `beside` are the values of the page's fields by their names, and `filled` how many lines of its tables are, given
    where the field breaks a rule. `line` are the readings of the line of a table that the field stands in, itself among
    them, as people have settled them.
    `said` is what may be shown of it: the reviewer's own answer, and everybody's where two differ or it is settled;
    the first answer stays hidden from the second person, who is to read independently.
    """

    key: FieldKey
    file: str
    form: str
    reading: Reading
    stage: Stage
    sample: bool
    answers: int
    beside: tuple[tuple[str, str], ...] = ()
    filled: tuple[tuple[str, int], ...] = ()
    line: tuple[Reading, ...] = ()
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Progress:
    """Fields of a job's queue by how far they are."""

    first: int = 0
    second: int = 0
    third: int = 0
    settled: int = 0

    @property
    def total(self) -> int:
        return self.first + self.second + self.third + self.settled


def standing(said: Sequence[Said]) -> tuple[Said, ...]:
    """What of all that was `said` of a field, the oldest first, nobody has taken back."""
    left: list[Said] = []
    for one in said:
        if one.kind is not CheckKind.UNDO:
            left.append(one)
        elif left:
            left.pop()
    return tuple(left)


def reviewer_name(text: str) -> str:
    """A person's name, as it is kept: trimmed, in one Unicode form, spaces single. Raises InputError."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > LONGEST_NAME:
        raise InputError(f"Give a name of 1 to {LONGEST_NAME} characters, so that it is known who checked what.")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") for letter in name):
        raise InputError("The name holds characters that cannot be shown; give it in plain letters.")
    return name


def person_key(name: str) -> str:
    """What tells one person from another: names that differ in case alone, or in how a letter is encoded, are one's."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
