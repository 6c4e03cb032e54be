"""The fields of bubbles and barcodes of a template, drafted from those that were found on a blank form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractor.barcodes.code_reader import SeenCode
from extractor.bubbles.bubble_search import DIGITS, FoundBubbles
from extractor.finding import FoundTable
from extractor.finding.naming import identifier, read_places
from extractor.reference.reference_parameters import REFERENCE
from extractor.template import Format, TemplateField
from extractor.template.mark_group import Marks
from extractor.template.model import SheetCode
from extractor.values import Box, Gray, Kind

YES_NO = ("yes", "no")
"""What two bubbles mostly stand for."""


@dataclass(frozen=True)
class TickColumn:
    """That a column of a table has bubbles in each of its lines: its `marks`, and `left` and `width` of those."""

    marks: Marks | None
    left: float
    width: float


@dataclass(frozen=True)
class InTables:
    """What of the groups found lies in `tables`, column by column (None: to write in); `beside` are the others."""

    tables: tuple[FoundTable, ...]
    columns: tuple[tuple[TickColumn | None, ...], ...]
    beside: tuple[FoundBubbles, ...]


def in_tables(tables: Sequence[FoundTable], groups: Sequence[FoundBubbles]) -> InTables:
    """Which columns of `tables` hold bubbles: one group in each line makes a column of ticks; where a group reaches
    over several columns, these are none to write in and it is a field of its own."""
    beside = list(groups)
    kept: list[FoundTable] = []
    columns: list[tuple[TickColumn | None, ...]] = []
    for table in tables:
        own: list[TickColumn | None] = []
        left = []
        for column in table.columns:
            cells = [
                Box(column.left + line.left - table.lines[0].left, line.top, column.width, line.height)
                for line in table.lines
            ]
            inside = [[group for group in beside if _within(group.box, cell)] for cell in cells]
            tick = _tick_column(inside, cells)
            if tick is not None:
                taken = {id(group) for one in inside for group in one}
                beside = [group for group in beside if id(group) not in taken]
            elif any(_holds_middle(cell, place) for cell in cells for group in beside for place in group.places()):
                continue
            own.append(tick)
            left.append(column)
        if left:
            kept.append(replace(table, columns=tuple(left)))
            columns.append(tuple(own))
    return InTables(tuple(kept), tuple(columns), tuple(beside))


def _tick_column(inside: Sequence[Sequence[FoundBubbles]], cells: Sequence[Box]) -> TickColumn | None:
    """What a column holds in whose `cells` these groups lie, where nearly each has one."""
    alone = [(own[0], cell) for own, cell in zip(inside, cells, strict=True) if len(own) == 1]
    if len(alone) < REFERENCE.ticked_lines * len(cells) or len({(one.options, one.answers) for one, _ in alone}) > 1:
        return None
    off = [one.box.top + one.box.height / 2 - cell.top - cell.height / 2 for one, cell in alone]
    first, cell = alone[0]
    if abs(float(np.median(off))) > REFERENCE.tick_off * first.size[1]:
        return None
    start = first.box.left - cell.left + cells[0].left
    if first.options == 1:
        marks = Marks(labels=("1",), empty="0", size=_sides(first))
    else:
        marks = Marks(labels=_letters(first.options), size=_sides(first))
    return TickColumn(marks, round(start, 1), round(first.box.width, 1))


def draft_bubbles(groups: Sequence[FoundBubbles], lit: Gray) -> list[TemplateField]:
    """A field for each of `groups`: numbers, questions (`q1` and so on) and boxes to tick, which are named after the
    print beside them on the page `lit`, which has even illumination, where the second reader is installed."""
    ticks = [group for group in groups if group.role == "tick"]
    words = dict(zip(map(id, ticks), _words(lit, [_beside(one.box) for one in ticks]), strict=True))
    questions = [group for group in groups if group.role == "question"]
    known: dict[tuple[int, int, int], tuple[str, ...]] = {}
    fields = []
    numbers = 0
    for group in groups:
        box = Box(*(round(side, 1) for side in group.box))
        if group.role == "number":
            numbers += 1
            digits = group.answers
            marks = Marks(labels=tuple("0123456789"), direction="down", answers=digits, size=_sides(group))
            own = Format(kind=Kind.DIGITS, digits=(digits, digits))
            fields.append(TemplateField(name=f"number_{numbers}", box=box, marks=marks, format=own))
        elif group.role == "question":
            # Those below one another have the same letters.
            key = (group.options, round(group.box.left / group.size[0]), round(group.box.width / group.size[0]))
            if key not in known:
                known[key] = _labels(group, lit)
            marks = Marks(labels=known[key], size=_sides(group))
            name = f"q{questions.index(group) + 1}"
            fields.append(TemplateField(name=name, box=box, marks=marks, format=Format(kind=Kind.MARK)))
        else:
            name = identifier(words[id(group)]) or "tick"
            fields.append(TemplateField(name=name, box=box, format=Format(kind=Kind.MARK)))
    return fields


def _labels(group: FoundBubbles, lit: Gray) -> tuple[str, ...]:
    """What is printed in the bubbles of a question, or behind each; letters where that is not read."""
    places = group.places()
    inside = [word.strip() for word in read_places(lit, places)]
    # Of letters that follow on each other, some may be read wrongly for the ring around them.
    if sum(one == other for one, other in zip(inside, _letters(len(inside)), strict=True)) >= max(2, len(inside) / 2):
        return _letters(len(inside))
    if all(re.fullmatch(r"[A-Za-z0-9]", word) for word in inside) and len(set(inside)) == len(inside):
        return tuple(inside)
    step = places[1].left - places[0].left if len(places) > 1 else 0.0
    if step > REFERENCE.words_between * group.size[0]:
        behind = [identifier(word) for word in _words(lit, [_behind(one, step - one.width) for one in places])]
        if all(behind) and len(set(behind)) == len(behind):
            return tuple(behind)
    return YES_NO if group.options == len(YES_NO) else _letters(group.options)


def _letters(count: int) -> tuple[str, ...]:
    return tuple("0123456789") if count == DIGITS else tuple(chr(ord("A") + i) for i in range(count))


def draft_codes(codes: Sequence[SeenCode], shape: tuple[int, ...]) -> tuple[list[TemplateField], SheetCode | None]:
    """A field for each barcode of a blank form of this shape, and by which of them the form may be known: one that
    names the form before a separator, as `T1-004711` does. Digits alone may as well be a number of that one sheet."""
    fields = []
    for number, code in enumerate(codes, start=1):
        low, high = code.corners.min(0), code.corners.max(0)
        around = REFERENCE.code_around * float((high - low).max())
        low = np.maximum(low - around, 0)
        high = np.minimum(high + around, (shape[1] - 0.1, shape[0] - 0.1))
        box = Box(*(round(float(side), 1) for side in (*low, *(high - low))))
        name = "code" if number == 1 else f"code_{number}"
        fields.append(TemplateField(name=name, box=box, format=Format(kind=Kind.BARCODE)))
    begins = [match[0] for code in codes if (match := re.match(r"\d*[A-Za-z][A-Za-z0-9]*[-/.:_ ]", code.text))]
    return fields, SheetCode(code=f"{begins[0]}*") if begins else None


def beside_codes(groups: Sequence[FoundBubbles], codes: Sequence[TemplateField]) -> list[FoundBubbles]:
    """Those of `groups` that are no part of a barcode, whose corners look like boxes to tick."""
    return [group for group in groups if not any(_holds_middle(one.box, group.box) for one in codes)]


def covered(box: Box, groups: Sequence[FoundBubbles], codes: Sequence[TemplateField]) -> bool:
    """Whether a place to write in is none, since bubbles or a barcode are there."""
    if any(_holds_middle(one.box, box) for one in codes):
        return True
    return any(
        _holds_middle(_grown(group), box) or any(_holds_middle(box, place) for place in group.places())
        for group in groups
    )


def _grown(group: FoundBubbles) -> Box:
    width, height = group.size
    box = group.box
    return Box(box.left - width / 2, box.top - height / 2, box.width + width, box.height + height)


def _sides(group: FoundBubbles) -> tuple[float, float]:
    return round(group.size[0], 1), round(group.size[1], 1)


def _holds_middle(box: Box, other: Box) -> bool:
    x, y = other.left + other.width / 2, other.top + other.height / 2
    return box.left <= x <= box.right and box.top <= y <= box.bottom


def _within(box: Box, cell: Box) -> bool:
    return box.left >= cell.left and box.right <= cell.right and box.top >= cell.top and box.bottom <= cell.bottom


def _beside(box: Box) -> Box:
    """Where the words of a box to tick stand, right of it."""
    return _behind(box, REFERENCE.words_reach * box.width)


def _behind(box: Box, room: float) -> Box:
    slack = REFERENCE.words_slack * box.height
    return Box(box.right + slack, box.top - slack, max(1.0, room - 2 * slack), box.height + 2 * slack)


def _words(lit: Gray, places: Sequence[Box]) -> list[str]:
    """The first words in each of `places`."""
    return read_places(lit, [_first_words(lit, place) for place in places])


def _first_words(lit: Gray, place: Box) -> Box:
    """The first words in `place` on the page `lit`: up to a gap as wide as they are high."""
    left, top = max(0, round(place.left)), max(0, round(place.top))
    part = lit[top : max(top + 1, round(place.bottom)), left : max(left + 1, round(place.right))]
    dark = np.flatnonzero((part < REFERENCE.words_dark).any(0))
    if not len(dark):
        return Box(place.left, place.top, 1.0, place.height)
    gaps = np.flatnonzero(np.diff(dark) > REFERENCE.words_gap * place.height)
    last = dark[gaps[0]] if len(gaps) else dark[-1]
    return Box(left + float(dark[0]), place.top, float(last - dark[0] + 1), place.height)
