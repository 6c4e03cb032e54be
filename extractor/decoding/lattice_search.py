"""The n-best paths through a lattice: a search over candidates and classes."""

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


@dataclass(frozen=True)
class LatticeParameters:
    """Scores and penalties are natural logs; heights and widths are shares of the text line's height."""

    beam: int = 24  # partial paths kept at each node
    classes: int = 4  # classes tried for each candidate
    hopeless: float = -9.2  # log-probability (one in ten thousand) below which only the best class is still tried
    residue: float = 0.25  # share of a cell: more dirt than that makes its being empty doubtful,
    doubtful_blank: float = math.log(0.9)  # and only as probable as this
    point: float = -0.02  # a small low piece beside the digits is a point
    dirt: float = -1.0  # any other small piece is dirt
    speck: float = 0.3  # the size below which a piece is small
    junk: float = -4.0  # per piece, that it is no symbol: there is nearly always another way to part the ink
    cross: float = -2.0  # per piece, that it is struck: few people strike out one digit of a number
    joined_point: float = -2.5  # a symbol takes in a piece that looks like a point
    cut_dash: float = -3.0  # a dash is cut off other ink: between digits it is a stroke of its own
    low: float = 0.55  # height below which a digit is unlikely,
    low_penalty: float = 12  # by so much per height
    tall: float = 1.5  # height above which it is,
    tall_penalty: float = 4
    wide: float = 1.35  # width above which it is,
    wide_penalty: float = 6


LATTICE = LatticeParameters()


@dataclass(frozen=True)
class Mark:
    """One symbol of a path: what it says and how probable that is, given its crop alone."""

    text: str
    log_probability: float
    candidate: Candidate


@dataclass(frozen=True)
class Path:
    """One path through the lattice. `score` ranks paths of one lattice against each other (natural log)."""

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
        longer = [
            (path.score + score, path, mark)
            for candidate in arriving[node]
            for mark, score in options[id(candidate)]
            for path in beams[candidate.start]
        ]
        longer.sort(key=itemgetter(0), reverse=True)
        # Best first, so that of the paths to one text the first is its best; few of them are ever written out.
        grown: dict[str, Path] = {}
        for total, path, mark in longer:
            text = path.text + mark.text
            if text not in grown:
                grown[text] = Path((*path.marks, mark), total, text)
                if len(grown) == LATTICE.beam:
                    break
        beams[node] = list(grown.values())
    return beams[-1]


def _options(
    lattice: Lattice, candidate: Candidate, log_probabilities: Floats, classes: Sequence[str]
) -> list[tuple[Mark, float]]:
    """What one candidate may say, each with its part of the path's score."""
    if candidate.crop is None:
        empty = LATTICE.doubtful_blank if candidate.residue > LATTICE.residue else 0.0
        return [(Mark(BLANK, empty, candidate), empty)]
    row = log_probabilities[candidate.crop]
    found: list[tuple[Mark, float]] = []
    # A path of few wide candidates has fewer terms than one of many narrow ones: each counts by its pieces.
    weight = candidate.pieces
    for rank, index in enumerate(np.argsort(-row)[: LATTICE.classes]):
        name, log_probability = classes[int(index)], float(row[index])
        if rank and log_probability < LATTICE.hopeless:
            break
        text = {CROSS: STRUCK, DASH: HYPHEN, JUNK: UNREADABLE}.get(name, name)
        score = weight * log_probability
        if not lattice.comb:
            score += weight * _unlikely(name) + _geometry(lattice, candidate, name)
        found.append((Mark(text, log_probability, candidate), score))
    if candidate.points > 0 and candidate.whole:
        likely = LATTICE.point + math.log(candidate.points)
        found.append((Mark(POINT, likely, candidate), likely))
    elif not lattice.comb and _is_dirt(lattice, candidate):
        found.append((Mark("", LATTICE.dirt, candidate), LATTICE.dirt))
    return found


def _unlikely(name: str) -> float:
    """What speaks against a class in a string before any ink is seen, for each piece."""
    return {JUNK: LATTICE.junk, CROSS: LATTICE.cross}.get(name, 0.0)


def _geometry(lattice: Lattice, candidate: Candidate, name: str) -> float:
    """How unlike a symbol `name` of this text line the candidate is: 0 for a likely one, else below."""
    score = 0.0
    if candidate.points and candidate.pieces > 1:
        score += LATTICE.joined_point * candidate.points
    if name == DASH:
        return score + (0.0 if candidate.whole else LATTICE.cut_dash)
    if name == JUNK:
        return score
    return score + _shape(lattice, candidate)


def _shape(lattice: Lattice, candidate: Candidate) -> float:
    """How unlike a digit of this text line the candidate's size is: 0 for a likely one, else below."""
    height = candidate.box.height / lattice.line_height
    width = candidate.box.width / lattice.line_height
    low = max(0.0, LATTICE.low - height) * LATTICE.low_penalty
    tall = max(0.0, height - LATTICE.tall) * LATTICE.tall_penalty
    return -(low + tall + max(0.0, width - LATTICE.wide) * LATTICE.wide_penalty)


def _is_dirt(lattice: Lattice, candidate: Candidate) -> bool:
    """Whether the candidate may be a speck: small, and not cut off anything."""
    return candidate.whole and max(candidate.box.height, candidate.box.width) < LATTICE.speck * lattice.line_height
