"""What learning a form is worth: strings read before and after, by what answers on others of the same kind teach.

    python -m benchmarks.learning [--learn 200] [--seeds 3] [--networks] [--sets cheque_amounts pen_strings]

Each picture of a set is one field that somebody answered (labels put right). So many of them, drawn at random, are
learned from; the others are read before and after, with the second reader. Without more, only what needs no training is
learned, from several draws (`--seeds`); with --networks all is, as `formdigits train --corrections` does it, from one
draw, and `photo_strings`, of which nothing was learned, is read by the new networks. The data may only be measured on,
so what was learned is thrown away.

Told are: how many of the others are read wrongly; how many are accepted at 99 %, and how many of those are wrong; and
what share could be accepted with at most 0.5 % and 1 % wrong, before and after.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.data import needed
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import load_model
from extractor.recognizer.learned import Learned, read_learned, unlearned
from extractor.recognizer.second_reader import second_reader
from training.command import run
from training.corrections import Correction, LearnSettings, TuneSettings, learn
from training.corrections.fields import cut_fields
from training.corrections.form_fit import Answered
from training.corrections.form_now import FormNow
from training.corrections.learn import is_better
from training.ctc.string_sets import Entry, entries

UNLEARNED = "photo_strings"
ACCEPT = 0.99
ERRORS = (0.005, 0.01)


@dataclass(frozen=True)
class Read:
    """How strings were read, shape (n,) each."""

    right: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    accepted: NDArray[np.bool_]

    def share_at(self, error: float) -> float:
        """The largest share that could be accepted with at most that share wrong."""
        order = np.argsort(-self.confidence, kind="stable")
        rates = np.cumsum(~self.right[order]) / np.arange(1, len(order) + 1)
        below = np.flatnonzero(rates <= error)
        return float((below[-1] + 1) / len(order)) if len(below) else 0.0

    def line(self) -> str:
        shares = ", ".join(f"{self.share_at(error):.1%} at {error:.1%}" for error in ERRORS)
        wrong = int((self.accepted & ~self.right).sum())
        return (
            f"{int((~self.right).sum())} of {len(self.right)} wrong, {self.accepted.mean():.1%} accepted "
            f"({wrong} wrong); could be accepted: {shares}"
        )


def answered(entry: Entry) -> Correction:
    """A string of a set as somebody answers it."""
    assert isinstance(entry.picture, Path)
    height, width = np.asarray(cv2.imread(str(entry.picture), cv2.IMREAD_GRAYSCALE)).shape
    quad = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    return Correction(str(entry.picture), 1, "", "value", None, quad, "", entry.written)


def read(answers: Sequence[Answered], learned: Learned) -> Read:
    """How they are read with what was `learned`."""
    readings = [one.read(learned) for one in answers]
    return Read(
        np.array([one.truth == reading.meaning.value for one, reading in zip(answers, readings, strict=True)]),
        np.array([reading.confidence for reading in readings]),
        np.array([reading.confidence >= ACCEPT and bool(reading.meaning.value) for reading in readings]),
    )


def seen(rows: Sequence[Correction], model: Path) -> tuple[FormNow, list[Answered]]:
    """What is seen in the strings."""
    form = FormNow({}, ACCEPT, load_model(model), second_reader(), lambda _what, _share: None)
    return form, form.answered(cut_fields(rows).fields)


def tell(name: str, count: int, seed: int, sides: tuple[Read, Read]) -> None:
    before, after = sides
    fewer = 1 - (~after.right).sum() / max(1, (~before.right).sum())
    print(f"{name}, {count} answers (seed {seed}): {fewer:.0%} fewer errors", flush=True)
    print(f"  before: {before.line()}\n  after:  {after.line()}", flush=True)


def without_training(name: str, count: int, seeds: int) -> None:
    """What the readers' weights and what is usual bring, by several draws of what is learned from."""
    form, answers = seen([answered(one) for one in entries(needed(name))], SHIPPED)
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(answers))
        taught, others = ([answers[i] for i in part] for part in (order[:count], order[count:]))
        began = time.process_time()
        before, after = form.compared(taught)
        learned = form.fitted(taught) if is_better(after, before) else form.learned
        print(f"{time.process_time() - began:.0f} s of one processor to fit; kept: {learned is not form.learned}")
        tell(name, count, seed, (read(others, form.learned), read(others, learned)))


def with_training(name: str, count: int, seed: int) -> None:
    """What the whole of it brings, and what it costs strings of which nothing was learned."""
    known = [answered(one) for one in entries(needed(name))]
    order = np.random.default_rng(seed).permutation(len(known))
    others = [known[i] for i in order[count:]]
    with tempfile.TemporaryDirectory() as folder:
        began, used = time.monotonic(), time.process_time()
        lesson = learn([known[i] for i in order[:count]], LearnSettings(TuneSettings(Path(folder))))
        took = f"{time.process_time() - used:.0f} s of processors, {time.monotonic() - began:.0f} s by the clock"
        print(f"{took}. {lesson.why or 'Networks trained.'}")
        rest = [answered(one) for one in entries(needed(UNLEARNED))]
        learned = (read_learned(lesson.folder) if lesson.folder is not None else None) or unlearned()
        for what, rows, own in ((name, others, learned), (UNLEARNED, rest, unlearned())):
            _, then = seen(rows, SHIPPED)
            now = seen(rows, lesson.folder)[1] if lesson.folder is not None else then
            tell(what, count, seed, (read(then, unlearned()), read(now, own)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learn", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--networks", action="store_true")
    parser.add_argument("--sets", nargs="+", default=["cheque_amounts", "pen_strings"])
    options = parser.parse_args()
    for name in options.sets:
        if options.networks:
            with_training(name, options.learn, 0)
        else:
            without_training(name, options.learn, options.seeds)


if __name__ == "__main__":
    sys.exit(run(main))
