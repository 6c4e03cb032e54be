"""Rulings of a page: thin straight printed lines, level or upright; solid, broken or dotted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extractor.finding.finding_parameters import FINDING, Size
from extractor.ink import as_gray
from extractor.values import Gray, Mask


@dataclass(frozen=True)
class Rulings:
    """Masks of the work page's size, 255 = ruling: `level` and `upright` ones, `dotted` level rows of dots, `solid`,
    dark areas thicker than any ruling, and `ink`, all thin dark things (print and writing too)."""

    level: Mask
    upright: Mask
    dotted: Mask
    solid: Mask
    ink: Mask

    def without(self, area: Mask) -> Rulings:
        """These rulings but for what lies in `area`, 255 there."""
        if not area.any():
            return self
        level, upright, dotted = (as_gray(cv2.subtract(one, area)) for one in (self.level, self.upright, self.dotted))
        return Rulings(level, upright, dotted, self.solid, self.ink)


def find_rulings(grey: Gray, long_side: int) -> tuple[Rulings, Rulings]:
    """The rulings of a work page that is level within some 5 degrees: the clear ones, and these with the faint ones,
    which on a page with a watermark are not all rulings."""
    thick = FINDING.ruling_thickness.odd(long_side)
    hats = [cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones(k, np.uint8)) for k in ((thick, 1), (1, thick))]
    hat = as_gray(cv2.max(hats[0], hats[1]))
    ink = as_gray(cv2.threshold(hat, _threshold(hat), 255, cv2.THRESH_BINARY)[1])
    shortest = FINDING.ruling_length.pixels(long_side)
    gap = FINDING.ruling_gap.odd(long_side)
    sideways = as_gray(cv2.transpose(ink))
    faint = _with_faint(ink, as_gray(hats[0])), _with_faint(sideways, as_gray(cv2.transpose(hats[1])))
    # The edges of a watermark give specks too, but pale ones.
    strong = as_gray(cv2.bitwise_and(ink, cv2.threshold(hat, FINDING.dot_contrast, 255, cv2.THRESH_BINARY)[1]))
    dotted, solid = dotted_runs(strong, long_side), _solid(grey, thick)
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


def round_corners(rulings: Rulings, long_side: int) -> Mask:
    """The ink, 255, that goes round from the end of a level ruling to the end of an upright one near by."""
    near = np.ones((3, 3), np.uint8)
    around = np.ones((2 * FINDING.bend_radius.pixels(long_side) + 1,) * 2, np.uint8)
    zones = []
    for one, other, step in ((rulings.level, rulings.upright, (1, 3)), (rulings.upright, rulings.level, (3, 1))):
        # An end is what a ruling loses by being worn away along itself; where it meets the other it goes on there.
        ends = cv2.subtract(one, cv2.erode(one, np.ones(step, np.uint8)))
        zones.append(cv2.dilate(cv2.subtract(ends, cv2.dilate(other, near)), around))
    return as_gray(cv2.bitwise_and(rulings.ink, cv2.bitwise_and(zones[0], zones[1])))


def _threshold(hat: Gray) -> float:
    """What is darker than its surroundings by more than this is ink rather than noise."""
    return _above_noise(hat, FINDING.ink_over_noise, FINDING.ink_contrast)


def _above_noise(contrast: Gray, noises: float, limits: tuple[int, int]) -> float:
    noise = np.percentile(contrast[::4, ::4], FINDING.ink_noise)
    return float(np.clip(noises * noise, *limits))


def _with_faint(ink: Mask, hat: Gray) -> Mask:
    """`ink` and what is faint but level: averaged along the ruling, it stands out of the noise of the paper."""
    mean = as_gray(cv2.blur(cv2.min(hat, FINDING.faint_cap), (FINDING.faint_run, 1)))  # type: ignore[call-overload]
    threshold = _above_noise(mean, FINDING.faint_over_noise, FINDING.faint_contrast)
    faint = cv2.bitwise_and(
        cv2.threshold(mean, threshold, 255, cv2.THRESH_BINARY)[1],
        # The mean reaches beyond the end of a ruling, where the paper itself is not dark.
        cv2.threshold(hat, FINDING.faint_own * threshold, 255, cv2.THRESH_BINARY)[1],
    )
    return as_gray(cv2.bitwise_or(ink, faint))


def level_runs(ink: Mask, shortest: int, thickest: int) -> Mask:
    """Level runs of `ink` of at least `shortest` pixels, no thicker than `thickest`."""
    # Three rows together: a ruling that falls by one row in `shortest` columns and more still gives one run.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8))
    thin = cv2.bitwise_and(runs, ink)
    # Lettering that a poor scan runs together is thicker than a ruling.
    blobs = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((thickest + 1, 3), np.uint8))
    return as_gray(cv2.subtract(thin, blobs))


def _runs(ink: Mask, shortest: int, thickest: int, gap: int) -> Mask:
    """Level runs, gaps up to `gap` joined."""
    runs = level_runs(ink, shortest, thickest)
    # Closed on a wider page: the border would count as ruling.
    wide = as_gray(cv2.copyMakeBorder(runs, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0))
    thick = cv2.dilate(wide, np.ones((3, 1), np.uint8))
    joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    joined = cv2.erode(joined, np.ones((3, 1), np.uint8))
    return as_gray(cv2.bitwise_or(joined, wide)[:, gap:-gap])


def _solid(grey: Gray, thick: int) -> Mask:
    dark = cv2.threshold(grey, FINDING.solid_grey, 255, cv2.THRESH_BINARY_INV)[1]
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))
    # Rulings end at the bar's soft edge, which is not dark enough to be part of it.
    return as_gray(cv2.dilate(solid, np.ones((3, 3), np.uint8)))


def dotted_runs(ink: Mask, long_side: int, shortest: Size = FINDING.dotted_length) -> Mask:
    """Level rows of dots or short dashes, of so much of the long side at least."""
    largest = FINDING.dot_height.pixels(long_side)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    dots = (stats[:, cv2.CC_STAT_WIDTH] <= 2 * largest) & (stats[:, cv2.CC_STAT_HEIGHT] <= largest)
    dots[0] = False
    mask = as_gray(dots.astype(np.uint8)[labels] * 255)
    gap = FINDING.dot_gap.odd(long_side)
    wide = cv2.copyMakeBorder(mask, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0)
    wide = cv2.dilate(wide, np.ones((3, 1), np.uint8))
    joined = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, shortest.pixels(long_side)), np.uint8))
    return as_gray(runs[:, gap:-gap])
