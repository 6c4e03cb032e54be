"""Reads printed words off small pictures: by the second reader where it is installed, else by Tesseract."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.finding.naming.tesseract import read_words
from extractor.ink import as_gray
from extractor.recognizer.second_reader import second_reader
from extractor.values import Gray


def read_print(crops: Sequence[Gray]) -> list[str]:
    """What is printed in each of `crops`, grey, one text line each; empty where nothing reads it."""
    if not crops:
        return []
    reader = second_reader()
    return reader.texts(crops) if reader is not None else _by_tesseract(crops)


def _by_tesseract(crops: Sequence[Gray]) -> list[str]:
    """All crops below one another on one picture, which is read once."""
    high, rim = FINDING.print_high, FINDING.print_rim
    scaled = [
        as_gray(
            cv2.resize(crop, (max(1, round(crop.shape[1] * high / len(crop))), high), interpolation=cv2.INTER_CUBIC)
        )
        for crop in crops
    ]
    step = high + rim
    sheet = np.full((len(crops) * step + rim, max(one.shape[1] for one in scaled) + 2 * rim), 255, np.uint8)
    for index, one in enumerate(scaled):
        sheet[rim + index * step : rim + index * step + high, rim : rim + one.shape[1]] = one
    texts: list[list[tuple[float, str]]] = [[] for _ in crops]
    for word in read_words(sheet):
        at = int((word.box.top + word.box.height / 2) // step)
        if at < len(texts):
            texts[at].append((word.box.left, word.text))
    return [" ".join(text for _, text in sorted(words)) for words in texts]
