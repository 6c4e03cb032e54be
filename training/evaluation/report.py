"""An evaluation as files: JSON with every figure, and pictures."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from extractor.errors import OutputError
from training.evaluation.measures import Measures, worst
from training.evaluation.outcomes import Outcomes
from training.evaluation.pictures import (
    confusion_picture,
    mistakes_picture,
    reject_picture,
    reliability_picture,
)

JSON = "evaluation.json"
MISTAKES = 60
"""Mistakes that are drawn on the page."""


def write_report(folder: Path, found: Outcomes, measures: Measures, about: dict[str, Any]) -> None:
    """Write `evaluation.json` (with `about`, what the set was read with) and `reject_curve.png`, `reliability.png`,
    `confusion.png` and, if there are any, `mistakes.png` into `folder`. Raises OutputError."""
    mistakes = worst(found.outcomes, MISTAKES)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tree = {**about, **figures(found, measures)}
        (folder / JSON).write_text(json.dumps(tree, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        reject_picture(measures, folder / "reject_curve.png")
        reliability_picture(measures, folder / "reliability.png")
        confusion_picture(measures.confusion, folder / "confusion.png")
        page = folder / "mistakes.png"
        if mistakes:
            mistakes_picture(mistakes, found.data, page)
        else:
            # One from an earlier evaluation into the same folder would be a lie.
            page.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written ({error.strerror}); give another folder with -o.") from None


def figures(found: Outcomes, measures: Measures) -> dict[str, Any]:
    """All that is known, as plain values."""
    mistakes = worst(found.outcomes, len(found.outcomes))
    return {
        "data": found.data,
        "unit": found.unit,
        "count": measures.count,
        "right": measures.right,
        "accuracy": round(measures.accuracy, 5),
        "symbol_error": round(measures.symbol_error, 5),
        "accepted": measures.accepted,
        "accepted_wrong": measures.accepted_wrong,
        "expected_calibration_error": round(measures.calibration_error, 5),
        "largest_share_at_error": {str(limit): round(share, 5) for limit, share in measures.reachable.items()},
        "reject_curve": [{"accepted": round(a, 5), "error": round(e, 5)} for a, e in measures.curve.tolist()],
        "reliability": [asdict(one) for one in measures.reliability],
        "confusion": {"symbols": measures.confusion.symbols, "counts": measures.confusion.counts.tolist()},
        "unreadable": found.unreadable,
        "mistakes": [
            {"name": one.name, "truth": one.truth, "read": one.read, "confidence": round(one.confidence, 5)}
            for one in mistakes
        ],
    }
