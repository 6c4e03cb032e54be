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
from extractor.bubbles.bubble_state import BUBBLE_CARD, design
from extractor.registration import register
from training.bubbles.drawn_sheets import drawn_sheets
from training.logistic import weights_of

HELD = 0.3
"""How small the weights are kept: few drawn sheets are not all sheets."""

FIT_SEED, SHEETS = 100, 120
"""Of the sheets that weights are fitted on; those that are measured on have other seeds."""


@dataclass(frozen=True)
class Material:
    """The `measures`, shape (n, len(MEASURES)), of bubbles and which of them are `marked`, shape (n,)."""

    measures: NDArray[np.float64]
    marked: NDArray[np.bool_]


def material(count: int, seed: int) -> Material:
    """The bubbles of `count` drawn sheets, where the form is found on them."""
    measures, marked = [], []
    for sheet in drawn_sheets(count, seed):
        found = register(sheet.image, [sheet.template])
        if found is None:
            continue
        fields = sheet.template.all_fields
        answers = [answer for field in fields for answer in field.bubbles]
        seen = measured(cut_bubbles(sheet.image, found.matrix, answers), [one.label for own in answers for one in own])
        measures.append(seen.measures)
        marked += [
            sheet.states[field.name, number, place] == "marked"
            for field in fields
            for number, answer in enumerate(field.bubbles)
            for place in range(len(answer))
        ]
    return Material(np.concatenate(measures), np.array(marked))


def fit_bubbles(out: Path = BUBBLE_CARD, count: int = SHEETS, say: Callable[[str], None] = print) -> None:
    """Writes the weights into `out`."""
    seen = material(count, FIT_SEED)
    columns = design(seen.measures)
    weights = weights_of(columns, seen.marked, np.zeros(columns.shape[1]), HELD)
    card = {
        "what": "the log-odds that a bubble is marked: the sum of these weights times what `design` makes of measures",
        "measures": list(MEASURES),
        "made": f"python -m training bubbles: {len(seen.marked)} bubbles of {count} drawn sheets, seed {FIT_SEED}",
        "weights": [round(float(one), 6) for one in weights],
    }
    out.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    say(f"{out}: fitted on {len(seen.marked)} bubbles, {int(seen.marked.sum())} of them marked")
