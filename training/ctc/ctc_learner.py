"""The line network while it learns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from extractor.recognizer.ctc import FRAMES
from extractor.segmentation.text_line import HEIGHT
from extractor.values import Floats
from training.averaged import Averaged
from training.ctc.ctc_network import Design, build_ctc_network, ctc_network_in
from training.ctc.text_lines import CLASSES, Batch

CTC_AVERAGE = 0.998
REPORT_BATCHES = 20

UNREADABLE = 16
"""Of so many lines in a batch the one with the highest loss is not learned from: the few composed lines that nobody
could read would make much of the loss (the small-loss trick of B. Han et al., "Co-teaching", 2018)."""

OUTPUTS = len(CLASSES) + 1


class CtcLearner(Averaged):
    """The line network while it learns, begun from a .keras file, or from nothing by a design; see `Averaged` for the
    rest. Where every line is worth learning, such as those that people put right, `leave_out` is False; where few steps
    are taken, less stays of the `average` at each.

    Learns by connectionist temporal classification (A. Graves et al., 2006).
    """

    def __init__(
        self,
        out: Path,
        begin: Path | Design,
        rate: float,
        steps: int,
        *,
        average: float = CTC_AVERAGE,
        leave_out: bool = True,
    ) -> None:
        super().__init__(
            out,
            lambda: build_ctc_network(OUTPUTS, begin) if isinstance(begin, Design) else ctc_network_in(begin, OUTPUTS),
            rate=rate,
            steps=steps,
            warmup=1 / 20,
            average=average,
        )
        self._leave_out = leave_out
        signature = [
            tf.TensorSpec((None, HEIGHT, None, 1), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None, None), tf.int32),
        ]
        self._step = tf.function(self._one_step, input_signature=signature)
        self._answer = tf.function(
            lambda lines: self.average(tf.cast(lines, tf.float32), training=False), input_signature=signature[:1]
        )

    def learn(self, batches: Iterable[Batch], report: Callable[[int, float], None]) -> float:
        """One pass over `batches`; returns the mean loss of what is learned from. `report` gets steps done and the mean
        loss so far."""
        total, steps = 0.0, 0
        for batch in batches:
            loss = self._step(tf.constant(batch.images), tf.constant(batch.frames), tf.constant(batch.texts))
            total, steps = total + float(loss), steps + 1
            if steps % REPORT_BATCHES == 0:
                report(steps, total / steps)
        return total / max(1, steps)

    def log_probabilities(self, batch: Batch) -> list[Floats]:
        """What the averaged network says of each line, shape (frames, OUTPUTS)."""
        logits = self._answer(tf.constant(batch.images)).numpy()
        out = logits.reshape(len(batch.images), -1, OUTPUTS)
        out = out - out.max(2, keepdims=True)
        out = out - np.log(np.exp(out).sum(2, keepdims=True))
        return [rows[:count] for rows, count in zip(out, batch.frames, strict=True)]

    def _one_step(self, lines: Any, frames: Any, texts: Any) -> Any:
        labels = tf.sparse.from_dense(texts + 1)  # zeros are padding
        labels = tf.SparseTensor(labels.indices, labels.values - 1, labels.dense_shape)
        with tf.GradientTape() as tape:
            logits = self.network(tf.cast(lines, tf.float32), training=True)
            shape = tf.shape(logits)
            logits = tf.reshape(logits, (shape[0], shape[2] * FRAMES, OUTPUTS))
            losses = tf.nn.ctc_loss(
                labels, tf.transpose(logits, (1, 0, 2)), None, frames, logits_time_major=True, blank_index=OUTPUTS - 1
            )
            if self._leave_out:
                count = tf.size(losses)
                losses = -tf.math.top_k(-losses, count - count // UNREADABLE, sorted=False).values
            loss = tf.reduce_mean(losses)
        self.apply(tape, loss)
        return loss
