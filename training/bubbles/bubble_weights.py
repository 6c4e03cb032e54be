"""Fits by what measures a bubble is taken as marked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractor.bubbles.bubble_context import beside_others
from extractor.bubbles.bubble_cut import cut_bubbles
from extractor.bubbles.bubble_measures import MEASURES, Measured, measured
from extractor.bubbles.bubble_network import BUBBLE_CARD, BubbleNetwork, by_itself
from training.bubbles.drawn_sheets import drawn_sheets

HIDDEN, NETWORKS, EPOCHS, BATCH = 16, 2, 60, 512
"""Units of the hidden layer, networks of the first kind that are fitted on the same sheets, and how long each is
fitted, on how many at once."""

FASTEST, HELD = 0.01, 1e-5
"""The length of the first steps, and how small the weights are kept."""

SHEET_FOLDS, SECOND_NETWORKS = 3, 4
"""Parts of the sheets, of each of which the first networks say what those fitted on the others say; and networks of the
second kind."""

FIT_SEED, SHEETS = 100, 160
"""Of the sheets that weights are fitted on, so many as forms should be scanned and as many hard ones; those that are
measured on have other seeds."""

STROKE_LEAVES = 0.15
"""Of the darkness of a sheet's strokes, by which a stroke must be seen beyond a bubble that it strikes out."""

SMALL_FORM = (8, 40)
"""Bubbles of the small forms that are made of parts of each sheet."""

OFF = 0.7
"""Pixels by which a form may be thought to lie off."""


@dataclass(frozen=True)
class SheetMaterial:
    """The bubbles of one sheet: what is `seen` of them, their `kinds`, shape (n,), and `labels`, which are `marked`,
    and which are `told`: that nobody sees what was done to the others; both of shape (n,)."""

    seen: Measured
    kinds: NDArray[np.intp]
    labels: tuple[str, ...]
    marked: NDArray[np.bool_]
    told: NDArray[np.bool_]


def material(count: int, seed: int, *, hard: bool) -> list[SheetMaterial]:
    """The bubbles of `count` drawn sheets, `hard` ones or not.

    Where the form lies is known, so it is not looked for: that would take most of the time.
    """
    found = []
    for number, sheet in enumerate(drawn_sheets(count, seed, hard=hard)):
        matrix = np.eye(3)
        matrix[:2, 2] = np.random.default_rng((seed, number, 1)).normal(0, OFF, 2)
        fields = sheet.template.all_fields
        answers = [answer for field in fields for answer in field.bubbles]
        cut = cut_bubbles(sheet.image, matrix @ sheet.matrix, answers)
        labels = tuple(one.label for own in answers for one in own)
        seen = measured(cut, labels)
        # Their pictures would fill the memory.
        seen = replace(seen, ink=np.zeros((0, 0, 0), np.float32))
        keys = [
            (field.name, number, place)
            for field in fields
            for number, answer in enumerate(field.bubbles)
            for place in range(len(answer))
        ]
        states = np.array([sheet.states[key] for key in keys])
        # Where the stroke through a fill hardly shows, nothing is to be learned from it.
        struck = np.array([sheet.kinds[key] == "struck" for key in keys])
        hidden = struck & (seen.measures[:, MEASURES.index("leaves")] < STROKE_LEAVES)
        found.append(SheetMaterial(seen, cut.kinds, labels, states == "marked", (states != "unseen") & ~hidden))
    return found


def fit_bubbles(out: Path = BUBBLE_CARD, count: int = SHEETS, say: Callable[[str], None] = print) -> None:
    """Writes the weights into `out`."""
    sheets = material(count, FIT_SEED, hard=True) + material(count, FIT_SEED + 1, hard=False)
    inputs = [by_itself(sheet.seen) for sheet in sheets]
    mean, scale = _usual(np.concatenate(inputs))
    folds = [at % SHEET_FOLDS for at in range(len(sheets))]
    weights = []
    for fold in range(SHEET_FOLDS):
        others = [(own, sheet) for own, sheet, part in zip(inputs, sheets, folds, strict=True) if part != fold]
        weights.append(_fitted(others, mean, scale, NETWORKS))
    # What networks say of sheets that they were fitted on is too sure.
    odds = [BubbleNetwork(mean, scale, *weights[part]).odds(own) for own, part in zip(inputs, folds, strict=True)]
    rng = np.random.default_rng(FIT_SEED)
    beside = [
        one
        for own, alone, sheet in zip(inputs, odds, sheets, strict=True)
        for one in _with_parts(own, alone, sheet, rng)
    ]
    final_mean, final_scale = _usual(np.concatenate([own for own, _ in beside]))
    final = _fitted(beside, final_mean, final_scale, SECOND_NETWORKS)
    first = tuple(np.concatenate([part[place] for part in weights]) for place in range(2))
    marked = np.concatenate([sheet.marked[sheet.told] for sheet in sheets])
    card = {
        "what": "the log-odds that a bubble is marked: means of networks with one hidden layer, by its measures, and "
        "by these beside what the first say of its sheet",
        "measures": [*(name for name in MEASURES if name != "behind"), "known"],
        "made": f"python -m training bubbles: {len(marked)} bubbles of {len(sheets)} drawn sheets, seed {FIT_SEED}",
        "first": _as_card(mean, scale, *first),
        "second": _as_card(final_mean, final_scale, *final),
    }
    out.write_text(json.dumps(card) + "\n", encoding="utf-8")
    say(f"{out}: fitted on {len(marked)} bubbles, {int(marked.sum())} of them marked")


def _usual(inputs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean of `inputs`, shape (n, k), and how far they spread, both of shape (k,), as a card keeps them."""
    return np.round(inputs.mean(0), 5), np.round(inputs.std(0) + 1e-4, 5)


def _as_card(*numbers: NDArray[np.float64]) -> dict[str, list[float]]:
    names = ("mean", "scale", "inner", "outer")
    return {name: np.round(one, 5).tolist() for name, one in zip(names, numbers, strict=True)}


def _fitted(
    parts: Sequence[tuple[NDArray[np.float64], SheetMaterial]],
    mean: NDArray[np.float64],
    scale: NDArray[np.float64],
    networks: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The weights of so many `networks` by the inputs of `parts`, shape (n, k) each, one after the other."""
    inputs = np.concatenate([own[sheet.told] for own, sheet in parts])
    marked = np.concatenate([sheet.marked[sheet.told] for _, sheet in parts])
    inputs = np.c_[(inputs - mean) / scale, np.ones(len(inputs))]
    fitted = [fit_network(inputs, marked, np.random.default_rng(seed)) for seed in range(networks)]
    return np.stack([inner for inner, _ in fitted]), np.stack([outer for _, outer in fitted])


def _with_parts(
    inputs: NDArray[np.float64], odds: NDArray[np.float64], sheet: SheetMaterial, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.float64], SheetMaterial]]:
    """A sheet beside itself, and a part of it as if that were a small form."""
    yield np.c_[inputs, beside_others(odds, sheet.kinds, sheet.labels)], sheet
    low, high = SMALL_FORM
    if len(odds) <= high:
        return
    size = int(rng.integers(low, high))
    begin = int(rng.integers(len(odds) - size))
    own = np.arange(begin, begin + size)
    labels = tuple(sheet.labels[at] for at in own)
    part = replace(sheet, kinds=sheet.kinds[own], labels=labels, marked=sheet.marked[own], told=sheet.told[own])
    yield np.c_[inputs[own], beside_others(odds[own], part.kinds, labels)], part


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
