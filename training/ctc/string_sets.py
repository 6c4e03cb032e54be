"""Strings that the confidence of CTC networks is fitted and measured on: of several kinds, each kind in two parts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.values import Gray
from training.ctc.compose import EASY, by_writer, photographed, written
from training.data.hands import SWISS_HELD_OUT, swiss
from training.data.sources import LABELS, data_folder
from training.evaluation.labelled_strings import labelled

STRING_SETS = ("cheque_amounts", "photo_strings", "pen_strings")
"""Folders of pictures with labels that nothing is trained on."""

SWISS_STRINGS = "swiss_strings"
"""Strings composed of the digits of held-out Swiss writers."""

CALIBRATES_EVERY = 3
"""Constants are fitted on the first of so many strings, or of so many writers where these are known."""

COMPOSED = 450

WRONG_LABELS = Path(__file__).parents[1] / "data" / "wrong_labels.csv"
"""Labels that are not what is written, found by eye where two readers agreed against them."""


@dataclass(frozen=True)
class Entry:
    """One string of a set: its `picture`, its `label`, what is `written` where the label is wrong, and whether
    constants are fitted on it."""

    name: str
    picture: Path | Gray
    label: str
    written: str
    calibrates: bool

    def image(self) -> Gray:
        if isinstance(self.picture, Path):
            return as_gray(np.asarray(cv2.imread(str(self.picture), cv2.IMREAD_GRAYSCALE)))
        return self.picture


def entries(folder: Path) -> list[Entry]:
    """The strings of one of STRING_SETS, in `folder`, in the order of its labels.csv. Raises InputError."""
    rows = labelled(folder)
    with (folder / LABELS).open(encoding="utf-8-sig", newline="") as file:
        writers = [row.get("writer") or str(i) for i, row in enumerate(csv.DictReader(file))]
    groups = {writer: i for i, writer in enumerate(dict.fromkeys(writers))}
    put_right = wrong_labels()
    return [
        Entry(name, path, label, put_right.get((folder.name, name), label), groups[who] % CALIBRATES_EVERY == 0)
        for (path, name, label), who in zip(rows, writers, strict=True)
    ]


@lru_cache(maxsize=1)
def wrong_labels() -> dict[tuple[str, str], str]:
    """What is written in the pictures of WRONG_LABELS, by set and file."""
    with WRONG_LABELS.open(encoding="utf-8", newline="") as file:
        return {(row["set"], row["file"]): row["written"] for row in csv.DictReader(file)}


def swiss_entries() -> Iterator[Entry]:
    """SWISS_STRINGS, made anew and always the same."""
    writers = by_writer(swiss().split(SWISS_HELD_OUT)[1], np.zeros((1, 28, 28), np.uint8))
    for number in range(COMPOSED):
        rng = np.random.default_rng((17, number))
        digits = "".join(str(digit) for digit in rng.integers(0, 10, int(rng.integers(2, 9))))
        picture = photographed(written(digits, writers, rng, EASY).ink, rng, EASY)
        yield Entry(str(number), picture, digits, digits, number % CALIBRATES_EVERY == 0)


def all_entries() -> dict[str, list[Entry]]:
    """All strings by the name of their set; Swiss ones where their digits are in the data folder."""
    found = {name: entries(data_folder() / name) for name in STRING_SETS if (data_folder() / name).is_dir()}
    if (data_folder() / "swiss_numbers").is_dir():
        found[SWISS_STRINGS] = list(swiss_entries())
    return found
