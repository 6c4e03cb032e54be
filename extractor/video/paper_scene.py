"""Numbers on plain or lined paper, without a template: every string in the frame that reads as digits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from extractor.finding.found_field import FoundField
from extractor.finding.loose_strings import find_strings, string_field
from extractor.observation import Observation, decode, holds_digits
from extractor.reading import Reader
from extractor.values import Doubt, DoubtKind, FieldStatus, Gray, PageResult, PageStatus, Points, Reading
from extractor.video.fusion import LatticeEvidence
from extractor.video.guidance import BLURRED, SMALLEST_DIGIT, Light, Sharpness, measure_light
from extractor.video.held_sheet import SETTLING_FRAMES, SETTLING_S
from extractor.video.identity import SHEETS_REMEMBERED, Repeat, ink_picture, likeness, repeat_of
from extractor.video.sight import Bounds, Guidance, Sight, as_quad, bounds_of, possible_repeat
from extractor.video.tracking import AGREEING_PX, CORNER_QUALITY, CORNER_SPACING, TOO_FAST, reduced

PAPER_CROPS_PER_FRAME = 16
"""Crops that are recognised in one frame."""

STRING_GONE_S = 0.7
"""Seconds for which a string may be hidden before it is taken for gone."""

SAME_STRING = 0.8
"""The least likeness of ink, -1 to 1, by which a string with the same digits is known again."""

CHANGED_STRING, CHANGED_WIDTH = 0.55, 1.25
"""A string has become another (something was written beside it, or the sheet was changed) where its ink is less like
what it was, or so many times as wide or as narrow."""

PART_GAP, ROW_SHARE = 1.25, 0.5
"""Numbers may be parts of one if the gap between them is less than this, in heights of the taller one, and they have
more than this share of the height of the lower one in common."""

SAME_PLACE_SHARE, WORD_DELAY = 0.4, 4
"""A string lies where another was if they share more than this of the area of both; one that has never read as digits
waits this many times as long for its turn."""

SMALLEST_ROW = 1.4 * SMALLEST_DIGIT
"""Pixels of the height of a number, with the margin around it, below which the paper must come closer."""

PAPER_CORNERS, FEWEST_PAPER_CORNERS = 60, 4
"""Corners in the frame that are followed, and the fewest that say how it moved."""

MAY_BE_PART = Doubt(
    DoubtKind.EDGE, "May be part of a longer number: another stands close to it in its row.", most=0.5, provable=True
)


@dataclass
class _String:
    """One string: where it is, what the frames said of it, its ink. `frames` are those in which it was read, `digits`
    those of them in which it held digits, `given` whether a row has it."""

    name: str
    found: FoundField
    born: float
    since: float
    seen_at: float
    evidence: LatticeEvidence = field(default_factory=LatticeEvidence)
    digits: int = 0
    frames: int = 0
    ink: Gray | None = None
    reading: Reading | None = None
    given: bool = False

    @property
    def corners(self) -> Points:
        return np.array(self.found.quad, np.float64)

    @property
    def is_number(self) -> bool:
        """Whether most frames showed digits there."""
        return (
            self.reading is not None and self.digits * 2 > self.frames and any(c.isdigit() for c in self.reading.value)
        )

    def start_over(self, at: float) -> None:
        """It has become another string: what the frames said before no longer counts."""
        self.evidence, self.reading, self.given, self.since = LatticeEvidence(), None, False, at
        self.digits = self.frames = 0

    def settled(self, at: float) -> bool:
        return self.digits >= SETTLING_FRAMES and at - self.since >= SETTLING_S


class PaperScene:
    """What a session without templates sees."""

    def __init__(self, reader: Reader, rows: int) -> None:
        """`rows` are those that there are already."""
        self._reader = reader
        self._rows = rows
        self._sharpness = Sharpness()
        self._strings: list[_String] = []
        self._known: list[list[tuple[str, Gray]]] = []
        self._count = 0
        self._at = 0.0
        self._small: Gray | None = None
        self._capturing = False

    def capture(self) -> None:
        """Takes the numbers as they read now."""
        self._capturing = True

    def undo(self) -> None:
        """Forgets the numbers of the last row; those that are still there give none until they come back."""
        if self._known:
            self._known.pop()
            self._rows -= 1

    def see(self, grey: Gray, at: float) -> Sight:
        """What is seen after the frame `grey`, shape (height, width)."""
        moved = self._movement(grey)
        found = find_strings(grey)
        light = measure_light(grey, None)
        if not any(string.is_number for string in self._strings):
            # Things that lie about do not tell how sharp paper can be.
            self._sharpness.forget()
        clear = self._sharpness.weigh(light, at)
        self._match(found, moved, at)
        elapsed, self._at = max(1e-3, at - self._at), at
        middle = np.array((grey.shape[1], grey.shape[0])) / 2
        shift = moved[:, :2] @ middle + moved[:, 2] - middle
        if clear >= BLURRED and float(np.linalg.norm(shift)) / elapsed < TOO_FAST:
            self._read(grey, light.sharpness**2, at)
        self._strings = [string for string in self._strings if 0 <= at - string.seen_at <= STRING_GONE_S]
        numbers = [string for string in self._strings if string.is_number]
        parts = _parts(numbers)
        row = self._row(numbers, parts, at)
        return Sight(
            at,
            readings=tuple(_placed(string, parts) for string in numbers),
            settled=frozenset(string.name for string in numbers if string.settled(at)),
            locked=bool(numbers) and all(string.given for string in numbers),
            guidance=_guidance(light, clear, numbers),
            row=row,
        )

    def _movement(self, grey: Gray) -> Points:
        """How the picture moved since the last frame, shape (2, 3); no movement where that cannot be told."""
        small, scale = reduced(grey)
        before, self._small = self._small, small
        still = np.array(((1.0, 0, 0), (0, 1.0, 0)))
        if before is None or before.shape != small.shape:
            return still
        points = cv2.goodFeaturesToTrack(before, PAPER_CORNERS, CORNER_QUALITY, CORNER_SPACING)
        if points is None or len(points) < FEWEST_PAPER_CORNERS:
            return still
        there, ok, _ = cv2.calcOpticalFlowPyrLK(before, small, points, np.zeros_like(points), winSize=(21, 21))
        kept = ok.ravel() > 0
        if kept.sum() < FEWEST_PAPER_CORNERS:
            return still
        matrix, _ = cv2.estimateAffinePartial2D(points[kept], there[kept], ransacReprojThreshold=AGREEING_PX)
        if matrix is None:
            return still
        return np.asarray(matrix, np.float64) / (1, 1, scale)

    def _match(self, found: tuple[FoundField, ...], moved: Points, at: float) -> None:
        """Takes each field that was found for the string that was there before, or for a new one."""
        before = list(self._strings)
        for string in before:
            corners = string.corners @ moved[:, :2].T + moved[:, 2]
            string.found = replace(string.found, quad=as_quad(corners))
        bounds = np.array([bounds_of(string.found.quad) for string in before]).reshape(-1, 4)
        taken = np.zeros(len(bounds), np.bool_)
        for one in found:
            shares = np.where(taken, 0.0, _overlaps(bounds, bounds_of(one.quad)))
            index = int(shares.argmax()) if len(shares) else 0
            if len(shares) and shares[index] > SAME_PLACE_SHARE:
                taken[index] = True
                best = before[index]
                best.found, best.seen_at = replace(one, name=best.name), at
            else:
                self._count += 1
                name = f"number_{self._count}"
                self._strings.append(_String(name, replace(one, name=name), at, at, at))

    def _read(self, grey: Gray, weight: float, at: float) -> None:
        """Reads the strings whose turn it is: those that were read in the fewest frames."""
        # Words and drawings, which never read as digits, come last.
        here = [string for string in self._strings if string.seen_at == at]
        here.sort(key=lambda one: one.frames * (1 if one.digits or one.frames < SETTLING_FRAMES else WORD_DELAY))
        by_name = {string.name: string for string in here}
        # A first pass tells whether there are digits at all; only those are worth reading in full.
        first_pass = {string.name: 0 for string in here if not string.digits}
        fields = (string_field(grey, string.found) for string in here)
        seen = self._reader.observe(fields, PAPER_CROPS_PER_FRAME, first_pass)
        for one in seen:
            self._add(by_name[one.name], one, weight, at, first_pass=one.name in first_pass)

    def _add(self, string: _String, one: Observation, weight: float, at: float, *, first_pass: bool) -> None:
        picture = ink_picture(one.image)
        if string.ink is not None and _has_changed(string.ink, picture):
            string.start_over(at)
        string.ink = picture
        string.frames += 1
        if not holds_digits(one):
            return
        string.digits += 1
        if first_pass:
            return
        string.evidence.add(one, decode(one), weight)
        (reading,), _ = self._reader.settle(None, [string.evidence.fused()])
        if string.reading is None or string.reading.value != reading.value:
            string.since, string.given = at, False
        string.reading = reading

    def _row(self, numbers: list[_String], parts: frozenset[str], at: float) -> PageResult | None:
        """A row of the numbers that have settled and gave none before: all at once, without waiting for one that
        never settles."""
        waiting = [string for string in numbers if not string.given]
        new = [string for string in waiting if string.settled(at) or self._capturing]
        if not new or any(
            not string.settled(at) and at - string.born < 2 * SETTLING_S for string in waiting if string not in new
        ):
            return None
        self._capturing = False
        taken = {
            id(known)
            for row in self._known
            for known in row
            for string in numbers
            if string.given and _same(string, known)
        }
        fresh, alike = [], dict[int, list[tuple[_String, Gray]]]()
        for string in new:
            string.given = True
            found = self._known_like(string, taken)
            if found is None:
                fresh.append(string)
            else:
                alike.setdefault(found[0], []).append((string, found[1]))
        possible = {
            string.name: row
            for row, pairs in alike.items()
            if repeat_of(
                {one.name: one.ink for one, _ in pairs if one.ink is not None}, {one.name: ink for one, ink in pairs}
            )
            is not Repeat.SAME
            for string, _ in pairs
        }
        given = [string for string in new if string in fresh or string.name in possible]
        if not given:
            return None
        self._rows += 1
        self._known.append(
            [(string.reading.value, string.ink) for string in given if string.reading and string.ink is not None]
        )
        del self._known[:-SHEETS_REMEMBERED]
        readings = tuple(_placed(string, parts) for string in given)
        if not possible:
            return PageResult("", self._rows, "", PageStatus.READ, readings, fit=1.0)
        # A table with one row per number has no other place to say so.
        readings = tuple(replace(one, status=FieldStatus.REVIEW) if one.field in possible else one for one in readings)
        reason = possible_repeat(max(possible.values()))
        return PageResult("", self._rows, "", PageStatus.DUPLICATE, readings, reason=reason, fit=1.0)

    def _known_like(self, string: _String, taken: set[int]) -> tuple[int, Gray] | None:
        """The number of the last row with the digits of `string` in ink like its own, and that ink; None where there
        is none. What is found is `taken` from then on."""
        for back, row in enumerate(reversed(self._known)):
            for known in row:
                if id(known) not in taken and _same(string, known):
                    taken.add(id(known))
                    return self._rows - back, known[1]
        return None


def _same(string: _String, known: tuple[str, Gray]) -> bool:
    value, ink = known
    if string.reading is None or string.ink is None or string.reading.value != value:
        return False
    return (likeness(ink, string.ink) or 0.0) >= SAME_STRING


def _has_changed(before: Gray, now: Gray) -> bool:
    """Whether a string has other ink than it had."""
    ratio = now.shape[1] / before.shape[1]
    if not 1 / CHANGED_WIDTH < ratio < CHANGED_WIDTH:
        return True
    alike = likeness(before, now)
    return alike is not None and alike < CHANGED_STRING


def _overlaps(many: Points, one: Bounds) -> Points:
    """The shared area of each of `many` bounds, shape (n, 4), with `one`, as a share of the area of both together."""
    left, top, right, bottom = many.T
    wide = np.maximum(0, np.minimum(right, one[2]) - np.maximum(left, one[0]))
    high = np.maximum(0, np.minimum(bottom, one[3]) - np.maximum(top, one[1]))
    both = (right - left) * (bottom - top) + (one[2] - one[0]) * (one[3] - one[1]) - wide * high
    return np.asarray(wide * high / both, np.float64)


def _guidance(light: Light, clear: float, numbers: list[_String]) -> Guidance | None:
    if light.dark:
        return Guidance.DARK
    if clear < BLURRED:
        return Guidance.STILL
    if not numbers:
        return Guidance.WRITE
    heights = [float(np.linalg.norm(string.corners[3] - string.corners[0])) for string in numbers]
    return Guidance.CLOSER if np.median(heights) < SMALLEST_ROW else None


def _placed(string: _String, parts: frozenset[str]) -> Reading:
    """How `string` reads and where it is; it goes to review if it is among `parts`."""
    assert string.reading is not None
    placed = replace(string.reading, field=string.name, quad=string.found.quad)
    if string.name not in parts:
        return placed
    sure = min(placed.confidence, MAY_BE_PART.most)
    return replace(placed, confidence=sure, status=FieldStatus.REVIEW, doubts=(*placed.doubts, MAY_BE_PART))


def _parts(numbers: list[_String]) -> frozenset[str]:
    """The names of those that may be parts of one number: in one row, no further apart than the groups of a date."""
    left, top, right, bottom = np.array([bounds_of(string.found.quad) for string in numbers]).reshape(-1, 4).T
    high = bottom - top
    gap = np.maximum.outer(left, left) - np.minimum.outer(right, right)
    shared = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    close = (gap < PART_GAP * np.maximum.outer(high, high)) & (shared > ROW_SHARE * np.minimum.outer(high, high))
    np.fill_diagonal(close, False)
    return frozenset(string.name for string, near in zip(numbers, close.any(1).tolist(), strict=True) if near)
