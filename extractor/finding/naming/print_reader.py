"""Reads printed words off a page by the second reader. Without it there are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.recognizer.second_reader import second_reader
from extractor.values import Box, Gray

PlaceReader = Callable[[Sequence[Box]], list[str]]
"""Reads what is printed in boxes of a page, one text line each; all empty where nothing reads it."""


def read_places(lit: Gray, places: Sequence[Box]) -> list[str]:
    """What is printed in `places` of the page `lit`, which has even illumination, one text line each; all empty where
    the second reader is not installed."""
    reader = second_reader()
    if reader is None or not places:
        return unread(places)
    crops = []
    for box in places:
        rim = FINDING.head_rim * box.height
        top, left = max(0, round(box.top - rim)), max(0, round(box.left - rim))
        crops.append(lit[top : max(top + 1, round(box.bottom + rim)), left : max(left + 1, round(box.right + rim))])
    return [_spaced(crop, letters) for crop, letters in zip(crops, reader.letters(crops), strict=True)]


def remembered(read: PlaceReader) -> PlaceReader:
    """`read`, which is asked for each place only once."""
    known: dict[Box, str] = {}

    def once(places: Sequence[Box]) -> list[str]:
        new = [box for box in dict.fromkeys(places) if box not in known]
        known.update(zip(new, read(new), strict=True))
        return [known[box] for box in places]

    return once


def unread(places: Sequence[Box]) -> list[str]:
    """Nothing, for each of `places`."""
    return [""] * len(places)


def _spaced(crop: Gray, letters: Sequence[tuple[str, float]]) -> str:
    """The `letters` of a text line with a space where its ink shows one; each has its place, as a share of the width
    of `crop`."""
    text = "".join(letter for letter, _ in letters)
    for gap in reversed(_word_gaps(crop)):
        at = sum(place < gap for _, place in letters)
        if 0 < at < len(letters) and letters[at - 1][0] != " " != letters[at][0]:
            text = f"{text[:at]} {text[at:]}"
    # Where a capital stands apart, the network sees a space after it.
    return re.sub(r"^([B-DF-HJ-NP-TV-Z]) (?=[a-z]{3})", r"\1", text.strip())


def _word_gaps(crop: Gray) -> list[float]:
    """The middle of each gap between words, as a share of the width of `crop`."""
    ink = crop < FINDING.dark
    # Rulings beside a heading are no letters.
    ink[:, ink.mean(0) > FINDING.gap_ruling] = False
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if len(columns) == 0:
        return []
    tall = rows[-1] - rows[0] + 1
    wide = np.diff(columns) - 1
    usual = float(np.median(wide[wide > 0])) if (wide > 0).any() else 0.0
    wall = max(FINDING.gap_of_words[0] * tall, FINDING.gap_of_words[1] * usual)
    return [float(columns[k] + columns[k + 1] + 1) / 2 / ink.shape[1] for k in np.flatnonzero(wide >= wall)]
