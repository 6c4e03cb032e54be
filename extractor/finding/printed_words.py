"""What the print of a page looks like, from its words: a letter or number of a field that looks the same may be print.

Close-up photographs show print as large as handwriting; what tells it is that other print beside it has the same size
and blackness."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.finding.print_or_writing import letter_height, pieces_inside
from extractor.values import Box, Gray, Mask


@dataclass(frozen=True, eq=False)
class PrintedWords:
    """The printed words of a work page, one row each: `bounds`, shape (n, 4), as left, top, right, bottom, `letters`,
    how many it has, `heights` of its taller letters in pixels, and `tones`, the grey of its ink (0 is black)."""

    bounds: NDArray[np.float64]
    letters: NDArray[np.float64]
    heights: NDArray[np.float64]
    tones: NDArray[np.float64]

    def within(self, box: Box) -> NDArray[np.bool_]:
        """Which of the words stand in `box`, shape (n,)."""
        left, top, right, bottom = self.bounds.T
        x, y = (left + right) / 2, (top + bottom) / 2
        inside: NDArray[np.bool_] = (x > box.left) & (x < box.right) & (y > box.top) & (y < box.bottom)
        return inside


def printed_words(dark: Mask, lit: Gray, long_side: int, combs: list[Box]) -> PrintedWords:
    """The words whose ink is `dark` (255) on the work page `lit`, which has even illumination: letters of one or two
    heights, closely set
    on one base line. What stands in `combs` is written there."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    found = stats.astype(np.float64)
    _, _, w, h, area = found.T
    least, most = FINDING.word_letter
    slimmest, widest = FINDING.letter_shape
    letter = (h >= least.of(long_side)) & (h <= most * long_side) & (w <= widest * h) & (w >= 0.5 * slimmest * h)
    letter &= area >= FINDING.word_ink * w * h
    letter[0] = False
    ids = np.flatnonzero(letter)
    ids = ids[np.argsort(found[ids, 0])]
    words = [ids[chain] for chain in _chains(found[ids])]
    rows = []
    for word in words:
        x, y, w, h, _ = found[word].T
        bounds = (x.min(), y.min(), (x + w).max(), (y + h).max())
        middle = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
        if any(b.left < middle[0] < b.right and b.top < middle[1] < b.bottom for b in combs):
            continue
        left, top, right, bottom = (int(v) for v in bounds)
        own = np.isin(labels[top:bottom, left:right], word)
        tone = np.percentile(lit[top:bottom, left:right][own], FINDING.tone_percentile)
        rows.append((*bounds, len(word), np.percentile(h, FINDING.letter_tall), tone))
    table = np.array(rows, np.float64).reshape(-1, 7)
    return PrintedWords(table[:, :4], table[:, 4], table[:, 5], table[:, 6])


def looks_printed(words: PrintedWords, dark: Mask, lit: Gray, box: Box, long_side: int) -> bool:
    """Whether the ink in `box` has the size of the print near by, is no paler, and as even as a row of print."""
    letters = pieces_inside(dark, box, long_side)
    if len(letters) == 0 or len(words.letters) == 0 or _is_uneven(letters):
        return False
    tall = letter_height(letters)
    slack = FINDING.print_alike
    size = tall / words.heights
    alike = np.abs(size - 1) <= slack
    low, high = FINDING.small_letters
    alike |= (size >= low) & (size <= high)
    above = np.maximum(words.bounds[:, 1] - box.bottom, box.top - words.bounds[:, 3])
    alike &= (above <= FINDING.print_near * np.maximum(tall, words.heights)) & ~words.within(box)
    if words.letters[alike].sum() < FINDING.print_enough:
        return False
    inset = FINDING.piece_inset.of(long_side)
    top, left = max(0, round(box.top + inset)), max(0, round(box.left + inset))
    own = np.zeros(0, np.uint8)
    for x, y, w, h in letters.astype(int):
        part = slice(top + y, top + y + h), slice(left + x, left + x + w)
        own = np.concatenate((own, lit[part][dark[part] > 0]))
    tone = float(np.percentile(own, FINDING.tone_percentile))
    return tone <= float(np.median(words.tones[alike])) + FINDING.tone_paler


def _is_uneven(letters: NDArray[np.float64]) -> bool:
    """Whether symbols, rows of left, top, width and height, differ in height or stand at different heights, as those
    of a hand do; a few say nothing."""
    height = letters[:, 3]
    large = height >= FINDING.uneven_large * height.max()
    if np.count_nonzero(large) < FINDING.uneven_fewest:
        return False
    feet, tall = letters[large, 1] + letters[large, 3], float(np.median(height[large]))
    return bool(max(np.std(height[large]), np.std(feet)) > FINDING.uneven * tall)


def _chains(letters: NDArray[np.float64]) -> list[list[int]]:
    """Indices of the `letters`, rows of left, top, width, height and area sorted by left, that follow one another as
    those of a word do."""
    left, top, width, height, _ = letters.T
    right, bottom = left + width, top + height
    overlap, usual = FINDING.word_gap_inside
    follower: dict[int, int] = {}
    for i in range(len(letters)):
        last = int(np.searchsorted(left, right[i] + 2 * usual * height[i], side="right"))
        j = np.arange(i + 1, last)
        taller, lower = np.maximum(height[j], height[i]), np.minimum(height[j], height[i])
        gap = left[j] - right[i]
        good = (gap > overlap * taller) & (gap < usual * taller) & (taller < FINDING.word_heights * lower)
        good &= np.abs(bottom[j] - bottom[i]) <= np.maximum(1.0, FINDING.word_base * taller)
        if good.any():
            follower[i] = int(j[good][gap[good].argmin()])
    preceded = set(follower.values())
    chains = []
    for start in range(len(letters)):
        if start in preceded:
            continue
        chain = [start]
        while chain[-1] in follower:
            chain.append(follower[chain[-1]])
        if len(chain) >= FINDING.word_letters:
            chains.append(chain)
    return chains
