"""What `formdigits train` shows while it trains."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from extractor.errors import ExitCode, InputError
from extractor.recognizer.card import read_card
from extractor.template import TemplateField
from formdigits.actions.learn import fields_of, figures_in_sentences, rows_of
from formdigits.messages import counted, hushed, say
from training.corrections import Correction, LearnSettings, TuneResult, TuneSettings, learn, read_corrections, tune
from training.loop import Progress
from training.symbols.symbol_training import TrainSettings, train
from workers.database.jobs import find_job
from workers.database.store import open_store
from workers.review.forms import forms_of

__all__ = ["TrainSettings", "TuneSettings", "learn_from_corrections", "train_symbols"]

STOPPED = "Stopped; the same command goes on after the last whole epoch."

PAGES_NAMED = 5
"""Pages that could not be used which are named."""

EPOCH_LINE_S = 10.0
"""Seconds between two lines inside an epoch."""


def train_symbols(settings: TrainSettings) -> ExitCode:
    """Trains, reports progress on standard error, and returns the exit code. Raises InputError or ModelError."""
    try:
        # TensorFlow and its converter have much to say for themselves.
        with hushed() as ours:
            result = train(settings, partial(_tell, _Pace(), ours))
    except KeyboardInterrupt:
        click.echo(STOPPED, err=True)
        return ExitCode.INTERRUPTED
    click.echo(f"The model, as it was after epoch {result.epoch}, is in {result.folder}.", err=True)
    return ExitCode.DONE


def learn_from_corrections(given: str, settings: TuneSettings) -> ExitCode:
    """Learns from the corrections in the file `given`, or from those of the job of that name, reports progress, and
    returns the exit code: 1 where nothing was better. Raises InputError, ModelError, ServiceError."""
    rows, fields = _rows(given)
    digits = read_card(settings.start).alphabet == tuple("0123456789")
    try:
        with hushed() as ours:
            if digits:
                told = partial(_tell_step, _Pace(), ours)
                lesson = learn(rows, LearnSettings(settings), fields, told)
                folder, troubles, said = lesson.folder, lesson.troubles, figures_in_sentences(lesson)
            else:
                result = tune(rows, settings, partial(_tell, _Pace(), ours))
                folder, troubles, said = result.folder, result.troubles, _in_sentences(result)
    except KeyboardInterrupt:
        click.echo(STOPPED, err=True)
        return ExitCode.INTERRUPTED
    for trouble in troubles[:PAGES_NAMED]:
        say(f"Left out: {trouble}")
    if len(troubles) > PAGES_NAMED:
        say(f"  and {counted(len(troubles) - PAGES_NAMED, 'page')} more.")
    for sentence in said:
        say(sentence)
    if folder is None:
        say("What was learned reads no better, or worse, and was not written; collect more corrections.")
        return ExitCode.SOME_UNREAD
    say(f"The model is in {folder}; use it with: formdigits read … --model {folder}")
    return ExitCode.DONE


def _in_sentences(result: TuneResult) -> list[str]:
    """What training the networks of another alphabet brought."""
    before, after = result.before, result.after
    unusable = f"; {result.unusable} could not be used" if result.unusable else ""
    return [
        f"Learned from {counted(result.used, 'correction')}{unusable}.",
        f"Held-out corrections read right: before {before.fields_right}, after {after.fields_right}, "
        f"of {after.fields}.",
        f"Held-out symbols of the training data: before {before.symbols_right / before.symbols:.2%}, "
        f"after {after.symbols_right / after.symbols:.2%}, of {after.symbols:,}.",
    ]


def _rows(given: str) -> tuple[list[Correction], dict[tuple[str, str], TemplateField]]:
    file = Path(given)
    if file.exists() or file.suffix or len(file.parts) > 1:
        return read_corrections(file), {}
    store = open_store()
    job = find_job(store, given)
    if job is None:
        raise InputError(f"There is neither a file nor a job {given}; 'formdigits jobs' lists those of the queue.")
    forms = forms_of(store, job.id)
    rows = rows_of(store, forms, job.id)
    store.close()
    return rows, fields_of(list(forms.templates.values()))


class _Pace:
    """Says whether it is time for another line."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def due(self) -> bool:
        if time.monotonic() - self._last < EPOCH_LINE_S:
            return False
        self._last = time.monotonic()
        return True


def _tell_step(pace: _Pace, out: TextIO, what: str, share: float) -> None:
    if pace.due():
        out.write(f"{what}: {share:.0%}\n")


def _tell(pace: _Pace, out: TextIO, progress: Progress) -> None:
    if progress.step == progress.steps or pace.due():
        out.write(progress.sentence() + "\n")
