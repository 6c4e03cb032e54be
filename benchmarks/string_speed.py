"""What reading one string costs: processor time a string, step by step, with the shipped int8 model on one core.

    python -m benchmarks.string_speed [--digits 6]

The strings are those of `cheque_amounts` with so many digits, read in one batch as the product reads them. Strings that
the first pass is enough for are told apart from those that need further views.
Processor time is counted, so that other work on the machine disturbs little; the best of several rounds counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from benchmarks.data import needed
from extractor.decoding.ctc_search import best_transcripts
from extractor.fields import as_single_field
from extractor.ink import as_gray
from extractor.observation import Located, decode, observe
from extractor.reading import SINGLE_FIELD
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import load_model
from extractor.segmentation.text_line import text_line_of
from extractor.values import Gray
from training.command import run
from training.ctc.string_sets import entries

ROUNDS = 5


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """The least processor time of ROUNDS calls, in ms, and what the last gave."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        answer = work()
        times.append(time.process_time() - start)
    return min(times) * 1000, answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", type=int, default=6)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    model = load_model(SHIPPED)
    recognizer = model.ctc
    assert recognizer is not None
    chosen = [entry for entry in entries(needed("cheque_amounts")) if len(entry.label) == options.digits]
    pictures = [as_gray(np.asarray(cv2.imread(str(entry.picture), cv2.IMREAD_GRAYSCALE))) for entry in chosen]

    def told(what: str, milliseconds: float, count: int) -> None:
        if count:
            print(f"  {what}: {milliseconds / count:.2f} ms a string")

    def whole(pictures: list[Gray]) -> list[Any]:
        located = [Located(SINGLE_FIELD, as_single_field(picture), model) for picture in pictures]
        return [decode(one) for one in observe(located)]

    cut, fields = best(lambda: [as_single_field(picture) for picture in pictures])
    seen = observe([Located(SINGLE_FIELD, field, model) for field in fields])
    enough = [one.string is not None and one.string.first_pass_only for one in seen]
    sure = [picture for picture, only in zip(pictures, enough, strict=True) if only]
    doubtful = [picture for picture, only in zip(pictures, enough, strict=True) if not only]
    print(f"{len(chosen)} strings of {options.digits} digits, {len(sure)} of them sure after the first pass")
    told("illumination, rulings and ink", cut, len(fields))
    spent, lines = best(lambda: [line for field in fields if (line := text_line_of(field)) is not None])
    told("text line", spent, len(fields))
    spent, frames = best(lambda: recognizer.log_probabilities(lines))
    told("network", spent, len(fields))
    told("n best strings", best(lambda: best_transcripts(frames, recognizer.classes))[0], len(fields))
    told("all of these steps and the decision, sure after the first pass", best(lambda: whole(sure))[0], len(sure))
    told("all of these steps and the decision, seen in four views", best(lambda: whole(doubtful))[0], len(doubtful))
    told("all strings", best(lambda: whole(pictures))[0], len(pictures))


if __name__ == "__main__":
    sys.exit(run(main))
