"""Names for fields, from the print beside them: left on the same text line, above, or row and column in a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.finding.found_field import Shape
from extractor.finding.naming.tesseract import Word, read_words
from extractor.finding.quad import holds
from extractor.finding.work_page import WorkPage
from extractor.ink import as_gray, even_illumination
from extractor.values import Box, Gray, Mask


@dataclass(frozen=True)
class Phrase:
    """Words that stand together on one text line."""

    text: str
    box: Box


def page_phrases(image: Gray, work: WorkPage, boxed: Mask) -> list[Phrase]:
    """The print of the page `image`, black on white, with its boxes in pixels of the work page.

    `boxed`, a mask of the work page's size, is what is wiped out first: Tesseract takes rulings and writing for print.
    """
    scale = min(FINDING.phrase_side / work.long_side, max(image.shape) / work.long_side)
    size = (round(work.grey.shape[1] * scale), round(work.grey.shape[0] * scale))
    # From the page itself, turned level: the work page is too coarse for small print.
    matrix = np.column_stack((work.matrix[:, :2] / scale, work.matrix[:, 2]))
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    level = cv2.warpAffine(image, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=255)
    lit = even_illumination(as_gray(level), FINDING.phrase_reach.pixels(max(size)))
    lit[cv2.resize(boxed, size, interpolation=cv2.INTER_NEAREST) > 0] = 255
    words = [Word(word.text, Box(*(side / scale for side in word.box))) for word in read_words(lit)]
    return join_words(words)


def join_words(words: Sequence[Word]) -> list[Phrase]:
    """Words on one text line as phrases, parted where the gap between them is wide."""
    overlap, widest = FINDING.word_gap
    parts: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box.left):
        for part in parts:
            last = part[-1].box
            height = max(word.box.height, *(w.box.height for w in part))
            level = abs(last.top + last.height / 2 - word.box.top - word.box.height / 2) < 0.5 * height
            if level and overlap * height < word.box.left - last.right < widest * height:
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

    `boxes` of the fields in reading order and of the `phrases` are in pixels of one picture, whose long side
    says how far a label may be from its field. Of two fields with one label, the ruling to write on gets a number after
    it.
    """
    outside = [p for p in phrases if not any(holds(box, p.box) for box in boxes)]
    solid = [box for box, shape in zip(boxes, shapes, strict=True) if shape != "ruling"]
    names = [""] * len(boxes)
    for index in sorted(range(len(boxes)), key=lambda i: shapes[i] == "ruling"):
        # A ruling for the name may be between a label and its cells; no field is between a label and its ruling.
        others = boxes if shapes[index] == "ruling" else solid
        name = identifier(_label(boxes[index], others, outside, long_side)) or f"field_{index + 1:02d}"
        names[index] = numbered(name, names)
    return names


def numbered(name: str, taken: Sequence[str]) -> str:
    """`name`, or where it is taken, with the first number after it that is not."""
    numbers = (f"{name}_{count}" for count in range(2, len(taken) + 2))
    return name if name not in taken else next(one for one in numbers if one not in taken)


def identifier(label: str) -> str:
    """`label` in small letters, digits and underscores; empty if nothing of it is left.

    The number or letter that many labels begin with (`1.`, `A.`) is left out where more follows.
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"^\W*(\d{1,2}|[a-z])[.)\s]+(?=\D*[a-z]{2})", "", plain)
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    name = _cut(name, FINDING.name_longest[0])
    return f"n_{name}" if name[:1].isdigit() else name


def _cut(name: str, longest: int) -> str:
    """`name` at its last whole word within `longest` letters."""
    if len(name) <= longest:
        return name
    return name[: longest + 1].rpartition("_")[0] or name[:longest]


def _label(box: Box, boxes: Sequence[Box], phrases: Sequence[Phrase], long_side: int) -> str:
    left = _left_of(box, phrases, FINDING.left_reach * long_side)
    near, far = (share * long_side for share in FINDING.above_reach)
    above = _above(box, phrases, far)
    beside = left is not None and _between(box, left.box, boxes) == 0
    over = above is not None and _between(box, above.box, boxes) == 0
    if _in_table(box, boxes):
        # What stands right above its column.
        head = _above(_first_of(box, boxes, along=1), phrases, near)
        first = _first_of(box, boxes, along=0)
        over_column = head or above
        if left and over_column and first.left - left.box.right < FINDING.row_reach * long_side:
            longest, longest_column = FINDING.name_longest
            column = _cut(identifier(over_column.text), longest_column)
            return f"{_cut(identifier(left.text), longest - len(column) - 1)} {column}"
        if head:
            return head.text
    if left and beside:
        return left.text
    if above and over and box.top - above.box.bottom < near:
        return above.text
    below = _below(box, phrases, FINDING.below_reach * long_side)
    if below:
        return below.text
    return ""


def _first_of(box: Box, boxes: Sequence[Box], *, along: int) -> Box:
    """The first box of the row (`along` 0) or the column (1) of a table in which `box` is."""
    slack = FINDING.table_slack * box.height
    first = box
    for other in sorted(boxes, key=lambda one: -one[along]):
        before = first[along] - other[along] - other[along + 2]
        aside = max(abs(other[1 - along] - first[1 - along]), abs(other[3 - along] - first[3 - along]))
        if other[along] < first[along] and abs(before) < box.height and aside < slack:
            first = other
    return first


def _left_of(box: Box, phrases: Sequence[Phrase], reach: float) -> Phrase | None:
    """The nearest phrase on the same text line, left of `box`; of several beside a high box the middle one."""
    middle = box.top + box.height / 2
    overlap, aside = FINDING.label_overlap * box.height, FINDING.left_level * box.height

    def level(phrase: Phrase) -> float:
        return phrase.box.top + phrase.box.height / 2

    def distance(phrase: Phrase) -> float:
        return box.left - phrase.box.right + FINDING.left_drift_cost * abs(level(phrase) - middle)

    near = [
        p
        for p in phrases
        if p.box.right <= box.left + overlap
        and box.left - p.box.right < reach
        and box.top - aside < level(p) < box.bottom + aside
    ]
    return min(near, key=distance, default=None)


def _above(box: Box, phrases: Sequence[Phrase], reach: float) -> Phrase | None:
    near = [
        p
        for p in phrases
        if 0 <= box.top + FINDING.label_overlap * box.height - p.box.bottom < reach
        and min(p.box.right, box.right) - max(p.box.left, box.left) > FINDING.above_shared * p.box.width
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
    """Whether other fields are level with `box` beside it, and others above or below it."""
    slack = FINDING.table_slack * box.height
    beside = below = False
    for other in boxes:
        if other == box:
            continue
        row = abs(other.top - box.top) < slack and abs(other.height - box.height) < slack
        column = abs(other.left - box.left) < slack and abs(other.width - box.width) < slack
        gap_x = max(other.left - box.right, box.left - other.right)
        gap_y = max(other.top - box.bottom, box.top - other.bottom)
        beside |= row and gap_x < box.height
        below |= column and gap_y < box.height
    return beside and below
