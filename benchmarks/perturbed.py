"""What careless capture does to real pages: cropped, shaded, folded, blurred, turned, photographed on a cluttered desk.

    python -m benchmarks.perturbed [--mistakes] [--rounds N]

Every page of `tally_c1` (13 real scans, never trained on) is spoilt in each way by a seeded program and read with its
own template, the two of the samples and one made from each of the 5 blank designs of `tally_photos` as decoys; then
with the decoys alone, which must not match. Counted are fields right, and fields accepted and wrong, of which there
should be none.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from benchmarks.data import first_page, needed
from benchmarks.forms import TEMPLATES, Bench, plain
from extractor.ink import as_gray
from extractor.recognizer.choice import load_model
from extractor.template import load_template
from extractor.values import FieldStatus, Gray, Page, PageStatus
from training.command import run

SEED = 20
Spoil = Callable[[Gray, np.random.Generator], Gray]


def grey(image: object) -> Gray:
    return as_gray(np.clip(np.asarray(image), 0, 255))


def cropped(image: Gray, rng: np.random.Generator) -> Gray:
    """Up to 4 % lost at each edge, as by a scanner's lid or a careless cut."""
    height, width = image.shape
    left, right = (rng.uniform(0, 0.04, 2) * width).astype(int)
    top, bottom = (rng.uniform(0, 0.04, 2) * height).astype(int)
    return image[top : height - bottom, left : width - right].copy()


def shaded(image: Gray, rng: np.random.Generator) -> Gray:
    """A soft shadow, 40 to 70 % of the light, whose edge crosses the page."""
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]] / max(image.shape)
    angle = rng.uniform(0, 2 * np.pi)
    away = np.cos(angle) * (x - rng.uniform(0.2, 0.6)) + np.sin(angle) * (y - rng.uniform(0.3, 0.7))
    dark = rng.uniform(0.4, 0.7)
    return grey(image * (dark + (1 - dark) / (1 + np.exp(-away / rng.uniform(0.01, 0.1)))))


def folded(image: Gray, rng: np.random.Generator) -> Gray:
    """Folded twice across and laid flat again: each part leans a little, and the folds are dark."""
    height, width = image.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = np.ones((height, 1))
    for fold in (rng.uniform(0.25, 0.4) * height, rng.uniform(0.6, 0.75) * height):
        below = np.maximum(0, y - fold)
        x += below * np.float32(rng.uniform(-0.012, 0.012))
        y -= below * np.float32(rng.uniform(0, 0.015))
        light *= 1 - 0.4 * np.exp(-(((np.arange(height)[:, None] - fold) / (0.002 * height)) ** 2))
        light[int(fold) :] *= rng.uniform(0.8, 1.0)
    return grey(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) * light)


def blurred(image: Gray, rng: np.random.Generator) -> Gray:
    """Out of focus by 0.06 to 0.12 % of the long side, and saved as a poor JPEG."""
    soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.0006, 0.0012) * max(image.shape))
    _, data = cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 70))])
    return grey(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))


def turned(image: Gray, rng: np.random.Generator) -> Gray:
    """By any right angle and up to 15 degrees more, on a dark lid or a light one."""
    image = grey(np.rot90(image, int(rng.integers(0, 4))))
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-15, 15), 1.0)
    corners = np.abs(matrix[:, :2]) @ (width, height)
    matrix[:, 2] = matrix[:, 2] + (corners - (width, height)) / 2
    size = (int(corners[0]), int(corners[1]))
    return grey(cv2.warpAffine(image, matrix, size, borderValue=(int(rng.choice([40, 250])),)))


def photographed(image: Gray, rng: np.random.Generator) -> Gray:
    """Seen at an angle on a desk with other papers and pens, by uneven light."""
    height, width = image.shape
    scale = 1.3
    desk = np.full((round(height * scale), round(width * scale)), float(rng.uniform(60, 120)))
    for _ in range(40):
        middle = rng.uniform(0, 1, 2) * desk.shape[::-1]
        size = rng.uniform(0.02, 0.5, 2) * width
        corners = cv2.boxPoints((tuple(middle), tuple(size), float(rng.uniform(0, 180))))
        cv2.fillConvexPoly(desk, corners.astype(np.int32), float(rng.uniform(20, 200)))
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    jitter = rng.uniform(-0.06, 0.06, (4, 2)) * width
    seen = (flat + np.array((0.15 * width, 0.15 * height)) + jitter).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(flat, seen)
    size = (desk.shape[1], desk.shape[0])
    sheet = cv2.warpPerspective(image, matrix, size)
    there = cv2.warpPerspective(np.full_like(image, 255), matrix, size) / 255.0
    return shaded(grey(desk * (1 - there) + sheet * there + rng.normal(0, 3, desk.shape)), rng)


WAYS: tuple[Spoil, ...] = (cropped, shaded, folded, blurred, turned, photographed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mistakes", action="store_true", help="list every accepted field that is wrong")
    parser.add_argument("--rounds", type=int, default=1, help="how often every page is spoilt in each way")
    options = parser.parse_args()
    folder = needed("tally_c1")
    entries = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["pages"]
    pages = [first_page(folder / entry["file"]) for entry in entries]
    own = load_template(TEMPLATES / "c1_ppwp_2019.yaml")
    with tempfile.TemporaryDirectory() as made:
        bench = Bench(load_model(), Path(made), options.mistakes)
        blanks = sorted((needed("tally_photos") / "blank").glob("*.png"))
        decoys = [load_template(TEMPLATES / f"{name}.yaml") for name in ("tally", "expenses")]
        decoys += [bench.new([file], file.stem) for file in blanks]
        for spoil in WAYS:
            rng = np.random.default_rng(SEED)
            spoilt = [Page(p.file, 1, spoil(p.image, rng)) for _ in range(options.rounds) for p in pages]
            results = bench.read([own, *decoys], spoilt)
            found = right = total = accepted = wrong = 0
            for result, entry in zip(results, entries * options.rounds, strict=True):
                found += result.form == own.form
                total += len(entry["values"])
                readings = {reading.field: reading for reading in result.readings}
                for name, reading in readings.items():
                    took = reading.status is FieldStatus.ACCEPTED
                    known = result.form == own.form and name in entry["values"]
                    good = known and plain(reading.value) == str(entry["values"][name])
                    # Only the fields of the other form may be unknown here: what it says of them is wrong.
                    right += good
                    accepted += took and (known or result.form != own.form)
                    bad = took and not good and (known or result.form != own.form)
                    wrong += bad
                    if bad and options.mistakes:
                        print(f"  {result.file} {result.form} {name}: {reading.written} ({reading.confidence:.3f})")
            others = [r for r in bench.read(decoys, spoilt) if r.status is not PageStatus.UNMATCHED]
            print(
                f"tally_c1, {spoil.__name__}: {found} of {len(spoilt)} pages registered, {right} of {total} fields "
                f"right, {accepted} accepted, {wrong} of those wrong; {len(others)} taken for another form",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(run(main))
