"""The model card: what a model knows, what it was made from, how good it is, and whether its files are whole."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from extractor.errors import ModelError
from extractor.recognizer.base import CROSS, DASH, JUNK
from extractor.recognizer.calibration import Calibration

SCHEMA = 1
CARD = "card.json"
MARK_CLASSES = CROSS, DASH, JUNK

TEMPERATURE_BELOW = 100
"""A card that gives this or more as a temperature makes no sense."""

SHIPPED = Path(__file__).resolve().parents[1] / "models" / "digits"
"""The folder of the model for handwritten digits that comes with the program."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a model, with the SHA-256 of its bytes."""

    name: str
    sha256: str


class _Files(Protocol):
    """What a card says of the files beside it."""

    @property
    def files(self) -> dict[str, ModelFile]: ...


@dataclass(frozen=True)
class Card:
    """What `card.json` says. `files` are by engine; `temperature` divides the logits of that engine's file before
    they become probabilities; `about` is all of the card as it was read, with data, splits and accuracy."""

    classes: tuple[str, ...]
    files: dict[str, ModelFile]
    temperature: dict[str, float]
    calibration: Calibration
    about: dict[str, Any] = field(repr=False)

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The classes that are symbols of the alphabet."""
        return self.classes[: -len(MARK_CLASSES)]


@dataclass(frozen=True)
class CtcCard:
    """What the card of a CTC network says, as `Card` does for symbols; `height` is that of its text lines in pixels."""

    classes: tuple[str, ...]
    height: int
    files: dict[str, ModelFile]
    temperature: dict[str, float]
    calibration: Calibration
    about: dict[str, Any] = field(repr=False)


def read_card(folder: Path) -> Card:
    """The card of the model in `folder`. Raises ModelError with one sentence where it is missing or makes no sense."""
    tree = _tree(folder)
    try:
        classes = _classes(tree)
        if classes[-len(MARK_CLASSES) :] != MARK_CLASSES or classes == MARK_CLASSES:
            raise ValueError
        return Card(
            classes=classes,
            files=_files(tree),
            temperature=_temperature(tree),
            calibration=_curve(tree["calibration"]),
            about=tree,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _senseless(folder) from None


def read_ctc_card(folder: Path) -> CtcCard:
    """The card of the CTC network in `folder`. Raises ModelError as `read_card` does."""
    tree = _tree(folder)
    try:
        classes = _classes(tree)
        if any(len(name) != 1 for name in classes):
            raise ValueError
        height = int(tree["input"]["shape"][0])
        return CtcCard(classes, height, _files(tree), _temperature(tree), _curve(tree["calibration"]), tree)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise _senseless(folder) from None


def _tree(folder: Path) -> dict[str, Any]:
    path = folder / CARD
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"There is no model in {folder}: {CARD} is missing; give a folder made by training.") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise ModelError(f"{path} cannot be read as JSON; fetch the model again or train it again.") from None
    schema = tree.get("schema") if isinstance(tree, dict) else None
    if schema != SCHEMA:
        raise ModelError(f"{path} is of schema {schema}, this program reads schema {SCHEMA}; update the model.")
    return dict(tree)


def _senseless(folder: Path) -> ModelError:
    return ModelError(f"{folder / CARD} lacks what a model card must say; fetch the model again or train it again.")


def _classes(tree: dict[str, Any]) -> tuple[str, ...]:
    classes = tuple(str(name) for name in tree["classes"])
    if not classes or len(set(classes)) != len(classes):
        raise ValueError
    return classes


def _files(tree: dict[str, Any]) -> dict[str, ModelFile]:
    return {engine: ModelFile(str(file["name"]), str(file["sha256"])) for engine, file in tree["files"].items()}


def _curve(tree: dict[str, Any]) -> Calibration:
    return Calibration(float(tree.get("slope", 1)), float(tree.get("offset", 0)))


def _temperature(tree: dict[str, Any]) -> dict[str, float]:
    return {engine: _positive(value) for engine, value in tree["calibration"]["temperature"].items()}


def model_bytes(folder: Path, card: _Files, engine: str) -> bytes:
    """The file of `engine` in `folder`, checked against the card. Raises ModelError with one sentence."""
    file = card.files.get(engine)
    if file is None:
        raise ModelError(f"The model in {folder} has no file for the engine '{engine}'; use {_listed(card.files)}.")
    path = folder / file.name
    if path.parent != folder:
        raise ModelError(f"The card in {folder} names a file outside that folder; fetch the model again.")
    try:
        raw = path.read_bytes()
    except OSError:
        raise ModelError(f"{path} is missing or unreadable; fetch the model again or train it again.") from None
    if hashlib.sha256(raw).hexdigest() != file.sha256:
        raise ModelError(f"{path} is not the file that its card describes; fetch the model again or train it again.")
    return raw


@contextmanager
def checked_copy(folder: Path, card: _Files, engine: str) -> Iterator[Path]:
    """A path with the bytes of `engine`'s file that were checked, for libraries that load from paths only."""
    raw = model_bytes(folder, card, engine)
    with tempfile.TemporaryDirectory() as aside:
        path = Path(aside) / card.files[engine].name
        path.write_bytes(raw)
        yield path


def _positive(value: Any) -> float:
    number = float(value)
    if not 0 < number < TEMPERATURE_BELOW:
        raise ValueError
    return number


def _listed(files: dict[str, ModelFile]) -> str:
    return " or ".join(f"'{name}'" for name in files) or "another model"
