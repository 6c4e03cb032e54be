"""Whose writing the shipped networks learn from: American, Swiss and Polish digits, and what is written beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.segmentation.crop import mnist_crop
from extractor.values import Crops, Gray
from training.data.pen import MILD, drawn_large
from training.data.samples import Samples, joined
from training.data.sources import data_folder, ink_of, load_samples, mnist

DIGIT_DATA: tuple[dict[str, Any], ...] = (
    {"name": "MNIST train (Y. LeCun, C. Cortes, C. Burges)", "licence": "CC BY-SA 3.0"},
    {"name": "62-class handwritten characters on paper, digits only", "licence": "MIT"},
    {"name": "Swiss numbers (A. Schroeder and others)", "licence": "CC0 1.0"},
    {"name": "Basic handwritten math symbols (bhmsds)", "licence": "MIT"},
    {"name": "printed digits of Sudokus (B. Wicht, J. Hennebert, 2014), as junk", "licence": "CC BY 4.0"},
    {"name": "handwritten words, DHSD (N. Riaz et al., DFKI), as junk", "licence": "CC BY 4.0"},
    {"name": "crosses, dashes, marks and junk drawn by training/data", "licence": "Apache-2.0"},
)

PHOTOGRAPHED_WEIGHT, SWISS_WEIGHT, POLISH_WEIGHT = 4.0, 2.5, 0.1
"""How often a digit of `letters_62`, `swiss_numbers` and `bhmsds` is drawn for each of MNIST's: so that no country's 1
or 7 is rare, and the many digits of a couple of Polish writers are few."""

SWISS_HELD_OUT = 4 / 17
"""The share of the Swiss writers that nothing is learned from."""

SPECK, CUT_SPECK = 0.03, 0.3
"""Ink smaller than this share of the largest piece is no part of a digit; larger, where the picture's edge cuts it."""

SURE_INK = 100
"""Grey of ink that is there however it is scaled."""

POLISH_MARKS = {"plus": "+", "minus": "-", "slash": "/", "dot": ".", "x": "X", "w": "w"}
"""What `bhmsds` calls its marks. Its y and z look like digits of other hands."""


@dataclass(frozen=True)
class Beside:
    """What is no digit, in real ink: `marks` as crops by symbol, `printed` digits as crops, and `words`."""

    marks: dict[str, Crops]
    printed: Crops
    words: tuple[Gray, ...]

    def mark(self, name: str, rng: np.random.Generator) -> Gray:
        """The mark `name`, one of `marks`, at three times MNIST's size."""
        crops = self.marks[name]
        return drawn_large(crops[rng.integers(len(crops))], rng, MILD)

    def other(self, rng: np.random.Generator) -> Gray:
        """Something that is not one whole digit: a sign, a printed digit, or two and more letters of a word."""
        kind = rng.random()
        if kind < 0.5:
            return self.mark(("+", ".", "w")[int(rng.integers(3))], rng)
        if kind < 0.6:
            return drawn_large(self.printed[rng.integers(len(self.printed))], rng, MILD)
        return self.part_of_word(rng, 1.2, 2.6)

    def part_of_word(self, rng: np.random.Generator, least: float, most: float) -> Gray:
        """A piece of a word, `least` to `most` times as wide as the word is high, where it is that long."""
        while True:
            word = self.words[rng.integers(len(self.words))]
            wide = min(word.shape[1], round(word.shape[0] * rng.uniform(least, most)))
            left = int(rng.integers(word.shape[1] - wide + 1))
            part = word[:, left : left + wide]
            if part.max() > SURE_INK:  # and not the room between two letters
                return part


def digits_to_train_on(held_out: float) -> tuple[Samples, Samples]:
    """What the shipped networks learn digits from, and digits of the writers that are held out, the share `held_out` of
    MNIST's and SWISS_HELD_OUT of the Swiss. Sets that are not in the data folder are left out."""
    parts = [_weighed(mnist("train"), 1.0)]
    letters = data_folder() / "letters_62"
    if letters.is_dir():
        others = load_samples(letters)
        parts.append(_weighed(others.take(np.isin(others.labels, list("0123456789"))), PHOTOGRAPHED_WEIGHT))
    learned, aside = joined(parts).split(held_out)
    if (data_folder() / "swiss_numbers").is_dir():
        ours, kept = swiss().split(SWISS_HELD_OUT)
        learned, aside = joined([learned, ours]), joined([aside, kept])
    if (data_folder() / "bhmsds").is_dir():
        # Nobody knows who wrote which, so none of them can be held out.
        learned = joined([learned, polish()[0]])
    return learned, aside


def what_is_beside() -> Beside | None:
    """Marks, print and words; None where one of these sets is not in the data folder."""
    if not all((data_folder() / name).is_dir() for name in ("bhmsds", "sudoku_printed", "dhsd_words")):
        return None
    return Beside(polish()[1], printed(), words())


@lru_cache(maxsize=1)
def swiss() -> Samples:
    """`swiss_numbers`: digits of 17 writers, most of them Swiss."""
    with np.load(data_folder() / "swiss_numbers" / "swiss_numbers.npz", allow_pickle=False) as archive:
        images, labels, writers = archive["images"], archive["labels"], archive["writers"]
    crops = np.stack([mnist_crop(without_specks(ink_of(image))) for image in images])
    return _weighed(Samples(crops, labels.astype(np.str_), writers.astype(np.int64)), SWISS_WEIGHT, own_style=True)


@lru_cache(maxsize=1)
def polish() -> tuple[Samples, dict[str, Crops]]:
    """`bhmsds`: the digits of a couple of writers, as those of one, and marks by symbol."""
    with np.load(data_folder() / "bhmsds" / "bhmsds.npz", allow_pickle=False) as archive:
        images, labels = archive["images"], archive["labels"].astype(np.str_)
    # They reach to the edge, by which `ink_of` tells paper from ink.
    room = np.pad(images, ((0, 0), (4, 4), (4, 4)), constant_values=255)
    crops = np.stack([mnist_crop(ink_of(image)) for image in room])
    digits = np.char.isdigit(labels)
    found = Samples(crops[digits], labels[digits], np.zeros(int(digits.sum()), np.int64))
    marks = {sign: crops[labels == name] for name, sign in POLISH_MARKS.items()}
    return _weighed(found, POLISH_WEIGHT, own_style=True), marks


def printed() -> Crops:
    """`sudoku_printed`: digits printed in newspapers. Without ones, which look as some people write them."""
    with np.load(data_folder() / "sudoku_printed" / "printed_48x48.npz", allow_pickle=False) as archive:
        images = archive["images"][archive["labels"] != 1][:, 6:42, 6:42]
    large = [as_gray(cv2.resize(image, (72, 72), interpolation=cv2.INTER_CUBIC)) for image in images]
    inks = [without_specks(ink_of(image)) for image in large]
    return np.stack([mnist_crop(ink) for ink in inks if ink.any()])


def words() -> tuple[Gray, ...]:
    """`dhsd_words`: the ink of words, tightly cut, without the rulings that they stand on."""
    with np.load(data_folder() / "dhsd_words" / "words.npz", allow_pickle=False) as archive:
        images = archive["images"]
    found = []
    for image in images:
        ink = ink_of(as_gray(image))
        _, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8), connectivity=8)
        _, _, wide, high, areas = stats[1:].T
        rulings = ((high < 5) & (wide > 30)) | ((wide < 4) & (high > 30))
        ink = np.where(np.concatenate(([False], (areas >= 6) & ~rulings))[labels], ink, 0).astype(np.uint8)
        left, top, width, height = cv2.boundingRect(ink)
        if width > 20 and height > 8:
            found.append(as_gray(ink[top : top + height, left : left + width]))
    return tuple(found)


def without_specks(ink: Gray) -> Gray:
    """`ink` without pieces that are small beside its largest, or that are the ends of something beyond its edge."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8), connectivity=8)
    if count <= 2:
        return ink
    left, top, wide, high, areas = stats[1:].T
    cut = (left == 0) | (top == 0) | (left + wide == ink.shape[1]) | (top + high == ink.shape[0])
    keep = areas >= np.where(cut, CUT_SPECK, SPECK) * areas.max()
    return np.where(np.concatenate(([False], keep))[labels], ink, 0).astype(np.uint8)


def _weighed(samples: Samples, weight: float, *, own_style: bool = False) -> Samples:
    count = len(samples)
    return Samples(samples.images, samples.labels, samples.writers, np.full(count, weight), np.full(count, own_style))
