"""The path through a string's lattice that spells what was read, its symbols where the text line has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractor.segmentation import Candidate, Lattice
from extractor.values import Floats


@dataclass(frozen=True)
class PathParameters:
    """Scores are natural logs; lengths are shares of the height of the digits. Chosen on composed strings, and on how
    probable the digits of correctly read strings are by their crops (the thirds that confidence is fitted on)."""

    unlike: float = -7.0  # no symbol counts as less probable than this
    mark: float = -1.5  # what is no class of the symbols' network
    point: float = -0.3  # a small piece as a point or comma
    small: float = 0.45  # the size below which a piece is small
    no_point: float = -6.0  # anything larger as a point
    aside: float = 0.05  # for a symbol so far from where CTC has it as the digits are high, squared
    left_out: float = -9.0  # for ink as much as a symbol has, that is none
    left_out_cut: float = 2.0  # times as much for ink that was cut off other ink
    without_ink: float = -15.0  # for a symbol
    crossed: float = -1.5  # for each width of the stroke that the cut crosses
    low: float = 0.4  # height below which a digit is unlikely,
    low_penalty: float = 8.0  # by so much per height


PATH = PathParameters()


def string_path(
    lattice: Lattice,
    log_probabilities: Floats,
    classes: Sequence[str],
    text: str,
    middles: NDArray[np.float64],
) -> list[Candidate | None]:
    """For each symbol of `text` its ink: the best path through `lattice` by dynamic programming (A. Viterbi, 1967).

    `log_probabilities` has shape (crops of the lattice, classes); `middles`, shape (symbols,), are the columns where
    CTC has each symbol, in pixels of the lattice's boxes. None for a symbol that has no ink left.
    """
    place = {name: index for index, name in enumerate(classes)}
    usual = sum(one.ink for one in lattice.candidates if one.pieces == 1) / max(1, len(text))
    count = len(text)
    # best[node][k]: of the paths to the node on which k symbols have been said; with the step that led there.
    best = np.full((lattice.nodes, count + 1), -np.inf)
    best[0, 0] = 0.0
    came: dict[tuple[int, int], tuple[int, int, Candidate | None]] = {}
    arriving: list[list[Candidate]] = [[] for _ in range(lattice.nodes)]
    for candidate in lattice.candidates:
        arriving[candidate.end].append(candidate)
    for node in range(lattice.nodes):
        for candidate in arriving[node]:
            row = log_probabilities[candidate.crop] if candidate.crop is not None else np.zeros(len(classes))
            likely = {name: float(row[index]) for name, index in place.items()}
            scores = _scores(lattice, candidate, likely, text, middles)
            start = candidate.start
            if candidate.pieces == 1:
                gone = PATH.left_out * candidate.ink / max(1.0, usual) * (1.0 if candidate.whole else PATH.left_out_cut)
                for k in range(count + 1):
                    if best[start, k] + gone > best[node, k]:
                        best[node, k] = best[start, k] + gone
                        came[node, k] = start, k, None
            for k in range(count):
                total = best[start, k] + scores[k]
                if total > best[node, k + 1]:
                    best[node, k + 1] = total
                    came[node, k + 1] = start, k, candidate
        for k in range(count):
            if best[node, k] + PATH.without_ink > best[node, k + 1]:
                best[node, k + 1] = best[node, k] + PATH.without_ink
                came[node, k + 1] = node, k, None
    path: list[Candidate | None] = [None] * count
    node, k = lattice.nodes - 1, count
    while (node, k) in came:
        before, said, taken = came[node, k]
        if said < k:
            path[said] = taken
        node, k = before, said
    return path


def _scores(
    lattice: Lattice,
    candidate: Candidate,
    likely: Mapping[str, float],
    text: str,
    middles: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How well `candidate`, of whose crop the network says what is `likely`, may be each symbol of `text`, shape
    (symbols,)."""
    box, height = candidate.box, lattice.line_height
    aside = (box.left + box.width / 2 - middles) / height
    scores = -PATH.aside * aside**2
    small = max(box.width, box.height) < PATH.small * height
    low = PATH.low_penalty * max(0.0, PATH.low - box.height / height)
    for index, symbol in enumerate(text):
        if symbol in likely:
            scores[index] += max(PATH.unlike, likely[symbol]) - low
        elif symbol in ".,":
            scores[index] += PATH.point if small else PATH.no_point
        else:
            scores[index] += PATH.mark
    return scores + PATH.crossed * candidate.crossed
