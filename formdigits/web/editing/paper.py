"""A form's blank page as the editor shows it: in the template's own units, with the rulings that edges snap to."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.errors import DocumentError
from extractor.finding.rulings.page_rulings import find_rulings
from extractor.ink import as_gray
from extractor.template import PageSize, load_template
from extractor.values import Gray, Mask, Points
from formdigits.web.sandboxed import paper_of

PAPER_SIDE = 1800
"""Pixels of the longer side of the page that is drawn on; rulings are looked for on it as well."""

MOST_RULINGS = 1500
"""Of each direction, the longest."""

RULING_LENGTH = 0.008
"""Of the longer side: shorter ones are strokes of letters."""


SOFT_EDGE = 1.6
"""Pixels by which a ruling looks thicker than it is: both of its edges are soft."""


@dataclass(frozen=True)
class Ruling:
    """A printed ruling in template units: its ends, and how thick it is."""

    x0: float
    y0: float
    x1: float
    y1: float
    thickness: float


@dataclass(frozen=True)
class Paper:
    """`jpeg` shows the whole page of the template, however large; `given` says whether there is a blank form on it.
    `level` and `upright` are its rulings."""

    jpeg: bytes
    given: bool
    level: tuple[Ruling, ...]
    upright: tuple[Ruling, ...]


def template_paper(path: str) -> Paper:
    """The blank form of the template at `path` in its units, white where it has none. Raises TemplateError."""
    template = load_template(path)
    image, matrix = paper_of(template, PAPER_SIDE)
    level = in_units(image, matrix, template.page, PAPER_SIDE)
    given = template.reference_path is not None
    down, across = rulings(level, template.page) if given else ((), ())
    return Paper(as_jpeg(level), given, down, across)


def in_units(image: Gray, matrix: NDArray[np.float64], page: PageSize, side: int) -> Gray:
    """`image` brought upright, so that a `page` of the template fills the picture, `side` pixels long; `matrix`, shape
    (3, 3), takes template units to pixels of `image`."""
    scale = side / max(page.width, page.height)
    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    to_image = matrix @ np.diag([page.width / size[0], page.height / size[1], 1.0])
    # The picture is drawn much smaller: what is between its pixels would be left out.
    shrunk = float(np.sqrt(abs(np.linalg.det(to_image[:2, :2]))))
    if shrunk > 1.5:
        image = as_gray(cv2.resize(image, None, fx=1 / shrunk, fy=1 / shrunk, interpolation=cv2.INTER_AREA))
        to_image = np.diag([1 / shrunk, 1 / shrunk, 1.0]) @ to_image
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return as_gray(cv2.warpPerspective(image, to_image, size, flags=flags, borderValue=255))


def rulings(image: Gray, page: PageSize) -> tuple[tuple[Ruling, ...], tuple[Ruling, ...]]:
    """The level and the upright rulings of a page that fills `image`, in template units."""
    found, _ = find_rulings(image, max(image.shape))
    scale = page.width / image.shape[1]
    least = RULING_LENGTH * max(image.shape)
    down = tuple(Ruling(*(round(float(v) * scale, 1) for v in one)) for one in _runs(found.level, least))
    across = tuple(
        Ruling(*(round(float(v) * scale, 1) for v in (y0, x0, y1, x1, thick)))
        for x0, y0, x1, y1, thick in _runs(as_gray(cv2.transpose(found.upright)), least)
    )
    return down, across


def _runs(mask: Mask, least: float) -> Points:
    """The level runs of `mask`, the longest first, shape (n, 5): left end, right end, thickness. Ends are x, y."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    runs: list[tuple[float, ...]] = []
    for label in np.argsort(-stats[:, cv2.CC_STAT_WIDTH]):
        left, top, width, height, area = (int(v) for v in stats[label])
        if label == 0 or width < least:
            continue
        if len(runs) == MOST_RULINGS:
            break
        piece = labels[top : top + height, left : left + width] == label
        # A ruling may lean a little: each of its ends has its own height, here that of a quarter of it.
        quarter = max(1, width // 4)
        begin, end = (
            top + float(np.nonzero(part)[0].mean()) + 0.5 for part in (piece[:, :quarter], piece[:, -quarter:])
        )
        lean = (end - begin) / 6
        runs.append((left, begin - lean, left + width, end + lean, max(1.0, area / width - SOFT_EDGE)))
    return np.array(runs, np.float64).reshape(-1, 5)


def as_jpeg(image: Gray) -> bytes:
    """Raises DocumentError where it cannot be made."""
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])
    if not done:
        raise DocumentError("The page's picture could not be made.")
    return bytes(jpeg.tobytes())
