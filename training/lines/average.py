"""One line model from several: the mean of their weights.

    python -m training.lines.average OUT MODEL MODEL…

Networks that were trained on from the same weights, each with other lines, lie close enough together for the mean of
their weights to be a network, and it reads strangers' writing better than each of them (M. Wortsman et al., "Model
soups: averaging weights of multiple fine-tuned models improves accuracy without increasing inference time", 2022).
MODEL is a .keras file; OUT/lines is written as `training.lines.train` does.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from extractor.errors import ModelError
from extractor.recognizer.lines import FOLDER
from training.data.sources import digits_to_train_on
from training.lines.batches import make_lines
from training.lines.compose import EASY, by_writer
from training.lines.train import HELD_OUT, RANGES, SEED, VALIDATION, letters_to_train_on
from training.ship import Origin
from training.train import DIGIT_DATA


def averaged(paths: Sequence[Path]) -> Any:
    """The network whose weights are the mean of those in `paths`. Raises ModelError where they are not alike."""
    import keras

    models = [keras.saving.load_model(path, compile=False, safe_mode=True) for path in paths]
    weights = [model.get_weights() for model in models]
    first = [part.shape for part in weights[0]]
    for path, parts in zip(paths, weights, strict=True):
        if [part.shape for part in parts] != first:
            raise ModelError(f"{path} is another network than {paths[0]}; average models of one kind.")
    models[0].set_weights([np.mean(parts, 0) for parts in zip(*weights, strict=True)])
    return models[0]


def average_lines(out: Path, paths: Sequence[Path]) -> dict[str, Any]:
    """Write the line model that is the mean of `paths` into `out / "lines"`; returns its card."""
    from training.lines.ship import write_line_model

    learned, aside = digits_to_train_on().split(HELD_OUT, SEED)
    letters = letters_to_train_on()
    return write_line_model(
        out / FOLDER,
        averaged(paths),
        learned=make_lines(by_writer(learned, letters), RANGES, (SEED, 0, 1)),
        held_out=make_lines(by_writer(aside, letters), VALIDATION, (SEED, 0, 0), EASY),
        origin=Origin(DIGIT_DATA, {"averaged": len(paths), "seed": SEED}),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    options = parser.parse_args()
    card = average_lines(options.out, options.models)
    for entry in card["accuracy"]:
        print(f"{entry['engine']}: {entry['digits_right']} of {entry['samples']} {entry['data']} right")


if __name__ == "__main__":
    main()
