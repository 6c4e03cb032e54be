"""Printed lines: thin, straight, level or upright; solid, broken or dotted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.values import Gray, Mask

DOTS = 32
"""Grey levels by which the dots of a line are darker than the paper, at least."""


BEND = 0.007
"""The largest radius of a rounded corner as a share of the page's long side."""


@dataclass(frozen=True)
class Rulings:
    """Masks of the work page's size, 255 = line: `level` and `upright` printed lines, `dotted` level rows of dots,
    `solid`, dark areas thicker than any line, and `ink`, all thin dark things (print and writing too)."""

    level: Mask
    upright: Mask
    dotted: Mask
    solid: Mask
    ink: Mask


def find_rulings(grey: Gray, long_side: int) -> tuple[Rulings, Rulings]:
    """The printed lines of a work page that is level within some 5 degrees: the clear ones, and these with the faint
    ones, which on a page with a watermark are not all lines."""
    thick = max(5, round(0.005 * long_side)) | 1
    hats = [cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones(k, np.uint8)) for k in ((thick, 1), (1, thick))]
    hat = as_gray(cv2.max(hats[0], hats[1]))
    ink = as_gray(cv2.threshold(hat, _threshold(hat), 255, cv2.THRESH_BINARY)[1])
    shortest = max(10, round(0.0095 * long_side))
    gap = max(3, round(0.005 * long_side)) | 1
    sideways = as_gray(cv2.transpose(ink))
    faint = _with_faint(ink, as_gray(hats[0])), _with_faint(sideways, as_gray(cv2.transpose(hats[1])))
    # The edges of a watermark give specks too, but pale ones.
    strong = as_gray(cv2.bitwise_and(ink, cv2.threshold(hat, DOTS, 255, cv2.THRESH_BINARY)[1]))
    dotted, solid = _dotted(strong, long_side), _solid(grey, thick)
    clear, all_ = (
        Rulings(
            _runs(a, shortest, thick, reach),
            as_gray(cv2.transpose(_runs(b, shortest, thick, gap))),
            dotted,
            solid,
            ink,
        )
        for (a, b), reach in (((ink, sideways), gap), (faint, 2 * gap + 1))
    )
    return clear, all_


def round_corners(lines: Rulings, long_side: int) -> Mask:
    """The ink, 255, that goes round from the end of a level line to the end of an upright one near by."""
    near = np.ones((3, 3), np.uint8)
    around = np.ones((2 * max(4, round(BEND * long_side)) + 1,) * 2, np.uint8)
    zones = []
    for line, other, step in ((lines.level, lines.upright, (1, 3)), (lines.upright, lines.level, (3, 1))):
        # An end is what a line loses by being worn away along itself; where it meets the other it goes on there.
        ends = cv2.subtract(line, cv2.erode(line, np.ones(step, np.uint8)))
        zones.append(cv2.dilate(cv2.subtract(ends, cv2.dilate(other, near)), around))
    return as_gray(cv2.bitwise_and(lines.ink, cv2.bitwise_and(zones[0], zones[1])))


def _threshold(hat: Gray) -> float:
    """What is darker than its surroundings by more than this is ink rather than noise."""
    return float(np.clip(3.0 * np.percentile(hat[::4, ::4], 60), 14, 40))


def _with_faint(ink: Mask, hat: Gray) -> Mask:
    """`ink` and what is faint but level: averaged along the line, it stands out of the noise of the paper."""
    mean = as_gray(cv2.blur(cv2.min(hat, 50), (13, 1)))  # type: ignore[call-overload]
    threshold = float(np.clip(2.0 * np.percentile(mean[::4, ::4], 60), 7, 30))
    faint = cv2.bitwise_and(
        cv2.threshold(mean, threshold, 255, cv2.THRESH_BINARY)[1],
        # The mean reaches beyond the end of a line, where the paper itself is not dark.
        cv2.threshold(hat, 0.6 * threshold, 255, cv2.THRESH_BINARY)[1],
    )
    return as_gray(cv2.bitwise_or(ink, faint))


def level_runs(ink: Mask, shortest: int, thickest: int) -> Mask:
    """Level runs of `ink` of at least `shortest` pixels, no thicker than `thickest`."""
    # Three rows together: a line that falls by one row in `shortest` columns and more still gives one run.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8))
    line = cv2.bitwise_and(runs, ink)
    # Lettering that a poor scan runs together is thicker than a line.
    blobs = cv2.morphologyEx(line, cv2.MORPH_OPEN, np.ones((thickest + 1, 3), np.uint8))
    return as_gray(cv2.subtract(line, blobs))


def _runs(ink: Mask, shortest: int, thickest: int, gap: int) -> Mask:
    """Level runs, gaps up to `gap` joined."""
    line = level_runs(ink, shortest, thickest)
    # Closed on a wider page: the border would count as line.
    wide = as_gray(cv2.copyMakeBorder(line, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0))
    thick = cv2.dilate(wide, np.ones((3, 1), np.uint8))
    joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    joined = cv2.erode(joined, np.ones((3, 1), np.uint8))
    return as_gray(cv2.bitwise_or(joined, wide)[:, gap:-gap])


def _solid(grey: Gray, thick: int) -> Mask:
    dark = cv2.threshold(grey, 110, 255, cv2.THRESH_BINARY_INV)[1]
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))
    # Rulings end at the bar's soft edge, which is not dark enough to be part of it.
    return as_gray(cv2.dilate(solid, np.ones((3, 3), np.uint8)))


def _dotted(ink: Mask, long_side: int) -> Mask:
    """Level rows of dots or short dashes."""
    largest = max(3, round(0.0035 * long_side))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    dots = (stats[:, cv2.CC_STAT_WIDTH] <= 2 * largest) & (stats[:, cv2.CC_STAT_HEIGHT] <= largest)
    dots[0] = False
    mask = as_gray(dots.astype(np.uint8)[labels] * 255)
    gap = max(5, round(0.006 * long_side)) | 1
    wide = cv2.copyMakeBorder(mask, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0)
    wide = cv2.dilate(wide, np.ones((3, 1), np.uint8))
    joined = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, max(15, round(0.025 * long_side))), np.uint8))
    return as_gray(runs[:, gap:-gap])
