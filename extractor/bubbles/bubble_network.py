"""How probable it is that a bubble is marked: two small networks of one hidden layer, by what is measured of it, and
by that beside what the first says of the other bubbles of its sheet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractor.bubbles.bubble_context import beside_others
from extractor.bubbles.bubble_measures import MEASURES, Measured
from extractor.bubbles.bubble_parameters import BUBBLES

BUBBLE_CARD = Path(__file__).resolve().parents[1] / "models" / "bubbles.json"
"""What was learned about marks: the weights of the network, fitted by `python -m training bubbles`."""


@dataclass(frozen=True)
class BubbleNetwork:
    """Networks of one hidden layer, of which the mean counts: `mean` and `scale`, shape (k,), of the inputs; `inner`,
    shape (m, k + 1, h), and `outer`, shape (m, h + 1), their weights, those of a constant last."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    inner: NDArray[np.float64]
    outer: NDArray[np.float64]

    def odds(self, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log-odds that each bubble is marked, shape (n,), by its `inputs`, shape (n, k)."""
        inputs = np.c_[(inputs - self.mean) / self.scale, np.ones(len(inputs))]
        hidden = np.tanh(np.einsum("nk,mkh->mnh", inputs, self.inner))
        each = np.einsum("mnh,mh->mn", hidden, self.outer[:, :-1]) + self.outer[:, -1:]
        return np.asarray(each.mean(0), np.float64)


@dataclass(frozen=True)
class BubbleNetworks:
    """`first` takes each bubble by itself, `second` beside those of its sheet."""

    first: BubbleNetwork
    second: BubbleNetwork

    def odds(
        self, seen: Measured, kinds: NDArray[np.intp], labels: Sequence[str]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The log-odds that each bubble of one sheet is marked, by itself and beside the others, each of shape (n,);
        `kinds` and `labels` say which are printed alike. A few bubbles are no sheet to compare with."""
        inputs = by_itself(seen)
        alone = self.first.odds(inputs)
        if len(alone) < BUBBLES.fewest:
            return alone, alone
        return alone, self.second.odds(np.c_[inputs, beside_others(alone, kinds, labels)])


@cache
def shipped_networks() -> BubbleNetworks:
    """The networks of the card that ships."""
    card = json.loads(BUBBLE_CARD.read_text(encoding="utf-8"))
    first, second = (
        BubbleNetwork(*(np.array(card[stage][name], np.float64) for name in ("mean", "scale", "inner", "outer")))
        for stage in ("first", "second")
    )
    return BubbleNetworks(first, second)


def by_itself(seen: Measured) -> NDArray[np.float64]:
    """What the networks see of each bubble, shape (n, len(MEASURES)): its measures, and whether its print is known."""
    return np.asarray(np.c_[bounded(seen.measures), seen.known], np.float64)


def bounded(measures: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the networks see of `measures`, shape (n, len(MEASURES)): all but `behind`, each within
    bounds, so that it says nothing wild of a sheet unlike those that it was fitted on."""
    seen = dict(zip(MEASURES, measures.T, strict=True))

    def there(name: str) -> NDArray[np.float64]:
        # Either a stroke leaves a bubble or none does.
        one = seen[name].clip(0, 1)
        return np.asarray(one / (one + BUBBLES.stroke_seen), np.float64)

    columns = (
        np.sqrt(seen["ink"].clip(0, 0.6)),
        seen["spreads"].clip(0, 6),
        seen["covered"].clip(0, 1),
        np.sqrt(seen["strokes"].clip(0, 1)),
        seen["relative"].clip(0, 1.3),
        seen["beyond"].clip(0, 0.5),
        there("across"),
        seen["texture"].clip(0, 2.5),
        seen["pen"],
        np.log1p(seen["spot"].clip(0, 200)),
        seen["thick"].clip(0, 1),
        seen["sharp"].clip(0, 1.5),
        seen["extent"].clip(0, 1.2),
        there("leaves"),
        seen["exits"].clip(0, 0.6),
        there("through"),
        seen["white"].clip(0.1, 1),
        np.log(seen["pixels"].clip(12, 60)),
        seen["faintest"].clip(1.5, 5),
    )
    return np.stack(columns, 1)
