"""Accuracy of a digits model on the test sets of MNIST, USPS and others, in int8 and in float.

Run `python -m benchmarks.mnist [MODEL_FOLDER]`. Nothing of these sets is ever trained on. A digit counts as right where
the likeliest of the ten digits is the label; the second figure also counts a mark or junk above that as wrong. The
confidence is the mean probability of the likeliest class: where it is near the second figure, it means what it says.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from extractor.errors import FormdigitsError
from extractor.recognizer import load_recognizer
from extractor.recognizer.symbol_views import symbol_scores
from training.data.sources import data_folder
from training.symbols.accuracy import digit_tests, measure


def main(arguments: list[str]) -> int:
    """Print one line for each engine and test set; returns the exit code."""
    folder = Path(arguments[0]) if arguments else None
    tests = list(digit_tests())
    if not tests:
        print(f"There is no test data in {data_folder()}; set FORMDIGITS_DATA.", file=sys.stderr)
        return 2
    engines = ["litert", "keras"] if find_spec("tensorflow") else ["litert"]
    print(f"{'engine':8}{'test set':46}{'digits':>8}{'right':>8}{'accuracy':>10}{'all classes':>13}{'confidence':>12}")
    for engine in engines:
        try:
            recognizer = load_recognizer(folder, engine, threads=2)
        except FormdigitsError as error:
            print(error, file=sys.stderr)
            return error.exit_code
        names = np.array(recognizer.classes)
        for name, samples in tests:
            found = measure(recognizer, samples, name)
            scores = symbol_scores(samples.images, recognizer)
            strict = (names[scores.argmax(1)] == samples.labels).mean()
            sure = np.exp(scores.max(1)).mean()
            print(f"{engine:8}{name:46}{found.count:8}{found.right:8}{found.accuracy:10.2%}{strict:13.2%}{sure:12.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
