"""Numbers on plain paper, live and without a template: what is found, what is missed, and what print passes for.

python -m benchmarks.camera_paper [--pages N] [--seed N] [--mistakes]

Strings from `photo_strings` (real handwriting, photographed), eight to a page, lie on light paper, and a camera
of 1280x720 pans over each page as over the photographs of benchmarks.camera_photos. Then it pans over the upper half of
every blank form of `tally_photos`, where nothing is written: each number in a row there is false. Times are those of
`Session.see`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.camera_photos import HEIGHT, WIDTH, pan
from benchmarks.data import needed
from extractor.ink import as_gray, even_illumination
from extractor.options import ReadOptions
from extractor.reading import Reader, open_reader
from extractor.values import FieldStatus, Gray, Reading
from extractor.video import Session
from training.command import run
from training.evaluation.labelled_strings import labelled

COLUMNS, ROWS, TALL = 2, 4, 56
"""How the strings lie on a page, and their height in pixels of the frame."""

PAPER = 190


@dataclass(frozen=True)
class Watched:
    """What is shown at the end, all that rows gave, and the seconds that each frame took."""

    shown: tuple[Reading, ...]
    given: tuple[Reading, ...]
    seconds: tuple[float, ...]


def sheet(strings: Sequence[Gray]) -> Gray:
    """A page, shape (HEIGHT, WIDTH), with these pictures of strings, as many as it has places."""
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for place, string in enumerate(strings):
        height, width = string.shape
        scale = min(TALL / height, 0.8 * WIDTH / COLUMNS / width)
        ink = even_illumination(string, max(4, height // 2))
        ink = as_gray(cv2.resize(ink, (round(scale * width), round(scale * height)), interpolation=cv2.INTER_CUBIC))
        left, top = place % COLUMNS * WIDTH // COLUMNS + 70, place // COLUMNS * HEIGHT // ROWS + 60
        page[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return as_gray((page * (PAPER / 255)).astype(np.uint8))


def watch(reader: Reader, picture: NDArray[np.uint8], seed: int) -> Watched:
    session = Session(reader)
    shown: tuple[Reading, ...] = ()
    given: list[Reading] = []
    seconds = []
    for frame, at in pan(picture, seed):
        begun = time.perf_counter()
        sight = session.see(frame, at)
        seconds.append(time.perf_counter() - begun)
        shown = sight.readings
        given += sight.row.readings if sight.row is not None else ()
    return Watched(shown, tuple(given), tuple(seconds))


def strings(count: int, seed: int) -> list[tuple[Gray, str]]:
    """So many pictures of strings, and what is written in each."""
    rows = labelled(needed("photo_strings"))
    chosen = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))[:count]]
    return [(grey(path), label) for path, _, label in chosen]


def grey(path: Path) -> Gray:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise SystemExit(f"{path} cannot be read.")
    return as_gray(image)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=6)
    parser.add_argument("--seed", type=int, default=3, help="other strings and another hand")
    parser.add_argument("--mistakes", action="store_true", help="list what was not read right")
    asked = parser.parse_args()
    reader = open_reader(ReadOptions())
    each = COLUMNS * ROWS
    found = strings(asked.pages * each, asked.seed)
    written = right = accepted = wrong = false = 0
    seconds: list[float] = []
    for start in range(0, len(found), each):
        part = found[start : start + each]
        seen = watch(reader, sheet([picture for picture, _ in part]), asked.seed)
        labels = Counter(label for _, label in part)
        values = Counter(one.value for one in seen.given)
        sure = Counter(one.value for one in seen.given if one.status is FieldStatus.ACCEPTED)
        written, right = written + len(part), right + (labels & values).total()
        accepted, wrong = accepted + sure.total(), wrong + (sure - labels).total()
        false += max(0, values.total() - len(part))
        seconds += seen.seconds
        if asked.mistakes:
            print("  not read:", *(labels - values).elements(), "; read instead:", *(values - labels).elements())
    print(
        f"Strings: {written} written; {right} right in rows ({right / written:.1%}), {accepted} accepted, {wrong} of "
        f"those wrong; {false} more than were written."
    )
    shown = given = sure_print = 0
    blanks = sorted((needed("tally_photos") / "blank").glob("*.png"))
    for blank in blanks:
        form = grey(blank)
        seen = watch(reader, as_gray(form[: round(form.shape[1] * HEIGHT / WIDTH)]), asked.seed)
        shown, given = shown + len(seen.shown), given + len(seen.given)
        sure_print += sum(one.status is FieldStatus.ACCEPTED for one in seen.given)
        seconds += seen.seconds
        if asked.mistakes:
            print(f"  {blank.name}:", *(f"{one.value} ({one.confidence:.2f})" for one in seen.given))
    print(
        f"Print alone, {len(blanks)} forms: {given} numbers in rows, {sure_print} accepted; {shown} shown at the end."
    )
    middle, late = 1000 * np.percentile(seconds, (50, 95))
    print(f"A frame takes {middle:.0f} ms, 95 of 100 less than {late:.0f} ms.")


if __name__ == "__main__":
    sys.exit(run(main))
