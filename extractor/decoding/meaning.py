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
from extractor.template import Format
from extractor.values import Kind

NO_POINT = 0.9
"""Trust in a number that may have decimals but shows no point: the point may be what the scanner lost."""

THOUSANDS = 3
"""Digits of each group but the first where points or dashes part the thousands of a number."""

SHORT_DATE, LONG_DATE = 6, 8
"""Digits of a date that is written without delimiters, with two or four digits for the year."""

CENTURY, THIS_CENTURY_BELOW = 100, 70
"""A year below the first may be of two centuries: below the second of the 2000s first, else of the 1900s first."""

HOURS, MINUTES = 24, 60


@dataclass(frozen=True)
class Meaning:
    """`value` is canonical text, or empty; `void` and `missing` say why it is. `problem`, in plain words, says what
    the format does not allow; then the value, if any, is only what the ink looks like. `trust` is the probability
    that the text, if it is read right, means this value."""

    value: str = ""
    missing: bool = False
    void: bool = False
    problem: str = ""
    trust: float = 1.0


def judge(written: Written, form: Format) -> Meaning:
    """What `written` means under the format `form`."""
    digits = "".join(written.groups)
    if written.problem:
        return Meaning(value=digits, problem=written.problem)
    if written.instead is not None:
        return _without_symbols({"blank": form.blank, "struck": form.struck, "dash": form.dash}[written.instead], form)
    match form.kind:
        case Kind.DIGITS:
            meaning = Meaning(value=digits)
        case Kind.INTEGER:
            meaning = Meaning(value=str(int(digits)))
        case Kind.DECIMAL | Kind.AMOUNT:
            meaning = _in_cells(digits, form.places) if written.comb else _decimal(written.groups, form.places)
        case Kind.DATE:
            meaning = _date(written.groups, form)
        case Kind.TIME:
            meaning = _time(digits)
    problem = meaning.problem or _forbidden(meaning.value, len(digits), form, comb=written.comb)
    return replace(meaning, problem=problem) if problem else meaning


def _without_symbols(meaning: str, form: Format) -> Meaning:
    if meaning == "zero":
        return Meaning(value=f"{Decimal(0):.{form.places}f}")
    return Meaning(void=meaning == "void", missing=meaning == "missing")


def _in_cells(digits: str, places: int) -> Meaning:
    """The number in a comb, the printed point of which stands before its last cells."""
    if not places:
        return Meaning(value=digits)
    digits = digits.zfill(places + 1)
    return Meaning(value=f"{digits[:-places].lstrip('0') or '0'}.{digits[-places:]}")


def _decimal(groups: Sequence[str], places: int) -> Meaning:
    whole, part = groups, ""
    if places and len(groups) > 1 and len(groups[-1]) == places:
        whole, part = groups[:-1], groups[-1]
    if any(len(group) != THOUSANDS for group in whole[1:]):
        return Meaning(value="".join(groups), problem=f"the point is not {places} digits before the end")
    number = Decimal(f"{''.join(whole)}.{part.ljust(places, '0')}")
    return Meaning(value=f"{number:f}", trust=NO_POINT if places and not part else 1.0)


def _date(groups: Sequence[str], form: Format) -> Meaning:
    digits = "".join(groups)
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


def _time(digits: str) -> Meaning:
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
    if form.pattern is not None and not re.fullmatch(form.pattern, value):
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
    number = Decimal(value if re.fullmatch(r"\d+(\.\d+)?", value) else "0")
    if isinstance(form.min, Decimal) and number < form.min:
        return f"below the least allowed, {form.min}"
    if isinstance(form.max, Decimal) and number > form.max:
        return f"above the most allowed, {form.max}"
    return ""


def check_digits(scheme: str, value: str) -> bool:
    """Whether `value` passes `scheme`, a module of python-stdnum such as `luhn`, `iban`, `isbn` or `es.nif`."""
    return bool(import_module(f"stdnum.{scheme}").is_valid(value))
