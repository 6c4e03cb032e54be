"""A reading with what led to it: the field's ink, the crops that were cut from it, and what each looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractor.decoding.paths import BLANK, Path, best_paths
from extractor.reading import Reader
from extractor.segmentation import Lattice
from extractor.values import FailedPage, Floats, Gray, Page, PageResult, Reading


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
    crops: list[np.ndarray] = []
    sheet = reader._prepare(page, crops)
    if sheet.result is not None or not crops:
        return reader.read([page])[0], ()
    scores = reader._recognizer.log_probabilities(np.concatenate(crops))
    result = reader._finish(sheet, scores)
    jobs = {job.name: job for job in sheet.jobs}
    classes = reader._recognizer.classes
    explained = [
        ExplainedField(one, job.image.ink, _symbols(job.lattice, scores[job.rows], classes, one.written))
        for one in result.readings
        for job in [jobs[one.field]]
    ]
    return result, tuple(explained)


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
