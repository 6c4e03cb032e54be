"""A form that is learned: from people's answers on its digits to a model that reads them better, or to none."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from extractor.errors import InputError, ModelError
from extractor.recognizer.choice import load_model
from extractor.recognizer.learned import write_learned
from extractor.recognizer.second_reader import second_reader
from extractor.template import TemplateField
from training.corrections.fields import cut_fields
from training.corrections.form_fit import Tally
from training.corrections.form_now import FormNow, Told
from training.corrections.rows import Correction
from training.corrections.settings import TuneSettings
from training.corrections.tune import FEWEST, TuneResult, held_out_pages, tune
from training.loop import Progress

FEWEST_PAGES = 2
"""Pages that answers must come from, since none is both learned from and compared on."""

FEWEST_TO_TRAIN = 100
"""Answers from which networks are trained further: fewer have not been seen to help."""

NO_BETTER = "The networks stay as they are: trained further, they read the pages that were kept back no better."


@dataclass(frozen=True)
class LearnSettings:
    """`tuning` has the folder of the run and the model to begin from. `accept` is the threshold of the form's jobs;
    `networks` says whether networks are trained further as well, for which there are so many `seconds`."""

    tuning: TuneSettings
    accept: float = 0.99
    networks: bool = True
    seconds: float = float("inf")


@dataclass(frozen=True)
class Lesson:
    """What came of it: `folder` has the model, None where it was no better and thrown away. `before` and `after` are
    fields on pages that were not learned from; of `used` answers, on so many `pages`, it was learned. `networks` is
    what training them brought, None where it was not tried, and `why` says so in a sentence; `troubles` are sentences
    about pages that could not be opened."""

    folder: Path | None
    before: Tally
    after: Tally
    used: int
    pages: int
    networks: TuneResult | None = None
    why: str = ""
    troubles: tuple[str, ...] = ()

    @property
    def trained(self) -> bool:
        """Whether the model has other networks than the one that it came from."""
        return self.folder is not None and self.networks is not None and self.networks.folder is not None

    def to_dict(self) -> dict[str, Any]:
        """The figures, as they are kept with a version."""
        sides = {"before": self.before, "after": self.after}
        figures: dict[str, Any] = {
            side: {"right": one.right, "accepted": one.accepted, "wrong": one.wrong} for side, one in sides.items()
        }
        figures |= {"fields": self.before.fields, "trained": self.trained, "why": self.why}
        if self.networks is not None:
            known = {"before": self.networks.before, "after": self.networks.after}
            figures["general"] = {
                side: {
                    **{"symbols_right": one.symbols_right, "symbols": one.symbols},
                    **{"lines_right": one.lines_right, "lines": one.lines},
                }
                for side, one in known.items()
            }
        return figures


class OutOfTimeError(Exception):
    """The networks were not learned to the end in the time that there was."""


def learn(
    rows: Sequence[Correction],
    settings: LearnSettings,
    fields: Mapping[tuple[str, str], TemplateField] | None = None,
    told: Told | None = None,
) -> Lesson:
    """Learn from `rows`, compare on pages that were not learned from, and write a model into `tuning.out / "model"`
    where it is better there. `fields` are the template's, by form and name; other fields hold plain digits.

    First what needs no training: how much each reader's word counts on this form, what is usually written there, how
    sure a reading may be; each page is read by what the others teach. Then the networks, where TensorFlow is installed
    and there is time: of a fifth of the pages nothing is learned, and on these, and on what is no form's, they must be
    better. Raises InputError where there is too little to learn from, ModelError for a model that is no good.
    """
    tell = told or (lambda _what, _share: None)
    began = time.monotonic()
    tuning = settings.tuning
    cut = cut_fields(rows, lambda done, of: tell("Cutting the fields from their pages", done / of))
    form = FormNow(fields or {}, settings.accept, load_model(tuning.start), second_reader(), tell)
    fit_for = [one for one in cut.fields if form.is_digits(one.correction)]
    answers = form.answered(fit_for)
    pages = len({one.page for one in answers})
    if len(answers) < FEWEST or pages < FEWEST_PAGES:
        first = f" ({cut.troubles[0]})" if cut.troubles else ""
        raise InputError(
            f"Of {len(rows)} answers {len(answers)} can be learned from{first}; {FEWEST} or more are needed, from "
            "several pages."
        )
    tell("Weighing what the readers say", 0.0)
    before, after = form.compared(answers)
    learned = form.fitted(answers) if is_better(after, before) and any(one.is_string for one in answers) else None
    networks, why = _networks([one.correction for one in fit_for], settings, began, len(answers), tell)
    lesson = Lesson(None, before, after, len(answers), pages, networks, why, cut.troubles)
    if networks is not None and networks.folder is not None:
        aside = held_out_pages([one.correction for one in fit_for], tuning)
        kept_back = [one for one in fit_for if (one.correction.file, one.correction.page) in aside]
        trained = replace(form, model=load_model(networks.folder)).answered(kept_back)
        now = [one for one in answers if one.page in aside]
        others = [one for one in answers if one.page not in aside]
        of_others = form.fitted(others) if learned else form.learned
        if is_better(form.tally(trained, of_others), form.tally(now, of_others)):
            if learned:
                write_learned(networks.folder, learned)
            sides = form.tally(now, form.learned), form.tally(trained, of_others)
            return replace(lesson, folder=networks.folder, before=sides[0], after=sides[1])
        shutil.rmtree(networks.folder)
        lesson = replace(lesson, networks=replace(networks, folder=None), why=NO_BETTER)
    if learned is None:
        return lesson
    target = tuning.out / "model"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(tuning.start, target)
    write_learned(target, learned)
    return replace(lesson, folder=target)


def is_better(after: Tally, before: Tally) -> bool:
    """Whether no more of the accepted are wrong, and more are right and accepted, counted together."""
    return after.wrong <= before.wrong and after.right + after.accepted > before.right + before.accepted


def _networks(
    rows: Sequence[Correction], settings: LearnSettings, began: float, answers: int, tell: Told
) -> tuple[TuneResult | None, str]:
    """What training the networks brings; or why they stay as they are."""
    if not settings.networks:
        return None, "The networks stay as they are: nobody asked for more."
    if find_spec("tensorflow") is None:
        return None, (
            "The networks stay as they are: training them needs TensorFlow (pip install 'formdigits[tensorflow]')."
        )
    if answers < FEWEST_TO_TRAIN:
        return None, f"The networks stay as they are: training them needs {FEWEST_TO_TRAIN} answers."
    try:
        found = tune(rows, settings.tuning, _on_time(tell, began + settings.seconds))
    except OutOfTimeError:
        return None, "The networks stay as they are: there was no time to train them to the end."
    except (InputError, ModelError) as error:
        return None, f"The networks stay as they are: {error}"
    return found, "" if found.folder else "The networks stay as they are: trained further, they read others worse."


def _on_time(tell: Told, until: float) -> Callable[[Progress], None]:
    """Tells how far the training is, and ends it when there is no time left."""

    def told(progress: Progress) -> None:
        if time.monotonic() > until:
            raise OutOfTimeError
        done = (progress.epoch - 1 + progress.step / max(1, progress.steps)) / progress.epochs
        tell("Training the networks", done)

    return told
