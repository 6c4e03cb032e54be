"""The headings of a table: where each column's stands, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.finding.printed.print_or_writing import Print, letter_height
from extractor.finding.tables.joined_rulings import JoinedRuling
from extractor.finding.tables.line_stacks import LineStack
from extractor.finding.tables.table_print import print_pieces
from extractor.finding.tables.table_strips import Strip, seen_between
from extractor.ink import as_gray
from extractor.values import Box, Mask, Points


def head_letters(page: Print, stack: LineStack) -> Points:
    """The letters of all headings, shape (n, 4) as left, top, width, height."""
    top, foot = stack.head
    found = print_pieces(page, Box(stack.left, top, stack.right - stack.left, foot - top - stack.rulings[0].thick))
    return found if stack.above or len(found) == 0 else _near(found, foot)


def _near(letters: Points, foot: float) -> Points:
    """Of letters above a table those of the text lines that follow close on one another up from it."""
    tall = letter_height(letters)
    kept = np.zeros(len(letters), bool)
    reach = foot - FINDING.head_near * tall
    for index in np.argsort(-(letters[:, 1] + letters[:, 3])):
        if letters[index, 1] + letters[index, 3] < reach:
            break
        kept[index] = True
        reach = min(reach, letters[index, 1] - FINDING.head_spaced * tall)
    return letters[kept]


def strips_under(letters: Points, strip: Strip, numbers: float | None, ink: NDArray[np.float64]) -> list[Strip]:
    """The columns that the headings `letters` part a strip into that no ruling parts. `numbers` is where the printed
    numbers of lines end: they are a column of their own, with a heading or without. `ink` is how much of it is in the
    lines, for each pixel across the page: nobody writes across the side of a column."""
    letters = letters[(letters[:, 0] > strip.left - 1) & (letters[:, 0] + letters[:, 2] < strip.right + 1)]
    if len(letters) <= 1:
        return [strip]
    heads = _phrases(letters)
    if numbers is not None and heads[0][0] > numbers:
        before = Strip(strip.left, numbers, gap=strip.gap)
        return [before, *strips_under(letters, Strip(numbers, strip.right), None, ink)]
    if len(heads) <= 1:
        return [strip]
    edges = _edges(heads, strip, letter_height(letters), ink)
    return [Strip(a, b, gap=strip.gap and k == 0) for k, (a, b) in enumerate(pairwise(edges))]


def repeats(letters: Points, first: Strip, other: Strip) -> bool:
    """Whether a column is as wide as another one and its heading too, as where the next block begins."""
    wide = []
    for strip in (first, other):
        x = letters[:, 0] + letters[:, 2] / 2
        own = letters[(x > strip.left) & (x < strip.right)]
        wide.append(float((own[:, 0] + own[:, 2]).max() - own[:, 0].min()) if len(own) else 0.0)
    near = FINDING.strip_alike * first.width
    return abs(first.width - other.width) < near and abs(wide[0] - wide[1]) < near


def _phrases(letters: Points) -> list[tuple[float, float]]:
    """From where to where each heading goes, across all of its text lines: gaps between words are narrower."""
    spans: list[list[float]] = []
    for left, _, width, _ in letters[np.argsort(letters[:, 0])]:
        if spans and left <= spans[-1][1] + 1:
            spans[-1][1] = max(spans[-1][1], left + width)
        else:
            spans.append([left, left + width])
    gaps = np.array([other[0] - one[1] for one, other in pairwise(spans)])
    if len(gaps) == 0:
        return [(spans[0][0], spans[0][1])]
    least, most = (share * letter_height(letters) for share in FINDING.head_gap)
    inside = np.sort(gaps[(gaps > least) & (gaps < most)])
    wall = most
    if len(inside):
        # Where the gaps of words end and those of columns begin there is the largest step.
        known = np.concatenate(([least], inside, [most]))
        step = int(np.argmax(known[1:] / known[:-1]))
        wall = float(np.sqrt(known[step] * known[step + 1]))
    out = [(spans[0][0], spans[0][1])]
    for gap, (left, right) in zip(gaps, spans[1:], strict=True):
        if gap >= wall:
            out.append((left, right))
        else:
            out[-1] = (out[-1][0], right)
    return out


def _edges(heads: list[tuple[float, float]], strip: Strip, tall: float, ink: NDArray[np.float64]) -> list[float]:
    """Sides of the columns: where headings are in their middle, or else begin with them, or half-way between them; of
    these the first across which nobody has written."""
    tried = [np.clip(one, strip.left, strip.right) for one in _likely_edges(heads, strip, tall)]
    near = np.arange(-FINDING.gap_reach, FINDING.gap_reach + 1)
    across = [float(ink[(edges[1:-1, None] + near).round().astype(int).clip(0, len(ink) - 1)].sum()) for edges in tried]
    most = max(FINDING.head_across[0] * min(across), FINDING.head_across[1] * len(heads))
    first = next(k for k, one in enumerate(across) if one <= most)
    return [float(edge) for edge in tried[first]]


def _likely_edges(heads: list[tuple[float, float]], strip: Strip, tall: float) -> list[list[float]]:
    """Sides that columns may have under `heads`, the likeliest first."""
    room = FINDING.head_apart * tall
    centred = [strip.right]
    for left, right in reversed(heads):
        centred.insert(0, left + right - centred[0])
    parted = all(
        one[1] + room < edge < other[0] - room
        for edge, (one, other) in zip(centred[1:-1], pairwise(heads), strict=True)
    )
    before = heads[0][0] - strip.left
    # What stands over the numbers of lines is no wider than they are, and need not be in the middle.
    numbers = heads[0][1] - heads[0][0] < FINDING.head_numbers * tall and before < FINDING.head_begins * tall
    apart = min(before, FINDING.head_close * tall)
    begins = [strip.left, *(max(one[1], other[0] - apart) for one, other in pairwise(heads)), strip.right]
    likely = [begins] if before < FINDING.head_close * tall and not numbers else []
    if parted and (numbers or abs(centred[0] - strip.left) < FINDING.head_centred * tall):
        likely.append([strip.left, *centred[1:]])
    between = [strip.left, *((one[1] + other[0]) / 2 for one, other in pairwise(heads)), strip.right]
    return [*likely, begins, between] if before < FINDING.head_begins * tall else [*likely, between, begins]


def head_texts(
    stack: LineStack, strips: Sequence[Strip], level: Sequence[JoinedRuling], mask: Mask, letters: Points
) -> list[list[Box]]:
    """The text lines of the heading of each column, top to bottom; those of a heading over several columns first.
    `level` are the level rulings of the page, and `mask` shows them, 255."""
    top, foot = stack.head[0], stack.head[1] - FINDING.row_least * stack.long_side
    # Lettering is no ruling, but gives pieces of one.
    solid = [one for one in level if one.seen > FINDING.head_ruling * (one.end - one.start)]
    inner = [one for one in solid if top < one.at(one.start) < foot]
    # Lettering beside the end of one is joined to it as well.
    thick = as_gray(cv2.dilate(mask, np.ones((2 * FINDING.gap_reach + 1, 1), np.uint8))) if inner else mask
    spanned = [[_spans(one, strip, thick, letters) for strip in strips] for one in inner]
    out = []
    for index, strip in enumerate(strips):
        middle = (strip.left + strip.right) / 2
        top, groups = stack.head[0], []
        for one, spans in sorted(zip(inner, spanned, strict=True), key=lambda pair: pair[0].at(middle)):
            if spans[index] and one.at(middle) > top + FINDING.row_least * stack.long_side / 2:
                left, right = _spanned(spans, index, strips)
                groups.append(Box(left, top, right - left, one.at(middle) - top))
                top = one.at(middle)
        areas = [*groups, Box(strip.left, top, strip.width, stack.head[1] - top)]
        out.append([text for area in areas for text in _text_lines(letters, area)])
    return out


def _spanned(spans: Sequence[bool], at: int, strips: Sequence[Strip]) -> tuple[float, float]:
    """From where to where the columns go that a ruling spans with this one; `spans` says of each whether it does."""
    first = at - next((k for k in range(at) if not spans[at - 1 - k]), at)
    last = at + next((k for k in range(len(strips) - 1 - at) if not spans[at + 1 + k]), len(strips) - 1 - at)
    return strips[first].left, strips[last].right


def _spans(ruling: JoinedRuling, strip: Strip, mask: Mask, letters: Points) -> bool:
    """Whether a ruling goes along a column's heading, and none of its letters stands across it."""
    if seen_between(ruling, mask, strip.left, strip.right) <= FINDING.head_ruling:
        return False
    x, top, foot = letters[:, 0] + letters[:, 2] / 2, letters[:, 1] + 1, letters[:, 1] + letters[:, 3] - 1
    level = ruling.at((strip.left + strip.right) / 2)
    return not ((x > strip.left) & (x < strip.right) & (top < level) & (foot > level)).any()


def _text_lines(letters: Points, area: Box) -> list[Box]:
    """The bounds of the text lines that `letters` make in an area, top to bottom, with room for a letter at each end
    that touches a ruling and was not seen."""
    x, y = letters[:, 0] + letters[:, 2] / 2, letters[:, 1] + letters[:, 3] / 2
    inside = letters[(x > area.left) & (x < area.right) & (y > area.top) & (y < area.bottom)]
    if len(inside) == 0:
        return []
    tall = letter_height(inside)
    lines: list[list[Points]] = []
    foot = -np.inf
    for one in inside[np.argsort(inside[:, 1])]:
        if one[1] > foot - FINDING.head_overlap * tall:
            lines.append([])
        foot = max(foot, one[1] + one[3]) if lines[-1] else one[1] + one[3]
        lines[-1].append(one)
    bounds = []
    for line in map(np.array, lines):
        top, foot = float(line[:, 1].min()), float((line[:, 1] + line[:, 3]).max())
        level = letters[(y > top) & (y < foot)]
        first, last = float(line[:, 0].min()), float((line[:, 0] + line[:, 2]).max())
        left, right = _goes_on(level, first, last, FINDING.head_goes_on * tall)
        left = left if left < area.left else max(area.left, first - tall)
        right = right if right > area.right else min(area.right, last + tall)
        # Dots of letters and commas are no lines of their own.
        if foot - top > FINDING.head_line * tall:
            bounds.append(Box(left, top, right - left, foot - top))
    return bounds


def _goes_on(letters: Points, left: float, right: float, reach: float) -> tuple[float, float]:
    """How far the text line goes that is seen from `left` to `right`, with what follows its letters closely: what
    stands over several columns has no ruling in it."""
    begin, end = letters[:, 0], letters[:, 0] + letters[:, 2]
    while True:
        near = (begin < right + reach) & (end > left - reach)
        if not near.any() or (begin[near].min() >= left and end[near].max() <= right):
            return left, right
        left, right = min(left, float(begin[near].min())), max(right, float(end[near].max()))
