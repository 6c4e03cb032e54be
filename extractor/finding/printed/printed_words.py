"""What the print of a page looks like, from its words: a letter or number of a field that looks the same may be print.

Close-up photographs show print as large as handwriting; what tells it is that other print beside it has the same size
and blackness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.finding.printed.print_or_writing import letter_height, pieces_in
from extractor.ink import as_gray
from extractor.values import Box, Gray, Mask


@dataclass(frozen=True, eq=False)
class PrintedWords:
    """The printed words of a work page, one row each: `bounds`, shape (n, 4), as left, top, right, bottom, `letters`,
    how many it has, `heights` of its taller letters in pixels, and `tones`, the grey of its ink (0 is black)."""

    bounds: NDArray[np.float64]
    letters: NDArray[np.float64]
    heights: NDArray[np.float64]
    tones: NDArray[np.float64]

    def outside(self, boxes: list[Box]) -> PrintedWords:
        """These words without those that stand in one of `boxes`."""
        own = np.array([self.within(box) for box in boxes]).reshape(len(boxes), len(self.letters)).any(0)
        return PrintedWords(self.bounds[~own], self.letters[~own], self.heights[~own], self.tones[~own])

    def within(self, box: Box) -> NDArray[np.bool_]:
        """Which of the words stand in `box`, shape (n,)."""
        left, top, right, bottom = self.bounds.T
        x, y = (left + right) / 2, (top + bottom) / 2
        inside: NDArray[np.bool_] = (x > box.left) & (x < box.right) & (y > box.top) & (y < box.bottom)
        return inside


@dataclass(frozen=True, eq=False)
class PageWords:
    """The words of a page by one grey level after another, with the ink (255) of each, as long as they are few: print
    of a pale photograph is much paler than that of a scan."""

    tried: tuple[tuple[PrintedWords, Mask], ...]

    @property
    def best(self) -> PrintedWords:
        """The words by the level that shows most of them."""
        return max((words for words, _ in self.tried), key=lambda words: float(words.letters.sum()))

    @property
    def dark(self) -> Mask:
        """The ink by the usual level, or by a paler one where that shows much more print."""
        counts = [float(words.letters.sum()) for words, _ in self.tried]
        most = int(np.argmax(counts))
        return self.tried[most if counts[most] > FINDING.dark_paler_gain * counts[0] else 0][1]


def page_words(lit: Gray, long_side: int) -> PageWords:
    """The words of the work page `lit`, which has even illumination."""
    tried: list[tuple[PrintedWords, Mask]] = []
    for level in (FINDING.dark, *FINDING.dark_paler):
        dark = as_gray(cv2.threshold(lit, level, 255, cv2.THRESH_BINARY_INV)[1])
        tried.append((printed_words(dark, lit, long_side), dark))
        if tried[-1][0].letters.sum() >= FINDING.dark_letters:
            break
    return PageWords(tuple(tried))


def printed_words(dark: Mask, lit: Gray, long_side: int) -> PrintedWords:
    """The words whose ink is `dark` (255) on the work page `lit`, which has even illumination: letters of one or two
    heights, closely set on one base line."""
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
        left, top, right, bottom = (int(v) for v in bounds)
        own = np.isin(labels[top:bottom, left:right], word)
        tone = np.percentile(lit[top:bottom, left:right][own], FINDING.tone_percentile)
        rows.append((*bounds, len(word), np.percentile(h, FINDING.letter_tall), tone))
    table = np.array(rows, np.float64).reshape(-1, 7)
    return PrintedWords(table[:, :4], table[:, 4], table[:, 5], table[:, 6])


def looks_printed(seen: tuple[PrintedWords, Mask], lit: Gray, box: Box, long_side: int, cells: Sequence[Box]) -> bool:
    """Whether the ink in `box`, or in the `cells` of a comb, has the size of the print near by, is no paler, and as
    even as a row of print. `seen` are the words of the page and the ink that they are of."""
    words, dark = seen
    letters = pieces_in(dark, box, cells, long_side)
    if len(letters) == 0 or len(words.letters) == 0 or _is_uneven(letters):
        return False
    # In combs dirt and the remnants of rulings are many pieces.
    tall = float(np.percentile(letters[:, 3], FINDING.comb_tall)) if cells else letter_height(letters)
    size = tall / words.heights
    alike = np.abs(size - 1) <= FINDING.print_alike
    low, high = FINDING.small_letters
    alike |= (size >= low) & (size <= high)
    above = np.maximum(words.bounds[:, 1] - box.bottom, box.top - words.bounds[:, 3])
    alike &= (above <= FINDING.print_near * np.maximum(tall, words.heights)) & ~words.within(box)
    if words.letters[alike].sum() < FINDING.print_enough:
        return False
    own = np.zeros(0, np.uint8)
    for x, y, w, h in letters.astype(int):
        part = slice(y, y + h), slice(x, x + w)
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
    spread = max(np.std(height[large]), np.std(feet))
    if len(feet) >= FINDING.uneven_row:
        # Sheets curl and lean, so that a row of print may climb; and a few pieces are of its rulings.
        x = letters[large, 0]
        off = feet - np.polyval(np.polyfit(x, feet, 1), x)
        spread = max(1.48 * np.median(np.abs(one - np.median(one))) for one in (height[large], off))
    return bool(spread > FINDING.uneven.of(tall))


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
