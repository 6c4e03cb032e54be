"""Digits drawn in the browser: MNIST's test digits, traced as strokes and drawn again with the mouse on the real page.

python -m benchmarks.drawn_digits [COUNT]      the first COUNT test digits, 200 where nothing is said

Starts `formdigits serve` and Chromium, draws each digit on the sheet of the page to try it on, and compares what is
then shown with the label. A digit counts as right where exactly it is shown.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.strokes import Stroke, strokes
from training.data.sources import data_folder
from training.symbols.accuracy import digit_tests

ROOT = Path(__file__).resolve().parents[1]
SCALE = 8.5
"""Pixels of the sheet to one of MNIST's: a digit is 170 high on a sheet of 300."""
LEFT, TOP = 200, 30


def replay(page: Page, lines: list[Stroke]) -> str:
    """Draws the strokes on an empty sheet, with the mouse, and gives what the page reads."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    shown = box["width"] / 640
    for line in lines:
        for at, (x, y) in enumerate(line):
            page.mouse.move(box["x"] + (LEFT + SCALE * x) * shown, box["y"] + (TOP + SCALE * y) * shown)
            if at == 0:
                page.mouse.down()
        page.mouse.up()
    # Shown from the end of each stroke until the drawing as it then is has been read.
    page.locator("#busy").wait_for(state="hidden")
    read = page.locator("#results .value").inner_text()
    page.get_by_role("button", name="Clear").click()
    return read


def digits(count: int) -> Iterator[tuple[np.ndarray, str]]:
    """The first test images of MNIST, shape (28, 28), with their labels."""
    samples = next(samples for name, samples in digit_tests() if name.startswith("MNIST"))
    for image, label in zip(samples.images[:count], samples.labels[:count], strict=True):
        yield image, str(label)


def measure(page: Page, count: int) -> list[tuple[str, str]]:
    """Label and reading of each digit."""
    return [(label, replay(page, strokes(image))) for image, label in digits(count)]


def main(arguments: list[str]) -> int:
    """Prints the share that was read right, and what was not; returns the exit code."""
    count = int(arguments[0]) if arguments else 200
    if not list(digit_tests()):
        print(f"There is no test data in {data_folder()}; set FORMDIGITS_DATA.", file=sys.stderr)
        return 2
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        command = [sys.executable, "-m", "formdigits", "serve", "--port", "0", "--local"]
        settings = os.environ | {"FORMDIGITS_HOME": home, "PYTHONPATH": str(ROOT)}
        server = subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True)
        assert server.stderr is not None
        try:
            found = re.search(r"http://\S+", server.stderr.readline())
            assert found is not None
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            page.set_default_timeout(120_000)
            page.goto(found[0])
            results = measure(page, count)
            browser.close()
        finally:
            server.terminate()
            server.wait()
    right = sum(label == read for label, read in results)
    print(f"{right} of {len(results)} drawn digits right ({right / len(results):.1%}), the first of MNIST's test set")
    for number, (label, read) in enumerate(results):
        if label != read:
            print(f"  digit {number}: {label}, read as {read}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
