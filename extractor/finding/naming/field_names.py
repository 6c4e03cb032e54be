"""Names for fields, from the print beside them: left on the same line, above, or row and column in a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractor.finding.found_field import Shape
from extractor.finding.naming.tesseract import Word, read_words
from extractor.finding.work_page import WorkPage
from extractor.ink import as_gray, even_illumination
from extractor.values import Box, Gray, Mask

READ_SIDE = 2600
"""Pixels of the long side of the picture that print is read from: print of 8 points is then some 20 pixels high."""

LONGEST_NAME, LONGEST_COLUMN = 40, 16

WORD_GAP = 1.4
"""Line heights: words farther apart are two labels."""


@dataclass(frozen=True)
class Phrase:
    """Words that stand together on one line."""

    text: str
    box: Box


def page_phrases(image: Gray, work: WorkPage, boxed: Mask) -> list[Phrase]:
    """The print of the page `image`, black on white, with its boxes in pixels of the work page.

    `boxed`, a mask of the work page's size, is what is wiped out first: Tesseract takes lines and writing for print.
    """
    scale = min(READ_SIDE / work.long_side, max(image.shape) / work.long_side)
    size = (round(work.grey.shape[1] * scale), round(work.grey.shape[0] * scale))
    # From the page itself, turned level: the work page is too coarse for small print.
    matrix = np.column_stack((work.matrix[:, :2] / scale, work.matrix[:, 2]))
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    level = cv2.warpAffine(
        image,
        matrix,
        size,
        flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    lit = even_illumination(as_gray(level), max(8, round(0.01 * max(size))))
    lit[cv2.resize(boxed, size, interpolation=cv2.INTER_NEAREST) > 0] = 255
    words = [Word(word.text, Box(*(side / scale for side in word.box))) for word in read_words(lit)]
    return join_words(words)


def join_words(words: Sequence[Word]) -> list[Phrase]:
    """Words on one line as phrases, parted where the gap between them is wide."""
    parts: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box.left):
        for part in parts:
            last = part[-1].box
            height = max(word.box.height, *(w.box.height for w in part))
            level = abs(last.top + last.height / 2 - word.box.top - word.box.height / 2) < 0.5 * height
            if level and -0.5 * height < word.box.left - last.right < WORD_GAP * height:
                part.append(word)
                break
        else:
            parts.append([word])
    phrases = [_phrase(part) for part in parts]
    return [phrase for phrase in phrases if any(c.isalnum() for c in phrase.text)]


def _phrase(words: list[Word]) -> Phrase:
    left, top = min(w.box.left for w in words), min(w.box.top for w in words)
    right, bottom = max(w.box.right for w in words), max(w.box.bottom for w in words)
    return Phrase(" ".join(w.text for w in words), Box(left, top, right - left, bottom - top))


def name_fields(boxes: Sequence[Box], shapes: Sequence[Shape], phrases: Sequence[Phrase], long_side: int) -> list[str]:
    """A name for each field: its label as an identifier, each once; `field_01` and so on where there is no label.

    `boxes` of the fields in reading order and of the `phrases` are in pixels of one picture, whose long side tells
    how far a label may be from its field. Of two fields with one label the writing line gets the number after it.
    """
    outside = [p for p in phrases if not any(_holds(box, p.box) for box in boxes)]
    solid = [box for box, shape in zip(boxes, shapes, strict=True) if shape != "ruling"]
    names = [""] * len(boxes)
    for index in sorted(range(len(boxes)), key=lambda i: shapes[i] == "ruling"):
        # A line for the name may stand between a label and its cells; no field is between a label and its line.
        others = boxes if shapes[index] == "ruling" else solid
        name = identifier(_label(boxes[index], others, outside, long_side)) or f"field_{index + 1:02d}"
        once, count = name, 1
        while name in names:
            count += 1
            name = f"{once}_{count}"
        names[index] = name
    return names


def identifier(label: str) -> str:
    """`label` in small letters, digits and underscores; empty if nothing of it is left.

    The number or letter that many labels begin with (`1.`, `A.`) is left out where more follows.
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"^\W*(\d{1,2}|[a-z])[.)\s]+(?=\D*[a-z]{2})", "", plain)
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    name = _cut(name, LONGEST_NAME)
    return f"n_{name}" if name[:1].isdigit() else name


def _cut(name: str, longest: int) -> str:
    """`name` at its last whole word within `longest` letters."""
    if len(name) <= longest:
        return name
    return name[: longest + 1].rpartition("_")[0] or name[:longest]


def _label(box: Box, boxes: Sequence[Box], phrases: Sequence[Phrase], long_side: int) -> str:
    left = _left_of(box, phrases, 0.7 * long_side)
    above = _above(box, phrases, 0.6 * long_side)
    beside = left is not None and _between(box, left.box, boxes) == 0
    over = above is not None and _between(box, above.box, boxes) == 0
    if left and above and _in_table(box, boxes):
        column = _cut(identifier(above.text), LONGEST_COLUMN)
        return f"{_cut(identifier(left.text), LONGEST_NAME - len(column) - 1)} {column}"
    if left and beside:
        return left.text
    if above and over and box.top - above.box.bottom < 0.03 * long_side:
        return above.text
    below = _below(box, phrases, 0.02 * long_side)
    if below:
        return below.text
    return ""


def _left_of(box: Box, phrases: Sequence[Phrase], reach: float) -> Phrase | None:
    """The nearest phrase on the same line, left of `box`; of several lines beside a high box the middle one."""
    middle = box.top + box.height / 2
    near = [
        p
        for p in phrases
        if p.box.right <= box.left + 0.2 * box.height
        and box.left - p.box.right < reach
        and box.top - 0.25 * box.height < p.box.top + p.box.height / 2 < box.bottom + 0.25 * box.height
    ]
    return min(
        near, key=lambda p: box.left - p.box.right + 3 * abs(p.box.top + p.box.height / 2 - middle), default=None
    )


def _above(box: Box, phrases: Sequence[Phrase], reach: float) -> Phrase | None:
    near = [
        p
        for p in phrases
        if 0 <= box.top + 0.2 * box.height - p.box.bottom < reach
        and min(p.box.right, box.right) - max(p.box.left, box.left) > 0.4 * p.box.width
    ]
    return min(near, key=lambda p: box.top - p.box.bottom, default=None)


def _below(box: Box, phrases: Sequence[Phrase], reach: float) -> Phrase | None:
    near = [
        p
        for p in phrases
        if 0 <= p.box.top - box.bottom + 2 < reach and box.left - p.box.height < p.box.left < box.right
    ]
    return min(near, key=lambda p: p.box.left, default=None)


def _between(box: Box, label: Box, boxes: Sequence[Box]) -> int:
    """How many other fields lie between a field and its label."""
    left, right = min(box.left, label.left), max(box.right, label.right)
    top, bottom = min(box.top, label.top), max(box.bottom, label.bottom)
    count = 0
    for other in boxes:
        x, y = other.left + other.width / 2, other.top + other.height / 2
        count += other != box and left < x < right and top < y < bottom
    return count


def _in_table(box: Box, boxes: Sequence[Box]) -> bool:
    """Whether other fields stand in line with `box` both beside it and above or below it."""
    beside = below = False
    for other in boxes:
        if other == box:
            continue
        row = abs(other.top - box.top) < 0.2 * box.height and abs(other.height - box.height) < 0.2 * box.height
        column = abs(other.left - box.left) < 0.2 * box.height and abs(other.width - box.width) < 0.2 * box.height
        gap_x = max(other.left - box.right, box.left - other.right)
        gap_y = max(other.top - box.bottom, box.top - other.bottom)
        beside |= row and gap_x < box.height
        below |= column and gap_y < box.height
    return beside and below


def _holds(box: Box, part: Box) -> bool:
    x, y = part.left + part.width / 2, part.top + part.height / 2
    return box.left < x < box.right and box.top < y < box.bottom
