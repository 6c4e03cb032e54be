"""What a training run has done so far, as JSON and as a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HISTORY = "history.json"
CURVES_PICTURE = "curves.png"


def read_history(folder: Path) -> list[dict[str, Any]]:
    """One entry an epoch that is done; empty where the run has not begun."""
    path = folder / HISTORY
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return entries


def write_history(folder: Path, history: list[dict[str, Any]]) -> None:
    """Write `history` to `history.json`, and its curves to `curves.png` where matplotlib is installed."""
    aside = folder / f"{HISTORY}.new"
    aside.write_text(json.dumps(history, indent=1) + "\n", encoding="utf-8")
    aside.replace(folder / HISTORY)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    loss, errors = figure.subplots(1, 2)
    epochs = [entry["epoch"] for entry in history]
    loss.plot(epochs, [entry["loss"] for entry in history], marker="o", label="training")
    loss.set(xlabel="epoch", ylabel="loss", title="Loss")
    for key, name in (("plain", "symbols as they are"), ("changed", "all classes, changed")):
        errors.plot(epochs, [100 * (1 - entry[key]) for entry in history], marker="o", label=name)
    errors.set(xlabel="epoch", ylabel="errors, %", yscale="log", title="Held-out writers")
    for axes in (loss, errors):
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(folder / CURVES_PICTURE, dpi=120)
