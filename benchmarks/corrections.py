"""What people's corrections are worth: strings read right before and after fine-tuning on some of the same kind.

    python -m benchmarks.corrections [--learn 600] [--keep DIR]

Each picture of `cheque_amounts` is one field that somebody corrected; the model is fine-tuned on the first part of
them (in an order of its own) by `formdigits train --corrections`, and the others are read before and after. The data
may only be measured on, so the weights are thrown away; with --keep the folder stays, to see what was learned.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.data import needed
from extractor.options import ReadOptions
from extractor.reading import open_reader
from training.command import run
from training.evaluation import measured, read_strings
from training.evaluation.labelled_strings import labelled

ROOT = Path(__file__).resolve().parents[1]


def write_corrections(path: Path, rows: list[tuple[Path, str, str]]) -> None:
    """`rows` of pictures and labels as corrections of whole pictures, by nobody in particular."""
    with path.open("w", encoding="utf-8") as file:
        for picture, _, label in rows:
            height, width = np.asarray(cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)).shape
            quad = [[0, 0], [width, 0], [width, height], [0, height]]
            row = {"file": str(picture), "page": 1, "form": "", "field": "value", "cells": None, "quad": quad}
            file.write(json.dumps({**row, "was": "", "value": label, "by": "benchmark", "at": ""}) + "\n")


def told(name: str, folder: Path, model: Path | None) -> None:
    """Read the strings that were left out, and say how many were right."""
    reader = open_reader(ReadOptions.of(single_field=True, model=model))
    found = measured(read_strings(reader, folder))
    print(
        f"{name}: {found.right} of {found.count} strings right ({found.accuracy:.1%}), symbol error "
        f"{found.symbol_error:.2%}, {found.accepted} accepted, {found.accepted_wrong} of those wrong",
        flush=True,
    )


@contextlib.contextmanager
def working(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learn", type=int, default=600)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    rows = labelled(needed("cheque_amounts"))
    order = np.random.default_rng(1).permutation(len(rows))
    with working(options.keep) as folder:
        write_corrections(folder / "corrections.jsonl", [rows[i] for i in order[: options.learn]])
        others = folder / "others"
        others.mkdir(exist_ok=True)
        with (others / "labels.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("file", "label"))
            table.writerows((str(rows[i][0]), rows[i][2]) for i in order[options.learn :])
        told("before", others, None)
        command = ["train", "--corrections", str(folder / "corrections.jsonl"), "-o", str(folder / "run")]
        subprocess.run([sys.executable, "-m", "formdigits", *command], check=True, cwd=ROOT)
        told("after", others, folder / "run" / "model")


if __name__ == "__main__":
    sys.exit(run(main))
