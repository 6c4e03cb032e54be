"""How many drawn barcodes are read: seven kinds, four turns, skewed, blurred, dirty, at 150 dpi.

python -m benchmarks.codes [PAGES] [SEED]
"""

from __future__ import annotations

import sys
from collections import Counter

import cv2
import numpy as np
import zxingcpp
from numpy.random import Generator

from extractor.barcodes.code_field import field_codes
from extractor.barcodes.code_reader import page_codes
from extractor.values import Box, Gray, Points

WIDTH, HEIGHT = 1240, 1754
"""A4 at 150 dpi."""

MODULES = {
    "QRCode": 5.0,
    "DataMatrix": 5.0,
    "PDF417": 2.8,
    "Code128": 2.6,
    "Code39": 2.6,
    "EAN13": 2.8,
    "ITF": 2.8,
}
"""Pixels of the narrowest bar or module of each kind at 150 dpi: 0.85 mm for squares, nearly half a millimetre for
bars, as docs/templates.md asks for."""


def text_of(kind: str, rng: Generator) -> str:
    """A text that such codes may hold."""
    if kind == "EAN13":
        digits = rng.integers(0, 10, 12)
        return "".join(map(str, digits)) + str((10 - int((digits * ([1, 3] * 6)).sum()) % 10) % 10)
    if kind == "ITF":
        return "".join(map(str, rng.integers(0, 10, 10)))
    return f"T{rng.integers(1, 10)}-{rng.integers(0, 1_000_000):06d}"


def drawn_page(kind: str, turn: int, rng: Generator) -> tuple[Gray, str, Box, Points]:
    """A page with one code, its text, the box of its field on the page as it was drawn, and the mapping from there."""
    text = text_of(kind, rng)
    hard = {"QRCode": {"ec_level": "H"}, "PDF417": {"ec_level": "5"}}.get(kind, {})
    code = zxingcpp.create_barcode(text, getattr(zxingcpp, kind), **hard)
    plain = np.array(code.to_image(scale=1, add_quiet_zones=False))
    one = cv2.resize(plain, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    size = (round(plain.shape[1] * MODULES[kind]), round(plain.shape[0] * MODULES[kind]))
    if plain.shape[0] < plain.shape[1] // 3 and kind != "PDF417":
        size = (size[0], 75)
    one = cv2.resize(one, size, interpolation=cv2.INTER_AREA)
    page = np.full((HEIGHT, WIDTH), 248, np.uint8)
    left, top = int(rng.integers(120, WIDTH - size[0] - 120)), int(rng.integers(120, 700))
    page[top : top + size[1], left : left + size[0]] = np.minimum(one, 248)
    # A tenth of it is dirt: half of that in specks, black and white, half in a stroke of a pen or a scratch.
    area = 0.0
    while area < 0.05 * size[0] * size[1]:
        axes = (int(rng.integers(1, 4)), int(rng.integers(1, 3)))
        at = (left + int(rng.integers(0, size[0])), top + int(rng.integers(0, size[1])))
        cv2.ellipse(page, at, axes, float(rng.uniform(0, 180)), 0, 360, 30 if rng.random() < 0.5 else 245, -1)
        area += np.pi * axes[0] * axes[1]
    ends = [(left + int(x * size[0]), top + int(y * size[1])) for x, y in rng.uniform(0.1, 0.9, (2, 2))]
    length = max(8.0, float(np.hypot(ends[0][0] - ends[1][0], ends[0][1] - ends[1][1])))
    thick = max(1, min(round(0.05 * size[0] * size[1] / length), 6))
    cv2.line(page, ends[0], ends[1], 40 if rng.random() < 0.5 else 245, thick)
    lean = float(rng.uniform(-4, 4))
    matrix = np.vstack([cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), lean, 1.0), (0, 0, 1)]).astype(np.float64)
    image = cv2.warpPerspective(page, matrix, (WIDTH, HEIGHT), borderValue=248)
    for _ in range(turn):
        height = image.shape[0]
        image = cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)
        matrix = np.array(((0, -1, height), (1, 0, 0), (0, 0, 1.0))) @ matrix
    soft = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.1))).astype(np.float64)
    noisy = np.clip(soft + rng.normal(0, 5, soft.shape), 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    taken = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return taken, text, Box(left - 15, top - 15, size[0] + 30, size[1] + 30), matrix


def main(pages: int = 1000, seed: int = 1) -> None:
    read, wrong, total = Counter[str](), Counter[str](), Counter[str]()
    for number in range(pages):
        rng = np.random.default_rng((seed, number))
        kind = list(MODULES)[number % len(MODULES)]
        image, text, box, matrix = drawn_page(kind, number // len(MODULES) % 4, rng)
        found = field_codes(image, matrix, box, page_codes(image)).codes
        total[kind] += 1
        sure = [one for one in found if one.confidence >= 0.99]
        read[kind] += any(one.text == text for one in sure)
        wrong[kind] += any(one.text != text for one in sure)
    for kind in MODULES:
        print(f"{kind:12} {read[kind]} of {total[kind]} read, {wrong[kind]} wrong")
    print(f"{'all':12} {sum(read.values())} of {pages} read, {sum(wrong.values())} wrong")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
