"""Whether reading has become slower: this checkout against another one of the same repository, in turns.

    git worktree add ../before COMMIT
    python -m benchmarks.against ../before [--turns 30]

Pages as in `benchmarks.page_speed`, strings as in `benchmarks.string_speed`, both without the second reader. Each
checkout has a process of its own, one works while the other waits, and processor time is counted, so that what else the
machine does disturbs both alike: the least of all turns is told, and the median of the ratios turn by turn.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np

from benchmarks.data import DATA, needed
from benchmarks.page_speed import ROOT, filled_page
from training.command import run
from training.ctc.string_sets import entries

TURNS = Path(__file__).with_name("turns.py")
PAGES, DIGITS = 4, 6


def in_turns(checkouts: Sequence[Path], pictures: Sequence[Path], template: Path | None, turns: int) -> np.ndarray:
    """Milliseconds of the processor per picture, shape (checkouts, turns)."""
    task = {"pictures": [str(picture) for picture in pictures], "template": template and str(template)}
    with ExitStack() as stack:
        processes = []
        for checkout in checkouts:
            # Without -P the folder of the file would come before `extractor` and the standard library.
            process = subprocess.Popen(
                [sys.executable, "-P", str(TURNS)],
                env=os.environ | {"PYTHONPATH": str(checkout)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            processes.append(stack.enter_context(process))
            stack.callback(process.kill)
            assert process.stdin is not None
            print(json.dumps(task), file=process.stdin, flush=True)
        spent = [[turn(process) for process in processes] for _ in range(turns + 1)]
    return np.array(spent[1:]).T  # The first turn warms up.


def turn(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    print(file=process.stdin, flush=True)
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit("One of the checkouts cannot read these pictures; its message is above.")
    return float(answer)


def told(what: str, spent: np.ndarray) -> None:
    here, there = spent
    print(
        f"{what}: {here.min():.2f} ms here, {there.min():.2f} ms there, ratio {here.min() / there.min():.2f} "
        f"(median of {len(here)} turns {np.median(here / there):.2f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="the folder of the other checkout")
    parser.add_argument("--turns", type=int, default=30)
    options = parser.parse_args()
    checkouts = (ROOT, options.checkout.resolve())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.jpg"
        cv2.imwrite(str(page), cv2.cvtColor(filled_page(), cv2.COLOR_GRAY2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
        template = ROOT / "samples" / "templates" / "tally.yaml"
        told("a page of 20 combs", in_turns(checkouts, [page] * PAGES, template, options.turns))
    if DATA.is_dir():
        strings = [
            Path(str(entry.picture)) for entry in entries(needed("cheque_amounts")) if len(entry.label) == DIGITS
        ]
        told(f"a string of {DIGITS} digits", in_turns(checkouts, strings, None, options.turns))


if __name__ == "__main__":
    sys.exit(run(main))
