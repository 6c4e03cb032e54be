"""The network for symbols while it learns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from extractor.errors import InputError
from extractor.recognizer.card import checked_copy, read_card
from extractor.values import Crops, Floats
from training.averaged import Averaged
from training.data.epochs import Answers
from training.symbols.symbol_network import build_network

SYMBOL_AVERAGE = 0.9985
"""How much of the averaged weights stays at each step."""

REPORT_STEPS = 50
"""Steps from one report to the next."""


class Learner(Averaged):
    """The network for symbols while it learns; see `Averaged` for the run's folder, the rate and the average."""

    def __init__(self, out: Path, classes: tuple[str, ...], rate: float, steps: int, smoothing: float) -> None:
        self._names = classes
        self._classes = len(classes)
        super().__init__(
            out, lambda: build_network(len(classes)), rate=rate, steps=steps, warmup=1 / 12, average=SYMBOL_AVERAGE
        )
        self._loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
        self._step = tf.function(self._one_step, reduce_retracing=True)
        self._answer = tf.function(lambda crops: self.average(crops, training=False), reduce_retracing=True)

    def begin_from(self, folder: Path) -> None:
        """Take the weights of the model in `folder`: all of them where it knows the same classes, else all but what
        the last layer says of classes that it does not know. Raises InputError for another network."""
        card = read_card(folder)
        with checked_copy(folder, card, "keras") as path:
            weights = keras.saving.load_model(path, compile=False, safe_mode=True).get_weights()
        own = self.network.get_weights()
        if card.classes != self._names and len(weights) == len(own):
            # The last layer's kernel and bias end in one number a class.
            for place in (-2, -1):
                weights[place] = _by_class(weights[place], card.classes, own[place], self._names)
        if [one.shape for one in weights] != [one.shape for one in own]:
            raise InputError(f"The model in {folder} is another network than this program trains; begin without it.")
        self.network.set_weights(weights)
        self.average.set_weights(weights)

    def learn(self, chunks: Iterable[tuple[Crops, Answers]], batch: int, report: Callable[[int, float], None]) -> float:
        """One pass over `chunks` of crops, shape (n, 28, 28), and answers, in their order; returns the mean loss.

        `report` is called now and then with the number of steps done and the mean loss so far.
        """
        total, steps = 0.0, 0
        for crops, answers in chunks:
            for start in range(0, len(crops), batch):
                part = crops[start : start + batch, ..., None]
                loss = self._step(tf.constant(part), tf.constant(answers[start : start + batch]))
                total, steps = total + float(loss), steps + 1
                if steps % REPORT_STEPS == 0:
                    report(steps, total / steps)
        return total / max(1, steps)

    def logits(self, crops: Crops) -> Floats:
        """What the averaged network says of `crops`, shape (n, classes)."""
        parts = [
            self._answer(tf.constant(crops[start : start + 1000, ..., None], tf.float32)).numpy()
            for start in range(0, len(crops), 1000)
        ]
        return np.concatenate(parts).reshape(len(crops), self._classes)

    def _one_step(self, crops: Any, answers: Any) -> Any:
        wanted = tf.one_hot(answers, self._classes)
        with tf.GradientTape() as tape:
            logits = self.network(tf.cast(crops, tf.float32), training=True)
            loss = self._loss(wanted, tf.reshape(logits, (-1, self._classes)))
        self.apply(tape, loss)
        return loss


def _by_class(old: Floats, old_names: tuple[str, ...], new: Floats, new_names: tuple[str, ...]) -> Floats:
    """`new`, whose last axis runs over `new_names`, with the numbers of those classes that `old` knows."""
    if old.shape != (*new.shape[:-1], len(old_names)):
        return old
    new = new.copy()
    for place, name in enumerate(new_names):
        if name in old_names:
            new[..., place] = old[..., old_names.index(name)]
    return new
