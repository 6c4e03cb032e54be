"""The symbols of fields that were read: where each lies on the page, its crop, and what that looks like alone."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from extractor.decoding.ctc_alignment import aligned
from extractor.decoding.lattice_search import Path, best_paths
from extractor.decoding.string_path import string_path
from extractor.decoding.written import BLANK, HYPHEN, STRUCK, UNREADABLE
from extractor.fields import FieldImage
from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.observation import Observation
from extractor.recognizer import CROSS, DASH, JUNK
from extractor.recognizer.choice import Model
from extractor.recognizer.ctc import FRAMES, STRIDE
from extractor.recognizer.symbol_views import symbol_scores
from extractor.segmentation.crop import SIZE
from extractor.segmentation.lattice import stack_crops
from extractor.segmentation.string_symbols import LevelString, level_string
from extractor.values import Box, Floats, Gray, Symbol

COLUMNS_PER_FRAME = STRIDE / FRAMES
"""Columns of a text line to one of its frames."""

CLASS_OF = {STRUCK: CROSS, HYPHEN: DASH, UNREADABLE: JUNK}
"""The classes of symbols that are written as something else."""

PixelBox = tuple[int, int, int, int]


@dataclass(frozen=True)
class FieldSymbol:
    """One symbol, or a candidate for one: `text` is what the reading takes it for (empty: for nothing; `_`: a blank
    cell), and `chosen` says that the reading goes through it.

    `box` is where it lies, left, top, width and height in pixels of the page: the cell of a comb, else the ink; None
    where nothing of it is seen. `crop`, shape (28, 28), is what the recogniser sees, None where there is no ink;
    `probabilities` gives every class's, the most probable first: those of the crop alone, or for a mark that
    the network for symbols does not know those of the string's own network. `in_alphabet` says that `text` is a
    symbol of the field's alphabet, and no mark.
    """

    text: str
    chosen: bool
    box: PixelBox | None
    crop: Gray | None
    probabilities: tuple[tuple[str, float], ...]
    in_alphabet: bool = False

    @property
    def probability(self) -> float:
        """How probable `text` is; 1 for a blank cell."""
        if self.crop is None:
            return 1.0 if self.text == BLANK else 0.0
        odds = dict(self.probabilities)
        return odds.get(self.text, odds.get(CLASS_OF.get(self.text, ""), 0.0))

    @property
    def as_value(self) -> Symbol:
        """The symbol as a reading has it."""
        crop = ""
        if self.crop is not None:
            crop = base64.b64encode(cv2.imencode(".png", self.crop)[1].tobytes()).decode("ascii")
        return Symbol(self.text, self.box, round(self.probability, 6), crop, self.in_alphabet)


def field_symbols(read: Sequence[tuple[Observation, str]]) -> list[tuple[FieldSymbol, ...]]:
    """The symbols of each field, of which it is known what was seen and what is written: those of the reading from left
    to right, then other candidates. The crops of all fields go through their network together."""
    found = [
        () if _is_whole(seen) else _lattice_symbols(seen, written) if seen.is_written else _bubble_symbols(seen)
        for seen, written in read
    ]
    by_model: dict[Model, list[int]] = {}
    for place, (seen, _) in enumerate(read):
        if _is_whole(seen):
            by_model.setdefault(seen.model, []).append(place)
    for model, places in by_model.items():
        for place, symbols in zip(places, _string_symbols([read[i] for i in places], model), strict=True):
            found[place] = symbols
    return [
        tuple(replace(one, in_alphabet=seen.is_written and one.text in seen.model.alphabet) for one in own)
        for own, (seen, _) in zip(found, read, strict=True)
    ]


def _is_whole(seen: Observation) -> bool:
    """Whether it is a string that was read whole."""
    return seen.string is not None and seen.model.ctc is not None


def _string_symbols(read: Sequence[tuple[Observation, str]], model: Model) -> list[tuple[FieldSymbol, ...]]:
    """The symbols of strings that `model` read whole."""
    levels = [level_string(seen.image) for seen, _ in read]
    # First the ways to cut, of which the known text chooses one, then the symbols themselves.
    crops = [level.lattice.crops if level else stack_crops([]) for level in levels]
    scores = np.split(model.symbols.log_probabilities(np.concatenate(crops)), np.cumsum([len(c) for c in crops])[:-1])
    found = [_parted(*one, level, own) for one, level, own in zip(read, levels, scores, strict=True)]
    classes = model.symbols.classes
    known = [
        one for own in found for one in own if one.crop is not None and CLASS_OF.get(one.text, one.text) in classes
    ]
    rows = symbol_scores(stack_crops([one.crop for one in known if one.crop is not None]), model.symbols)
    alone = {id(one): _ranked(classes, row) for one, row in zip(known, rows, strict=True)}
    return [tuple(replace(one, probabilities=alone.get(id(one), one.probabilities)) for one in own) for own in found]


def _parted(seen: Observation, text: str, level: LevelString | None, scores: Floats) -> list[FieldSymbol]:
    """The symbols of one string, with what its own network says of each."""
    string, ctc = seen.string, seen.model.ctc
    assert string is not None
    assert ctc is not None
    view = string.first_view
    if view.line is None or text.strip(BLANK) == "":
        return [FieldSymbol(BLANK, True, None, None, ())]
    frames = aligned(view.frames, text, ctc.classes)
    # The second network may have read a mark that the first does not know.
    odds = [
        _ranked(ctc.classes, _surest(view.frames, frame, ctc.classes.index(symbol))) if symbol in ctc.classes else ()
        for symbol, frame in zip(text, frames, strict=True)
    ]
    if level is None:
        return [FieldSymbol(symbol, True, None, None, one) for symbol, one in zip(text, odds, strict=True)]
    middles = (frames + 0.5) * COLUMNS_PER_FRAME * level.scale
    path = string_path(level.lattice, scores, seen.model.symbols.classes, text, middles)
    symbols = level.symbols(path)
    owners = level.owners(symbols)
    return [
        FieldSymbol(symbol, True, _ink_box(seen.image, owners == number), crop, one)
        for number, (symbol, crop, one) in enumerate(
            zip(text, level.crops(symbols, len(text)), odds, strict=True), start=1
        )
    ]


def _surest(frames: Floats, at: float, symbol: int) -> Floats:
    """What is said in the frame next to `at` in which `symbol` is most probable."""
    first = max(0, min(round(at) - 1, len(frames) - 1))
    near: Floats = frames[first : round(at) + 2]
    row: Floats = near[int(near[:, symbol].argmax())]
    return row


def _ink_box(image: FieldImage, ink: np.ndarray) -> PixelBox | None:
    """Where `ink`, a mask as large as the field's, lies on the page."""
    left, top, width, height = cv2.boundingRect(ink.astype(np.uint8))
    return _on_page(image, Box(left, top, width, height)) if width else None


def _on_page(image: FieldImage, box: Box) -> PixelBox:
    corners = transform(image.matrix, box.corners)
    left, top = (int(v) for v in np.floor(corners.min(0) + 1e-6))
    right, bottom = (int(v) for v in np.ceil(corners.max(0) - 1e-6))
    return left, top, right - left, bottom - top


def _ranked(classes: Sequence[str], row: Floats) -> tuple[tuple[str, float], ...]:
    """Each class with its probability, the most probable first; `row` has their logs."""
    return tuple(sorted(zip(classes, np.exp(row).tolist(), strict=False), key=lambda one: -one[1]))


def _bubble_symbols(seen: Observation) -> tuple[FieldSymbol, ...]:
    """The bubbles of a field: those that are marked, then the others."""
    answers = seen.bubbles.answers if seen.bubbles else ()
    found = []
    for one in (bubble for answer in answers for bubble in answer):
        (left, top), (right, bottom) = np.min(one.quad, axis=0), np.max(one.quad, axis=0)
        box = (int(left), int(top), int(np.ceil(right - int(left))), int(np.ceil(bottom - int(top))))
        crop = as_gray(cv2.resize(one.ink, (SIZE, SIZE), interpolation=cv2.INTER_AREA))
        odds = ((one.label, one.marked), (BLANK, 1 - one.marked))
        found.append(FieldSymbol(one.label if one.is_marked else "", one.is_marked, box, crop, odds))
    return tuple(sorted(found, key=lambda one: not one.chosen))


def _lattice_symbols(seen: Observation, written: str) -> tuple[FieldSymbol, ...]:
    """The symbols of a comb, or of a string that was not read whole."""
    lattice, scores, classes = seen.lattice, seen.scores, seen.model.symbols.classes
    path = _path(seen, written)
    on_it = {id(mark.candidate): mark.text for mark in path.marks}

    def shown(candidate_id: int, box: Box, crop: int | None) -> FieldSymbol:
        return FieldSymbol(
            on_it.get(candidate_id, ""),
            candidate_id in on_it,
            _on_page(seen.image, box),
            None if crop is None else lattice.crops[crop],
            () if crop is None else _ranked(classes, scores[crop]),
        )

    chosen = [shown(id(mark.candidate), mark.candidate.box, mark.candidate.crop) for mark in path.marks]
    others = [
        shown(id(one), one.box, one.crop) for one in lattice.candidates if one.crop is not None and id(one) not in on_it
    ]
    return (*chosen, *others)


def _path(seen: Observation, written: str) -> Path:
    """The best path that says what the reading does."""
    paths = best_paths(seen.lattice, seen.scores, seen.model.symbols.classes)
    same = [path for path in paths if path.text == written]
    if same or set(written) <= {BLANK}:
        return (same or [Path((), 0.0, "")])[0]
    return paths[0]
