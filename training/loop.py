"""The epochs of a run, whatever network learns in them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from training.curves import MEASURED, read_history, write_history

if TYPE_CHECKING:
    from training.learner import Learner, Pair

Entry = dict[str, Any]
"""What the history says of an epoch."""


@dataclass(frozen=True)
class Progress:
    """Where a run is: `epoch` of `epochs` (from 1), `step` of `steps` in it, and the mean `loss` since its start.

    At the end of an epoch `measured` is what was found on held-out writers, if anything was.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    measured: Mapping[str, float] = field(default_factory=dict)

    def sentence(self) -> str:
        """This, for people."""
        where = f"Epoch {self.epoch} of {self.epochs}"
        if self.step < self.steps:
            return f"{where}: {100 * self.step / max(1, self.steps):.0f} %, loss {self.loss:.4f}"
        told = [f"{name} {100 * self.measured[key]:.2f} %" for key, name in MEASURED.items() if key in self.measured]
        return f"{where}: loss {self.loss:.4f}" + (f"; right of {', of '.join(told)}" if told else "")


def learn_epochs(
    learner: Learner,
    epochs: int,
    steps: int,
    pairs_of: Callable[[int], Iterable[Pair]],
    progress: Callable[[Progress], None] | None = None,
    *,
    measure: Callable[[], dict[str, float]] = dict,
    score: Callable[[Entry], float] | None = None,
    patience: int = 0,
) -> list[Entry]:
    """Learn the epochs up to `epochs` that are not done, each of `steps` steps on what `pairs_of` gives for its number;
    returns the history of all.

    After each epoch `measure` is asked, and everything is kept. The best epoch is the last one, or that of the least
    `score`; then it ends early where `patience` epochs have brought nothing better.
    """
    history = read_history(learner.out)[: learner.epoch]
    for epoch in range(learner.epoch + 1, epochs + 1):
        scores = [score(entry) for entry in history] if score else []
        if score and len(scores) > patience and min(scores[-patience:]) > min(scores[:-patience]):
            break
        began = time.monotonic()

        def report(step: int, loss: float, measured: Mapping[str, float] | None = None, epoch: int = epoch) -> None:
            if progress and (step < steps or measured is not None):
                progress(Progress(epoch, epochs, step, steps, loss, measured or {}))

        loss = learner.learn(pairs_of(epoch), report)
        measured = measure()
        entry = {"epoch": epoch, "loss": loss, **measured, "seconds": round(time.monotonic() - began, 1)}
        history.append(entry)
        write_history(learner.out, history)
        learner.keep(epoch, best=score is None or score(entry) <= min(scores, default=score(entry)))
        report(steps, loss, measured)
    return history
