"""What a page with bubbles, and one with a barcode, costs beside one with 20 combs, in processor time, opened and read.

python -m benchmarks.bubble_speed [ROUNDS]
"""

from __future__ import annotations

import sys
import time

import cv2

from benchmarks.camera_video import SAMPLES
from extractor.documents import open_pages
from extractor.reading import Reader
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Recognizers
from extractor.template import Template, load_template


def main(rounds: int = 5) -> None:
    cv2.setNumThreads(1)
    exam = load_template(SAMPLES / "templates" / "exam.yaml")
    bubbles = tuple(field for field in exam.fields if field.bubbles)
    others = tuple(field for field in exam.fields if not field.bubbles)
    count = sum(len(answer) for field in bubbles for answer in field.bubbles)
    pages = {
        "20 combs": (load_template(SAMPLES / "templates" / "tally.yaml"), "scans/tally_02.jpg"),
        f"{count} bubbles": (
            exam.model_copy(update={"fields": bubbles, "rules": (), "sheet": None}),
            "exams/exam_02.jpg",
        ),
        "a code, 4 combs": (exam.model_copy(update={"fields": others, "rules": ()}), "exams/exam_02.jpg"),
    }
    spent = {name: _spent(template, str(SAMPLES / file), rounds) for name, (template, file) in pages.items()}
    first = next(iter(spent.values()))
    for name, seconds in spent.items():
        print(f"{name:16} {1000 * seconds:6.1f} ms, {seconds / first:.2f} times")


def _spent(template: Template, file: str, rounds: int) -> float:
    """The least processor time of opening and reading a page, in seconds."""
    reader = Reader([template], Recognizers("litert").of(SHIPPED))
    found = []
    for _ in range(rounds):
        began = time.process_time()
        reader.read(list(open_pages(file)))
        found.append(time.process_time() - began)
    return min(found)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
