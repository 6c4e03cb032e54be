"""How well a frame shows what is to be read, and what would help."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extractor.geometry import transform
from extractor.ink import as_gray, grey_counts, percentile
from extractor.registration import Registration
from extractor.values import Gray, Points

DARKEST_PAPER = 70
"""Grey of paper below which it is too dark: the sensor's noise is then as strong as a pen stroke."""

BURNT, GLARE_SHARE, GLARE_STEP, BRIGHT_SHARE = 250, 0.03, 45, 0.6
"""Glare is a patch at least this grey, of more than this share of the sheet, and brighter than the other paper by more
than this. A patch of the last share is bright paper."""

PAPER_PERCENTILE, ANYTHING_PERCENTILE, UNBURNT_PERCENTILE = 80, 98, 70
"""Where the grey of the paper stands among those of a sheet, of a whole frame (whatever is brightest may be paper),
and of what is not burnt out."""

LIGHT_SIDE, SMALLEST_PART = 640, 32
"""Pixels of the longer side that are enough to measure light on, and of the shorter side of a part that can be
measured by itself."""

SMALLEST_DIGIT = 17.0
"""Pixels of the room for one digit (a cell's side, a box's height) below which the sheet must come closer."""

BLURRED = 0.55
"""A frame with less than this share of the sharpness that the sheet had before is not read."""

SHARPNESS_KEPT = 0.9
"""What the sharpest frame still counts for a second later."""


@dataclass(frozen=True)
class Light:
    """`paper` is the grey of the paper, 0 to 255; `glare` the share of the sheet that is burnt out beside it;
    `sharpness` the strength of edges, whatever the light, larger for a sharper picture."""

    paper: float
    glare: float
    sharpness: float

    @property
    def dark(self) -> bool:
        return self.paper < DARKEST_PAPER

    @property
    def glaring(self) -> bool:
        return self.glare > GLARE_SHARE


def measure_light(grey: Gray, corners: Points | None) -> Light:
    """The light on what `corners`, shape (n, 2), enclose in `grey`, in its pixels; on all of it without them."""
    part = grey
    if corners is not None:
        left, top = np.maximum(corners.min(0), 0).astype(int)
        right, bottom = np.maximum(corners.max(0), 0).astype(int)
        part = grey[top:bottom, left:right]
    if min(part.shape) < SMALLEST_PART:
        part = grey
    step = max(1, round(max(part.shape) / LIGHT_SIDE))
    counts = grey_counts(as_gray(np.ascontiguousarray(part[::step, ::step])))
    paper = percentile(counts, PAPER_PERCENTILE if corners is not None else ANYTHING_PERCENTILE)
    share = float(counts[BURNT:].sum() / counts.sum())
    usual = percentile(counts[:BURNT], UNBURNT_PERCENTILE) if counts[:BURNT].any() else 255.0
    glare = share if share < BRIGHT_SHARE and BURNT - usual > GLARE_STEP else 0.0
    # Edges are measured in the full picture, since reducing it takes blur away.
    edges = cv2.Laplacian(cv2.GaussianBlur(part, (3, 3), 0), cv2.CV_16S)
    strength = float(np.square(edges[::2, ::2], dtype=np.float32).mean())
    return Light(paper, glare, strength / max(1.0, paper) ** 2)


class Sharpness:
    """How sharp frames are beside the best of the last few seconds."""

    def __init__(self) -> None:
        self._best, self._at = 0.0, 0.0

    def weigh(self, light: Light, at: float) -> float:
        """The frame's sharpness as a share of the best, 0 to 1."""
        self._best *= SHARPNESS_KEPT ** min(10.0, max(0.0, at - self._at))
        self._at = at
        self._best = max(self._best, light.sharpness)
        return light.sharpness / self._best if self._best > 0 else 0.0

    def forget(self) -> None:
        """Starts afresh, for another sheet."""
        self._best = 0.0


def room_for_a_digit(registration: Registration) -> float:
    """Pixels of the frame that one digit has room in: the median over the form's fields of a cell's shorter side, of
    a box's height."""
    sides = []
    for field in registration.template.all_fields:
        box = field.box
        x, y = box.left + box.width / 2, box.top + box.height / 2
        side = min(box.height, box.width / field.cells) if field.cells else box.height
        across = np.array([(x - side / 2, y), (x + side / 2, y), (x, y - side / 2), (x, y + side / 2)])
        seen = transform(registration.matrix, across)
        sides.append(float(np.linalg.norm(seen[1::2] - seen[::2], axis=1).min()))
    return float(np.median(sides))


def to_grey(frame: np.ndarray) -> Gray:
    """A frame as cameras give it (BGR, BGRA or grey, any whole-number depth) as grey uint8, shape (height, width)."""
    match frame.shape:
        case (_, _, 1):
            frame = frame[..., 0]
        case (_, _, channels):
            frame = cv2.cvtColor(frame, {3: cv2.COLOR_BGR2GRAY, 4: cv2.COLOR_BGRA2GRAY}[channels])
    return as_gray(frame) if frame.dtype == np.uint8 else as_gray(cv2.convertScaleAbs(frame, alpha=1 / 256))
