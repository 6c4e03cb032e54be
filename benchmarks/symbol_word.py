"""Whether the crops of a string tell if it was read right: its confidence with and without the word of the network for
symbols on each of its digits, with the shipped int8 models and without the second reader.

    python -m benchmarks.symbol_word

The weights of both are fitted by logistic regression on a third of each set, and measured on the rest, each set apart.
Beside the raw log-odds of the string the word is two numbers, each that of the digit for which it is least: the log of
its probability, and by how much (natural log) it is more probable than the next digit. The last figure is the share
that could be accepted, the surest first, with at most 0.5 % wrong.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.decoding import decode_ctc
from extractor.field_symbols import FieldSymbol, field_symbols
from extractor.fields import as_single_field
from extractor.observation import Located, decode, observe
from extractor.options import ReadOptions
from extractor.reading import SINGLE_FIELD
from extractor.recognizer.calibration import CERTAIN, Calibration
from extractor.recognizer.choice import Model, load_model
from training.command import run
from training.ctc.string_sets import Entry, all_entries
from training.evaluation.labelled_strings import READ_TOGETHER
from training.evaluation.measures import expected_calibration_error
from training.logistic import weights_of

RAREST_SYMBOL = 1e-4
"""A digit less probable than this by its crop counts as this probable."""

MOST_WRONG = 0.005


@dataclass(frozen=True)
class Read:
    """A string that was read: its `evidence` (raw log-odds, the two numbers of the word, 1), shape (4,), None where the
    format allows nothing; whether it is `right`, and the confidence that doubts leave at `most`."""

    evidence: NDArray[np.float64] | None
    right: bool
    most: float
    calibrates: bool


def word(symbols: tuple[FieldSymbol, ...]) -> tuple[float, float]:
    """The two numbers of a string; those of a string without digits say nothing."""
    least, margin = 0.0, -math.log(RAREST_SYMBOL)
    for one in symbols:
        if one.text.isdigit():
            odds = {name: max(p, RAREST_SYMBOL) for name, p in one.probabilities}
            own = odds.get(one.text, RAREST_SYMBOL)
            others = [p for name, p in odds.items() if name.isdigit() and name != one.text]
            least = min(least, math.log(own))
            margin = min(margin, math.log(own / max(others, default=RAREST_SYMBOL)))
    return least, margin


def read_all(model: Model, entries: list[Entry], spent: list[float]) -> Iterator[Read]:
    """What is read in `entries`; the processor time of reading and of the symbols is added to `spent`."""
    for start in range(0, len(entries), READ_TOGETHER):
        part = entries[start : start + READ_TOGETHER]
        began = time.process_time()
        seen = observe([Located(SINGLE_FIELD, as_single_field(entry.image()), model) for entry in part])
        whole = time.process_time()
        raw = [decode_ctc(one.string.transcripts, one.format, Calibration()) for one in seen if one.string]
        symbols = field_symbols([(one, plain.written) for one, plain in zip(seen, raw, strict=True)])
        spent[0] += whole - began
        spent[1] += time.process_time() - whole
        for entry, one, plain, own in zip(part, seen, raw, symbols, strict=True):
            evidence = None
            if plain.confidence > 0 and plain.meaning.value:
                p = min(max(plain.confidence, CERTAIN), 1 - CERTAIN)
                evidence = np.array((math.log(p / (1 - p)), *word(own), 1.0))
            most = min((doubt.most for doubt in decode(one).doubts), default=1.0)
            yield Read(evidence, plain.meaning.value == entry.written, most, entry.calibrates)


def tell(name: str, read: list[Read], weights: NDArray[np.float64]) -> None:
    """A line about the strings that nothing was fitted on."""
    odds = [None if one.evidence is None else float(one.evidence @ weights) for one in read]
    sure = [0.0 if x is None else min(one.most, 1 / (1 + math.exp(-x))) for one, x in zip(read, odds, strict=True)]
    confidence = np.array(sure)
    right = np.array([one.right for one in read])
    accepted = confidence >= ReadOptions.accept
    wrong = np.cumsum(~right[np.argsort(-confidence, kind="stable")])
    fine = np.flatnonzero(wrong <= MOST_WRONG * np.arange(1, len(read) + 1))
    could = (fine[-1] + 1) / len(read) if len(fine) else 0.0
    print(
        f"  {name}: {right.mean():.1%} of {len(read)} right, {accepted.mean():.1%} accepted, "
        f"{int((accepted & ~right).sum())} of those wrong, expected calibration error "
        f"{expected_calibration_error(confidence, right):.3f}, could accept {could:.1%}"
    )


def main() -> None:
    cv2.setNumThreads(1)
    model = load_model()
    spent = [0.0, 0.0]
    sets = {name: list(read_all(model, entries, spent)) for name, entries in all_entries().items()}
    fitted = [one for some in sets.values() for one in some if one.calibrates and one.evidence is not None]
    design = np.stack([one.evidence for one in fitted if one.evidence is not None])
    right = np.array([one.right for one in fitted])
    for title, used in (("without the word of the crops", (1, 0, 0, 1)), ("with it", (1, 1, 1, 1))):
        columns = np.flatnonzero(used)
        weights = np.zeros(4)
        weights[columns] = weights_of(design[:, columns], right, np.eye(4)[0][columns])
        print(f"{title}, weights {', '.join(f'{one:.3f}' for one in weights[columns])}")
        everything = [one for some in sets.values() for one in some]
        for name, read in (*sets.items(), ("together", everything)):
            tell(name, [one for one in read if not one.calibrates], weights)
    count = sum(map(len, sets.values()))
    print(
        f"{spent[0] / count * 1000:.1f} ms a string to read it, {spent[1] / count * 1000:.1f} ms more for its symbols"
    )


if __name__ == "__main__":
    sys.exit(run(main))
