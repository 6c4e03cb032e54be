"""The one place that runs Tesseract: print on a page as words. Without the program there are none."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from dataclasses import dataclass

import cv2

from extractor.finding.finding_parameters import FINDING
from extractor.values import Box, Gray


@dataclass(frozen=True)
class Word:
    """One printed word: `box` in pixels of the picture."""

    text: str
    box: Box


def read_words(image: Gray) -> tuple[Word, ...]:
    """The printed words of `image`, grey, in the program's order; empty if it is not installed or cannot read it."""
    program = shutil.which("tesseract")
    if program is None:
        return ()
    done, picture = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        return ()
    try:
        run = subprocess.run(
            [program, "stdin", "stdout", "--psm", "11", "tsv"],
            input=picture.tobytes(),
            capture_output=True,
            timeout=FINDING.tesseract_s,
            check=True,
            # Several processes read pages at once: each on one thread.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return _parsed(run.stdout.decode("utf-8", "replace"))


def _parsed(table: str) -> tuple[Word, ...]:
    words = []
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        try:
            if row["level"] != "5" or float(row["conf"]) < FINDING.tesseract_sure:
                continue
            box = Box(*(float(row[side]) for side in ("left", "top", "width", "height")))
        except (KeyError, TypeError, ValueError):
            continue
        text = (row.get("text") or "").strip()
        if text:
            words.append(Word(text, box))
    return tuple(words)
