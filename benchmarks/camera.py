"""The live camera on synthetic video of sample pages (benchmarks/camera_video.py): whether every sheet gives one row,
whether its values are right, and how long that takes once the sheet rests.

python -m benchmarks.camera [--form tally|expenses] [--fps N] [--seed N]
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.camera_video import SAMPLES, Camera, Shot, film, load
from extractor.options import ReadOptions
from extractor.reading import open_reader
from extractor.values import FieldStatus, PageResult
from extractor.video import Session

TEMPLATES = tuple(str(SAMPLES / "templates" / name) for name in ("tally.yaml", "expenses.yaml"))
PAGES = {form: [f"scans/{form}_0{number}.jpg" for number in range(1, 7)] for form in ("tally", "expenses")}


@dataclass(frozen=True)
class Given:
    """A row, in which shot it came, and how many seconds after the sheet had come to rest."""

    row: PageResult
    shot: int
    after: float


def truth() -> dict[str, dict[str, str]]:
    """File, field, value, of the first page of each file."""
    found: dict[str, dict[str, str]] = {}
    with (SAMPLES / "truth.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["page"] == "1":
                found.setdefault(row["file"], {})[row["field"]] = row["value"]
    return found


def watch(shots: Sequence[Shot], camera: Camera, every: int = 1) -> list[Given]:
    """The rows that a session gives for a video, of which it sees every so-many-th frame."""
    session = Session(open_reader(ReadOptions.of(TEMPLATES)), "video")
    rested: dict[int, float] = {}
    rows = []
    for number, moment in enumerate(film(shots, camera)):
        if moment.rests:
            rested.setdefault(moment.shot, moment.at)
        if number % every:
            continue
        sight = session.see(moment.frame, moment.at)
        if sight.row is not None:
            rows.append(Given(sight.row, moment.shot, moment.at - rested.get(moment.shot, moment.at)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fps", type=float, default=15.0, help="frames per second that are seen")
    parser.add_argument("--seed", type=int, default=1, help="another hand, other light")
    parser.add_argument("--form", choices=sorted(PAGES), default="tally")
    asked = parser.parse_args()
    pages = PAGES[asked.form]
    shots = [
        Shot(load(SAMPLES / page), swap=number % 3 == 2, stays=number % 3 == 1 and number + 1 < len(pages))
        for number, page in enumerate(pages)
    ]
    # Back to the first sheet at the end: it must give no second row.
    rows = watch([*shots, shots[0]], Camera(fps=asked.fps, seed=asked.seed))
    expected = truth()
    wrong = accepted = right_rows = fields = 0
    for given in rows:
        values = expected[pages[given.shot % len(pages)]]
        bad = [one for one in given.row.readings if one.value != values.get(one.field)]
        sure = [one for one in bad if one.status is not FieldStatus.REVIEW]
        fields += len(given.row.readings)
        wrong, accepted, right_rows = wrong + len(bad), accepted + len(sure), right_rows + (not bad)
        review = sum(one.status is FieldStatus.REVIEW for one in given.row.readings)
        print(f"{pages[given.shot % len(pages)]}: row after {given.after:.2f} s, {review} to review")
        for one in bad:
            written = values.get(one.field)
            print(f"  {one.field}: read {one.value!r}, written {written!r}, {one.status}, {one.confidence:.3f}")
    once = sum(sum(given.shot == number for given in rows) == 1 for number in range(len(pages)))
    again = sum(given.shot == len(pages) for given in rows)
    late = [given.after for given in rows]
    print(f"Sheets: {len(pages)}, {once} gave exactly one row, {right_rows} rows all right; shown again: {again} rows.")
    print(f"Fields: {fields - wrong} of {fields} right; wrong and accepted: {accepted}.")
    print(f"Row after the sheet came to rest: median {np.median(late):.2f} s, at most {max(late):.2f} s.")


if __name__ == "__main__":
    main()
