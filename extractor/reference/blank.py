"""One blank form out of several filled copies: what all of them show is print, what differs is handwriting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.work_page import skew
from extractor.geometry import transform
from extractor.ink import as_gray, even_illumination
from extractor.reference.bend import bend_to
from extractor.reference.flat import flatten, straighten
from extractor.reference.reference_parameters import REFERENCE
from extractor.registration.features import Features, count_agreeing, find_features, match_features
from extractor.registration.patches import Patches, align_patches, choose_patches
from extractor.registration.registration_parameters import REGISTRATION
from extractor.values import Gray, Mask, Points


@dataclass(frozen=True)
class Blank:
    """`image` is the blank form, its illumination evened; `used` and `left_out` index the copies that it was made of
    and not."""

    image: Gray
    used: tuple[int, ...]
    left_out: tuple[int, ...]


def blank_form(copies: Sequence[Gray], progress: Callable[[int, int], None] | None = None) -> Blank:
    """The form that the filled `copies` share, without what was written on them.

    The copies, grey and of any size and orientation, are laid on the one that fits the others best; of each pixel a
    rank a little above the median, of two the brighter one, keeps print and drops writing. One copy alone is only
    flattened, its illumination evened. Its rulings run level. `progress` is called with the steps done and all steps.
    Raises ValueError if there is no copy.
    """
    if not copies:
        raise ValueError("a blank form needs at least one copy")
    pages = [_moderate(flatten(copy)) for copy in copies]
    if len(pages) == 1:
        return Blank(straighten(_lit(pages[0])), (0,), ())
    tell = progress or (lambda _done, _all: None)
    steps = 3 * len(pages)
    features = []
    for index, page in enumerate(pages):
        features.append(find_features(page))
        tell(index + 1, steps)
    base = _base(pages, features)
    lit = [_lit(page) for page in pages]
    laid: dict[int, Gray] = {base: lit[base]}
    mappings: dict[int, Points] = {base: np.eye(3)}
    for index, page in enumerate(lit):
        if index != base:
            matrix = lay(lit[base], features[base], page, features[index])
            if matrix is not None:
                mappings[index] = matrix
                laid[index] = bend_to(lit[base], page, matrix)
        tell(len(pages) + index + 1, steps)
    blank = _common(list(laid.values()))
    # Once more onto the blank itself, on which no copy's writing pulls at the others.
    for index, matrix in mappings.items():
        laid[index] = bend_to(blank, lit[index], matrix)
        tell(2 * len(pages) + index + 1, steps)
    used = tuple(sorted(laid))
    image = straighten(_common([laid[i] for i in used]))
    return Blank(image, used, tuple(i for i in range(len(pages)) if i not in laid))


def _moderate(page: Gray) -> Gray:
    scale = REFERENCE.blank_side / max(page.shape)
    if scale >= 1:
        return page
    size = (max(1, round(page.shape[1] * scale)), max(1, round(page.shape[0] * scale)))
    return as_gray(cv2.resize(page, size, interpolation=cv2.INTER_AREA))


def _lit(page: Gray) -> Gray:
    return even_illumination(page, max(4, max(page.shape) // 16))


def _base(pages: Sequence[Gray], features: Sequence[Features]) -> int:
    """The copy that most others are like; of those much alike the one with most pixels."""
    tried = sorted(range(len(pages)), key=lambda i: -pages[i].size)[: REFERENCE.bases]
    scores = []
    for one in tried:
        few = features[one].strongest(REFERENCE.matched_features)
        others = [
            count_agreeing(few, other, REFERENCE.matched_within * max(page.shape)) if index != one else 0
            for index, (page, other) in enumerate(zip(pages, features, strict=True))
        ]
        # A copy of few pixels has few features to disagree on, and shows too little of the form.
        fine = min(1.0, max(pages[one].shape) / REFERENCE.fine_side)
        scores.append((sum(count >= 2 * REGISTRATION.feature_fewest for count in others) * fine, sum(others) * fine))
    most = max(scores)
    least = REFERENCE.nearly_best * most[1]
    good = [i for i, (count, total) in zip(tried, scores, strict=True) if count == most[0] and total >= least]
    return max(good, key=lambda i: pages[i].size)


def lay(base: Gray, base_features: Features, page: Gray, page_features: Features) -> Points | None:
    """The mapping, shape (3, 3), from pixels of `base` to those of `page`; None if it is another form."""
    # Reduced, so that pieces are looked for as far away as features may be off.
    small_base, to_base = _reduced(base)
    small_page, to_page = _reduced(page)
    patches = choose_patches(small_base, np.zeros((0, 4)))
    best, share, within = None, 0.0, REFERENCE.matched_within * max(page.shape)
    for matrix in match_features(base_features, page_features, within):
        small, own = _aligned(small_page, np.linalg.inv(to_page) @ matrix @ to_base, patches)
        best, share = (small, own) if own > share else (best, share)
    if share < REFERENCE.surely_laid:
        best = _surest(small_base, small_page, patches, [] if best is None or share < REFERENCE.same_form else [best])
    return None if best is None else np.asarray(to_page @ best @ np.linalg.inv(to_base), np.float64)


def _surest(base: Gray, page: Gray, patches: Patches, likely: list[Points]) -> Points | None:
    """Of the `likely` mappings, and those that rulings or print tell, the one that shows most of the print; None where
    none shows enough of `patches` or rulings. On a register most features are writing, and its rulings are like
    themselves a row aside: what tells is the print beside them."""
    (letters, ruled), (other_letters, other_ruled) = _letters_and_rulings(base), _letters_and_rulings(page)
    near = [cv2.dilate(one, np.ones((3, 3), np.uint8)) for one in (other_letters, other_ruled)]

    def shown(wanted: Mask, found: Mask, matrix: Points) -> float:
        size = (base.shape[1], base.shape[0])
        there = cv2.warpPerspective(found, matrix, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
        return cv2.countNonZero(cv2.bitwise_and(wanted, there)) / max(1, cv2.countNonZero(wanted))

    tried = list(likely)
    for one, other in ((base, page), (255 - letters, 255 - other_letters)):
        plain = _by_shift(as_gray(one), as_gray(other), base, page)
        aligned, share = _aligned(page, plain, patches)
        if share >= REFERENCE.same_form:
            tried.append(aligned)
        elif shown(ruled, as_gray(near[1]), plain) >= REFERENCE.same_rulings:
            # On a form of little print the patches are writing as well.
            tried.append(plain)
    best = max(tried, key=lambda matrix: shown(letters, as_gray(near[0]), matrix), default=None)
    # Of what is the same place, features tell best where exactly that is.
    corners = np.array(((0, 0), (base.shape[1], 0), base.shape[1::-1], (0, base.shape[0])), np.float64)
    for way in likely:
        if best is not None and np.abs(transform(way, corners) - transform(best, corners)).max() < REFERENCE.same_place:
            return way
    return best


def _letters_and_rulings(image: Gray) -> tuple[Mask, Mask]:
    """The ink of `image`, 255, without its rulings, and these."""
    hat = cv2.morphologyEx(image, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8))
    ink = as_gray(cv2.threshold(hat, REFERENCE.letter_contrast, 255, cv2.THRESH_BINARY)[1])
    length = max(image.shape) // REFERENCE.letter_longest
    runs = [cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(size, np.uint8)) for size in ((1, length), (length, 1))]
    ruled = as_gray(cv2.bitwise_or(runs[0], runs[1]))
    return as_gray(cv2.subtract(ink, cv2.dilate(ruled, np.ones((3, 3), np.uint8)))), ruled


def _aligned(page: Gray, matrix: Points, patches: Patches) -> tuple[Points, float]:
    """`matrix` by the patches' places on the page, and the share of them that is seen there."""
    best, share = matrix, 0.0
    for _ in range(2):
        aligned = align_patches(page, matrix, patches)
        matrix = aligned.matrix
        best, share = (matrix, aligned.share) if aligned.share > share else (best, share)
    return best, share


def _by_shift(base: Gray, page: Gray, ruled_base: Gray, ruled_page: Gray) -> Points:
    """The mapping, shape (3, 3), from pixels of `base` to those of `page` that makes the rulings of both level, which
    are seen on `ruled_base` and `ruled_page`, and lays one on the other, a little larger, smaller or higher, where
    they correlate most."""
    size = (max(base.shape[1], page.shape[1]), max(base.shape[0], page.shape[0]))
    slopes = skew(ruled_base), skew(ruled_page)

    def level(
        one: Gray, slope: float, scale: float = 1.0, high: float = 1.0, *, part: float = 1.0
    ) -> tuple[Points, NDArray[np.float32]]:
        turn = cv2.getRotationMatrix2D((one.shape[1] / 2, one.shape[0] / 2), slope, scale)
        to_level = np.diag((part, part * high, 1.0)) @ np.vstack((turn, (0, 0, 1)))
        room = (round(part * size[0]), round(part * size[1]))
        small = (
            as_gray(cv2.resize(255 - one, None, fx=part, fy=part, interpolation=cv2.INTER_AREA))
            if part < 1
            else 255 - one
        )
        own = to_level @ np.diag((1 / part, 1 / part, 1.0))
        return to_level, cv2.warpAffine(small, own[:2], room).astype(np.float32)

    _, coarse = level(base, slopes[0], part=REFERENCE.scale_part)

    def alike(scale: float, high: float = 1.0) -> float:
        return float(cv2.phaseCorrelate(coarse, level(page, slopes[1], scale, high, part=REFERENCE.scale_part)[1])[1])

    steps = REFERENCE.scale_step * np.arange(-REFERENCE.scale_steps, REFERENCE.scale_steps + 1)
    scale = max((1 + steps).tolist(), key=alike)
    # A sheet that was photographed from low down is made flat a little too low or too high.
    high = max((1 + steps / 2).tolist(), key=lambda one: alike(scale, one))
    to_base, one = level(base, slopes[0])
    to_page, other = level(page, slopes[1], scale, high)
    (right, down), _ = cv2.phaseCorrelate(one, other)
    shift = np.array(((1, 0, right), (0, 1, down), (0, 0, 1)))
    return np.asarray(np.linalg.inv(to_page) @ shift @ to_base, np.float64)


def _reduced(image: Gray) -> tuple[Gray, Points]:
    """`image` at the size at which features are found, and the mapping, shape (3, 3), from there to its own pixels."""
    scale = min(1.0, REGISTRATION.feature_side / max(image.shape))
    if scale == 1.0:
        return image, np.eye(3)
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    across, down = image.shape[1] / size[0], image.shape[0] / size[1]
    matrix = np.array(((across, 0, (across - 1) / 2), (0, down, (down - 1) / 2), (0, 0, 1)))
    return as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)), matrix


def _common(laid: Sequence[Gray]) -> Gray:
    """What the copies, all of the same shape, have in common: a pixel is dark if it is so on most of them.

    Print is dark on all, so a rank a little above the median loses nothing of it and drops writing that several
    people put in the same place.
    """
    height, rank = laid[0].shape[0], round(REFERENCE.shared_rank * (len(laid) - 1))
    out = np.empty_like(laid[0])
    # A strip at a time: the copies' pixels side by side would be many times as large as the page.
    for top in range(0, height, 128):
        strip: NDArray[np.uint8] = np.stack([copy[top : top + 128] for copy in laid])
        out[top : top + 128] = np.partition(strip, rank, axis=0)[rank]
    return out
