"""How many of the registers' tables are found with the right lines, columns and names, and how fast.

    python -m benchmarks.registers.found_tables [--seed N] [--count N] [--overlays FOLDER]

Each register is drawn, filled in and scanned or photographed as its make says, made a blank form, and looked for. A
table is right if it is the only one, has as many lines and columns, the cells of combs, and the middle of (nearly)
every printed cell lies in the found one. A name is right if it is exactly the heading's. Time is that of finding with
headings read, without threads of OpenCV: as the clock has it, and (in brackets) the processor's. `benchmarks.finding`
runs the first twelve.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.registers.drawn_register import Register, drawn_register
from benchmarks.registers.filled_register import sent_copies
from benchmarks.registers.register_makes import makes
from extractor.finding import FoundTable, find_page
from extractor.finding.naming import identifier, numbered
from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.reference import blank_form
from extractor.reference.blank import lay
from extractor.registration.features import find_features
from extractor.values import Gray
from samples.generator.digits import Digits, load_digits
from samples.generator.glyph import MM

CELLS_RIGHT = 0.95
"""The share of cells that must lie right: a photograph's corner may be off."""


@dataclass(frozen=True)
class Outcome:
    """Whether a register's table is `right`, and of its columns how many have the right `names`."""

    right: bool
    names: int
    columns: int


def report(seed: int, count: int, digits: Digits, folder: Path | None = None) -> None:
    """One line for each register, and the sums."""
    outcomes, slowest = [], 0.0
    threads = cv2.getNumThreads()
    for number, make in enumerate(makes(seed, count)):
        register = drawn_register(make)
        blank = blank_form(sent_copies(register, digits)).image
        # Threads that wait for each other take a processor's time as well. With one alone OpenCV measures distances in
        # another way, which draws hands a little differently from run to run.
        cv2.setNumThreads(1)
        start, own = time.perf_counter(), time.process_time()
        found = find_page(blank).tables
        seconds, own = time.perf_counter() - start, time.process_time() - own
        cv2.setNumThreads(threads)
        outcome = compared(register, blank, found)
        outcomes.append(outcome)
        slowest = max(slowest, own)
        told = f"{outcome.names} of {outcome.columns} names, {seconds:.2f} ({own:.2f}) s"
        print(f"register {number}: {make.described}: {'right' if outcome.right else 'WRONG'}, {told}", flush=True)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / f"register_{seed}_{number}.png"), overlay(blank, found))
    names, columns = sum(one.names for one in outcomes), sum(one.columns for one in outcomes)
    print(
        f"registers of seed {seed}: {sum(one.right for one in outcomes)} of {len(outcomes)} tables right, {names} of "
        f"{columns} columns named by their headings ({100 * names / columns:.0f} %), {slowest:.2f} s of one processor "
        "at most"
    )


def compared(register: Register, blank: Gray, found: tuple[FoundTable, ...]) -> Outcome:
    """What became of the table of `register`, looked for on its `blank` form."""
    make = register.make
    wanted: list[str] = []
    for column in make.columns:
        wanted.append(numbered(identifier(f"{column.group} {column.heading}"), wanted))
    best = max(found, key=lambda table: len(table.lines), default=None)
    if best is None:
        return Outcome(False, 0, len(wanted))
    names = sum(name in {column.name for column in best.columns} for name in wanted)
    same = len(best.lines) == make.rows and [one.cells for one in best.columns] == [one.cells for one in make.columns]
    return Outcome(len(found) == 1 and same and _in_place(register, blank, best), names, len(wanted))


def _in_place(register: Register, blank: Gray, table: FoundTable) -> bool:
    scale = max(blank.shape) / max(register.picture.shape)
    size = (round(register.picture.shape[1] * scale), round(register.picture.shape[0] * scale))
    sheet = as_gray(cv2.resize(register.picture, size, interpolation=cv2.INTER_AREA))
    matrix = lay(sheet, find_features(sheet), blank, find_features(blank))
    if matrix is None:
        print("  the printed sheet was not found on the blank form; its lines and columns are only counted")
        return True
    per_block = register.make.rows // register.make.blocks
    inside = []
    for row, line in enumerate(table.lines):
        block = register.blocks[row // per_block]
        for number, column in enumerate(table.columns):
            box = block.box(row % per_block, number)
            middle = np.array(((box.left + box.width / 2, box.top + box.height / 2),)) * MM * scale
            x, y = transform(matrix, middle)[0]
            left = column.left + line.left - table.lines[0].left
            inside.append(left < x < left + column.width and line.top < y < line.bottom)
    return float(np.mean(inside)) >= CELLS_RIGHT


def overlay(blank: Gray, found: tuple[FoundTable, ...]) -> np.ndarray:
    """The blank form with the cells of the tables that were found."""
    drawn = cv2.cvtColor(blank, cv2.COLOR_GRAY2BGR)
    for table in found:
        for line in table.lines:
            for column in table.columns:
                left = column.left + line.left - table.lines[0].left
                ends = [(round(left), round(line.top)), (round(left + column.width), round(line.bottom))]
                cv2.rectangle(drawn, ends[0], ends[1], (0, 0, 255), 2)
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=12, help="how many registers (default 12)")
    parser.add_argument("--overlays", type=Path, help="write a picture of what was found on each to this folder")
    options = parser.parse_args()
    report(options.seed, options.count, load_digits(), options.overlays)


if __name__ == "__main__":
    main()
