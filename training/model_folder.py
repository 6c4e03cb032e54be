"""What the folders of all models have: a network, its int8 conversion, and a card that describes both."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from extractor.recognizer.card import CARD

MODEL_FILES = {"keras": "model.keras", "litert": "model.tflite"}


@dataclass(frozen=True)
class Origin:
    """Where a model comes from, for its card: the data sets with their licences, and how it was trained."""

    data: tuple[dict[str, Any], ...]
    training: dict[str, Any]


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """The card of the model in `folder`."""
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def created_by() -> str:
    """The program and its version, as cards name them."""
    try:
        return f"formdigits {version('formdigits')}"
    except PackageNotFoundError:
        return "formdigits from source"


def file_entries(folder: Path) -> dict[str, dict[str, str]]:
    """What a card says of the files of the model in `folder`."""
    return {
        engine: {"name": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for engine, name in MODEL_FILES.items()
    }
