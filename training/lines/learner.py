"""The line network while it learns: CTC, an average of its weights, checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from extractor.recognizer.lines import FRAMES
from extractor.values import Floats
from training.lines.batches import CLASSES, Batch
from training.lines.network import begin_from, build_line_network

BEST = "best.keras"
AVERAGE = 0.998
EVERY = 20
OUTPUTS = len(CLASSES) + 1


class LineLearner:
    """A line network in the folder `out`, as it was after the last epoch kept there, or begun from the model in the folder `start`.

    Learns by connectionist temporal classification (A. Graves et al., 2006) with AdamW under a learning rate that rises
    to `rate` and falls in a cosine over `steps` steps; what is measured and shipped is the running average of its weights.
    """

    def __init__(self, out: Path, start: Path, rate: float, steps: int) -> None:
        self._out = out
        self._network = build_line_network(OUTPUTS)
        begin_from(self._network, start)
        self._average = build_line_network(OUTPUTS)
        self._average.set_weights(self._network.get_weights())
        schedule = keras.optimizers.schedules.CosineDecay(
            rate / 20, max(1, steps - steps // 20), alpha=0.002, warmup_target=rate, warmup_steps=max(1, steps // 20)
        )
        self._optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.02, clipnorm=5.0)
        self._optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        self._optimizer.build(self._network.trainable_variables)
        self._epoch = tf.Variable(0, dtype=tf.int64)
        self._checkpoints = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                network=self._network, average=self._average, optimizer=self._optimizer, epoch=self._epoch
            ),
            str(out / "checkpoints"),
            max_to_keep=2,
        )
        if self._checkpoints.latest_checkpoint:
            self._checkpoints.checkpoint.restore(self._checkpoints.latest_checkpoint).assert_consumed()
        signature = [
            tf.TensorSpec((None, 32, None, 1), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None, None), tf.int32),
        ]
        self._step = tf.function(self._one_step, input_signature=signature)
        self._answer = tf.function(
            lambda lines: self._average(tf.cast(lines, tf.float32), training=False), input_signature=signature[:1]
        )

    @property
    def epoch(self) -> int:
        """The last epoch that was kept; 0 at the start."""
        return int(self._epoch.numpy())

    def learn(self, batches: Iterable[Batch], report: Callable[[int, float], None]) -> float:
        """One pass over `batches`; returns the mean loss a line. `report` gets steps done and the mean loss so far."""
        total, steps = 0.0, 0
        for batch in batches:
            loss = self._step(tf.constant(batch.images), tf.constant(batch.frames), tf.constant(batch.texts))
            total, steps = total + float(loss), steps + 1
            if steps % EVERY == 0:
                report(steps, total / steps)
        return total / max(1, steps)

    def log_probabilities(self, batch: Batch) -> list[Floats]:
        """What the averaged network says of each line, shape (frames, OUTPUTS)."""
        logits = self._answer(tf.constant(batch.images)).numpy()
        out = logits.reshape(len(batch.images), -1, OUTPUTS)
        out = out - out.max(2, keepdims=True)
        out = out - np.log(np.exp(out).sum(2, keepdims=True))
        return [rows[:count] for rows, count in zip(out, batch.frames, strict=True)]

    def keep(self, epoch: int, *, best: bool) -> None:
        """Save all that is needed to go on after `epoch`, and the averaged network where it is the best so far."""
        if best:
            aside = self._out / f"new-{BEST}"
            self._average.save(aside)
            aside.replace(self._out / BEST)
        self._epoch.assign(epoch)
        self._checkpoints.save()

    def _one_step(self, lines: Any, frames: Any, texts: Any) -> Any:
        labels = tf.sparse.from_dense(texts + 1)  # zeros are padding
        labels = tf.SparseTensor(labels.indices, labels.values - 1, labels.dense_shape)
        with tf.GradientTape() as tape:
            logits = self._network(tf.cast(lines, tf.float32), training=True)
            shape = tf.shape(logits)
            logits = tf.reshape(logits, (shape[0], shape[2] * FRAMES, OUTPUTS))
            losses = tf.nn.ctc_loss(
                labels, tf.transpose(logits, (1, 0, 2)), None, frames, logits_time_major=True, blank_index=OUTPUTS - 1
            )
            loss = tf.reduce_mean(losses)
        variables = self._network.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        done = tf.cast(self._optimizer.iterations, tf.float32)
        stays = tf.minimum(AVERAGE, (1 + done) / (10 + done))
        for mean, now in zip(self._average.variables, self._network.variables, strict=True):
            if mean.dtype == "float32":
                mean.assign(stays * mean.value + (1 - stays) * now.value)
        return loss
