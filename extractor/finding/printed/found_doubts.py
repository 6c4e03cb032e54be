"""What makes a found field doubtful: that it may be print, a part of a comb, or in the way of another field."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.finding.found_field import Place
from extractor.finding.printed.print_or_writing import Print, holds_picture, letter_size
from extractor.finding.printed.printed_words import PageWords, looks_printed
from extractor.finding.rulings.broken_rulings import goes_on
from extractor.finding.rulings.page_rulings import Rulings
from extractor.values import Box, Doubt, DoubtKind, Gray

PRINT = Doubt(DoubtKind.PRINT, "it looks like the print beside it; it may not be handwriting", 0.5)
PART = Doubt(DoubtKind.PLACE, "the cells go on beside it; it may be a part of a number", 0.5)
TWICE = Doubt(DoubtKind.PLACE, "another field was found that shares its place", 0.5)


def found_doubts(
    places: Sequence[Place], words: PageWords, lit: Gray, rulings: Rulings, long_side: int
) -> list[tuple[Doubt, ...]]:
    """The doubts about each of `places` of the work page `lit`, which has even illumination."""
    combs = [place.box for place in places if place.count]
    # What stands in a comb was written there.
    seen = [(one.outside(combs), dark) for one, dark in words.tried]
    twice = _found_twice([place.box for place in places])
    found = []
    for place, shared in zip(places, twice, strict=True):
        inner = [cell.box for cell in place.cells] if place.count else ()
        printed = any(looks_printed(one, lit, place.box, long_side, inner) for one in seen)
        printed |= place.shape != "ruling" and holds_picture(lit, place.box, long_side)
        part = place.shape in ("box", "comb") and any(
            goes_on(place.box, place.count, rulings, _beside(place, places), gap=gap) for gap in _gaps(place, places)
        )
        found.append((PRINT,) * printed + (TWICE,) * shared + (PART,) * part)
    return found


def without_headings(
    places: Sequence[Place], doubts: Sequence[tuple[Doubt, ...]], page: Print
) -> list[tuple[Place, tuple[Doubt, ...]]]:
    """`places` with their doubts, but for the headings of tables: what looks like print in the first row, or the first
    column, of a table that begins with print, and what is as high there on the `page`. The others there are in doubt
    as well."""
    heads: set[int] = set()
    gone: set[int] = set()
    for along in (0, 1):
        for row in _rows(places, along):
            printed = [i for i in row if PRINT in doubts[i]]
            if len(printed) < FINDING.headings_least or not set(row[: FINDING.headings_least]) <= set(printed):
                continue
            if any(_before(places[i], places, 1 - along) for i in row):
                continue
            heights = {i: letter_size(page, places[i].box) for i in row}
            usual = float(np.median([heights[i] for i in printed]))
            heads.update(row)
            gone.update(printed)
            gone.update(i for i in row if abs(heights[i] - usual) <= FINDING.print_alike * usual)
    kept = [i for i in range(len(places)) if i not in gone]
    return [(places[i], (*doubts[i], PRINT) if i in heads else doubts[i]) for i in kept]


def _rows(places: Sequence[Place], along: int) -> list[list[int]]:
    """Places of boxes of a table that stand in one row (`along` 0) or column (1), each beside the next."""
    rows: list[list[int]] = []
    boxed = [i for i, place in enumerate(places) if place.shape == "box"]
    edges = np.array([(p.box.left, p.box.top, p.box.right, p.box.bottom) for p in places]).reshape(-1, 4)
    across = 1 - along
    for i in sorted(boxed, key=lambda i: float(edges[i, along])):
        for row in rows:
            last = edges[row[-1]]
            slack = FINDING.table_slack * (edges[i, 3] - edges[i, 1])
            level = (
                abs(last[across] - edges[i, across]) < slack and abs(last[across + 2] - edges[i, across + 2]) < slack
            )
            if level and abs(edges[i, along] - last[along + 2]) < slack:
                row.append(i)
                break
        else:
            rows.append([i])
    return rows


def _before(place: Place, places: Sequence[Place], along: int) -> bool:
    """Whether another place stands right above (`along` 1) or left of (0) this one."""
    own = place.box
    slack = FINDING.table_slack * own.height
    for other in places:
        box = other.box
        if along:
            shared, gap = min(own.right, box.right) - max(own.left, box.left), own.top - box.bottom
        else:
            shared, gap = min(own.bottom, box.bottom) - max(own.top, box.top), own.left - box.right
        if shared > slack and abs(gap) < slack:
            return True
    return False


def _gaps(place: Place, places: Sequence[Place]) -> set[float]:
    """How far apart the cells of a comb may stand of which `place` is a part: as its own do, or those of combs of such
    cells."""
    if place.gaps:
        return {float(np.mean(place.gaps))}
    size = place.box.width
    alike = [
        float(np.mean(one.gaps))
        for one in places
        if one.gaps and abs(one.cells[0].box.width - size) < FINDING.comb_width.of(size)
    ]
    return {0.0, float(np.median(alike))} if place.shape == "box" and alike else {0.0}


def _beside(place: Place, places: Sequence[Place]) -> list[Box]:
    """The boxes of a table beside a box: they are no cells of one comb."""
    if place.shape != "box":
        return []
    own = place.box
    slack = FINDING.table_slack * own.height
    return [
        one.box
        for one in places
        if one.shape == "box" and abs(one.box.top - own.top) < slack and abs(one.box.height - own.height) < slack
    ]


def _found_twice(boxes: Sequence[Box]) -> list[bool]:
    """Which of `boxes` share much of their area with another."""
    edges = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes]).reshape(-1, 4)
    size = np.minimum(edges[:, None, 2:], edges[None, :, 2:]) - np.maximum(edges[:, None, :2], edges[None, :, :2])
    shared = size.clip(0, None).prod(2)
    own = shared.diagonal()
    much = shared > FINDING.found_twice * np.minimum(own[:, None], own[None, :])
    np.fill_diagonal(much, False)
    return [bool(one) for one in much.any(1)]
