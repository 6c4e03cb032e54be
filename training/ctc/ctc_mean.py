"""The mean of several networks for lines that runs made out of the same one.

    python -m training.ctc.ctc_mean OUT MODEL MODEL …

writes the line model into OUT/ctc; `training.mean` does so for symbols, and says why. Its temperatures and its
accuracy are those on lines of held-out writers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extractor.recognizer.card import read_ctc_card
from extractor.recognizer.ctc import CTC_FOLDER
from training.command import run
from training.ctc.ctc_training import HELD_OUT, held_out_text_lines, letters_to_train_on
from training.data.sources import digits_to_train_on
from training.mean import mean_network, mean_of
from training.model_folder import Origin
from training.symbols.symbol_training import DIGIT_DATA


def write_ctc_mean(out: Path, models: Sequence[Path]) -> dict[str, Any]:
    """Write the mean of `models`, folders of line models of one design, into `out / "ctc"`; returns its card. Raises
    ModelError where they differ in more than their weights."""
    cards = [read_ctc_card(model) for model in models]
    network = mean_network(models, cards)
    from training.ctc.ctc_model import write_ctc_model

    _, aside = digits_to_train_on().split(HELD_OUT)
    lines = held_out_text_lines(aside, letters_to_train_on())
    return write_ctc_model(out / CTC_FOLDER, network, held_out=lines, origin=Origin(DIGIT_DATA, mean_of(cards)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    options = parser.parse_args()
    for row in write_ctc_mean(options.out, options.models)["accuracy"]:
        print(f"{row['data']}, {row['engine']}: digits right in {row['digits_right']} of {row['samples']}")


if __name__ == "__main__":
    sys.exit(run(main))
