"""The best ways through a lattice: n-best search over candidates and classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractor.recognizer import CROSS, DASH, JUNK
from extractor.segmentation import Candidate, Lattice
from extractor.values import Floats

BLANK, STRUCK, HYPHEN, POINT, UNREADABLE = "_", "X", "-", ".", "?"
"""How a path writes what is no symbol of the alphabet: an empty cell, a struck one, a dash, a point, no symbol."""

BEAM = 24
CLASSES = 4
"""Partial paths kept at each node, and classes tried for each candidate."""

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

    @property
    def text(self) -> str:
        return "".join(mark.text for mark in self.marks)

    @property
    def weakest(self) -> float:
        """The lowest log-probability of its symbols."""
        return min((mark.log_probability for mark in self.marks), default=0.0)


def best_paths(lattice: Lattice, log_probabilities: Floats, classes: Sequence[str]) -> list[Path]:
    """The best paths, best first, each with another text. `log_probabilities` has shape (crops, classes)."""
    arriving: list[list[Candidate]] = [[] for _ in range(lattice.nodes)]
    for candidate in lattice.candidates:
        arriving[candidate.end].append(candidate)
    options = {
        id(candidate): _options(lattice, candidate, log_probabilities, classes) for candidate in lattice.candidates
    }
    beams: list[list[Path]] = [[] for _ in range(lattice.nodes)]
    beams[0] = [Path((), 0.0)]
    for node in range(1, lattice.nodes):
        grown: dict[str, Path] = {}
        for candidate in arriving[node]:
            for mark, score in options[id(candidate)]:
                for path in beams[candidate.start]:
                    total = path.score + score
                    text = path.text + mark.text
                    if text not in grown or total > grown[text].score:
                        grown[text] = Path((*path.marks, mark), total)
        beams[node] = sorted(grown.values(), key=lambda p: -p.score)[:BEAM]
    return beams[-1]


def _options(
    lattice: Lattice, candidate: Candidate, log_probabilities: Floats, classes: Sequence[str]
) -> list[tuple[Mark, float]]:
    """What one candidate may say, each with its part of the path's score."""
    if candidate.crop is None:
        return [(Mark(BLANK, 0.0, candidate), 0.0)]
    row = log_probabilities[candidate.crop]
    found: list[tuple[Mark, float]] = []
    # A path of few wide candidates has fewer terms than one of many narrow ones: each counts by its pieces.
    weight = candidate.pieces
    shape = 0.0 if lattice.comb else _shape(lattice, candidate)
    for rank, index in enumerate(np.argsort(-row)[:CLASSES]):
        name, log_probability = classes[int(index)], float(row[index])
        if rank and log_probability < HOPELESS:
            break
        text = {CROSS: STRUCK, DASH: HYPHEN, JUNK: UNREADABLE}.get(name, name)
        score = weight * log_probability
        if name == JUNK and not lattice.comb:
            continue
        if name == CROSS and not lattice.comb:
            score -= 2.0 * weight
        if text not in (HYPHEN, UNREADABLE):
            score += shape
        found.append((Mark(text, log_probability, candidate), score))
    if not lattice.comb:
        found += _small(lattice, candidate)
    return found


def _shape(lattice: Lattice, candidate: Candidate) -> float:
    """How unlike a digit of this line the candidate's size is: 0 for a likely one, below that for odd ones."""
    height = candidate.box.height / lattice.line_height
    width = candidate.box.width / lattice.line_height
    low = max(0.0, 0.55 - height) * 12
    return -(low + max(0.0, height - 1.5) * 4 + max(0.0, width - 1.1) * 6)


def _small(lattice: Lattice, candidate: Candidate) -> list[tuple[Mark, float]]:
    """Points, commas and dirt: small things that no digit is."""
    box, line = candidate.box, lattice.line_height
    size = max(box.height, box.width) / line
    if size >= 0.5:
        return []
    chance = 1 / (1 + math.exp((size - 0.33) / 0.04))
    log_probability = math.log(max(chance, 1e-6))
    return [(Mark(POINT, log_probability, candidate), candidate.pieces * log_probability)]
