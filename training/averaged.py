"""What every network of ours learns with: AdamW, a running average of the weights, checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from training.run import CHECKPOINTS

BEST = "best.keras"


class Averaged:
    """A network in the folder `out`, as it was after the last epoch kept there, or as `build` makes it.

    Learns with AdamW under a learning rate that rises to `rate` over the share `warmup` of `steps` steps and falls in a
    cosine; what is measured and shipped is the running average of its weights, of which `average` stays at each step.
    """

    def __init__(
        self,
        out: Path,
        build: Callable[[], Any],
        *,
        rate: float,
        steps: int,
        warmup: float,
        average: float,
    ) -> None:
        self._out = out
        self._stays = average
        self.network = build()
        self.average = build()
        self.average.set_weights(self.network.get_weights())
        rising = int(steps * warmup)
        schedule = keras.optimizers.schedules.CosineDecay(
            rate / 20, max(1, steps - rising), alpha=0.002, warmup_target=rate, warmup_steps=max(1, rising)
        )
        self._optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.02, clipnorm=5.0)
        self._optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        self._optimizer.build(self.network.trainable_variables)
        self._epoch = tf.Variable(0, dtype=tf.int64)
        self._checkpoints = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                network=self.network, average=self.average, optimizer=self._optimizer, epoch=self._epoch
            ),
            str(out / CHECKPOINTS),
            max_to_keep=2,
        )
        if self._checkpoints.latest_checkpoint:
            self._checkpoints.checkpoint.restore(self._checkpoints.latest_checkpoint).assert_consumed()

    @property
    def epoch(self) -> int:
        """The last epoch that was kept; 0 at the start."""
        return int(self._epoch.numpy())

    def keep(self, epoch: int, *, best: bool) -> None:
        """Save all that is needed to go on after `epoch`, and the averaged network where it is the best so far."""
        if best:
            aside = self._out / f"new-{BEST}"
            self.average.save(aside)
            aside.replace(self._out / BEST)
        self._epoch.assign(epoch)
        self._checkpoints.save()

    def best(self) -> Any:
        """The averaged network of the best epoch."""
        return keras.saving.load_model(self._out / BEST, compile=False, safe_mode=True)

    def apply(self, tape: Any, loss: Any) -> None:
        """One step down the gradient of `loss`, which `tape` recorded; for use inside a tf.function."""
        variables = self.network.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        # The average starts short, so that the first random weights are soon forgotten.
        done = tf.cast(self._optimizer.iterations, tf.float32)
        stays = tf.minimum(self._stays, (1 + done) / (10 + done))
        for mean, now in zip(self.average.variables, self.network.variables, strict=True):
            if mean.dtype == "float32":
                mean.assign(stays * mean.value + (1 - stays) * now.value)
