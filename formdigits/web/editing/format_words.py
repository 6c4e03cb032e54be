"""What a field's format does, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from extractor.template import Format
from extractor.template.model import DROPPED, FieldContent
from extractor.values import Kind

KINDS = {
    Kind.DIGITS: "The digits as they are written; leading zeros stay.",
    Kind.INTEGER: "A whole number.",
    Kind.DECIMAL: "A number as it is written, with or without a point.",
    Kind.AMOUNT: "An amount of money.",
    Kind.RATIO: "Two numbers with a slash, such as 120/80.",
    Kind.DATE: "A date.",
    Kind.TIME: "A time of the day.",
    Kind.MARK: "A box to tick: 1 where it is ticked, else 0.",
    Kind.BARCODE: "A printed barcode, as text.",
}
"""What each kind is; one that is not here is told by its name."""

KIND_NAMES = {
    Kind.DIGITS: "digits, as written",
    Kind.INTEGER: "whole number",
    Kind.DECIMAL: "decimal number",
    Kind.AMOUNT: "amount of money",
    Kind.RATIO: "ratio, such as 120/80",
    Kind.MARK: "box to tick",
}
"""Kinds that people pick by another name than a template has."""

ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
MEANINGS = {"zero": "zero", "missing": "that nothing is known", "void": "that it does not count"}
MARK_NAMES = {" ": "spaces", ".": "points", ",": "commas", "-": "dashes", "(": "brackets", ")": "brackets"}


def format_words(field: FieldContent) -> str:
    """What the format of a field or column does to what is written there."""
    if field.marks is not None:
        return f"It is read by its {field.marks.count} bubbles."
    return " ".join(_sentences(field.format, field.cells))


def kind_name(kind: Kind) -> str:
    """What people pick."""
    return KIND_NAMES.get(kind, kind.value)


def _sentences(form: Format, cells: int | None) -> Iterator[str]:
    yield KINDS.get(form.kind, f"A {form.kind.value}.")
    if form.kind is Kind.MARK:
        return
    if form.digits is not None:
        low, high = form.digits
        if low != high:
            yield f"{low} to {high} digits."
        elif cells is None or form.kind is Kind.DIGITS:
            yield f"Exactly {low} digit{'s' * (low != 1)}."
        else:
            yield f"At most {low} digit{'s' * (low != 1)}."
    if form.kind is Kind.DATE:
        yield f"Written as {ORDERS[form.order]}."
    if form.kind is Kind.AMOUNT or form.decimals is not None:
        yield f"{form.places} digit{'s' * (form.places != 1)} after the point."
    if form.min is not None or form.max is not None:
        yield _range(form)
    if form.is_signed:
        yield "It may have a sign; brackets around it mean minus."
    if form.halves:
        yield "It may end in ½."
    if form.kind is Kind.DIGITS:
        yield _marks(form)
    elif form.marks:
        yield f"These may stand in it and mean nothing: {' '.join(form.marks)}"
    if form.values is not None:
        shown = ", ".join(form.values[:5]) + (", …" if len(form.values) > 5 else "")
        yield f"Only these values: {shown}."
    if form.pattern is not None:
        yield f"It must match {form.pattern}"
    if form.check is not None:
        yield f"Its check digit is proved by {form.check}."
    if form.kind is Kind.BARCODE:
        return
    meanings = dict.fromkeys((form.blank, form.struck, form.dash))
    if len(meanings) == 1:
        yield f"Empty, crossed out or a dash means {MEANINGS[form.blank]}."
    else:
        yield (
            f"Empty means {MEANINGS[form.blank]}, crossed out {MEANINGS[form.struck]}, a dash {MEANINGS[form.dash]}."
        )


def _range(form: Format) -> str:
    if form.min is None:
        return f"At most {form.max}; what is more goes to review."
    if form.max is None:
        return f"At least {form.min}; what is less goes to review."
    return f"From {form.min} to {form.max}; what is outside goes to review."


def _marks(form: Format) -> str:
    if form.marks is None:
        *names, last = dict.fromkeys(MARK_NAMES[mark] for mark in DROPPED if mark in MARK_NAMES)
        return f"{', '.join(names).capitalize()} and {last} between them are left out."
    return f"Of marks these may stand in it and are left out: {' '.join(form.marks)}" if form.marks else "No marks."
