"""The recipe of the shipped model: what is trained in which order, and from what."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from extractor.errors import InputError
from extractor.recognizer.card import CARD, SHIPPED, Card, CtcCard, read_card, read_ctc_card
from extractor.recognizer.ctc import CTC_FOLDER, SECOND_CTC_FOLDER
from training.ctc.ctc_calibration import calibrate_ctc
from training.ctc.ctc_training import CtcSettings, train_ctc
from training.data.sources import data_folder
from training.loop import Progress
from training.mean import write_ctc_mean, write_mean
from training.model_folder import MODEL_FILES
from training.symbols.lattice_calibration import calibrate, held_out_digits
from training.symbols.symbol_training import TrainSettings, train

RECIPE = Path(__file__).with_suffix(".yaml")
BEFORE = "before"
CALIBRATION_STRINGS = 3000


@dataclass(frozen=True)
class Recipe:
    """`before` tells the networks of the release before by their SHA-256; `steps` are done in their order."""

    before: dict[str, str]
    steps: tuple[dict[str, Any], ...]


def read_recipe(path: Path = RECIPE) -> Recipe:
    """The recipe in the YAML file `path`. Raises InputError for one that cannot be followed."""
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        recipe = Recipe(dict(tree[BEFORE]), tuple(tree["steps"]))
        for step in recipe.steps:
            _ = step["name"], DOING[step["do"]]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is no recipe that can be followed ({error}); see {RECIPE.name} for one.") from None
    return recipe


class Making:
    """A recipe on its way in the folder `out`, from the model of the release before in the folder `before`. Raises
    InputError where that is another one."""

    def __init__(self, recipe: Recipe, out: Path, before: Path, tell: Callable[[str], None]) -> None:
        self._out, self._before, self.tell = out, before, tell
        cards: dict[str, Card | CtcCard] = {"symbols": read_card(before)}
        for name in (CTC_FOLDER, SECOND_CTC_FOLDER):
            if (before / name).is_dir():
                cards[name] = read_ctc_card(before / name)
        for name, wanted in recipe.before.items():
            if name not in cards or cards[name].files["keras"].sha256 != wanted:
                raise InputError(
                    f"The recipe begins from the network {wanted[:12]}… for {name}, which is not in {before}; give the "
                    "model of the release before with --before."
                )

    def model(self, name: str) -> Path:
        """The folder that a step, or `before/…`, has its network in."""
        if name.startswith(f"{BEFORE}/"):
            part = name.removeprefix(f"{BEFORE}/")
            return self._before if part == "symbols" else self._before / part
        for inside in ("model", CTC_FOLDER, "."):
            if (self._out / name / inside / CARD).is_file():
                return self._out / name / inside
        raise InputError(f"The recipe uses {name} before that is made; put its step first.")

    def follow(self, recipe: Recipe) -> Path:
        """Do all steps that are not done; returns the folder of the last."""
        folder = self._out
        for step in recipe.steps:
            folder = self._out / step["name"]
            if not (folder / "done").exists():
                self.tell(f"{step['name']}:")
                rest = {key: value for key, value in step.items() if key not in ("name", "do")}
                DOING[step["do"]](self, folder, **rest)
                (folder / "done").touch()
        return folder

    def progress(self, progress: Progress) -> None:
        self.tell(progress.sentence())


def _symbols(making: Making, folder: Path, *, start: str = "", data: Sequence[str] = (), **settings: Any) -> None:
    begin = making.model(start) if start else None
    paths = tuple(data_folder() / name for name in data)
    train(TrainSettings(folder, paths, start=begin, **settings), making.progress)


def _ctc(making: Making, folder: Path, *, start: str = "", **settings: Any) -> None:
    begin = making.model(start) / MODEL_FILES["keras"] if start else None
    train_ctc(CtcSettings(folder, begin, **settings), making.progress)


def _mean(making: Making, folder: Path, *, of: list[str], shares: list[float] | None = None) -> None:
    write_mean(folder / "model", [making.model(name) for name in of], shares=shares)


def _ctc_mean(making: Making, folder: Path, *, of: list[str]) -> None:
    write_ctc_mean(folder, [making.model(name) for name in of])


def _together(making: Making, folder: Path, **parts: str) -> None:
    for name, inside in (("symbols", "."), ("ctc", CTC_FOLDER), ("second_ctc", SECOND_CTC_FOLDER)):
        source = making.model(parts[name])
        (folder / inside).mkdir(parents=True, exist_ok=True)
        for file in (CARD, *MODEL_FILES.values()):
            shutil.copyfile(source / file, folder / inside / file)
    calibrate(folder, held_out_digits(), CALIBRATION_STRINGS)
    calibrate_ctc(folder)


DOING: dict[str, Callable[..., None]] = {
    "symbols": _symbols,
    "ctc": _ctc,
    "mean": _mean,
    "ctc-mean": _ctc_mean,
    "together": _together,
}
"""What a step may do."""


def make(out: Path, recipe: Path = RECIPE, before: Path = SHIPPED, tell: Callable[[str], None] = print) -> Path:
    """Follow `recipe` in the folder `out`; returns that of the model. Raises InputError, ModelError or OutputError."""
    read = read_recipe(recipe)
    return Making(read, out, before, tell).follow(read)
