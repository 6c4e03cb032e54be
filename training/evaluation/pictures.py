"""The pictures of an evaluation, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.evaluation.measures import Confusion, Measures
from training.evaluation.outcomes import Outcome

COLUMNS = 5
SHOWN_CHARACTERS = 16
"""Characters of a string that are shown."""


def _figure(width: float, height: float) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def reject_picture(measures: Measures, path: Path) -> None:
    """Error among what is accepted against the share accepted."""
    figure = _figure(6, 4)
    axes = figure.subplots()
    axes.plot(100 * measures.curve[:, 0], 100 * measures.curve[:, 1], label="most confident first")
    axes.plot(
        [100 * measures.accepted / max(1, measures.count)],
        [100 * measures.accepted_wrong / max(1, measures.accepted)],
        "o",
        label="at the threshold",
    )
    axes.set(xlabel="accepted, %", ylabel="wrong among accepted, %", title="Reject curve", xlim=(0, 100))
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)


def reliability_picture(measures: Measures, path: Path) -> None:
    """The share that is right against confidence, and how many outcomes lie where."""
    figure = _figure(5, 5.5)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color="grey", linestyle=":", label="confidence as it should be")
    middles = [one.confidence for one in measures.reliability]
    upper.plot(middles, [one.right for one in measures.reliability], marker="o", label="share right")
    upper.set(
        ylabel="share right",
        title=f"Reliability; expected calibration error {measures.calibration_error:.3f}",
        ylim=(0, 1.02),
    )
    upper.grid(alpha=0.3)
    upper.legend()
    lows = [one.low for one in measures.reliability]
    widths = [one.high - one.low for one in measures.reliability]
    lower.bar(lows, [one.count for one in measures.reliability], widths, align="edge", edgecolor="white")
    lower.set(xlabel="confidence", ylabel="count", yscale="log", xlim=(0, 1))
    lower.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def confusion_picture(confusion: Confusion, path: Path) -> None:
    """What was read (columns) for what is written (rows), in shares of each row; counts in the squares."""
    names, counts = confusion.symbols, confusion.counts
    size = max(4.5, 0.36 * len(names) + 1.5)
    figure = _figure(size, size)
    axes = figure.subplots()
    shares = counts / np.maximum(1, counts.sum(1, keepdims=True))
    axes.imshow(shares**0.3, cmap="Blues", vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(counts), strict=True):
        dark = shares[row, column] > 0.25
        axes.text(column, row, counts[row, column], ha="center", va="center", fontsize=6, color="w" if dark else "k")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="read", ylabel="written", title="Confusion (∅: none)")
    figure.savefig(path, dpi=120)


def mistakes_picture(mistakes: Sequence[Outcome], data: str, path: Path) -> None:
    """The pictures of `mistakes` with what is written, what was read and how sure that was, the surest first."""
    rows = -(-len(mistakes) // COLUMNS)
    figure = _figure(2.6 * COLUMNS, 1.15 * rows + 0.5)
    grid = figure.subplots(rows, COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, one in zip(grid.flat, mistakes, strict=False):
        if one.picture is not None:
            axes.imshow(one.picture, cmap="gray", vmin=0, vmax=255)
        # A dollar sign would begin a formula.
        text = f"{one.truth[:SHOWN_CHARACTERS] or '∅'} → {one.read[:SHOWN_CHARACTERS] or '∅'}  {one.confidence:.3f}"
        axes.set_title(text.replace("$", r"\$"), fontsize=8, color="tab:red" if one.accepted else "black")
    figure.suptitle(f"{data}: written → read, confidence; red: accepted", fontsize=9)
    figure.savefig(path, dpi=110)
