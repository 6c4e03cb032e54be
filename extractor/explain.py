"""A reading with what led to it: the field's ink, the crops that were cut from it, and what each looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from extractor.decoding.lattice_search import Path, best_paths
from extractor.decoding.written import BLANK
from extractor.observation import Observation
from extractor.reading import Reader
from extractor.recognizer.ctc import FRAMES, STRIDE
from extractor.recognizer.string_views import StringReading
from extractor.segmentation import Lattice, mnist_crop
from extractor.values import FailedPage, Floats, Gray, Page, PageResult, Reading

COLUMNS_PER_FRAME = STRIDE / FRAMES
"""Columns of a text line to one of its frames."""

SHOWN_INK = 60
"""Ink of less than this is left out of the picture of a symbol in a text line."""


@dataclass(frozen=True)
class Symbol:
    """One candidate symbol: `text` is what the reading takes it for (empty: for nothing; `_`: a blank cell).

    `crop`, shape (28, 28), is what the recogniser saw, None for a blank cell; `probabilities` gives every class's, the
    most probable first. `chosen` says that the reading goes through it.
    """

    text: str
    chosen: bool
    crop: Gray | None
    probabilities: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ExplainedField:
    """`ink`, shape (height, width), is the cleaned field, 255 = ink. `symbols` are those of the reading from left to
    right, then the other candidates, which it does not go through."""

    reading: Reading
    ink: Gray
    symbols: tuple[Symbol, ...]


def explain(reader: Reader, page: Page | FailedPage) -> tuple[PageResult, tuple[ExplainedField, ...]]:
    """What `reader.read` gives for the page, and for each of its readings what led to it, in the same order."""
    result, seen = reader.read_and_observe(page)
    by_name = {one.name: one for one in seen}
    explained = [
        ExplainedField(one, by_name[one.field].image.ink, _explained(by_name[one.field], one.written))
        for one in result.readings
    ]
    return result, tuple(explained)


def _explained(seen: Observation, written: str) -> tuple[Symbol, ...]:
    if seen.string is None or seen.model.ctc is None:
        return _symbols(seen.lattice, seen.scores, seen.model.symbols.classes, written)
    return _places(seen.string, seen.model.ctc.classes)


def _places(reading: StringReading, classes: Sequence[str]) -> tuple[Symbol, ...]:
    """The symbols of a string that was read whole: no crop decided, so each is shown as it lies in the text line."""
    first = reading.first_view
    if first.line is None or not reading.transcripts:
        return (Symbol(BLANK, True, None, ()),)
    best = reading.transcripts[0]
    columns = [COLUMNS_PER_FRAME * (frame + 0.5) for frame in best.frames]
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(columns)), float(first.line.shape[1])]
    symbols = []
    for text, frame, left, right in zip(best.text, best.frames, edges, edges[1:], strict=False):
        ink = first.line[:, round(left) : max(round(left) + 1, round(right))]
        crop = mnist_crop(np.where(ink >= SHOWN_INK, ink, 0).astype(np.uint8))
        row = np.exp(first.frames[min(round(frame), len(first.frames) - 1)])
        odds = sorted(zip(classes, (float(p) for p in row), strict=False), key=lambda one: -one[1])
        symbols.append(Symbol(text, True, crop, tuple(odds)))
    return tuple(symbols)


def _symbols(lattice: Lattice, scores: Floats, classes: Sequence[str], written: str) -> tuple[Symbol, ...]:
    path = _path(lattice, scores, classes, written)
    on_it = {id(mark.candidate) for mark in path.marks}

    def odds(crop: int | None) -> tuple[tuple[str, float], ...]:
        row = [] if crop is None else [float(p) for p in np.exp(scores[crop])]
        return tuple(sorted(zip(classes, row, strict=False), key=lambda one: -one[1]))

    def picture(crop: int | None) -> Gray | None:
        return None if crop is None else lattice.crops[crop]

    chosen = [Symbol(mark.text, True, picture(mark.candidate.crop), odds(mark.candidate.crop)) for mark in path.marks]
    others = [
        Symbol("", False, picture(one.crop), odds(one.crop))
        for one in lattice.candidates
        if one.crop is not None and id(one) not in on_it
    ]
    return (*chosen, *others)


def _path(lattice: Lattice, scores: Floats, classes: Sequence[str], written: str) -> Path:
    """The best path that says what the reading does."""
    paths = best_paths(lattice, scores, classes)
    same = [path for path in paths if path.text == written]
    if same or set(written) <= {BLANK}:
        return (same or [Path((), 0.0, "")])[0]
    return paths[0]
