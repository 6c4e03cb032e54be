"""What something written or typed means under a field's format: its value, or that the format does not allow it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from importlib import import_module
from itertools import accumulate, pairwise

from extractor.decoding.written import Written
from extractor.pattern import matches
from extractor.template import Format
from extractor.values import Doubt, DoubtKind, Kind

NO_POINT = Doubt(DoubtKind.POINT, "no point is seen in it; one may have been lost", most=0.9, provable=True)
"""About a number that may have decimals but shows no point. An equation proves it only if it tells one scale from
another."""

THOUSANDS_OR_DECIMALS = Doubt(
    DoubtKind.MARK, "the point may part thousands or decimals; say in the format how many decimals there are", most=0.5
)

THOUSANDS = 3
"""Digits of each group but the first where points or spaces part the thousands of a number."""

PARTS_THOUSANDS, PARTS_DECIMALS = frozenset(".,' "), frozenset(".,")
"""What may stand between the groups of a number."""

PARTS_CENTS = frozenset(".,-=") | {",-", ".-", "-.", "--"}
"""What may stand before the cents of an amount: also a dash, as on cheques."""

NO_CENTS = re.compile(r"[.,]?[-=]+\s*")
"""What stands after an amount in place of its cents."""

PARTS_DATE, PARTS_TIME = frozenset("./-,= "), frozenset(":.,- ")

SHORT_DATE, LONG_DATE = 6, 8
"""Digits of a date that is written without delimiters, with two or four digits for the year."""

CENTURY, THIS_CENTURY_BELOW = 100, 70
"""A year below the first may be of two centuries: below the second of the 2000s first, else of the 1900s first."""

HOURS, MINUTES = 24, 60


@dataclass(frozen=True)
class Meaning:
    """`value` is canonical text, or empty; `void` and `missing` say why it is. `problem`, in plain words, says what
    the format does not allow; then the value, if any, is only what the ink looks like. `doubts` say why the text, even
    if it is read right, may mean another value."""

    value: str = ""
    missing: bool = False
    void: bool = False
    problem: str = ""
    doubts: tuple[Doubt, ...] = ()


def judge(written: Written, form: Format) -> Meaning:
    """What `written` means under the format `form`. No mark is left out without the format saying so."""
    digits = "".join(written.groups)
    if written.problem:
        return Meaning(value=digits, problem=written.problem)
    if written.instead is not None:
        return _without_symbols({"blank": form.blank, "struck": form.struck, "dash": form.dash}[written.instead], form)
    match form.kind:
        case Kind.DIGITS:
            meaning = Meaning(value=digits, problem=_unexplained("".join(written.marks), form.dropped))
        case Kind.INTEGER | Kind.DECIMAL | Kind.AMOUNT:
            meaning = _in_cells(digits, form.places) if written.comb else _number(written, form)
        case Kind.RATIO:
            meaning = _ratio(written)
        case Kind.DATE:
            meaning = _date(written, form)
        case Kind.TIME:
            meaning = _time(written)
        case Kind.MARK | Kind.BARCODE:
            meaning = Meaning(value=digits)
    problem = meaning.problem or _forbidden(meaning.value, len(digits), form, comb=written.comb)
    return replace(meaning, problem=problem) if problem else meaning


def _unexplained(marks: str, explained: str) -> str:
    """What is wrong with `marks`: the first that is not among those `explained`, or nothing."""
    for mark in marks:
        if mark not in explained:
            return f"a '{mark}' stands in it, which this field's format does not explain"
    return ""


def _without_symbols(meaning: str, form: Format) -> Meaning:
    if meaning == "zero":
        return Meaning(value=f"{Decimal(0):.{form.places}f}")
    return Meaning(void=meaning == "void", missing=meaning == "missing")


def _in_cells(digits: str, places: int) -> Meaning:
    """The number in a comb, the printed point of which stands before its last cells."""
    digits = digits.zfill(places + 1)
    whole, part = (digits[:-places], f".{digits[-places:]}") if places else (digits, "")
    return Meaning(value=f"{whole.lstrip('0') or '0'}{part}")


def _number(written: Written, form: Format) -> Meaning:
    """A number written freely: its sign, its thousands and its decimals."""
    dropped = str.maketrans("", "", form.marks or "")
    head, *between, tail = (mark.strip().translate(dropped) or mark.translate(dropped)[:1] for mark in written.marks)
    digits = "".join(written.groups)
    sign, problem = "", ""
    if form.is_signed and (head in ("-", "+") or (head, tail) == ("(", ")")):
        sign, head, tail = "" if head == "+" else "-", "", "" if head == "(" else tail
    if head == "$" and form.kind is Kind.AMOUNT:
        head = ""
    no_cents = form.kind is Kind.AMOUNT and NO_CENTS.fullmatch(tail) is not None
    problem = _unexplained(head, "") or ("" if no_cents else _unexplained(tail, " "))
    if problem:
        return Meaning(value=digits, problem=problem)
    if form.halves and between and between[-1] == "/":
        meaning = _halves(written.groups, between)
    elif form.kind is Kind.INTEGER:
        meaning = _parted(written.groups, between, 0)
    elif form.kind is Kind.DECIMAL and form.decimals is None:
        meaning = _as_written(written.groups, between)
    else:
        meaning = _decimal(written.groups, between, form, no_cents=no_cents)
    if sign and not meaning.problem and Decimal(meaning.value):
        return replace(meaning, value=f"{sign}{meaning.value}")
    return meaning


def _parted(groups: Sequence[str], between: Sequence[str], places: int) -> Meaning:
    """A whole number, whose groups may part thousands, with `places` zeros after the point."""
    digits = "".join(groups)
    for mark in between:
        if mark not in PARTS_THOUSANDS:
            return Meaning(value=digits, problem=_unexplained(mark, ""))
    if between and (len(groups[0]) > THOUSANDS or any(len(group) != THOUSANDS for group in groups[1:])):
        mark = between[-1].strip() or "gap"
        return Meaning(value=digits, problem=f"the '{mark}' in it parts no thousands, and no decimals belong here")
    return Meaning(value=f"{Decimal(int(digits)):.{places}f}")


def _as_written(groups: Sequence[str], between: Sequence[str]) -> Meaning:
    """A number with as many decimals as it shows."""
    if not between or between[-1] not in PARTS_DECIMALS:
        return _parted(groups, between, 0)
    whole, part = _parted(groups[:-1], between[:-1], 0), groups[-1]
    if whole.problem or (between[:-1] and between[-1] in between[:-1]):
        # All of its marks are alike, so they part thousands.
        return _parted(groups, between, 0)
    thousands = len(part) == THOUSANDS and len(between) == 1 and len(groups[0]) <= THOUSANDS and whole.value != "0"
    return Meaning(value=f"{whole.value}.{part}", doubts=(THOUSANDS_OR_DECIMALS,) if thousands else ())


def _decimal(groups: Sequence[str], between: Sequence[str], form: Format, *, no_cents: bool) -> Meaning:
    """A number with as many decimals as its format says, or with none where the writer left them out."""
    places, digits = form.places, "".join(groups)
    parts = PARTS_CENTS if form.kind is Kind.AMOUNT else PARTS_DECIMALS
    if places and between and len(groups[-1]) == places and between[-1] in parts:
        whole = _parted(groups[:-1], between[:-1], 0)
        return whole if whole.problem else Meaning(value=f"{whole.value}.{groups[-1]}")
    whole = _parted(groups, between, places)
    if whole.problem and between[-1] in PARTS_DECIMALS:
        return Meaning(value=digits, problem=f"the point is not {places} digits before the end")
    # With no more digits than there are decimals, all of them would stand behind the point: then a 0 is written before.
    lost = places and not no_cents and (len(digits) > places or digits.startswith("0")) and int(digits)
    return replace(whole, doubts=(NO_POINT,) if lost else ())


def _halves(groups: Sequence[str], between: Sequence[str]) -> Meaning:
    """A number that ends in a half, read as the digits 1 and 2 with a slash: 6 1/2, 61/2, 1/2."""
    whole, problem = "".join(groups[:-1]), ""
    if groups[-1] != "2" or not whole.endswith("1") or any(mark.strip() for mark in between[:-1]):
        problem = "the fraction in it is no half"
    return Meaning(value=f"{int(whole[:-1] or '0')}.5" if not problem else "".join(groups), problem=problem)


def _ratio(written: Written) -> Meaning:
    """Two numbers with a slash between them, such as a blood pressure."""
    digits = "".join(written.groups)
    head, *between, tail = (mark.strip() for mark in written.marks)
    if head or tail or between != ["/"]:
        return Meaning(value=digits, problem="not two numbers with a slash between them, such as 120/80")
    return Meaning(value="/".join(str(int(group)) for group in written.groups))


def _date(written: Written, form: Format) -> Meaning:
    groups: Sequence[str] = written.groups
    digits = "".join(groups)
    problem = _unexplained(written.marks[0], " ") or _unexplained(written.marks[-1], " .")
    problem = problem or _unexplained("".join(written.marks[1:-1]), "".join(PARTS_DATE))
    if problem:
        return Meaning(value=digits, problem=problem)
    if len(groups) != len(form.order):
        if len(digits) not in (SHORT_DATE, LONG_DATE):
            return Meaning(value=digits, problem=f"not a date of {SHORT_DATE} or {LONG_DATE} digits")
        year = 4 if len(digits) == LONG_DATE else 2
        ends = [0, *accumulate(year if part == "y" else 2 for part in form.order)]
        groups = [digits[begin:end] for begin, end in pairwise(ends)]
    part = dict(zip(form.order, (int(group) for group in groups), strict=True))
    centuries: tuple[int, ...] = (0,)
    if part["y"] < CENTURY:
        # Two digits stand for the century that the form allows.
        centuries = (2000, 1900) if part["y"] < THIS_CENTURY_BELOW else (1900, 2000)
    days = []
    for century in centuries:
        with suppress(ValueError):
            days.append(date(century + part["y"], part["m"], part["d"]).isoformat())
    if not days:
        return Meaning(value=digits, problem="no such day in the calendar")
    return Meaning(value=next((day for day in days if not _outside(day, form)), days[0]))


def _time(written: Written) -> Meaning:
    digits = "".join(written.groups)
    problem = _unexplained(written.marks[0] + written.marks[-1], " ")
    problem = problem or _unexplained("".join(written.marks[1:-1]), "".join(PARTS_TIME))
    if problem:
        return Meaning(value=digits, problem=problem)
    if len(digits) not in (3, 4):
        return Meaning(value=digits, problem="not a time of 3 or 4 digits")
    hours, minutes = int(digits[:-2]), int(digits[-2:])
    if minutes >= MINUTES or hours * MINUTES + minutes > HOURS * MINUTES:
        return Meaning(value=digits, problem="no such time of day")
    return Meaning(value=f"{hours:02d}:{minutes:02d}")


def _forbidden(value: str, count: int, form: Format, *, comb: bool) -> str:
    """The first thing that the format does not allow about `value`, written with `count` digits; nothing if it does."""
    if form.digits and (count > form.digits[1] or (count < form.digits[0] and not (comb and form.kind.is_number))):
        low, high = form.digits
        return f"{count} digits where {low if low == high else f'{low} to {high}'} belong"
    if outside := _outside(value, form):
        return outside
    if form.values is not None and value not in form.values:
        return "none of the values that the form allows"
    if form.pattern is not None and not matches(form.pattern, value):
        return f"not of the form's pattern {form.pattern}"
    if form.check is not None and not check_digits(form.check, value):
        return f"its check digit is wrong ({form.check})"
    return ""


def _outside(value: str, form: Format) -> str:
    """What is wrong with a number or a day below `min` or above `max`; nothing about any other value."""
    if form.min is None and form.max is None:
        return ""
    if form.kind is Kind.DATE:
        day = date.fromisoformat(value)
        if isinstance(form.min, date) and day < form.min:
            return f"before the first day allowed, {form.min}"
        if isinstance(form.max, date) and day > form.max:
            return f"after the last day allowed, {form.max}"
        return ""
    number = Decimal(value if re.fullmatch(r"-?\d+(\.\d+)?", value) else "0")
    if isinstance(form.min, Decimal) and number < form.min:
        return f"below the least allowed, {form.min}"
    if isinstance(form.max, Decimal) and number > form.max:
        return f"above the most allowed, {form.max}"
    return ""


def check_digits(scheme: str, value: str) -> bool:
    """Whether `value` passes `scheme`, a module of python-stdnum such as `luhn`, `iban`, `isbn` or `es.nif`."""
    return bool(import_module(f"stdnum.{scheme}").is_valid(value))
