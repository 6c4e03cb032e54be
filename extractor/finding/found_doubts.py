"""What makes a found field doubtful: that it may be print, a part of a comb, or in the way of another field."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from extractor.finding.broken_rulings import goes_on
from extractor.finding.finding_parameters import FINDING
from extractor.finding.found_field import Place
from extractor.finding.page_rulings import Rulings
from extractor.finding.print_or_writing import holds_picture
from extractor.finding.printed_words import PageWords, looks_printed
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
        printed |= place.shape == "box" and holds_picture(lit, place.box, long_side)
        part = place.shape in ("box", "comb") and goes_on(place.box, place.count, rulings, _beside(place, places))
        found.append((PRINT,) * printed + (TWICE,) * shared + (PART,) * part)
    return found


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
