"""What `formdigits train` shows while it trains."""

from __future__ import annotations

import time
from functools import partial
from typing import TextIO

import click

from formdigits.report import hushed
from training.train import Progress, TrainSettings, train

__all__ = ["TrainSettings", "carry_out"]

EVERY_S = 10.0
"""Seconds between two lines inside an epoch."""


def carry_out(settings: TrainSettings) -> int:
    """Trains, tells of it on standard error, and returns the exit code. Raises InputError or ModelError."""
    try:
        # TensorFlow and its converter have much to say for themselves.
        with hushed() as ours:
            result = train(settings, partial(_tell, _Pace(), ours))
    except KeyboardInterrupt:
        click.echo("Stopped; the same command goes on after the last whole epoch.", err=True)
        return 130
    click.echo(f"The model, as it was after epoch {result.epoch}, is in {result.folder}.", err=True)
    return 0


class _Pace:
    """Says whether it is time for another line."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def due(self) -> bool:
        if time.monotonic() - self._last < EVERY_S:
            return False
        self._last = time.monotonic()
        return True


def _tell(pace: _Pace, out: TextIO, progress: Progress) -> None:
    where = f"Epoch {progress.epoch} of {progress.epochs}"
    if progress.plain is not None and progress.changed is not None:
        out.write(
            f"{where}: loss {progress.loss:.4f}; right on held-out writers {100 * progress.plain:.2f} %, "
            f"as scans may show them {100 * progress.changed:.2f} %.\n"
        )
    elif pace.due():
        out.write(f"{where}: {100 * progress.step / max(1, progress.steps):.0f} %, loss {progress.loss:.4f}\n")
