"""The best ways through a lattice: n-best search over candidates and classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from extractor.decoding.written import BLANK, HYPHEN, POINT, STRUCK, UNREADABLE
from extractor.recognizer import CROSS, DASH, JUNK
from extractor.segmentation import Candidate, Lattice
from extractor.values import Floats

BEAM = 24
CLASSES = 4
"""Partial paths kept at each node, and classes tried for each candidate."""

RESIDUE, DOUBTFUL_BLANK = 0.25, math.log(0.9)
"""Dirt larger than the first (a share of the cell) makes an empty cell only as probable as the second says."""

HOPELESS = -9.2
"""Log-probability (one in ten thousand) below which only the best class of a candidate is still tried."""


@dataclass(frozen=True)
class Mark:
    """One symbol of a path: what it says and how probable that is, given its crop alone."""

    text: str
    log_probability: float
    candidate: Candidate


@dataclass(frozen=True)
class Path:
    """One way through the lattice. `score` ranks paths of one lattice against each other (natural log)."""

    marks: tuple[Mark, ...]
    score: float
    text: str


def best_paths(lattice: Lattice, log_probabilities: Floats, classes: Sequence[str]) -> list[Path]:
    """The best paths, best first, each with another text. `log_probabilities` has shape (crops, classes)."""
    arriving: list[list[Candidate]] = [[] for _ in range(lattice.nodes)]
    for candidate in lattice.candidates:
        arriving[candidate.end].append(candidate)
    options = {
        id(candidate): _options(lattice, candidate, log_probabilities, classes) for candidate in lattice.candidates
    }
    beams: list[list[Path]] = [[] for _ in range(lattice.nodes)]
    beams[0] = [Path((), 0.0, "")]
    for node in range(1, lattice.nodes):
        ways = [
            (path.score + score, path, mark)
            for candidate in arriving[node]
            for mark, score in options[id(candidate)]
            for path in beams[candidate.start]
        ]
        ways.sort(key=itemgetter(0), reverse=True)
        # Best first, so that of the ways to one text the first is its best; few of them are ever written out.
        grown: dict[str, Path] = {}
        for total, path, mark in ways:
            text = path.text + mark.text
            if text not in grown:
                grown[text] = Path((*path.marks, mark), total, text)
                if len(grown) == BEAM:
                    break
        beams[node] = list(grown.values())
    return beams[-1]


def _options(
    lattice: Lattice, candidate: Candidate, log_probabilities: Floats, classes: Sequence[str]
) -> list[tuple[Mark, float]]:
    """What one candidate may say, each with its part of the path's score."""
    if candidate.crop is None:
        empty = DOUBTFUL_BLANK if candidate.residue > RESIDUE else 0.0
        return [(Mark(BLANK, empty, candidate), empty)]
    row = log_probabilities[candidate.crop]
    found: list[tuple[Mark, float]] = []
    # A path of few wide candidates has fewer terms than one of many narrow ones: each counts by its pieces.
    weight = candidate.pieces
    for rank, index in enumerate(np.argsort(-row)[:CLASSES]):
        name, log_probability = classes[int(index)], float(row[index])
        if rank and log_probability < HOPELESS:
            break
        text = {CROSS: STRUCK, DASH: HYPHEN, JUNK: UNREADABLE}.get(name, name)
        score = weight * log_probability
        if not lattice.comb:
            score += weight * _unlikely(name) + _geometry(lattice, candidate, name)
        found.append((Mark(text, log_probability, candidate), score))
    if candidate.points > 0 and candidate.whole:
        likely = LOOKS_LIKE_POINT + math.log(candidate.points)
        found.append((Mark(POINT, likely, candidate), likely))
    elif not lattice.comb and _is_dirt(lattice, candidate):
        found.append((Mark("", LOOKS_LIKE_DIRT, candidate), LOOKS_LIKE_DIRT))
    return found


LOOKS_LIKE_POINT, LOOKS_LIKE_DIRT = -0.02, -1.0
"""Log-probabilities that a small low piece beside the digits is a point, and that any other small piece is dirt."""


def _unlikely(name: str) -> float:
    """What speaks against a class in a string before any ink is seen, for each piece: there is nearly always another
    way to part the ink than to call it no symbol, and few people strike out one digit of a number."""
    return {JUNK: -4.0, CROSS: -2.0}.get(name, 0.0)


def _geometry(lattice: Lattice, candidate: Candidate, name: str) -> float:
    """How unlike a symbol `name` of this line the candidate's size and place are: 0 for a likely one, else below."""
    score = 0.0
    if candidate.points and candidate.pieces > 1:
        score -= 2.5 * candidate.points
    if name == DASH:
        # A dash between digits is a stroke of its own; a level part cut off a digit is none.
        return score - (0.0 if candidate.whole else 3.0)
    if name == JUNK:
        return score
    return score + _shape(lattice, candidate)


def _shape(lattice: Lattice, candidate: Candidate) -> float:
    """How unlike a digit of this line the candidate's size is: 0 for a likely one, below that for odd ones."""
    height = candidate.box.height / lattice.line_height
    width = candidate.box.width / lattice.line_height
    low = max(0.0, 0.55 - height) * 12
    return -(low + max(0.0, height - 1.5) * 4 + max(0.0, width - 1.35) * 6)


def _is_dirt(lattice: Lattice, candidate: Candidate) -> bool:
    """Whether the candidate may be a speck: small, and not cut off anything."""
    return candidate.whole and max(candidate.box.height, candidate.box.width) < 0.3 * lattice.line_height
