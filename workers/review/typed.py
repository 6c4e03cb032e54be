"""What a person types for a field, as its format has it, or the sentence why it does not fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from extractor.alphabet import symbols
from extractor.decoding.meaning import THOUSANDS, Meaning, judge
from extractor.decoding.written import Written, plain
from extractor.errors import InputError
from extractor.template import TemplateField
from extractor.values import CheckKind, FieldStatus, Kind, Reading
from workers.review.values import LONGEST_VALUE

LONGEST_TYPED = 5 * LONGEST_VALUE
"""Characters that are looked at: spaces are left out, and some letters are typed as several."""


class MisfitError(InputError):
    """A value that the field's format does not allow; with `force` it is taken all the same."""


@dataclass(frozen=True)
class Taken:
    """What an answer makes of a field. `forced`: it stands against the format."""

    status: FieldStatus
    value: str
    forced: bool = False


def meaning_of(kind: CheckKind, text: str, field: TemplateField, machine: Reading, *, force: bool) -> Taken:
    """What the answer makes of the field. Blank and void mean what the form says that they mean.

    Raises MisfitError for what the format does not allow, unless `force`d, and InputError for what can be no value.
    """
    match kind:
        case CheckKind.BLANK | CheckKind.VOID:
            return clear_meaning(kind, field)
        case CheckKind.ACCEPT:
            text = machine.value
            if not text:
                raise InputError("Nothing was read here that could be accepted; type the value, or say blank or void.")
            if machine.status is FieldStatus.ACCEPTED:
                return Taken(FieldStatus.ACCEPTED, text)
        case CheckKind.TYPE:
            text = clean(text)
        case CheckKind.UNDO:
            raise InputError("An answer is taken back where it was given.")
    value, problem = fitted(text, field)
    if problem and not force:
        raise MisfitError(f"{text}: {problem}; correct it, or keep it all the same.")
    return Taken(FieldStatus.ACCEPTED, value, forced=bool(problem))


def clear_meaning(kind: CheckKind, field: TemplateField) -> Taken:
    """What it means under the field's format that nothing is written (`blank`), or that it is struck out (`void`)."""
    if field.bubble_marks and field.bubble_marks.empty:
        return Taken(FieldStatus.ACCEPTED, field.bubble_marks.empty * len(field.bubbles))
    meaning = judge(Written(instead="blank" if kind is CheckKind.BLANK else "struck"), field.format)
    if meaning.value:
        return Taken(FieldStatus.ACCEPTED, meaning.value)
    return Taken(FieldStatus.VOID if meaning.void else FieldStatus.BLANK, "")


def clean(text: str) -> str:
    """Typed text without what no value holds. Raises InputError where nothing, or too much, is left."""
    if len(text) > LONGEST_TYPED:
        raise InputError(f"A value has at most {LONGEST_VALUE} characters; this one has {len(text):,}.")
    text = unicodedata.normalize("NFKC", text)
    text = "".join(letter for letter in text if unicodedata.category(letter)[0] not in "CZ" or letter == " ").strip()
    if not text:
        raise InputError("Type the value first, or say that the field is blank or void.")
    if len(text) > LONGEST_VALUE:
        raise InputError(f"A value has at most {LONGEST_VALUE} characters; this one has {len(text)}.")
    return text


def fitted(text: str, field: TemplateField) -> tuple[str, str]:
    """The value that `text` is under the field's format, and what the format does not allow about it, or nothing."""
    form, comb = field.format, field.cells is not None
    if field.bubble_marks is not None and form.kind in (Kind.MARK, Kind.DIGITS):
        labels = labels_in(text, field)
        if labels is None:
            return text, f"only {', '.join(bubble_labels(field))} may be marked here"
        text = labels
        if form.kind is Kind.MARK or not labels.isdigit():
            meaning = judge(plain(labels), form)
            return (text, meaning.problem) if meaning.problem else (meaning.value, "")
    try:
        match form.kind:
            case Kind.MARK | Kind.BARCODE:
                meaning = judge(plain(text), form)
            case Kind.DIGITS:
                written = text.replace(" ", "")
                if not written or not set(written) <= set(symbols(field.alphabet)):
                    return text, f"only {field.alphabet} belongs here"
                meaning = judge(plain(written, comb=comb), form)
            case Kind.INTEGER | Kind.DECIMAL | Kind.AMOUNT:
                meaning = _number(text.replace(" ", ""), field)
            case Kind.DATE:
                meaning = judge(_parted(_date_groups(text, form.order), "."), form)
            case Kind.TIME:
                if not re.fullmatch(r"\d{1,2}[:.h ]?\d{2}", text, re.ASCII):
                    return text, "not a time such as 09:30"
                meaning = judge(plain(re.sub(r"\D", "", text), comb=comb), form)
            case Kind.RATIO:
                meaning = judge(_parted(text.replace(" ", "").split("/"), "/"), form)
    except ValueError:
        return text, f"not a value of the kind '{form.kind.value}'"
    if not meaning.value:
        return text, meaning.problem or f"not a value of the kind '{form.kind.value}'"
    # What does not fit stays as it was typed: it is the person's word against the form's.
    return (text, meaning.problem) if meaning.problem else (meaning.value, "")


def bubble_labels(field: TemplateField) -> tuple[str, ...]:
    """What the bubbles of a field stand for, each once, and what an answer is in which none is marked."""
    empty = field.bubble_marks.empty if field.bubble_marks else ""
    labels = [one.label for answer in field.bubbles for one in answer]
    return tuple(dict.fromkeys([*labels, *([empty] if empty else [])]))


def keys_of(field: TemplateField) -> dict[str, str]:
    """What one key answers where one of a few bubbles may be marked: the first letter of its label, if no two begin
    alike."""
    labels = bubble_labels(field)
    if field.bubble_marks is None or len(field.bubbles) != 1 or field.bubble_marks.choose != "one":
        return {}
    keys = {label[0].lower(): label for label in labels}
    return keys if len(keys) == len(labels) else {}


def labels_in(text: str, field: TemplateField) -> str | None:
    """`text` as the labels of a field's bubbles say it, whatever the case; None where it has anything else."""
    known = {label.lower(): label for label in bubble_labels(field)}
    whole = text.strip().lower()
    if whole in known:
        return known[whole]
    parts = whole.replace(",", " ").split()
    parts = parts if parts and all(part in known for part in parts) else list(whole.replace(" ", ""))
    if not parts or not all(part in known for part in parts):
        return None
    if len(field.bubbles) == 1:
        # Several of one answer stand in the form's order.
        parts = sorted(set(parts), key=list(known).index)
    joint = field.bubble_marks.joint if field.bubble_marks else ""
    return joint.join(known[part] for part in parts)


def _number(text: str, field: TemplateField) -> Meaning:
    form = field.format
    if not re.fullmatch(r"[+-]?(\d+([.,]\d+)?|\d{1,3}([.,']\d{3})+([.,]\d+)?)", text, re.ASCII):
        return Meaning(problem="not a number")
    groups = re.split("[.,']", text.lstrip("+-"))
    pointed = len(groups) > 1
    if form.kind is Kind.INTEGER:
        if pointed and (len(groups[0]) > THOUSANDS or any(len(group) != THOUSANDS for group in groups[1:])):
            return Meaning(problem="a whole number belongs here")
        groups = ["".join(groups)]
    elif len(groups) == 2:
        # Nobody types the last zeros.
        groups[1] = groups[1].ljust(form.places, "0")
    # The cells of a comb are typed as they are written, without the printed point; with a point it is a number.
    comb = field.cells is not None and not pointed and form.places > 0
    written = plain("".join(groups), comb=True) if comb else _parted(groups, ".")
    if text[0] in "+-" and not comb:
        written = replace(written, marks=(text[0], *written.marks[1:]))
    return judge(written, form)


def _parted(groups: Sequence[str], mark: str) -> Written:
    """Typed groups of digits with the same mark between any two."""
    return Written(tuple(groups), ("", *[mark] * (len(groups) - 1), ""))


def _date_groups(text: str, order: str) -> tuple[str, ...]:
    """The parts of a date in the `order` of the form's writing, also of an ISO date, which people type as they see it.
    Raises ValueError for what is no date."""
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, re.ASCII):
        day = date(*map(int, match.groups()))
        parts = {"y": f"{day.year:04d}", "m": f"{day.month:02d}", "d": f"{day.day:02d}"}
        return tuple(parts[part] for part in order)
    if not re.fullmatch(r"\d+([./ -]\d+){0,2}", text, re.ASCII):
        raise ValueError(text)
    return tuple(re.split("[./ -]", text))
