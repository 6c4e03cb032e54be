"""How well a mapping puts a template's printed boxes on the lines that the page really has."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.template import Template
from extractor.values import Gray, Points

SAMPLES = 24
"""Points looked at along each printed line."""


def printed_lines(template: Template) -> Points:
    """The box and cell lines that the form prints, shape (n, 2, 2): start and end of each, in template units."""
    lines: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for field in template.fields:
        box = field.box
        lines += [((box.left, y), (box.right, y)) for y in (box.top, box.bottom)]
        cells = field.cells or 1
        lines += [((x, box.top), (x, box.bottom)) for x in (box.left + box.width * i / cells for i in range(cells + 1))]
    return np.array(lines, np.float64)


def line_fit(image: Gray, matrix: Points, lines: Points, reach: float) -> float:
    """The share, 0 to 1, of printed `lines`, shape (n, 2, 2), that `image` shows where `matrix` puts them.

    A line is seen where most points along it have something darker than the paper on both sides within `reach`
    pixels across; lettering and handwriting do not run along a whole line like that.
    """
    steps = np.linspace(0.06, 0.94, SAMPLES)[None, :, None]
    points = lines[:, :1] + (lines[:, 1:] - lines[:, :1]) * steps
    seen = cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix).reshape(points.shape)
    along = seen[:, -1] - seen[:, 0]
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    across = (along / length)[:, ::-1] * (-1.0, 1.0)
    offsets = np.arange(-round(2 * reach), round(2 * reach) + 1)
    at = seen[:, :, None, :] + across[:, None, None, :] * offsets[None, None, :, None]
    x, y = np.round(at[..., 0]).astype(int), np.round(at[..., 1]).astype(int)
    inside = (x >= 0) & (y >= 0) & (x < image.shape[1]) & (y < image.shape[0])
    grey = np.where(inside, image[y.clip(0, image.shape[0] - 1), x.clip(0, image.shape[1] - 1)], 255).astype(np.int16)
    near = np.abs(offsets) <= round(reach)
    # Paper on either side: the brightest there. Both sides must be brighter, else it is an edge of something large.
    paper = np.minimum(grey[..., offsets < -1].max(-1), grey[..., offsets > 1].max(-1))
    dark = np.where(near, grey, 255).min(-1)
    found = (paper - dark > 24) & inside.all(-1)
    # One line has one place across: a run of dark points must not wander over the whole reach.
    place = np.where(found, np.where(near, grey, 255).argmin(-1), -1)
    same = np.stack([(np.abs(place - k) <= 1).mean(1) for k in np.flatnonzero(near)], 1).max(1)
    return float((same >= 0.6).mean())
