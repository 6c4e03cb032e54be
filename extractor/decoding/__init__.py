"""Decoding: a lattice with its log-probabilities, and a field's format, into a value with its confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.decoding.confidence import raw_probabilities
from extractor.decoding.format import Meaning, interpret
from extractor.decoding.paths import BLANK, Path, best_paths
from extractor.recognizer import Calibration
from extractor.segmentation import Lattice
from extractor.template import Format
from extractor.values import Alternative, Floats

__all__ = ["Decoded", "decode"]

MOST_ALTERNATIVES = 5

CHANCE = 0.1
"""How often a wrong reading passes a check digit by chance: one in ten, as a single digit allows."""

FAR = 6.0
"""A reading that the format allows is still taken, at its own low confidence, when its path's score (natural log) is at
most this far below that of the best reading, which the format forbids."""


@dataclass(frozen=True)
class Decoded:
    """What a field's ink says under its format. `alternatives` are other values that it allows, best first; their
    probabilities and `confidence` sum to at most one."""

    meaning: Meaning
    written: str
    confidence: float
    alternatives: tuple[Alternative, ...]


def decode(
    lattice: Lattice,
    log_probabilities: Floats,
    classes: Sequence[str],
    form: Format,
    calibration: Calibration,
) -> Decoded:
    """The best reading of one field. `log_probabilities` has shape (crops of this lattice, classes)."""
    letters = "".join(name for name in classes if len(name) == 1 and not name.isdigit())
    if lattice.doubts:
        return Decoded(Meaning(problem=lattice.doubts[0]), "", 0.0, ())
    paths = best_paths(lattice, log_probabilities, classes)
    meanings = [interpret(path.text, form, comb=lattice.comb, letters=letters) for path in paths]
    allowed = [i for i, meaning in enumerate(meanings) if not meaning.problem]
    best = allowed[0] if allowed else 0
    by_value = raw_probabilities(
        paths, [None if meaning.problem else meaning.value for meaning in meanings], comb=lattice.comb
    )
    confidence = by_value.get(meanings[best].value, 0.0) if allowed else 0.0
    if not lattice.comb:
        # In a comb the cells are given, and the network's own probabilities are calibrated already.
        confidence = calibration.apply(confidence)
    if form.check is not None and allowed:
        confidence = confidence / (confidence + (1 - confidence) * CHANCE) if confidence else 0.0
    confidence *= meanings[best].trust
    if best != 0 and paths[best].score < paths[0].score - FAR:
        # The format forbids what the ink clearly looks like: show that, with the reason, and let a person decide.
        best, confidence = 0, 0.0
    meaning = meanings[best]
    others = [(value, p) for value, p in by_value.items() if value != meaning.value and value]
    left = 1 - confidence
    scale = min(1.0, left / total) if (total := sum(p for _, p in others)) > 0 else 0.0
    return Decoded(
        meaning,
        _written(paths[best], lattice),
        confidence,
        tuple(Alternative(value, p * scale) for value, p in sorted(others, key=lambda o: -o[1])[:MOST_ALTERNATIVES]),
    )


def _written(path: Path, lattice: Lattice) -> str:
    """A comb cell by cell; a free string with its points; a blank free string as one blank."""
    return path.text if path.marks else BLANK * max(1, lattice.nodes - 1)
