"""The values that flow from step to step: pages in, readings out. All are frozen; none knows how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Gray: TypeAlias = NDArray[np.uint8]
"""A grey image, shape (height, width), 0 = black, 255 = white paper."""

Mask: TypeAlias = NDArray[np.uint8]
"""A binary image, shape (height, width), 255 = ink, 0 = paper."""

Crops: TypeAlias = NDArray[np.uint8]
"""Symbols ready for the recogniser, shape (n, 28, 28), ink = 255, as MNIST has them."""

Floats: TypeAlias = NDArray[np.float32]
Points: TypeAlias = NDArray[np.float64]
"""Points, shape (n, 2), as x, y."""


class Box(NamedTuple):
    """An upright rectangle; the unit (template units or pixels) is said where it is used."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def corners(self) -> Points:
        """Shape (4, 2): clockwise from top left."""
        return np.array(
            [
                (self.left, self.top),
                (self.right, self.top),
                (self.right, self.bottom),
                (self.left, self.bottom),
            ],
            dtype=np.float64,
        )


@dataclass(frozen=True)
class Page:
    """One page as it came in, upright as its file says (EXIF orientation applied).

    `file` is the path as the user gave it (or found below a folder that they gave); `number` counts from 1
    inside the file; `image` is grey, shape (height, width), uint8.
    """

    file: str
    number: int
    image: Gray


@dataclass(frozen=True)
class FailedPage:
    """A page, or a whole file (then `number` is 1), that could not be opened, with one sentence saying why."""

    file: str
    number: int
    reason: str


class Kind(StrEnum):
    """What a field holds; decides how a value is written and exported."""

    DIGITS = "digits"
    INTEGER = "integer"
    DECIMAL = "decimal"
    AMOUNT = "amount"
    RATIO = "ratio"
    DATE = "date"
    TIME = "time"
    MARK = "mark"
    BARCODE = "barcode"

    @property
    def is_number(self) -> bool:
        """Whether a spreadsheet should hold the value as a number rather than as text."""
        return self in (Kind.INTEGER, Kind.DECIMAL, Kind.AMOUNT)


class FieldStatus(StrEnum):
    ACCEPTED = "accepted"
    REVIEW = "review"
    BLANK = "blank"
    VOID = "void"


class PageStatus(StrEnum):
    READ = "read"
    UNMATCHED = "unmatched"
    FAILED = "failed"
    DUPLICATE = "duplicate"


class DoubtKind(StrEnum):
    """What was noticed about a field that reads well and may be wrong all the same."""

    FORMAT = "format"
    ARITHMETIC = "arithmetic"
    MARK = "mark"
    POINT = "point"
    STRUCK = "struck"
    EDGE = "edge"
    COVERED = "covered"
    STREAK = "streak"
    FAINT = "faint"
    SCALE = "scale"
    PLACE = "place"
    PRINT = "print"
    SECOND = "second"


@dataclass(frozen=True)
class Doubt:
    """Evidence that a value may be wrong, noticed by one step and kept by all later ones.

    `sentence` is what the reviewer is told. `most` is the confidence that a field may have at most while the doubt
    stands; an equation of the form that holds lifts it if it is `provable`: if a wrong value would break the equation.
    """

    kind: DoubtKind
    sentence: str
    most: float = 0.0
    provable: bool = False


@dataclass(frozen=True)
class Alternative:
    """Another value that the ink allows, with its probability."""

    value: str
    probability: float


class CheckKind(StrEnum):
    """How a person settled a field: took the reading as it was, typed another value, or said that there is none; or
    took the last of these back, which settles nothing by itself."""

    ACCEPT = "accept"
    TYPE = "type"
    BLANK = "blank"
    VOID = "void"
    UNDO = "undo"


@dataclass(frozen=True)
class Checked:
    """That people checked a field, whose value and status are theirs from then on.

    `by` are those who said the same, `at` is when (ISO 8601, UTC); `was` and `was_status` are what had been read.
    """

    kind: CheckKind
    by: tuple[str, ...]
    at: str
    was: str
    was_status: FieldStatus


@dataclass(frozen=True)
class Change:
    """One thing that a person said of a field: who, when (ISO 8601, UTC), how, from what to what."""

    by: str
    at: str
    kind: CheckKind
    was: str
    was_status: FieldStatus
    value: str
    status: FieldStatus


@dataclass(frozen=True)
class Symbol:
    """One symbol of a reading: a cell of a comb, or a digit or mark of a free string, as it is `written`.

    `box` is where it lies, left, top, width and height in whole pixels of the page as it came in: the cell of a comb,
    else the ink; None where nothing of it is seen. `probability` is what its crop alone says for it (a blank cell has
    1), or for a mark the string that it stands in. `crop` is that crop, 28x28 with bright ink, as PNG in base64; empty
    where there is no ink. `in_alphabet` says that it is a symbol of the field's alphabet, and no mark.
    """

    written: str
    box: tuple[int, int, int, int] | None
    probability: float
    crop: str
    in_alphabet: bool


@dataclass(frozen=True)
class Reading:
    """What one field says.

    `value` is canonical text: `57`, `12.50`, `2019-04-17`, `007`; empty where blank, void or unreadable.
    `written` is what the ink says cell by cell: `X57`, with X = struck, - = dash, _ = blank, ? = no symbol.
    `confidence` is the calibrated probability that `value` is wholly right.
    `quad` are the field's corners in pixels of the page as it came in, clockwise from the form's top left.
    `rules` are the rules that this field breaks; `doubts` are what was noticed about it.
    `checked` is there once people have settled the field; `history` is all that they have said of it, the oldest first.
    `cells` says where the cells of a comb that stand apart begin and end, as shares of the field's width; it is empty
    where the page is no longer at hand.
    `symbols` are what `written` is made of, where they were asked for.
    """

    field: str
    kind: Kind
    value: str
    written: str
    confidence: float
    status: FieldStatus
    quad: tuple[tuple[float, float], ...]
    alternatives: tuple[Alternative, ...] = ()
    rules: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    checked: Checked | None = None
    cells: tuple[tuple[float, float], ...] = ()
    history: tuple[Change, ...] = ()
    symbols: tuple[Symbol, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Why the field is to be checked, in plain words."""
        return tuple(doubt.sentence for doubt in self.doubts)

    @property
    def is_forbidden(self) -> bool:
        """Whether the value is only what the ink looks like, since the format does not allow it."""
        return any(doubt.kind is DoubtKind.FORMAT for doubt in self.doubts)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width, height in whole pixels of the page as it came in: the bounds of `quad`."""
        xs = [x for x, _ in self.quad]
        ys = [y for _, y in self.quad]
        left, top = round(min(xs)), round(min(ys))
        return left, top, round(max(xs)) - left, round(max(ys)) - top


RECORD = "record"
"""The column that says which pages belong together."""

SEPARATOR = "separator"
"""The form of a page that begins a record."""


@dataclass(frozen=True)
class RuleOutcome:
    """What one of the form's rules did: `confirmed`, `chosen` (an alternative), `broken` or `unknown`
    (a value that it needs is missing)."""

    rule: str
    outcome: str


@dataclass(frozen=True)
class PageResult:
    """All that is known of one page after reading. `fit` is 0 (no form here) to 1 (every ruling found); `reason` says
    why nothing was read, or that the page shows more than was. `beside` are further sheets in the same picture: they
    become results of their own, numbered by `workers.chunk`. `key` names the page in the store that it comes from, such
    as `abcdefgh/3-1`; it is empty elsewhere. `record` is that which the page's own code says it belongs to, empty
    where that cannot be read; None where its code says nothing of that."""

    file: str
    page: int
    form: str
    status: PageStatus
    readings: tuple[Reading, ...] = ()
    reason: str = ""
    fit: float = 0.0
    rules: tuple[RuleOutcome, ...] = ()
    beside: tuple[PageResult, ...] = ()
    record: str | None = None
    key: str = dataclass_field(default="", compare=False)

    def __getitem__(self, field: str) -> Reading:
        """The reading of that field. Raises KeyError where the page has none."""
        for reading in self.readings:
            if reading.field == field:
                return reading
        raise KeyError(f"There is no field '{field}' on page {self.page} of {self.file}")

    @property
    def review(self) -> tuple[str, ...]:
        """Names of the fields that a person should check, in the form's order."""
        return tuple(r.field for r in self.readings if r.status is FieldStatus.REVIEW)

    def to_dict(self) -> dict[str, Any]:
        """A plain tree of strings, numbers, lists and dicts; `from_dict` is its inverse."""
        return asdict(self)

    @staticmethod
    def from_dict(tree: dict[str, Any]) -> PageResult:
        return PageResult(
            file=tree["file"],
            page=tree["page"],
            form=tree["form"],
            status=PageStatus(tree["status"]),
            readings=tuple(reading_of(r) for r in tree["readings"]),
            reason=tree["reason"],
            fit=tree["fit"],
            rules=tuple(RuleOutcome(**r) for r in tree["rules"]),
            record=tree.get("record"),
            key=tree.get("key", ""),
        )


def reading_of(tree: Mapping[Any, Any]) -> Reading:
    """The reading that a tree of `to_dict`, or a row of the store, holds."""
    return Reading(
        field=tree["field"],
        kind=Kind(tree["kind"]),
        value=tree["value"],
        written=tree["written"],
        confidence=tree["confidence"],
        status=FieldStatus(tree["status"]),
        quad=tuple((x, y) for x, y in tree["quad"]),
        alternatives=tuple(Alternative(**a) for a in tree["alternatives"]),
        rules=tuple(tree["rules"]),
        doubts=tuple(_doubt(one) for one in tree["doubts"]),
        checked=_checked(tree["checked"]) if tree.get("checked") else None,
        cells=tuple((begin, end) for begin, end in tree.get("cells", ())),
        history=tuple(_change(one) for one in tree.get("history", ())),
        symbols=tuple(_symbol(one) for one in tree.get("symbols") or ()),
    )


def _symbol(tree: dict[str, Any]) -> Symbol:
    left, top, width, height = tree["box"] or (0, 0, 0, 0)
    box = (left, top, width, height) if tree["box"] else None
    return Symbol(tree["written"], box, tree["probability"], tree["crop"], tree["in_alphabet"])


def _doubt(tree: dict[str, Any] | str) -> Doubt:
    if isinstance(tree, str):
        # Rows of the store from before doubts had kinds.
        return Doubt(DoubtKind.FORMAT, tree)
    return Doubt(DoubtKind(tree["kind"]), tree["sentence"], tree["most"], tree["provable"])


def _change(tree: dict[str, Any]) -> Change:
    return Change(
        by=tree["by"],
        at=tree["at"],
        kind=CheckKind(tree["kind"]),
        was=tree["was"],
        was_status=FieldStatus(tree["was_status"]),
        value=tree["value"],
        status=FieldStatus(tree["status"]),
    )


def _checked(tree: dict[str, Any]) -> Checked:
    return Checked(
        kind=CheckKind(tree["kind"]),
        by=tuple(tree["by"]),
        at=tree["at"],
        was=tree["was"],
        was_status=FieldStatus(tree["was_status"]),
    )
