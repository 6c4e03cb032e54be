"""How probable it is that each bubble of a sheet is marked."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractor.bubbles.bubble_cut import cut_bubbles
from extractor.bubbles.bubble_measures import MEASURES, Measured, measured
from extractor.bubbles.bubble_network import shipped_networks
from extractor.bubbles.bubble_parameters import BUBBLES
from extractor.fields.place_doubts import STREAK, find_streaks
from extractor.template import TemplateField
from extractor.values import Doubt, DoubtKind, Gray, Points

ASTRAY = Doubt(DoubtKind.PLACE, "its bubbles do not lie where those around them say", most=0.5)

MISSING = Doubt(DoubtKind.PLACE, "bubbles of this sheet are not printed where the form has them", most=0.5)

PALE = Doubt(DoubtKind.MARK, "many bubbles of this sheet hold something pale, so a mark may be missed", most=0.9)

LIKELY = 0.5
"""From this probability on a bubble is taken as marked."""

Quad = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class SeenBubble:
    """One bubble: its `label`, how probable it is that it is `marked`, whether there is something in it at all (what is
    not marked is then withdrawn, or dirt), and its corners on the page, clockwise from the form's top left.

    `ink`, shape (side, side), is what is in it, 255 = ink.
    """

    label: str
    marked: float
    inked: bool
    quad: Quad
    ink: Gray

    @property
    def is_marked(self) -> bool:
        """Whether it is rather marked than not."""
        return self.marked > LIKELY


@dataclass(frozen=True)
class SeenMarks:
    """What is seen of a field of bubbles: those of each of its answers, and what is odd about them."""

    answers: tuple[tuple[SeenBubble, ...], ...]
    doubts: tuple[Doubt, ...] = ()


def read_bubbles(image: Gray, matrix: Points, fields: Sequence[TemplateField]) -> list[SeenMarks]:
    """What is seen of each of `fields`, all those with bubbles of one sheet: `image` is the page, and `matrix`, shape
    (3, 3), takes template units to its pixels."""
    answers = [answer for field in fields for answer in field.bubbles]
    if not answers:
        return []
    cut = cut_bubbles(image, matrix, answers)
    labels = [one.label for answer in answers for one in answer]
    seen = measured(cut, labels)
    chances = probabilities(seen, cut.kinds, labels)
    inked = is_inked(seen.measures)
    pictures = (255 * seen.ink).astype(np.uint8)
    bubbles = iter(
        SeenBubble(label, float(chance), bool(dark), _as_quad(quad), picture)
        for label, chance, dark, quad, picture in zip(labels, chances, inked, cut.quads, pictures, strict=True)
    )
    missed = (is_spotted(seen.measures) & (chances < LIKELY)).mean()
    pale = missed > BUBBLES.pale_share and seen.measures[0, MEASURES.index("pen")] < BUBBLES.pale_pen
    missing = float(cut.missing.mean()) > BUBBLES.missing_share
    astray = iter(cut.astray.tolist())
    streaks = find_streaks(image)
    found = []
    for field in fields:
        own = tuple(tuple(next(bubbles) for _ in answer) for answer in field.bubbles)
        lost = any(list(itertools.islice(astray, sum(map(len, own)))))
        crossed = any(_is_crossed(one.quad, streaks) for answer in own for one in answer)
        told = ((ASTRAY, lost), (MISSING, missing), (STREAK, crossed), (PALE, pale))
        found.append(SeenMarks(own, tuple(doubt for doubt, is_so in told if is_so)))
    return found


def _as_quad(corners: Points) -> Quad:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


def _is_crossed(quad: Quad, streaks: tuple[list[float], list[float]]) -> bool:
    xs, ys = zip(*quad, strict=True)
    return any(min(xs) <= x <= max(xs) for x in streaks[0]) or any(min(ys) <= y <= max(ys) for y in streaks[1])


def probabilities(seen: Measured, kinds: NDArray[np.intp], labels: Sequence[str]) -> NDArray[np.float64]:
    """How probable it is that each bubble of a sheet is marked, shape (n,), by what is `seen` of it; `kinds`, shape
    (n,), and `labels` say which are printed alike.

    Whatever the networks say, what is plainly inked, has a spot as no empty one has or is darker behind its print is
    not surely empty, and neither what is not inked nor what is filled with a stroke through it is surely marked; and
    nothing is sure that is in doubt by itself. What is printed may be ink, or ink print, where it is not known: there
    nothing is sure either.
    """
    alone, odds = shipped_networks().odds(seen, kinds, labels)
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-odds.clip(-30, 30)))

    def measure(name: str) -> NDArray[np.float64]:
        return np.asarray(seen.measures[:, MEASURES.index(name)], np.float64)

    plainly = is_inked(seen.measures) & (measure("relative") > BUBBLES.plainly)
    struck = (measure("across") > BUBBLES.stroke_seen) & (measure("covered") > BUBBLES.filled)
    hardly = ~is_inked(seen.measures)
    inked = plainly | is_spotted(seen.measures) | (measure("behind") > BUBBLES.behind)
    empty, marked = BUBBLES.alone_sure
    low = np.where(inked | ~seen.known | (alone > empty), BUBBLES.never_surely, 0.0)
    high = np.where(struck | hardly | ~seen.known | (alone < marked), 1 - BUBBLES.never_surely, 1.0)
    return np.asarray(np.clip(chances, low, high), np.float64)


def is_inked(measures: NDArray[np.float64]) -> NDArray[np.bool_]:
    """In which bubbles there is something, shape (n,)."""
    return np.asarray(measures[:, MEASURES.index("spreads")] > np.log1p(BUBBLES.clearly), np.bool_)


def is_spotted(measures: NDArray[np.float64]) -> NDArray[np.bool_]:
    """In which bubbles there is a spot as no empty one has, shape (n,), be it ever so pale."""
    return np.asarray(measures[:, MEASURES.index("spot")] > BUBBLES.spotted, np.bool_)
