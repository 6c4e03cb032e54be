"""A scanned PDF page: its embedded picture taken out, against the page drawn by poppler, side by side in one run.

python -m benchmarks.pdf_scan
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from pdf2image import convert_from_path

from benchmarks.data import first_page
from extractor.values import Gray

DPI = 300
WIDTH, HEIGHT = 2480, 3508
ROUNDS = 7


def form() -> Gray:
    """An A4 page at 300 dpi as a scanner sees a filled form: paper with grain, printed lines and boxes, digits."""
    rng = np.random.default_rng(7)
    page = np.full((HEIGHT, WIDTH), 244, np.uint8)
    for y in range(300, HEIGHT - 300, 120):
        for x in range(200, WIDTH - 200, 90):
            cv2.rectangle(page, (x, y), (x + 80, y + 100), 90, 2)
            if rng.random() < 0.5:
                cv2.putText(page, str(rng.integers(10)), (x + 15, y + 80), cv2.FONT_HERSHEY_SIMPLEX, 2.4, 40, 5)
    grain = rng.normal(0, 4, page.shape)
    return np.clip(page + grain, 0, 255).astype(np.uint8)


def write_scan(file: Path) -> None:
    """A PDF of one colour JPEG over the whole page, as scanners write it."""
    packed = cv2.imencode(".jpg", cv2.cvtColor(form(), cv2.COLOR_GRAY2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    document = pikepdf.new()
    document.add_blank_page(page_size=(595.2, 841.92))
    picture = document.make_stream(packed)
    picture.stream_dict.update(
        pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=WIDTH,
            Height=HEIGHT,
            BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceRGB,
            Filter=pikepdf.Name.DCTDecode,
        )
    )
    page = document.pages[0]
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=picture))
    page.obj.Contents = document.make_stream(b"q 595.2 0 0 841.92 0 0 cm /Im Do Q")
    document.save(file)


def embedded(file: Path) -> Gray:
    return first_page(file).image


def drawn_in_grey(file: Path) -> Gray:
    (page,) = convert_from_path(file, dpi=DPI, grayscale=True)
    return np.asarray(page)


def drawn_in_colour(file: Path) -> Gray:
    """pdf2image as it is called if nothing else is asked of it, and made grey afterwards."""
    (page,) = convert_from_path(file, dpi=DPI)
    return np.asarray(cv2.cvtColor(np.asarray(page), cv2.COLOR_RGB2GRAY), np.uint8)


WAYS: dict[str, Callable[[Path], Gray]] = {
    "embedded picture": embedded,
    "pdf2image": drawn_in_colour,
    "pdf2image, grayscale=True": drawn_in_grey,
}


def _milliseconds(read: Callable[[Path], Gray], file: Path) -> float:
    start = time.perf_counter()
    read(file)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print the median time of each way, and how often as long as the first it takes, round by round."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scan.pdf"
        write_scan(file)
        shapes = {read(file).shape for read in WAYS.values()}  # also warms all of them up
        rounds = [[_milliseconds(read, file) for read in WAYS.values()] for _ in range(ROUNDS)]
    print(f"one A4 page at {DPI} dpi, one colour JPEG; {ROUNDS} rounds, medians; pages of {shapes}")
    for index, name in enumerate(WAYS):
        time_taken = statistics.median(times[index] for times in rounds)
        ratio = statistics.median(times[index] / times[0] for times in rounds)
        print(f"{name:28}{time_taken:8.1f} ms {ratio:8.1f} x")


if __name__ == "__main__":
    main()
