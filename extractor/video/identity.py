"""Knowing a sheet again: two are the same only if nothing contradicts it, neither a number nor a stroke of ink.

Sheets of one form share much: a date, leading zeros, a place's number, the hand. So nothing is averaged over a page.
Each field's readings must allow that they are the same, and each piece of a field's ink, about as wide as a digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

import cv2
import numpy as np

from extractor.fields import FieldImage
from extractor.ink import as_gray
from extractor.values import FieldStatus, Gray, Reading

PICTURE_HEIGHT, PICTURE_WIDEST = 20, 160
"""Pixels of the picture that is kept of a field: its height, and its greatest width."""

PICTURE_SHIFT = 2
"""Pixels by which two pictures of the same field may be apart."""

LEAST_INK = 10.0
"""The least mean of a picture, or of a piece of it about as wide as a digit, with ink: what noise leaves in an empty
field has less. In a wide field a single digit may have less, but not in its piece."""

OTHER_FIELD, OTHER_PIECE = 0.8, 0.8
"""The likeness, -1 to 1, below which a field and a piece of a field of one frame hold other ink than the sheet."""

SAME_INK, SAME_PIECE = 0.92, 0.85
"""The least likeness of the ink of one sheet, seen twice: the mean of its pieces, and its worst piece. Two takes of a
tally sheet have 0.99 and 0.89 at least; of two sheets the most alike have 0.88 and 0.72."""

ENOUGH_PIECES, FEWEST_PIECES, SAME_OF_FEW = 6, 2, 0.95
"""The pieces with ink that are enough to know a sheet by `SAME_INK`. Of fewer, which other ink may match by chance,
each must have the last figure, and fewer than the second tell nothing."""

OTHER_INK = 0.75
"""The mean likeness of ink below which two sheets are two, though their numbers agree."""

STILL_POSSIBLE = 0.05
"""The probability that the same is written in two fields, below which their readings contradict each other."""

SHEETS_REMEMBERED = 500
"""The sheets, and the rows of numbers, that are known again: the last ones, of some 25 KB each."""


def ink_picture(image: FieldImage) -> Gray:
    """A field's ink, shape (PICTURE_HEIGHT, width), 255 = ink, small and soft enough to be compared."""
    box = image.inside
    ratio = box.width / max(1.0, box.height)
    width = int(min(PICTURE_WIDEST, max(8, round(PICTURE_HEIGHT * ratio))))
    scale = np.array(((width / box.width, 0, -box.left * width / box.width), (0, PICTURE_HEIGHT / box.height, 0)))
    scale[1, 2] = -box.top * PICTURE_HEIGHT / box.height
    ink = image.ink
    # Averaged down, so that thin strokes count by their width.
    fine = cv2.GaussianBlur(ink, (0, 0), max(0.6, 0.4 * box.height / PICTURE_HEIGHT))
    small = cv2.warpAffine(fine, scale, (width, PICTURE_HEIGHT), flags=cv2.INTER_LINEAR)
    return as_gray(cv2.GaussianBlur(small, (0, 0), 1.2))


def as_wide(picture: Gray, width: int) -> Gray:
    """The picture, stretched to `width`: a box is found to a pixel or so of the frame."""
    if picture.shape[1] == width:
        return picture
    return as_gray(cv2.resize(picture, (width, picture.shape[0]), interpolation=cv2.INTER_LINEAR))


def likeness(one: Gray, other: Gray) -> float | None:
    """How alike two pictures of a field's ink are, -1 to 1; None where neither has any."""
    one = as_wide(one, other.shape[1])
    if max(one.mean(), other.mean()) < LEAST_INK:
        return None
    inner = one[PICTURE_SHIFT:-PICTURE_SHIFT, PICTURE_SHIFT:-PICTURE_SHIFT]
    if inner.std() < 1 or other.std() < 1:
        # Ink in one of them only.
        return 0.0
    return float(cv2.matchTemplate(other, inner, cv2.TM_CCOEFF_NORMED).max())


def differs(one: Gray, other: Gray) -> bool:
    """Whether two pictures of a field, of which one may be of a single frame, show other ink."""
    whole, pieces = likeness(one, other), _pieces(one, other)
    return (whole is not None and whole < OTHER_FIELD) or any(piece < OTHER_PIECE for piece in pieces)


def looks_strange(frame: Mapping[str, Gray], sheet: Mapping[str, Gray], *, strict: bool) -> frozenset[str]:
    """The fields of `frame`, by name, that show other ink than the `sheet`, both as pictures of ink.

    `strict` takes every field by itself. Else all of them count together, by their ink: while a sheet is read, blur or
    a shadow over one of them must not make it another."""
    pairs = {name: (frame[name], sheet[name]) for name in frame.keys() & sheet.keys()}
    if strict:
        return frozenset(name for name, pair in pairs.items() if differs(*pair))
    alike = [
        (found, max(one.mean(), other.mean()))
        for one, other in pairs.values()
        if (found := likeness(one, other)) is not None
    ]
    least = OTHER_INK * sum(weight for _, weight in alike)
    return frozenset(pairs) if sum(found * weight for found, weight in alike) < least else frozenset()


class Repeat(Enum):
    """Whether a sheet is one that was seen before."""

    SAME = auto()
    POSSIBLE = auto()
    OTHER = auto()


def repeat_of(one: Mapping[str, Gray], other: Mapping[str, Gray]) -> Repeat:
    """What the ink of two sheets whose numbers agree says: the pictures of their fields, by name."""
    pairs = [(one[name], other[name]) for name in one.keys() & other.keys()]
    pieces = [piece for pair in pairs for piece in _pieces(*pair)]
    if len(pieces) < FEWEST_PIECES:
        return Repeat.POSSIBLE
    whole = sum(pieces) / len(pieces)
    if whole < OTHER_INK:
        return Repeat.OTHER
    least = SAME_PIECE if len(pieces) >= ENOUGH_PIECES else SAME_OF_FEW
    return Repeat.SAME if whole >= SAME_INK and min(pieces) >= least else Repeat.POSSIBLE


def contradict(one: Reading, other: Reading) -> bool:
    """Whether two readings of a field differ beyond doubt: it is all but impossible that the same is written there."""
    first, second = _probabilities(one), _probabilities(other)
    open_share = sum(max(0.0, 1.0 - sum(named.values())) for named in (first, second))
    same = sum(probability * second.get(value, 0.0) for value, probability in first.items())
    return same + open_share < STILL_POSSIBLE


def _probabilities(reading: Reading) -> dict[str, float]:
    """Each value that a reading names, with its probability; a field without a value goes by its status."""
    named = {other.value: other.probability for other in reading.alternatives}
    empty = reading.status if reading.status in (FieldStatus.BLANK, FieldStatus.VOID) else ""
    named[reading.value or empty] = reading.confidence
    return named


def _pieces(one: Gray, other: Gray) -> list[float]:
    """The likeness, -1 to 1, of each piece with ink of two pictures of a field."""
    one = as_wide(one, other.shape[1])
    width = one.shape[1]
    count = max(1, round(width / PICTURE_HEIGHT))
    cuts = [slice(number * width // count, (number + 1) * width // count) for number in range(count)]
    return [alike for cut in cuts if (alike := likeness(one[:, cut], other[:, cut])) is not None]
