"""The network while it learns: steps, an average of its weights, and checkpoints."""

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
from training.data.batches import Answers
from training.network import build_network
from training.run import CHECKPOINTS

BEST = "best.keras"
AVERAGE = 0.9985
"""How much of the averaged weights stays at each step."""

EVERY = 50
"""Steps from one report to the next."""


class Learner:
    """A network in the folder `out`, as it was after the last epoch kept there, or new.

    Learns with AdamW under a learning rate that rises to `rate` and falls in a cosine over `steps` steps; what is
    measured and shipped is the running average of its weights.
    """

    def __init__(self, out: Path, classes: tuple[str, ...], rate: float, steps: int, smoothing: float) -> None:
        self._out = out
        self._names = classes
        self._classes = len(classes)
        self._network = build_network(self._classes)
        self._average = build_network(self._classes)
        self._average.set_weights(self._network.get_weights())
        schedule = keras.optimizers.schedules.CosineDecay(
            rate / 20, max(1, steps - steps // 12), alpha=0.002, warmup_target=rate, warmup_steps=max(1, steps // 12)
        )
        self._optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.02, clipnorm=5.0)
        self._optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        self._optimizer.build(self._network.trainable_variables)
        self._loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
        self._epoch = tf.Variable(0, dtype=tf.int64)
        self._checkpoints = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                network=self._network, average=self._average, optimizer=self._optimizer, epoch=self._epoch
            ),
            str(out / CHECKPOINTS),
            max_to_keep=2,
        )
        if self._checkpoints.latest_checkpoint:
            self._checkpoints.checkpoint.restore(self._checkpoints.latest_checkpoint).assert_consumed()
        self._step = tf.function(self._one_step, reduce_retracing=True)
        self._answer = tf.function(lambda crops: self._average(crops, training=False), reduce_retracing=True)

    @property
    def epoch(self) -> int:
        """The last epoch that was kept; 0 at the start."""
        return int(self._epoch.numpy())

    def begin_from(self, folder: Path) -> None:
        """Take the weights of the model in `folder`: all of them where it knows the same classes, else all but what
        the last layer says of classes that it does not know. Raises InputError for another network."""
        card = read_card(folder)
        with checked_copy(folder, card, "keras") as path:
            weights = keras.saving.load_model(path, compile=False, safe_mode=True).get_weights()
        own = self._network.get_weights()
        if card.classes != self._names and len(weights) == len(own):
            # The last layer's kernel and bias end in one number a class.
            for place in (-2, -1):
                weights[place] = _by_class(weights[place], card.classes, own[place], self._names)
        if [one.shape for one in weights] != [one.shape for one in own]:
            raise InputError(f"The model in {folder} is another network than this program trains; begin without it.")
        self._network.set_weights(weights)
        self._average.set_weights(weights)

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
                if steps % EVERY == 0:
                    report(steps, total / steps)
        return total / max(1, steps)

    def logits(self, crops: Crops) -> Floats:
        """What the averaged network says of `crops`, shape (n, classes)."""
        parts = [
            self._answer(tf.constant(crops[start : start + 1000, ..., None], tf.float32)).numpy()
            for start in range(0, len(crops), 1000)
        ]
        return np.concatenate(parts).reshape(len(crops), self._classes)

    def keep(self, epoch: int, *, best: bool) -> None:
        """Save all that is needed to go on after `epoch`, and the averaged network where it is the best so far."""
        if best:
            aside = self._out / f"new-{BEST}"
            self._average.save(aside)
            aside.replace(self._out / BEST)
        self._epoch.assign(epoch)
        self._checkpoints.save()

    def best(self) -> Any:
        """The averaged network of the best epoch."""
        return keras.saving.load_model(self._out / BEST, compile=False, safe_mode=True)

    def _one_step(self, crops: Any, answers: Any) -> Any:
        wanted = tf.one_hot(answers, self._classes)
        with tf.GradientTape() as tape:
            logits = self._network(tf.cast(crops, tf.float32), training=True)
            loss = self._loss(wanted, tf.reshape(logits, (-1, self._classes)))
        variables = self._network.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        # The average starts short, so that the first random weights are soon forgotten.
        done = tf.cast(self._optimizer.iterations, tf.float32)
        stays = tf.minimum(AVERAGE, (1 + done) / (10 + done))
        for mean, now in zip(self._average.variables, self._network.variables, strict=True):
            if mean.dtype == "float32":
                mean.assign(stays * mean.value + (1 - stays) * now.value)
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
