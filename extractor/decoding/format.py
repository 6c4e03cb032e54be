"""What a path's text means under a field's format: its value, or that the format does not allow it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from importlib import import_module

from extractor.decoding.lattice_search import BLANK, HYPHEN, POINT, STRUCK, UNREADABLE
from extractor.template import Format
from extractor.values import Kind

MARKS = BLANK + STRUCK + HYPHEN + POINT + UNREADABLE


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


NO_POINT = 0.9
"""Trust in a number that may have decimals but shows no point: the point may be what the scanner lost."""


def interpret(text: str, form: Format, *, comb: bool, letters: str = "") -> Meaning:
    """The meaning of `text`, as a path writes it: symbols with `_`, `X`, `-`, `.` and `?` for what is no symbol.

    In the alphabet of letters an X is a letter: `letters` are symbols of the alphabet that would be marks.
    """
    marks = "".join(mark for mark in MARKS if mark not in letters) if letters else MARKS
    if UNREADABLE in text and UNREADABLE in marks:
        return Meaning(problem="something here is no symbol")
    if not text.strip(marks):
        return _without_digits(text, form, comb=comb)
    if comb:
        body = text.strip(BLANK + STRUCK + HYPHEN if not letters else BLANK + HYPHEN)
        if any(mark in body for mark in marks):
            return Meaning(value=_plain(body, marks), problem="a cell between the digits is empty or struck")
        if text.rstrip(marks) != text and text[0] not in marks and STRUCK in text[len(text.rstrip(marks)) :]:
            return Meaning(value=body, problem="cells after the digits are struck")
    elif STRUCK in text and STRUCK in marks:
        return Meaning(value=_plain(text, marks), problem="part of it is struck")
    else:
        body = text
    return _checked(_value(body, form, comb=comb, marks=marks), form, body, marks, comb=comb)


def _plain(text: str, marks: str) -> str:
    return text.translate(str.maketrans("", "", marks))


def _without_digits(text: str, form: Format, *, comb: bool) -> Meaning:
    if STRUCK in text:
        meaning = form.struck
    elif HYPHEN in text:
        meaning = form.dash
    elif POINT in text and not comb:
        return Meaning(problem="only a dot is written here")
    else:
        meaning = form.blank
    if meaning == "zero":
        return Meaning(value=_zero(form))
    return Meaning(void=meaning == "void", missing=meaning == "missing")


def _zero(form: Format) -> str:
    return f"{Decimal(0):.{_places(form)}f}" if form.kind in (Kind.DECIMAL, Kind.AMOUNT) else "0"


def _places(form: Format) -> int:
    if form.decimals is not None:
        return form.decimals
    return 2 if form.kind is Kind.AMOUNT else 0


def _value(body: str, form: Format, *, comb: bool, marks: str) -> Meaning:
    match form.kind:
        case Kind.DIGITS:
            return Meaning(value=_plain(body, marks))
        case Kind.INTEGER:
            return Meaning(value=str(int(_plain(body, marks))))
        case Kind.DECIMAL | Kind.AMOUNT:
            return _decimal(body, form, comb=comb)
        case Kind.DATE:
            return _date(body, form, marks)
        case Kind.TIME:
            return _time(body, marks)


def _decimal(body: str, form: Format, *, comb: bool) -> Meaning:
    places = _places(form)
    body = body.strip(HYPHEN + POINT)
    digits = _plain(body, HYPHEN + POINT)
    if comb:
        # The printed point of a comb stands before its last cells.
        if places:
            digits = digits.zfill(places + 1)
        return Meaning(
            value=f"{digits[: len(digits) - places].lstrip('0') or '0'}.{digits[-places:]}" if places else digits
        )
    groups = re.split(f"[{re.escape(HYPHEN + POINT)}]+", body)
    whole, part = "".join(groups), ""
    if places and len(groups) > 1 and len(groups[-1]) == places:
        whole, part = "".join(groups[:-1]), groups[-1]
        groups = groups[:-1]
    if len(groups) > 1 and any(len(group) != 3 for group in groups[1:]):
        return Meaning(value=digits, problem=f"the point is not {places} digits before the end")
    number = Decimal(f"{whole}.{part.ljust(places, '0')}" if places else whole)
    return Meaning(value=f"{number:f}", trust=NO_POINT if places and not part else 1.0)


def _date(body: str, form: Format, marks: str) -> Meaning:
    digits = _plain(body, marks)
    groups = [g for g in re.split(f"[{re.escape(marks)}]+", body) if g]
    lengths = {"dmy": (2, 2, 4), "mdy": (2, 2, 4), "ymd": (4, 2, 2)}[form.order]
    if len(groups) != 3:
        if len(digits) not in (6, 8):
            return Meaning(value=digits, problem="not a date of 6 or 8 digits")
        size = [2 if n == 4 and len(digits) == 6 else n for n in lengths]
        groups = [digits[: size[0]], digits[size[0] : size[0] + size[1]], digits[size[0] + size[1] :]]
    part = dict(zip(form.order, (int(g) for g in groups), strict=True))
    years = [part["y"]]
    if part["y"] < 100:
        # Two figures stand for the century that the form allows.
        years = [part["y"] + century for century in ((2000, 1900) if part["y"] < 70 else (1900, 2000))]
    days = []
    for year in years:
        with suppress(ValueError):
            days.append(date(year, part["m"], part["d"]).isoformat())
    if not days:
        return Meaning(value=digits, problem="no such day in the calendar")
    return Meaning(value=next((day for day in days if not _outside(day, form)), days[0]))


def _time(body: str, marks: str) -> Meaning:
    digits = _plain(body, marks)
    if len(digits) not in (3, 4):
        return Meaning(value=digits, problem="not a time of 3 or 4 digits")
    hours, minutes = int(digits[:-2]), int(digits[-2:])
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        return Meaning(value=digits, problem="no such time of day")
    return Meaning(value=f"{hours:02d}:{minutes:02d}")


def _checked(meaning: Meaning, form: Format, body: str, marks: str, *, comb: bool) -> Meaning:
    """`meaning`, or the first thing that the format does not allow about it."""
    if meaning.problem:
        return meaning
    value, problem = meaning.value, ""
    count = len(_plain(body, marks))
    if form.digits and (count > form.digits[1] or (count < form.digits[0] and not (comb and form.kind.is_number))):
        low, high = form.digits
        problem = f"{count} digits where {low if low == high else f'{low} to {high}'} belong"
    elif outside := _outside(value, form):
        problem = outside
    elif form.values is not None and value not in form.values:
        problem = "none of the values that the form allows"
    elif form.pattern is not None and not re.fullmatch(form.pattern, value):
        problem = f"not of the form's pattern {form.pattern}"
    elif form.check is not None and not check_digits(form.check, value):
        problem = f"its check digit is wrong ({form.check})"
    return replace(meaning, problem=problem) if problem else meaning


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
