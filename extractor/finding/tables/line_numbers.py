"""What is printed in a table that is told by reading it: numbers of its lines, and words before totals. Remnants of
writing may stand as evenly as print does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.finding.naming import PlaceReader
from extractor.finding.printed.print_or_writing import Print
from extractor.finding.tables.line_stacks import LineStack
from extractor.finding.tables.table_print import cell_box, print_pieces
from extractor.finding.tables.table_strips import Strip
from extractor.values import Box


def counts_up(page: Print, stack: LineStack, strip: Strip, read: PlaceReader) -> bool | None:
    """Whether the numbers in a column count up with its lines, by a few of them; None where nothing was read."""
    count = len(stack.lines)
    rows = sorted({0, 1, count // 2, count - 1})
    texts = _read(page, stack, strip, read, rows)
    if not any(texts):
        return None
    firsts = [int(text) - row for row, text in zip(rows, texts, strict=True) if _is_number(text)]
    most = Counter(firsts).most_common(1)
    return bool(most) and most[0][1] >= max(2, FINDING.numbers_counted * len(rows))


def first_numbered(page: Print, stack: LineStack, strip: Strip, read: PlaceReader, likely: int) -> int:
    """With which line the numbers in a column begin: those before are headings. `likely` so many are, by their print;
    that stays where the numbers do not tell."""
    rows = range(min(FINDING.head_rows + 2, len(stack.lines)))
    texts = _read(page, stack, strip, read, rows, widest=FINDING.number_widest)
    for row, (one, other) in enumerate(pairwise(texts)):
        if _is_number(one) and _is_number(other) and int(other) == int(one) + 1:
            # A number before may not have been read.
            headed = row == 0 or int(one) == 1 or re.match(r"[^\W\d_]{2}", texts[row - 1])
            return row if headed else min(row, likely)
    return likely


def first_worded(page: Print, stack: LineStack, strips: Sequence[Strip], read: PlaceReader) -> int:
    """1 where the first line has words in most columns and the second does not, and is headings; else 0."""
    counts = [sum(_is_word(_read(page, stack, strip, read, [row])[0]) for strip in strips) for row in (0, 1)]
    least = max(FINDING.table_columns, FINDING.heading_share * len(strips))
    return int(counts[0] >= least > counts[1])


def is_short(page: Print, stack: LineStack, strip: Strip, read: PlaceReader) -> bool:
    """Whether the print in a column is a letter or a few in each line, as where lines have letters for numbers."""
    texts = _read(page, stack, strip, read, range(min(FINDING.table_rows, len(stack.lines))))
    return 0 < max(len(text) for text in texts) < FINDING.label_letters


def total_rows(page: Print, stack: LineStack, strips: Sequence[Strip], usual: float, read: PlaceReader) -> int:
    """How many of the last lines begin with words, as one with totals does, where the others do not."""
    rows = len(stack.lines)
    high = usual or page.height
    first = Strip(strips[0].left, strips[0].left + max(strips[0].width, FINDING.total_reach * high))
    counts = [_first_letters(page, cell_box(stack, row, first), high) for row in range(rows)]
    last = 0
    while last < FINDING.foot_rows:
        row = rows - 1 - last
        begins = counts[row] >= FINDING.label_letters
        if not begins and counts[row] >= FINDING.total_letters:
            # Letters that run together look like fewer.
            begins = _is_word(_read(page, stack, first, read, [row])[0])
        if not begins or np.median(counts[:row]) >= FINDING.label_letters:
            break
        last += 1
    return last


def _is_word(text: str) -> bool:
    return re.match(r"[^\W\d_]{3}", text) is not None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < FINDING.label_letters


def _read(
    page: Print,
    stack: LineStack,
    strip: Strip,
    read: PlaceReader,
    rows: Sequence[int],
    *,
    widest: float = np.inf,
) -> list[str]:
    """What is printed in these lines of a column, without points and brackets around it; nothing where it is `widest`
    times as wide as high, or wider."""
    boxes: list[Box] = []
    own: list[int] = []
    for place, row in enumerate(rows):
        cell = cell_box(stack, row, strip)
        letters = print_pieces(page, cell)
        if len(letters):
            left, top = float(letters[:, 0].min()), float(letters[:, 1].min())
            right, foot = float((letters[:, 0] + letters[:, 2]).max()), float((letters[:, 1] + letters[:, 3]).max())
            if right - left < widest * (foot - top):
                boxes.append(Box(left, top, right - left, foot - top))
                own.append(place)
    texts = [""] * len(rows)
    for place, text in zip(own, read(boxes), strict=True):
        texts[place] = re.sub(r"^\W+|\W+$", "", text)
    return texts


def _first_letters(page: Print, box: Box, high: float) -> int:
    """How many letters of print, `high` at most, a line begins with, on one base line and close together."""
    letters = print_pieces(page, box)
    letters = letters[letters[:, 3] <= FINDING.number_large * (high or np.inf)]
    if len(letters) == 0:
        return 0
    letters = letters[np.argsort(letters[:, 0])]
    feet = letters[:, 1] + letters[:, 3]
    standing = letters[np.abs(feet - np.median(feet)) <= FINDING.head_base.of(high)]
    apart = standing[1:, 0] - standing[:-1, 0] - standing[:-1, 2]
    near = np.flatnonzero(apart > FINDING.total_gap * high)
    return int(near[0]) + 1 if len(near) else len(standing)
