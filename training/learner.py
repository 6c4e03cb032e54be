"""A network while it learns: AdamW, a running average of the weights, checkpoints. On any backend of Keras 3."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from extractor.export.draft import Draft, write_whole
from extractor.values import Floats
from training.run import CHECKPOINT

BEST = "best.keras"

REPORT_STEPS = 20
"""Steps from one report to the next."""

Pair = tuple[NDArray[Any], NDArray[Any]]
"""Pictures, shape (n, height, width, 1), and what they show, as the loss takes it."""


class Learner:
    """`network` in the folder `out`, as it was after the last epoch kept there, else as it is given.

    Learns with AdamW under a learning rate that rises to `rate` over the share `warmup` of `steps` steps and falls in a
    cosine; what is measured and shipped is the running average of its weights, of which `average` stays at each step.
    With `bfloat16` steps are computed in that, which needs a processor that has it; weights stay as they are.
    """

    def __init__(
        self,
        out: Path,
        network: Any,
        loss: Callable[[Any, Any], Any],
        *,
        rate: float,
        steps: int,
        warmup: float,
        average: float,
        bfloat16: bool = False,
    ) -> None:
        self.average = keras.models.clone_model(network)
        self.average.set_weights(network.get_weights())
        if bfloat16:
            network = in_bfloat16(network)
        self.out, self.network, self.epoch = out, network, 0
        self._stays = average
        rising = int(steps * warmup)
        schedule = keras.optimizers.schedules.CosineDecay(
            rate / 20, max(1, steps - rising), alpha=0.002, warmup_target=rate, warmup_steps=max(1, rising)
        )
        self._optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.02, clipnorm=5.0)
        self._optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        # TensorFlow would compile each width of text line by itself, for minutes.
        compiled: Any = False if keras.backend.backend() == "tensorflow" else "auto"
        network.compile(optimizer=self._optimizer, loss=loss, jit_compile=compiled)
        self._optimizer.build(network.trainable_variables)
        if (out / CHECKPOINT).is_file():
            with np.load(out / CHECKPOINT, allow_pickle=False) as kept:
                self.epoch = int(kept["arr_0"])
                for index, variable in enumerate(self._state(), 1):
                    variable.assign(kept[f"arr_{index}"])

    def _state(self) -> list[Any]:
        return [*self.network.variables, *self.average.weights, *self._optimizer.variables]

    def learn(self, pairs: Iterable[Pair], report: Callable[[int, float], None]) -> float:
        """One pass over `pairs`; returns the mean loss. `report` gets steps done and the mean loss so far."""
        self.network.reset_metrics()
        loss = 0.0
        for step, (pictures, answers) in enumerate(pairs, 1):
            loss = float(self.network.train_on_batch(pictures.astype(np.float32), answers))
            self._follow()
            if step % REPORT_STEPS == 0:
                report(step, loss)
        return loss

    def _follow(self) -> None:
        """Bring the average one step nearer. It starts short, so that the first random weights are soon forgotten."""
        done = int(self._optimizer.iterations)
        stays = min(self._stays, (1 + done) / (10 + done))
        for mean, now in zip(self.average.weights, self.network.weights, strict=True):
            mean.assign(stays * mean + (1 - stays) * now)

    def logits(self, pictures: NDArray[np.uint8]) -> Floats:
        """What the averaged network says of `pictures`, shape (n, height, width, 1)."""
        return np.asarray(self.average.predict_on_batch(pictures.astype(np.float32)), np.float32)

    def keep(self, epoch: int, *, best: bool) -> None:
        """Save all that is needed to go on after `epoch`, and the averaged network where it is the best so far."""
        if best:
            draft = Draft(self.out / BEST)
            self.average.save(draft.path)
            draft.publish()
        self.epoch = epoch
        buffer = io.BytesIO()
        np.savez(buffer, np.array(epoch), *map(np.asarray, self._state()))
        write_whole(self.out / CHECKPOINT, buffer.getvalue())

    def best(self) -> Any:
        """The averaged network of the best epoch."""
        return keras.saving.load_model(self.out / BEST, compile=False, safe_mode=True)


def in_bfloat16(network: Any) -> Any:
    """A copy of `network` that computes in bfloat16, but for its last layer, and keeps its weights in float32."""
    last = network.layers[-1].name

    def lighter(layer: Any) -> Any:
        config = layer.get_config()
        if layer.name != last:
            config["dtype"] = "mixed_bfloat16"
        return type(layer).from_config(config)

    copy = keras.models.clone_model(network, clone_function=lighter)
    copy.set_weights(network.get_weights())
    return copy
