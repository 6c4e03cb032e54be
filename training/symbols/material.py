"""What a run learns from, and what it is measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from extractor.errors import InputError
from extractor.values import Crops
from training.data.epochs import CROP_CHUNK, Answers, Mixture, Source, classes_for, make_chunk
from training.data.hands import digits_to_train_on, what_is_beside
from training.data.samples import Samples, joined
from training.data.selection import only
from training.data.sources import load_samples
from training.model_folder import Origin
from training.symbols.symbol_model import representative_crops, write_model

SMALL_EPOCHS = 20
"""Epochs that are smaller than the usual by more than this have a validation set smaller than the usual."""


@dataclass(frozen=True)
class Validation:
    """Held-out writers: their symbols as they are, and crops of all classes as the product may meet them."""

    plain: Crops
    plain_answers: Answers
    changed: Crops
    changed_answers: Answers


@dataclass(frozen=True)
class Material:
    """The `source` that is learned from, the symbols `aside` of held-out writers, the `mixture` of an epoch, and
    `tests` by name, set aside before anything else. What is made at random hangs on `seed`."""

    source: Source
    aside: Samples
    mixture: Mixture
    tests: tuple[tuple[str, Samples], ...]
    seed: int

    @property
    def size(self) -> int:
        """How many symbols there are in all."""
        return len(self.source.samples) + len(self.aside) + sum(len(samples) for _, samples in self.tests)

    @cached_property
    def validation(self) -> Validation:
        """What is made of the held-out symbols; that takes a while."""
        source = Source(self.aside, self.source.classes, self.source.beside)
        return _validation(source, self.seed, self.mixture)

    def ship(self, folder: Path, network: Any, origin: Origin) -> dict[str, Any]:
        """Write `network`, converted and measured, into `folder`; returns its card."""
        images, held_out = self.source.samples.images, self.validation
        crops = np.concatenate([images[:: max(1, len(images) // 1500)], held_out.changed[::10]])
        return write_model(
            folder,
            network,
            self.source.classes,
            representative=representative_crops(crops, self.seed),
            validation=(
                np.concatenate([held_out.plain, held_out.changed]),
                np.concatenate([held_out.plain_answers, held_out.changed_answers]),
            ),
            # What forms show is like these: the others are at their worst, and would have the sure ones doubted.
            plain=len(held_out.plain),
            origin=origin,
            tests=self.tests,
        )


def gather(
    data: Sequence[Path], alphabet: str = "", *, size: float = 1.0, test: float = 0.0, held_out: float, seed: int
) -> Material:
    """The material of a run on `data` (paths that `load_samples` knows; without any, digits), of which `alphabet` is
    taken; `size` scales an epoch, `test` and `held_out` are the shares that nothing is learned from."""
    if not data and alphabet:
        raise InputError("Without data the digits are learned; give data with symbols of the alphabet that you want.")
    samples = _samples(data, alphabet) if data else None
    if samples and len(samples.alphabet) < 2:
        raise InputError("The training data has one symbol only; give images of at least two.")
    tests: tuple[tuple[str, Samples], ...] = ()
    if samples and test:
        samples, kept = samples.split(test)
        tests = ((f"test: {test:.0%} of the symbols, set aside before training", kept),)
    learned, aside = samples.split(held_out) if samples else digits_to_train_on(held_out)
    mixture = _without_doubles(Mixture().scaled(size), learned.alphabet)
    beside = None if samples else what_is_beside()
    return Material(Source(learned, classes_for(learned.alphabet), beside), aside, mixture, tests, seed)


def _samples(data: Sequence[Path], alphabet: str) -> Samples:
    parts = [only(load_samples(path), alphabet, path) for path in data]
    odd = [symbol for part in parts for symbol in part.alphabet if len(symbol) != 1 or symbol.isspace()]
    if odd:
        raise InputError(f"The label '{odd[0]}' is not one symbol; name every image by a single character.")
    return joined(parts) if len(parts) > 1 else parts[0]


def _validation(source: Source, seed: int, mixture: Mixture) -> Validation:
    rng = np.random.default_rng((seed, 0))
    counts = np.array((5000, 700 * (mixture.crosses > 0), 700 * (mixture.dashes > 0), 2000, 2000))
    # Where epochs are very small, to make these would take longer than to train.
    counts = np.ceil(counts * min(1.0, SMALL_EPOCHS * len(mixture) / len(Mixture()))).astype(int)
    sorts = rng.permutation(np.repeat(np.arange(1, 6, dtype=np.int8), counts))
    places = rng.integers(0, len(source.samples), len(sorts))
    made = [
        make_chunk(source, sorts[start : start + CROP_CHUNK], places[start : start + CROP_CHUNK], (seed, 0, start))
        for start in range(0, len(sorts), CROP_CHUNK)
    ]
    crops, answers = np.concatenate([crops for crops, _ in made]), np.concatenate([answers for _, answers in made])
    return Validation(source.samples.images, source.answers, crops, answers)


def _without_doubles(mixture: Mixture, alphabet: tuple[str, ...]) -> Mixture:
    """No crosses beside an alphabet with an X, no dashes beside one with a hyphen: nobody could tell them apart."""
    if {"x", "X"} & set(alphabet):
        mixture = replace(mixture, crosses=0)
    return replace(mixture, dashes=0) if "-" in alphabet else mixture
