"""Fits by what measures a bubble is taken as marked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractor.bubbles.bubble_cut import cut_bubbles
from extractor.bubbles.bubble_measures import MEASURES, measured
from extractor.bubbles.bubble_network import BUBBLE_CARD, bounded
from training.bubbles.drawn_sheets import drawn_sheets

HIDDEN, NETWORKS, EPOCHS, BATCH = 16, 4, 60, 512
"""Units of the hidden layer, networks of which the mean is taken, and how long each is fitted, on how many at once."""

FASTEST, HELD = 0.01, 1e-5
"""The length of the first steps, and how small the weights are kept."""

FIT_SEED, SHEETS = 100, 70
"""Of the sheets that weights are fitted on, so many as forms should be scanned and as many hard ones; those that are
measured on have other seeds."""

STROKE_LEAVES = 0.15
"""Of the darkness of a sheet's strokes, by which a stroke must be seen beyond a bubble that it strikes out."""

OFF = 0.7
"""Pixels by which a form may be thought to lie off."""


@dataclass(frozen=True)
class Material:
    """The `measures`, shape (n, len(MEASURES)), of bubbles and which of them are `marked`, shape (n,)."""

    measures: NDArray[np.float64]
    marked: NDArray[np.bool_]


def material(count: int, seed: int, *, hard: bool) -> Material:
    """The bubbles of `count` drawn sheets, `hard` ones or not, of which it is known what is printed in
    them, and marks that can be seen.

    Where the form lies is known, so it is not looked for: that would take most of the time.
    """
    measures, marked = [], []
    for number, sheet in enumerate(drawn_sheets(count, seed, hard=hard)):
        matrix = np.eye(3)
        matrix[:2, 2] = np.random.default_rng((seed, number, 1)).normal(0, OFF, 2)
        fields = sheet.template.all_fields
        answers = [answer for field in fields for answer in field.bubbles]
        cut = cut_bubbles(sheet.image, matrix @ sheet.matrix, answers)
        seen = measured(cut, [one.label for own in answers for one in own])
        keys = [
            (field.name, number, place)
            for field in fields
            for number, answer in enumerate(field.bubbles)
            for place in range(len(answer))
        ]
        states = np.array([sheet.states[key] for key in keys])
        # A fill that is struck out by a stroke which is not seen beyond it is a fill to anybody.
        struck = np.array([sheet.kinds[key] == "struck" for key in keys])
        hidden = struck & (seen.measures[:, MEASURES.index("leaves")] < STROKE_LEAVES)
        told = seen.known & (states != "unseen") & ~hidden
        measures.append(seen.measures[told])
        marked.append(states[told] == "marked")
    return Material(np.concatenate(measures), np.concatenate(marked))


def fit_bubbles(out: Path = BUBBLE_CARD, count: int = SHEETS, say: Callable[[str], None] = print) -> None:
    """Writes the weights into `out`."""
    parts = [material(count, FIT_SEED, hard=True), material(count, FIT_SEED + 1, hard=False)]
    marked = np.concatenate([one.marked for one in parts])
    inputs = bounded(np.concatenate([one.measures for one in parts]))
    mean, scale = inputs.mean(0), inputs.std(0) + 1e-6
    inputs = np.c_[(inputs - mean) / scale, np.ones(len(inputs))]
    fitted = [fit_network(inputs, marked, np.random.default_rng(seed)) for seed in range(NETWORKS)]
    card = {
        "what": "the log-odds that a bubble is marked, by its measures: the mean of networks with one hidden layer",
        "measures": [name for name in MEASURES if name != "behind"],
        "made": f"python -m training bubbles: {len(marked)} bubbles of {2 * count} drawn sheets, seed {FIT_SEED}",
        "mean": np.round(mean, 5).tolist(),
        "scale": np.round(scale, 5).tolist(),
        "inner": np.round([inner for inner, _ in fitted], 4).tolist(),
        "outer": np.round([outer for _, outer in fitted], 4).tolist(),
    }
    out.write_text(json.dumps(card) + "\n", encoding="utf-8")
    say(f"{out}: fitted on {len(marked)} bubbles, {int(marked.sum())} of them marked")


def fit_network(
    inputs: NDArray[np.float64], marked: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of the hidden layer, shape (k, HIDDEN), and of what follows, shape (HIDDEN + 1,), by which `marked`,
    shape (n,), is most probable of `inputs`, shape (n, k): by Adam (D. Kingma, J. Ba, 2014)."""
    count, width = inputs.shape
    batch = min(BATCH, count)
    steps = EPOCHS * (count // batch)
    weights = [rng.normal(0, width**-0.5, (width, HIDDEN)), np.append(rng.normal(0, HIDDEN**-0.5, HIDDEN), -1.0)]
    first, second = [np.zeros_like(one) for one in weights], [np.zeros_like(one) for one in weights]
    order = np.concatenate([rng.permutation(count)[: count // batch * batch] for _ in range(EPOCHS)])
    for step, own in enumerate(order.reshape(-1, batch), start=1):
        hidden = np.tanh(inputs[own] @ weights[0])
        odds = hidden @ weights[1][:-1] + weights[1][-1]
        error = (1 / (1 + np.exp(-odds.clip(-40, 40))) - marked[own]) / batch
        back = np.outer(error, weights[1][:-1]) * (1 - hidden**2)
        slopes = [inputs[own].T @ back, np.append(hidden.T @ error, error.sum())]
        rate = FASTEST * (1 - step / steps) + 1e-5
        for place, slope in enumerate(slopes):
            held = slope + HELD * weights[place]
            first[place] = 0.9 * first[place] + 0.1 * held
            second[place] = 0.999 * second[place] + 0.001 * held**2
            steady = first[place] / (1 - 0.9**step)
            weights[place] = weights[place] - rate * steady / (np.sqrt(second[place] / (1 - 0.999**step)) + 1e-8)
    return weights[0], weights[1]
