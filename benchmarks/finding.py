"""How many fields are found on pages without a template, how exactly, and how fast.

    python -m benchmarks.finding [--overlays FOLDER]

`nist_hsf`, `tally_c1` and `tally_photos` are real forms (measured only, never trained on); `samples` are the project's
own, drawn by poppler, level and turned, where every box is known; `registers` are twelve sheets with a table, drawn by
`benchmarks.registers`, blank and filled in, scanned and photographed. A field counts as found when its cells are right
and it covers the true box (intersection over union above 0.6); box errors are means over the four sides, in pixels.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.data import DATA, first_page
from benchmarks.registers.found_tables import report as registers
from extractor.finding import FoundField, find_fields
from extractor.finding.templateless import page_fields
from extractor.ink import as_gray
from extractor.observation import holds_digits
from extractor.reading import Reader
from extractor.recognizer.choice import load_model
from extractor.registration import register
from extractor.template import load_template
from extractor.values import Box, Gray
from samples.generator.digits import load_digits

ROOT = Path(__file__).resolve().parents[1]

COMBS = {
    "c.hasil_data": 34,
    "c.hasil_dpr_j_v2": 3,
    "c.hasil_dpr_s08_v2": 10,
    "c.hasil_dpr_s10_v2": 12,
    "c.hasil_pwp_3": 6,
}
"""Number fields (three separate cells in a row) of each blank design in `tally_photos`, counted by eye."""

True_ = tuple[Box, int | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--overlays", type=Path, help="write a picture of what was found on each page to this folder")
    folder = parser.parse_args().overlays
    for name, image, truth in _samples():
        _report(name, image, truth, folder)
    for name, image, truth in _tally():
        _report(name, image, truth, folder, others=False)
    for path in sorted((DATA / "tally_photos" / "blank").glob("*.png")):
        found = _timed(path.stem, first_page(path).image, folder)
        combs = sum(one.cells == 3 and bool(one.cell_gaps) for one in found[0])
        print(
            f"{path.stem}: {combs} of {COMBS[path.stem]} number fields, {len(found[0])} fields in all, {found[1]:.2f} s"
        )
    _nist(folder)
    registers(1, 12, load_digits(), folder)


def _report(name: str, image: Gray, truth: Sequence[True_], folder: Path | None, *, others: bool = True) -> None:
    found, seconds = _timed(name, image, folder)
    hits, errors = _match(found, truth)
    false = sum(one.shape != "ruling" for i, one in enumerate(found) if i not in hits) if others else None
    print(
        f"{name}: {len(hits)} of {len(truth)} fields found, "
        + (f"{false} false, " if false is not None else f"{len(found) - len(hits)} others, ")
        + f"box error {np.mean(errors) if errors else float('nan'):.2f} px, {seconds:.2f} s"
    )


def _match(found: Sequence[FoundField], truth: Sequence[True_]) -> tuple[set[int], list[float]]:
    """Indices of the found fields that are true ones, and the mean distance of the sides of each in pixels."""
    hits: set[int] = set()
    errors = []
    for box, cells in truth:
        for index, one in enumerate(found):
            if index not in hits and one.cells == cells and _overlap(one.box, box) > 0.6:
                hits.add(index)
                sides = (
                    one.box.left - box.left,
                    one.box.top - box.top,
                    one.box.right - box.right,
                    one.box.bottom - box.bottom,
                )
                errors.append(float(np.mean(np.abs(sides))))
                break
    return hits, errors


def _overlap(a: Box, b: Box) -> float:
    width, height = min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top)
    shared = max(0.0, width) * max(0.0, height)
    return shared / (a.width * a.height + b.width * b.height - shared)


def _timed(name: str, image: Gray, folder: Path | None) -> tuple[tuple[FoundField, ...], float]:
    start = time.perf_counter()
    found = find_fields(image, labels=False)
    seconds = time.perf_counter() - start
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        drawn = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        colours = {"comb": (0, 0, 255), "box": (255, 0, 0), "ruling": (200, 0, 200)}
        for one in found:
            cv2.polylines(drawn, [np.round(one.quad).astype(np.int32)], True, colours[one.shape], 3)
        cv2.imwrite(str(folder / f"{name}.png"), drawn)
    return found, seconds


def _samples() -> list[tuple[str, Gray, list[True_]]]:
    out = []
    for form in ("tally", "expenses"):
        template = load_template(ROOT / "samples" / "templates" / f"{form}.yaml")
        image = first_page(ROOT / "samples" / "forms" / f"{form}.pdf", dpi=300).image
        scale = image.shape[1] / template.page.width
        boxes: list[True_] = []
        for field in template.fields:
            # Templates of the samples go to the middle of the lines, which are 2.5 to 3 tenths of a millimetre thick.
            left, top, width, height = (v * scale for v in field.box)
            half = 1.4 * scale
            boxes.append((Box(left + half, top + half, width - 2 * half, height - 2 * half), field.cells))
        out.append((f"samples {form}, 300 dpi", image, boxes))
        for degrees in (-7, 15):
            turned, matrix = _turn(image, degrees)
            moved: list[True_] = []
            for box, cells in boxes:
                moved.append((_upright(cv2.transform(box.corners[None], matrix)[0]), cells))
            out.append((f"samples {form}, turned by {degrees}", turned, moved))
    return out


def _upright(quad: NDArray[Any]) -> Box:
    """The upright box whose sides are at the middles of those of `quad`, shape (4, 2)."""
    left, right = quad[[0, 3], 0].mean(), quad[[1, 2], 0].mean()
    top, bottom = quad[:2, 1].mean(), quad[2:, 1].mean()
    return Box(left, top, right - left, bottom - top)


def _turn(image: Gray, degrees: float) -> tuple[Gray, np.ndarray]:
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 0.75)
    turned = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=255)
    return as_gray(turned), matrix


def _tally() -> list[tuple[str, Gray, list[True_]]]:
    """The pages of `tally_c1` with the boxes of their hand-made template where registration puts them."""
    template = load_template(ROOT / "samples" / "templates" / "c1_ppwp_2019.yaml")
    out = []
    for path in sorted((DATA / "tally_c1").glob("*.png")):
        image = first_page(path).image
        registration = register(image, (template,))
        if registration is None:
            print(f"tally_c1 {path.stem}: not registered")
            continue
        boxes: list[True_] = []
        for field in template.fields:
            quad = cv2.perspectiveTransform(field.box.corners[None], registration.matrix)[0]
            boxes.append((_upright(quad), field.cells))
        out.append((f"tally_c1 {path.stem}", image, boxes))
    return out


def _nist(folder: Path | None) -> None:
    """Without a template: which fields are found, and which of them are taken for handwritten digits."""
    image = first_page(DATA / "nist_hsf" / "nist_hsf_a.png").image
    entries = json.loads((DATA / "nist_hsf" / "truth.json").read_text(encoding="utf-8"))["pages"]["nist_hsf_a"]
    truth: list[True_] = [(Box(*entry["box"]), None) for entry in entries]
    found, seconds = _timed("nist_hsf", image, folder)
    hits, errors = _match(found, truth)
    reader = Reader((), load_model(), finding=True)
    fields = page_fields(image, found)
    seen = reader.observe((one.field, one.image) for one in fields)
    kept = [one.found for one, what in zip(fields, seen, strict=True) if holds_digits(what)]
    digits, _ = _match(kept, truth)
    print(
        f"nist_hsf: {len(hits)} of {len(truth)} digit fields found, box error {np.mean(errors):.2f} px, "
        f"{seconds:.2f} s; taken for digits: {len(digits)} of {len(truth)}, {len(kept) - len(digits)} false"
    )


if __name__ == "__main__":
    main()
