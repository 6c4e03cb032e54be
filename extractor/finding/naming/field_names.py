"""Names for fields, from the print beside them: left on the same text line, above, or row and column in a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import cv2
import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.finding.found_field import Shape
from extractor.finding.naming.print_reader import PlaceReader
from extractor.finding.printed.print_or_writing import Print
from extractor.finding.quad import holds
from extractor.ink import as_gray
from extractor.values import Box, Mask


def phrase_boxes(page: Print, boxed: Mask) -> list[Box]:
    """Where letters of print stand close together on one text line, in pixels of the work page, top to bottom. `boxed`,
    255, is what is no print: rulings, and what may be written in."""
    letters = as_gray(cv2.subtract(page.dark, boxed))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(letters, connectivity=8)
    least, most = FINDING.head_letter
    w, h = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    kept = (h >= least * page.long_side) & (h <= most * page.long_side) & (w <= FINDING.head_wide * h)
    kept[0] = False
    if not kept.any():
        return []
    tall = page.height or float(np.percentile(h[kept], FINDING.letter_tall))
    mask = as_gray(np.where(kept, 255, 0).astype(np.uint8)[labels])
    reach = round(FINDING.word_gap * tall) | 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(as_gray(joined), connectivity=8)
    boxes = [Box(*(float(v) for v in row)) for row in found[1:, :4]]
    # The dots of letters are no text lines.
    return [box for box in boxes if box.height >= FINDING.head_line * tall]


def name_fields(
    boxes: Sequence[Box], shapes: Sequence[Shape], phrases: Sequence[Box], long_side: int, read: PlaceReader
) -> list[str]:
    """A name for each field: its label as an identifier, each once; `field_01` and so on where there is no label.

    `boxes` of the fields in reading order and those of `phrases` are in pixels of one picture, whose long side
    says how far a label may be from its field. Of two fields with one label, the ruling to write on gets a number after
    it. Phrases are read only where they may be labels.
    """
    outside = [p for p in phrases if not any(holds(box, p) for box in boxes)]
    solid = [box for box, shape in zip(boxes, shapes, strict=True) if shape != "ruling"]
    # A ruling for the name may be between a label and its cells; no field is between a label and its ruling.
    others = [boxes if shape == "ruling" else solid for shape in shapes]
    texts: dict[Box, str] = {}
    labels: list[tuple[Box, ...]] = []
    for _ in range(FINDING.label_tries):
        labels = [_label(box, own, outside, long_side) for box, own in zip(boxes, others, strict=True)]
        new = list(dict.fromkeys(phrase for label in labels for phrase in label if phrase not in texts))
        if not new:
            break
        texts.update(zip(new, read(new), strict=True))
        # Dirt is no label: the next one may be.
        outside = [phrase for phrase in outside if identifier(texts.get(phrase, "unread"))]
    names = [""] * len(boxes)
    for index in sorted(range(len(boxes)), key=lambda i: shapes[i] == "ruling"):
        name = _name([texts.get(phrase, "") for phrase in labels[index]]) or f"field_{index + 1:02d}"
        names[index] = numbered(name, names)
    return names


def _name(label: Sequence[str]) -> str:
    """The name that a label gives; of two, the first is its row's and the second its column's."""
    if len(label) == 1:
        return identifier(label[0])
    longest, longest_column = FINDING.name_longest
    column = _cut(identifier(label[-1]), longest_column) if label else ""
    row = _cut(identifier(label[0]), longest - len(column) - 1) if label else ""
    return "_".join(part for part in (row, column) if part)


def numbered(name: str, taken: Sequence[str]) -> str:
    """`name`, or where it is taken, with the first number after it that is not."""
    numbers = (f"{name}_{count}" for count in range(2, len(taken) + 2))
    return name if name not in taken else next(one for one in numbers if one not in taken)


def identifier(label: str) -> str:
    """`label` in small letters, digits and underscores; empty if nothing of it is left.

    The number or letter that many labels begin with (`1.`, `A.`) is left out where more follows.
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"^\W*(\d{1,2}[.)\s]|[a-z][.)])[.)\s]*(?=\D*[a-z]{2})", "", plain)
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    name = _cut(name, FINDING.name_longest[0])
    return f"n_{name}" if name[:1].isdigit() else name


def _cut(name: str, longest: int) -> str:
    """`name` at its last whole word within `longest` letters."""
    if len(name) <= longest:
        return name
    return name[: longest + 1].rpartition("_")[0] or name[:longest]


def _label(box: Box, boxes: Sequence[Box], phrases: Sequence[Box], long_side: int) -> tuple[Box, ...]:
    """The phrase that names a field, or those that name its row and its column; none where there is none."""
    left = _left_of(box, phrases, FINDING.left_reach * long_side)
    near, far = (share * long_side for share in FINDING.above_reach)
    above = _above(box, phrases, far)
    beside = left is not None and _between(box, left, boxes) == 0
    over = above is not None and _between(box, above, boxes) == 0
    if _in_table(box, boxes):
        # What stands right above its column.
        head = _above(_first_of(box, boxes, along=1), phrases, near)
        first = _first_of(box, boxes, along=0)
        over_column = head or above
        if left and over_column and first.left - left.right < FINDING.row_reach * long_side:
            return left, over_column
        if head:
            return (head,)
    if left and beside:
        return (left,)
    if above and over and box.top - above.bottom < near:
        return (above,)
    below = _below(box, phrases, FINDING.below_reach * long_side)
    return (below,) if below else ()


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


def _left_of(box: Box, phrases: Sequence[Box], reach: float) -> Box | None:
    """The nearest phrase on the same text line, left of `box`; of several beside a high box the middle one."""
    middle = box.top + box.height / 2
    overlap, aside = FINDING.label_overlap * box.height, FINDING.left_level * box.height

    def level(phrase: Box) -> float:
        return phrase.top + phrase.height / 2

    def distance(phrase: Box) -> float:
        return box.left - phrase.right + FINDING.left_drift_cost * abs(level(phrase) - middle)

    near = [
        p
        for p in phrases
        if p.right <= box.left + overlap
        and box.left - p.right < reach
        and box.top - aside < level(p) < box.bottom + aside
    ]
    return min(near, key=distance, default=None)


def _above(box: Box, phrases: Sequence[Box], reach: float) -> Box | None:
    near = [
        p
        for p in phrases
        if 0 <= box.top + FINDING.label_overlap * box.height - p.bottom < reach
        and min(p.right, box.right) - max(p.left, box.left) > FINDING.above_shared * p.width
    ]
    return min(near, key=lambda p: box.top - p.bottom, default=None)


def _below(box: Box, phrases: Sequence[Box], reach: float) -> Box | None:
    near = [p for p in phrases if 0 <= p.top - box.bottom + 2 < reach and box.left - p.height < p.left < box.right]
    return min(near, key=lambda p: p.left, default=None)


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
