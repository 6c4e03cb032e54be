"""How often a recogniser is right, on sets that it has not learned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from extractor.recognizer.base import Recognizer
from extractor.recognizer.symbol_views import symbol_scores
from extractor.segmentation.crop import mnist_crop
from extractor.values import Floats
from training.data.epochs import Answers
from training.data.hands import SWISS_HELD_OUT, swiss
from training.data.samples import Samples
from training.data.sources import data_folder, load_samples, mnist, usps


@dataclass(frozen=True)
class Measure:
    """How many of `count` samples of the set `data` were named rightly."""

    data: str
    count: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share that was right, 0 to 1."""
        return self.right / max(1, self.count)


def measure(recognizer: Recognizer, samples: Samples, data: str) -> Measure:
    """Accuracy over the alphabet alone: the likeliest symbol, whatever the marks' probabilities are."""
    alphabet = np.array(recognizer.classes[:-3])
    best = symbol_scores(samples.images, recognizer)[:, : len(alphabet)].argmax(1)
    return Measure(data, len(samples), int((alphabet[best] == samples.labels).sum()))


def digit_tests() -> Iterator[tuple[str, Samples]]:
    """The test sets for digits that are there: MNIST's test set as it is and cropped anew, USPS's, those of two other
    countries, and the Swiss writers that are held out."""
    if (data_folder() / "mnist").is_dir():
        test = mnist("test")
        yield "MNIST test, images as they are", test
        crops = np.stack([mnist_crop(image) for image in test.images])
        yield "MNIST test, cropped as the product crops", Samples(crops, test.labels, test.writers)
    if (data_folder() / "usps").is_dir():
        yield "USPS test, cropped as the product crops", usps()
    for name in ("semeion", "optdigits"):
        path = data_folder() / name / f"{name}.npz"
        if path.is_file():
            yield f"{name}, cropped as the product crops", load_samples(path)
    if (data_folder() / "swiss_numbers").is_dir():
        yield "Swiss digits of held-out writers", swiss().split(SWISS_HELD_OUT)[1]


def best_temperature(logits: Floats, answers: Answers) -> float:
    """The temperature under which `logits`, shape (n, classes), give `answers`, shape (n,), the highest likelihood.

    C. Guo et al., "On calibration of modern neural networks", 2017.
    """
    rows = np.arange(len(answers))
    best, least = 1.0, np.inf
    for temperature in np.exp(np.linspace(np.log(0.2), np.log(4), 121)):
        scaled = logits.astype(np.float64) / temperature
        scaled -= scaled.max(1, keepdims=True)
        loss = float((np.log(np.exp(scaled).sum(1)) - scaled[rows, answers]).mean())
        if loss < least:
            best, least = float(temperature), loss
    return round(best, 4)
