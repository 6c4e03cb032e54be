"""How a value may stand on paper, and which ink of a lattice is which of its symbols."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from extractor.recognizer.base import CROSS, DASH, JUNK
from extractor.segmentation import Candidate, Lattice
from extractor.values import Floats

SKIPPED = -2.0
"""What speaks, for each piece, against ink that is no symbol of the value (natural log)."""

POINT, DIRT, DIRT_SIZE = -0.02, -1.0, 0.3
"""Log-probabilities that a small low piece is a point and that another is dirt; how large dirt is, in line heights."""

UNLIKE = math.log(0.05)
"""A symbol less probable than this does not look like what it is said to be."""


@dataclass(frozen=True)
class Spelled:
    """Ink of a lattice on the path that spells a value: `name` is a class, or empty for points, dirt and blanks;
    `looks` is the class that it looks most like."""

    candidate: Candidate
    name: str
    log_probability: float
    looks: str = ""


def spellings(value: str, cells: int | None, alphabet: Sequence[str]) -> tuple[str, ...]:
    """The ways in which the symbols of `value` may be written: without its points and dashes; a date in any order; a
    number in a comb with zeros before it. None where it has symbols outside `alphabet`."""
    plain = _plain(value)
    found = [plain]
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value):
        found = _dates(*map(int, match.groups()))
    elif re.fullmatch(r"\d\d:\d\d", value):
        found.append(plain.lstrip("0") or "0")
    elif match := re.fullmatch(r"(\d+)\.(0+)", value):
        found.append(match[1])
    if cells is not None and plain.isdigit():
        found += [text.zfill(length) for text in found for length in range(len(text) + 1, cells + 1)]
    return tuple(text for text in dict.fromkeys(found) if text and set(text) <= set(alphabet))


def _plain(value: str) -> str:
    return "".join(symbol for symbol in value if symbol not in ".,-:/ ")


def _dates(year: int, month: int, day: int) -> list[str]:
    try:
        when = date(year, month, day)
    except ValueError:
        return []
    return [f"{when:{order}}" for order in ("%d%m%Y", "%d%m%y", "%m%d%Y", "%m%d%y", "%Y%m%d", "%y%m%d")]


def spelled(lattice: Lattice, scores: Floats, classes: Sequence[str], texts: Sequence[str]) -> tuple[Spelled, ...]:
    """The best path through `lattice` that writes one of `texts`, by dynamic programming (A. Viterbi, 1967); empty
    where there is none, or where most of its symbols look like others. `scores`, shape (crops, classes), are logs.
    """
    best: tuple[float, tuple[Spelled, ...]] = (-math.inf, ())
    for text in texts:
        found = _aligned(lattice, scores, classes, text)
        if found is not None and found[0] > best[0]:
            best = found
    symbols = [one for one in best[1] if one.name in classes[:-3]]
    unlike = sum(one.log_probability < UNLIKE for one in symbols)
    return best[1] if lattice.comb or unlike <= max(1, len(symbols) // 2) else ()


def _aligned(
    lattice: Lattice, scores: Floats, classes: Sequence[str], text: str
) -> tuple[float, tuple[Spelled, ...]] | None:
    place = {name: i for i, name in enumerate(classes)}
    # tables[node][k]: the best path to the node that has written k symbols.
    tables: list[dict[int, tuple[float, tuple[Spelled, ...]]]] = [{} for _ in range(lattice.nodes)]
    tables[0][0] = (0.0, ())
    for candidate in sorted(lattice.candidates, key=lambda c: c.start):
        skipped = _skipped(lattice, candidate, scores, place)
        for k, (score, path) in tables[candidate.start].items():
            cost = candidate.pieces * (skipped.log_probability + SKIPPED) if skipped.name else skipped.log_probability
            options = [(k, skipped, cost)]
            if candidate.crop is not None and k < len(text):
                likely = float(scores[candidate.crop, place[text[k]]])
                # A path of few wide candidates has fewer terms than one of many narrow ones: each counts by its pieces.
                looks = classes[int(scores[candidate.crop].argmax())]
                options.append((k + 1, Spelled(candidate, text[k], likely, looks), likely * candidate.pieces))
            for written, step, gain in options:
                known = tables[candidate.end].get(written)
                if known is None or score + gain > known[0]:
                    tables[candidate.end][written] = (score + gain, (*path, step))
    return tables[-1].get(len(text))


def _skipped(lattice: Lattice, candidate: Candidate, scores: Floats, place: dict[str, int]) -> Spelled:
    """The candidate as no symbol: a blank, a point, dirt, or the likeliest of the marks."""
    if candidate.crop is None:
        return Spelled(candidate, "", 0.0)
    if not lattice.comb and candidate.whole and candidate.points > 0:
        return Spelled(candidate, "", POINT + math.log(candidate.points))
    size = max(candidate.box.height, candidate.box.width)
    if not lattice.comb and candidate.whole and size < DIRT_SIZE * lattice.line_height:
        return Spelled(candidate, "", DIRT)
    row = scores[candidate.crop]
    name = max((CROSS, DASH, JUNK), key=lambda mark: float(row[place[mark]]))
    return Spelled(candidate, name, float(row[place[name]]))
