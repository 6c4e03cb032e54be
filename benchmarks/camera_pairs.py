"""Two sheets of one form under the camera, and one shown twice: made videos of the real tally scans (`tally_c1`).

    python -m benchmarks.camera_pairs [--pairs N]

Of any two pages a video shows the one, then the other, in turns slid out and in or laid in its place between two
frames; it must give two rows. Each page is also shown, taken away and shown again in another hand, another light and
other noise; it should give one row, and no second one without the mark of a possible repeat. Few frames per second keep
this to minutes: every page is filmed twice, and the videos are put together from these takes.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.camera_video import SAMPLES, Camera, Moment, Shot, film, load
from benchmarks.data import needed
from extractor.options import ReadOptions
from extractor.reading import Reader, open_reader
from extractor.values import PageResult, PageStatus
from extractor.video import Session
from training.command import run

FPS, REST_S, SEED = 6.0, 2.75, 19
AWAY_S = 1.5
"""Seconds for which nothing lies there before a sheet is shown again."""


def takes(pages: Sequence[Path], number: int) -> list[list[Moment]]:
    """Each page filmed once, in grey; another `number`, another hand."""
    return [
        [
            replace(moment, frame=moment.frame[:, :, 1].copy())
            for moment in film([Shot(load(page), REST_S)], Camera(FPS, seed=SEED + 1000 * number + index))
        ]
        for index, page in enumerate(pages)
    ]


def resting(take: Iterable[Moment]) -> list[Moment]:
    return [moment for moment in take if moment.rests]


def rows_of(reader: Reader, *parts: Sequence[Moment], pause: float = 0.0) -> list[PageResult]:
    """The rows that a session gives for takes shown one after another, with so many seconds between them."""
    session, begins, rows = Session(reader, "video"), 0.0, []
    for moment, at in _one_after_another(parts, begins, pause):
        sight = session.see(moment.frame, at)
        if sight.row is not None:
            rows.append(sight.row)
    return rows


def _one_after_another(
    parts: Sequence[Sequence[Moment]], begins: float, pause: float
) -> Iterator[tuple[Moment, float]]:
    for part in parts:
        for moment in part:
            yield moment, begins + moment.at - part[0].at
        begins += part[-1].at - part[0].at + 1 / FPS + pause


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, help="only so many pairs, spread over all of them")
    asked = parser.parse_args()
    pages = sorted(needed("tally_c1").glob("*.png"))
    reader = open_reader(ReadOptions.of([str(SAMPLES / "templates" / "c1_ppwp_2019.yaml")]))
    first, second = takes(pages, 1), takes(pages, 2)
    pairs = list(itertools.combinations(range(len(pages)), 2))
    if asked.pairs is not None:
        pairs = pairs[:: max(1, len(pairs) // max(1, asked.pairs))][: asked.pairs]
    counts = {"one row": 0, "two rows": 0, "more": 0, "none": 0}
    marked = 0
    for number, (one, two) in enumerate(pairs):
        swapped = number % 2 == 1
        before, after = (resting(first[one]), resting(second[two])) if swapped else (first[one], second[two])
        rows = rows_of(reader, before, after)
        counts[("none", "one row", "two rows")[len(rows)] if len(rows) < 3 else "more"] += 1
        repeats = [row for row in rows if row.status is PageStatus.DUPLICATE]
        marked += bool(repeats)
        if len(rows) != 2 or repeats:
            how = "swapped" if swapped else "slid"
            print(f"{pages[one].name}, {pages[two].name} ({how}): {[row.reason or 'row' for row in rows]}", flush=True)
    print(
        f"Pairs: {len(pairs)}; two rows: {counts['two rows']} ({marked} with one marked as a possible repeat); "
        f"one row: {counts['one row']}; more: {counts['more']}; none: {counts['none']}.",
        flush=True,
    )
    once = possible = twice = 0
    for page, take, again in zip(pages, first, second, strict=True):
        rows = rows_of(reader, take, again, pause=AWAY_S)
        plain = sum(row.status is PageStatus.READ for row in rows)
        once, possible, twice = once + (len(rows) == 1), possible + (len(rows) > plain == 1), twice + (plain > 1)
        if len(rows) != 1:
            print(f"{page.name} shown again: {[row.reason or 'row' for row in rows]}", flush=True)
    print(
        f"Shown again: {len(pages)}; one row: {once}; a second one, marked as a possible repeat: {possible}; "
        f"two rows: {twice}."
    )


if __name__ == "__main__":
    sys.exit(run(main))
