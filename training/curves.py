"""What a training run has done so far, as JSON and as a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from extractor.export.draft import Draft, write_whole

HISTORY = "history.json"
CURVES_PICTURE = "curves.png"

MEASURED = {
    "plain": "held-out symbols",
    "changed": "all classes, as scans may show them",
    "digits_right": "held-out strings",
}
"""What is measured after an epoch, and what it is called."""


def read_history(folder: Path) -> list[dict[str, Any]]:
    """One entry per epoch that is done; empty where the run has not begun."""
    path = folder / HISTORY
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return entries


def write_history(folder: Path, history: list[dict[str, Any]]) -> None:
    """Write `history` to `history.json`, and its curves to `curves.png` where matplotlib is installed."""
    write_whole(folder / HISTORY, (json.dumps(history, indent=1) + "\n").encode())
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    loss, errors = figure.subplots(1, 2)
    epochs = [entry["epoch"] for entry in history]
    loss.plot(epochs, [entry["loss"] for entry in history], marker="o", label="training")
    loss.set(xlabel="epoch", ylabel="loss", title="Loss")
    for key in MEASURED.keys() & history[-1].keys():
        errors.plot(epochs, [100 * (1 - entry[key]) for entry in history], marker="o", label=MEASURED[key])
    errors.set(xlabel="epoch", ylabel="errors, %", yscale="log", title="Held-out writers")
    for axes in (loss, errors):
        axes.grid(alpha=0.3)
        if axes.get_lines():
            axes.legend()
    draft = Draft(folder / CURVES_PICTURE)
    figure.savefig(draft.path, dpi=120)
    draft.publish()
