"""How well a mapping puts a template's boxes on the rulings that the page really has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from extractor.geometry import transform
from extractor.registration.registration_parameters import REGISTRATION
from extractor.template import Template
from extractor.values import Gray, Points


def printed_rulings(template: Template) -> Points:
    """The box and cell rulings that the form prints, shape (n, 2, 2): start and end of each, in template units."""
    rulings: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for field in template.all_fields:
        if not field.is_written:
            continue
        cells = field.cell_boxes
        # Cell by cell: a comb that lies one cell off has no ruling above its last cell.
        rulings += [((c.left, y), (c.right, y)) for c in cells for y in (c.top, c.bottom)]
        # Joined cells share their ruling.
        uprights = [c.left for c in cells] + [c.right for c in cells if field.gap or c is cells[-1]]
        rulings += [((x, field.box.top), (x, field.box.bottom)) for x in uprights]
    return np.array(rulings, np.float64).reshape(-1, 2, 2)


def ruling_fit(image: Gray, matrix: Points, rulings: Points, reach: float) -> float:
    """The share, 0 to 1, of `rulings`, shape (n, 2, 2), that `image` shows where `matrix` puts them."""
    return float(look_along(image, matrix, rulings, reach).seen.mean())


@dataclass(frozen=True)
class Looked:
    """What lies along rulings.

    `points`, shape (n, s, 2), are looked at in pixels, `across`, shape (n, 2), is each ruling's normal; `same`, shape
    (n,), the share of its points that are dark in one place, `offset`, shape (n,), that place in pixels across.
    """

    points: Points
    across: Points
    same: NDArray[np.float64]
    offset: NDArray[np.float64]

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """Shape (n,): whether the picture shows the ruling."""
        return np.asarray(self.same >= REGISTRATION.ruling_seen, np.bool_)


def look_along(image: Gray, matrix: Points, rulings: Points, reach: float) -> Looked:
    """Looks for each of `rulings`, shape (n, 2, 2), within `reach` pixels of where `matrix` puts it.

    A ruling is seen where most points along it have something darker than the paper on both sides within `reach`
    pixels across; lettering and handwriting do not run along a whole ruling like that.
    """
    return _look(image, _along(matrix, rulings), reach)


def ruling_fits(image: Gray, placed: Sequence[Points], reach: float) -> list[NDArray[np.float64]]:
    """`ruling_fit` of many mappings in one look: for each of `placed`, points along n rulings by k mappings, shape
    (k, n, s, 2), in pixels, the share of rulings that `image` shows by each mapping, shape (k,)."""
    if not placed:
        return []
    shapes = [points.shape[:2] for points in placed]
    seen = _look(image, np.concatenate([points.reshape(-1, *points.shape[2:]) for points in placed]), reach).seen
    parts = np.split(seen, np.cumsum([k * n for k, n in shapes])[:-1])
    return [part.reshape(k, n).mean(1) if n else np.zeros(k) for part, (k, n) in zip(parts, shapes, strict=True)]


def points_along(rulings: Points, count: int) -> Points:
    """So many points along each of `rulings`, shape (n, 2, 2), without its ends: shape (n, count, 2)."""
    end = REGISTRATION.ruling_end
    steps = np.linspace(end, 1 - end, count)[None, :, None]
    points: Points = rulings[:, :1] + (rulings[:, 1:] - rulings[:, :1]) * steps
    return points


def _along(matrix: Points, rulings: Points) -> Points:
    """Points along each ruling where `matrix` puts them, shape (n, samples, 2), in pixels."""
    return transform(matrix, points_along(rulings, REGISTRATION.ruling_samples))


def _look(image: Gray, seen: Points, reach: float) -> Looked:
    # A mapping may throw a point so far out that no whole number holds it.
    seen = np.clip(np.nan_to_num(seen, nan=-1e6), -1e6, 1e6)
    along = seen[:, -1] - seen[:, 0]
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    across = (along / length)[:, ::-1] * (-1.0, 1.0)
    offsets = np.arange(-round(2 * reach), round(2 * reach) + 1)
    places, aside = (
        seen.astype(np.float32),
        across.astype(np.float32)[:, None, None] * offsets.astype(np.float32)[:, None],
    )
    x, y = (np.rint(places[:, :, None, k] + aside[..., k]).astype(np.int32) for k in (0, 1))
    height, width = image.shape
    ends = seen + across[:, None] * offsets[0], seen + across[:, None] * offsets[-1]
    inside = np.all([(e >= 0).all(-1) & (e[..., 0] <= width - 1) & (e[..., 1] <= height - 1) for e in ends], axis=0)
    grey = image.ravel().take(y.clip(0, height - 1) * width + x.clip(0, width - 1)).astype(np.int16)
    middle, near = len(offsets) // 2, round(reach)
    # Paper on either side: the brightest there. Both sides must be brighter, else it is an edge of something large.
    paper = np.minimum(grey[..., : middle - 1].max(-1), grey[..., middle + 2 :].max(-1))
    dark = grey[..., middle - near : middle + near + 1]
    contrast = np.maximum(REGISTRATION.ruling_least_contrast, REGISTRATION.ruling_contrast * paper)
    found = (paper - dark.min(-1) > contrast) & inside
    # One ruling has one place across: a run of dark points must not wander over the whole reach.
    place = np.where(found, dark.argmin(-1) + middle - near, -9)
    middles = np.arange(middle - near, middle + near + 1)
    counts = (place[:, None, :] == np.arange(middle - near - 1, middle + near + 2)[None, :, None]).sum(2)
    shares = (counts[:, :-2] + counts[:, 1:-1] + counts[:, 2:]) / seen.shape[1]
    # Of equally good places the one nearest to where the ruling should be.
    best = (shares - REGISTRATION.ruling_distance * np.abs(offsets[middles])).argmax(1)
    close = (np.abs(place - middles[best][:, None]) <= 1) & found
    mean = np.where(close, offsets[place.clip(0)], 0).sum(1) / np.maximum(close.sum(1), 1)
    return Looked(np.asarray(seen, np.float64), across, shares.max(1), mean)


def align_to_rulings(image: Gray, matrix: Points, rulings: Points, reach: float) -> Points:
    """`matrix` moved a little so that the rulings which the picture shows lie where they are seen.

    Each seen ruling says how far the mapping is off across it and nothing along it; the mapping that answers all of
    them is found by least squares with outliers held down (Huber), to first order in the mapping's eight numbers.
    """
    shift, turn, perspective = REGISTRATION.ruling_held
    for _ in range(2):
        looked = look_along(image, matrix, rulings, reach)
        if looked.seen.sum() < REGISTRATION.ruling_fewest:
            return matrix
        ends = looked.points[looked.seen][:, (0, REGISTRATION.ruling_samples // 2, -1)].reshape(-1, 2)
        normals = np.repeat(looked.across[looked.seen], 3, axis=0)
        wanted = np.repeat(looked.offset[looked.seen], 3)
        middle, spread = ends.mean(0), max(1.0, float(np.abs(ends - ends.mean(0)).max()))
        x, y = ((ends - middle) / spread).T
        one, zero = np.ones_like(x), np.zeros_like(x)
        columns_x = np.stack([one, x, y, zero, zero, zero, x * x, x * y], 1)
        columns_y = np.stack([zero, zero, zero, one, x, y, x * y, y * y], 1)
        system = columns_x * normals[:, :1] + columns_y * normals[:, 1:]
        # Few or clustered rulings do not tell perspective: the higher terms must earn their place.
        held = np.diag([shift, turn, turn, shift, turn, turn, perspective, perspective]) * len(ends)
        weights = np.ones(len(ends))
        step: NDArray[np.float64] = np.zeros(8)
        for _ in range(4):
            weighted = system * weights[:, None]
            normal = weighted.T @ system + 0.1 * held
            step = np.asarray(np.linalg.solve(normal, weighted.T @ wanted), np.float64)
            weights[:] = 1.0 / np.maximum(1.0, np.abs(system @ step - wanted))
        a, b, c, d, e, f, g, h = step / spread
        small = np.array([(1 + b, c, a), (e, 1 + f, d), (-g, -h, 1)])
        frame = np.array([(spread, 0, middle[0]), (0, spread, middle[1]), (0, 0, 1)])
        matrix = frame @ small @ np.linalg.inv(frame) @ matrix
    return matrix
