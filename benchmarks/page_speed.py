"""Reading a whole page beside merely decoding it.

    python -m benchmarks.page_speed [--second]

A 300-dpi A4 JPEG of the sample tally form with digits in its 20 comb fields, read page after page by one process
with one thread (opened, registered, located, segmented, recognised, decoded, checked, written as a CSV row), against
`cv2.imread` of the same file; interleaved, medians of one run, and their ratio: by the clock, and by the processor's
time, which other programs on the machine disturb less. With `--second` the second reader is asked as well, where it is
installed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pdf2image import convert_from_path

from extractor.documents import open_pages
from extractor.export import open_sink
from extractor.ink import as_gray
from extractor.reading import Reader
from extractor.recognizer.choice import Recognizers, load_model
from extractor.template import load_template
from extractor.values import PageStatus

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, BATCH = 12, 8


def filled_page() -> np.ndarray:
    """The sample tally form at 300 dpi with a drawn digit in every cell, a little turned, with scanner noise."""
    template = load_template(ROOT / "samples" / "templates" / "tally.yaml")
    form = convert_from_path(ROOT / "samples" / "forms" / "tally.pdf", dpi=300, grayscale=True)[0]
    page = np.array(form, np.uint8)
    scale = page.shape[1] / template.page.width
    rng = np.random.default_rng(7)
    for field in template.all_fields:
        for cell in range(field.cells or 0):
            left = (field.box.left + field.box.width * (cell + 0.22) / (field.cells or 1)) * scale
            base = (field.box.top + field.box.height * 0.8) * scale
            digit = str(rng.integers(0, 10))
            cv2.putText(page, digit, (round(left), round(base)), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 40, 5, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), 0.8, 1.0)
    page = as_gray(cv2.warpAffine(page, turn, (page.shape[1], page.shape[0]), borderValue=255))
    return as_gray(np.clip(page + rng.normal(0, 4, page.shape), 0, 255))


def now() -> NDArray[np.float64]:
    """Seconds by the clock and of the processor's time, shape (2,)."""
    return np.array((time.perf_counter(), time.process_time()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--second", action="store_true", help="with the second reader")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    template = load_template(ROOT / "samples" / "templates" / "tally.yaml")
    reader = Reader((template,), load_model(), second=Recognizers(second=options.second).second)
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "page.jpg")
        cv2.imwrite(file, cv2.cvtColor(filled_page(), cv2.COLOR_GRAY2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
        with open_sink(Path(folder) / "out.csv", fields=reader.fields) as sink:
            for round_ in range(ROUNDS + 1):
                start = now()
                for _ in range(BATCH):
                    cv2.imread(file)
                middle = now()
                results = reader.read([page for _ in range(BATCH) for page in open_pages(file)])
                for result in results:
                    sink.write(result)
                end = now()
                if any(result.status is not PageStatus.READ for result in results):
                    raise SystemExit("The page was not registered, so its speed says nothing.")
                if round_:  # The first round warms up.
                    rounds.append((middle - start, end - middle))
    decode, read = np.array(rounds).transpose(1, 2, 0) / BATCH * 1e3
    print(f"{len(template.all_fields)} comb fields       clock   processor")
    for what, times in (("cv2.imread", decode), ("whole read", read)):
        print(f"{what} a page {np.median(times[0]):8.1f} ms {np.median(times[1]):8.1f} ms")
    ratios = read / decode
    print(f"ratio             {np.median(ratios[0]):8.2f}    {np.median(ratios[1]):8.2f}")
    print(f"least, most    {ratios[0].min():5.2f} {ratios[0].max():5.2f} {ratios[1].min():5.2f} {ratios[1].max():5.2f}")


if __name__ == "__main__":
    main()
