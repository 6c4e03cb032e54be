"""Labelled symbols, with their writers where these are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractor.errors import InputError
from extractor.values import Crops

Labels = NDArray[np.str_]
Writers = NDArray[np.int64]


SPLIT = 1
"""Decides who is held out, whatever a run's own seed: a run that goes on from another must not learn from those that
the first one held out."""


@dataclass(frozen=True)
class Samples:
    """Symbols of one alphabet.

    `images` has shape (n, 28, 28), uint8, ink = 255, each made as MNIST was made; `labels` holds n symbols;
    `writers` holds a number per image, or is None where nobody knows who wrote what. `weights`, shape (n,), say how
    often each is drawn beside the others, None for all alike; `own_style`, shape (n,), which show a hand that no other
    style is drawn into, None for none of them.
    """

    images: Crops
    labels: Labels
    writers: Writers | None = None
    weights: NDArray[np.float64] | None = None
    own_style: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The symbols that occur, in order."""
        return tuple(str(symbol) for symbol in np.unique(self.labels))

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Samples:
        """The samples at the places (or under the mask) `which`."""
        return Samples(
            self.images[which],
            self.labels[which],
            None if self.writers is None else self.writers[which],
            None if self.weights is None else self.weights[which],
            None if self.own_style is None else self.own_style[which],
        )

    @property
    def chances(self) -> NDArray[np.float64]:
        """How probably each is drawn, shape (n,)."""
        weights = np.ones(len(self)) if self.weights is None else self.weights
        return np.asarray(weights / weights.sum(), np.float64)

    def keeps_style(self, index: int) -> bool:
        """Whether no other style is drawn into sample `index`."""
        return self.own_style is not None and bool(self.own_style[index])

    def split(self, held_out: float, seed: int = SPLIT) -> tuple[Samples, Samples]:
        """Two parts, the second with about the share `held_out`; no writer is in both.

        Where writers are unknown the images are divided at random, each label by itself. Without a `seed` of its own it
        is the same division in every run.
        """
        rng = np.random.default_rng(seed)
        if self.writers is not None:
            people = rng.permutation(np.unique(self.writers))
            aside = np.isin(self.writers, people[: max(1, round(held_out * len(people)))])
        else:
            aside = np.zeros(len(self), np.bool_)
            for symbol in self.alphabet:
                places = rng.permutation(np.flatnonzero(self.labels == symbol))
                aside[places[: round(held_out * len(places))]] = True
        if aside.all() or not aside.any():
            raise InputError(
                f"{len(self)} images cannot be divided into training and validation; give more images or writers."
            )
        return self.take(~aside), self.take(aside)


def joined(parts: list[Samples]) -> Samples:
    """All parts in one; writers of different parts are different people, and an image without a writer is its own."""
    writers: list[Writers] = []
    first = 0
    for part in parts:
        if part.writers is None:
            numbers = np.arange(len(part), dtype=np.int64)
        else:
            numbers = np.unique(part.writers, return_inverse=True)[1].astype(np.int64)
        writers.append(numbers + first)
        first += int(numbers.max(initial=-1)) + 1
    return Samples(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate(writers),
        np.concatenate([np.ones(len(part)) if part.weights is None else part.weights for part in parts]),
        np.concatenate([np.zeros(len(part), np.bool_) if part.own_style is None else part.own_style for part in parts]),
    )
