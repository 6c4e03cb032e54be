"""Digits of the sample pages that come with the program: what is replayed, and what is compared on, where there is no
folder with data sets."""

from __future__ import annotations

import base64
import csv
import os
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from extractor.documents import find_documents, open_pages
from extractor.errors import InputError
from extractor.options import ReadOptions
from extractor.reading import open_reader
from extractor.values import Crops, Gray
from training.ctc.compose import Writers, by_writer
from training.ctc.ctc_training import letters_to_train_on
from training.data.hands import Beside, what_is_beside
from training.data.samples import Samples
from training.data.sources import data_folder

ROOT = Path(__file__).resolve().parents[2]

TURNED = "234"
"""Digits that look like no digit once they are turned by a quarter: they stand for letters."""

SAMPLES_HELD_OUT = 0.25
"""The share of the pages whose digits are for comparison."""


def has_digit_sets() -> bool:
    """Whether there is a folder with the sets that the shipped networks were trained on."""
    return (data_folder() / "mnist").is_dir()


def sample_folder() -> Path:
    """Where the samples lie: in the package, or beside it in a checkout. Raises InputError."""
    for folder in (ROOT / "formdigits" / "samples", ROOT / "samples"):
        if (folder / "truth.csv").is_file():
            return folder
    raise InputError("The samples that come with formdigits are not there; install it again.")


@lru_cache(maxsize=1)
def sample_digits() -> Samples:
    """The digits of all sample fields that are read as they are known to be; each page counts as a writer. Raises
    InputError."""
    folder = sample_folder()
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {(row["file"], int(row["page"]), row["field"]): row["value"] for row in csv.DictReader(file)}
    known = {file for file, _, _ in truth}
    templates = [path for path in sorted((folder / "templates").glob("*.yaml")) if not path.name.startswith("c1_")]
    reader = open_reader(ReadOptions.of(templates, symbols=True))
    crops: list[Gray] = []
    labels: list[str] = []
    pages: list[int] = []
    seen = 0
    for document in find_documents([str(folder / "scans")]):
        name = Path(os.path.relpath(document, folder)).as_posix()
        if name not in known:
            continue
        for page in open_pages(document):
            for result in reader.read([page]):
                seen += 1
                for one in result.readings:
                    if truth.get((name, result.page, one.field)) != one.value:
                        continue
                    drawn = [symbol for symbol in one.symbols if symbol.crop and symbol.written.isdigit()]
                    crops += [_crop(symbol.crop) for symbol in drawn]
                    labels += [symbol.written for symbol in drawn]
                    pages += [seen] * len(drawn)
    return Samples(np.stack(crops), np.array(labels), np.array(pages, np.int64))


def writers_of(digits: Samples) -> Writers:
    """`digits` by who wrote them, ready to be composed, with what is no digit beside them."""
    letters, beside = _no_digits() if (data_folder() / "letters_62").is_dir() else (_turned(digits), None)
    return by_writer(digits, letters, beside)


@lru_cache(maxsize=1)
def _no_digits() -> tuple[Crops, Beside | None]:
    return letters_to_train_on(), what_is_beside()


def _turned(digits: Samples) -> Crops:
    """What is no digit, made of `digits`: shape (n, 28, 28)."""
    return np.ascontiguousarray(np.rot90(digits.images[np.isin(digits.labels, list(TURNED))], axes=(1, 2)))


def _crop(encoded: str) -> Gray:
    raw = np.frombuffer(base64.b64decode(encoded), np.uint8)
    return np.asarray(cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE), np.uint8)
