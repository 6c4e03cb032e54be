"""Numbers on plain or lined paper, without a template: every string of ink in the frame that reads as digits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from extractor.finding.found_field import FoundField
from extractor.finding.loose_strings import find_strings, string_field
from extractor.ink import as_gray
from extractor.reading import MAYBE_ANOTHERS, Observation, Reader
from extractor.values import FieldStatus, Gray, PageResult, PageStatus, Points, Reading
from extractor.video.fusion import LatticeEvidence
from extractor.video.guidance import BLURRED, SMALLEST_DIGIT, Light, Sharpness, look
from extractor.video.held_sheet import SETTLING_FRAMES, SETTLING_S
from extractor.video.identity import ink_picture, likeness
from extractor.video.sight import Guidance, Quad, Sight
from extractor.video.tracking import TOO_FAST, TRACKED_SIDE

PAPER_CROPS_PER_FRAME = 16
"""Crops that are recognised in one frame."""

STRING_GONE_S = 0.7
"""How long a string may be hidden or unread before it is taken for gone."""

SAME_STRING = 0.8
"""Likeness of its ink, -1 to 1, by which a string with the same digits is known again."""

CHANGED_STRING = 0.55
"""Likeness below which a string has become another: something was written beside it, or the sheet was changed."""

SHEETS_REMEMBERED = 500

PART_GAP = 1.25
"""The gap in a row, in heights of what is cut out of the picture for a number, from which on two are surely two."""

PART_NOTE = "May be part of a longer number: another stands close to it in its row."


@dataclass
class _String:
    """One string: where it is, what the frames said of it, its ink."""

    name: str
    found: FoundField
    born: float
    since: float
    seen_at: float
    evidence: LatticeEvidence = field(default_factory=LatticeEvidence)
    digits: int = 0
    looks: int = 0
    ink: Gray | None = None
    reading: Reading | None = None
    given: bool = False

    @property
    def corners(self) -> Points:
        return np.array(self.found.quad, np.float64)

    @property
    def is_number(self) -> bool:
        """Whether most looks saw digits there."""
        return (
            self.reading is not None and self.digits * 2 > self.looks and any(c.isdigit() for c in self.reading.value)
        )

    def settled(self, at: float) -> bool:
        return self.digits >= SETTLING_FRAMES and at - self.since >= SETTLING_S


class PaperScene:
    """What a session without templates sees."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._sharpness = Sharpness()
        self._lines: list[_String] = []
        self._known: list[list[tuple[str, Gray]]] = []
        self._count = 0
        self._at = 0.0
        self._small: Gray | None = None
        self._asked = False

    def capture(self) -> None:
        """Takes the numbers as they read now."""
        self._asked = True

    def undo(self) -> None:
        """Forgets the numbers of the last row; those that are still there give none until they come back."""
        if self._known:
            self._known.pop()

    def see(self, grey: Gray, at: float) -> Sight:
        """What is seen after the frame `grey`, shape (height, width)."""
        moved = self._movement(grey)
        found = find_strings(grey)
        light = look(grey, None)
        if not any(line.is_number for line in self._lines):
            # What lies about says nothing of how sharp paper can be.
            self._sharpness.forget()
        clear = self._sharpness.weigh(light, at)
        self._match(found, moved, at)
        elapsed, self._at = max(1e-3, at - self._at), at
        middle = np.array((grey.shape[1], grey.shape[0])) / 2
        shift = moved[:, :2] @ middle + moved[:, 2] - middle
        if clear >= BLURRED and float(np.linalg.norm(shift)) / elapsed < TOO_FAST:
            self._read(grey, light.sharpness**2, at)
        self._lines = [line for line in self._lines if 0 <= at - line.seen_at <= STRING_GONE_S]
        numbers = [line for line in self._lines if line.is_number]
        parts = _parts(numbers)
        row = self._row(numbers, parts, at)
        return Sight(
            at,
            readings=tuple(_placed(line, parts) for line in numbers),
            settled=frozenset(line.name for line in numbers if line.settled(at)),
            locked=bool(numbers) and all(line.given for line in numbers),
            guidance=_guidance(light, clear, numbers, found),
            row=row,
        )

    def _movement(self, grey: Gray) -> Points:
        """How the picture moved since the last frame, shape (2, 3); no movement where that cannot be told."""
        scale = min(1.0, TRACKED_SIDE / max(grey.shape))
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        small = as_gray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA))
        before, self._small = self._small, small
        still = np.array(((1.0, 0, 0), (0, 1.0, 0)))
        if before is None or before.shape != small.shape:
            return still
        points = cv2.goodFeaturesToTrack(before, 60, 0.02, 10)
        if points is None or len(points) < 4:
            return still
        there, ok, _ = cv2.calcOpticalFlowPyrLK(before, small, points, np.zeros_like(points), winSize=(21, 21))
        kept = ok.ravel() > 0
        if kept.sum() < 4:
            return still
        matrix, _ = cv2.estimateAffinePartial2D(points[kept], there[kept], ransacReprojThreshold=1.5)
        if matrix is None:
            return still
        return np.asarray(matrix, np.float64) / (1, 1, scale)

    def _match(self, found: tuple[FoundField, ...], moved: Points, at: float) -> None:
        """Gives each string that was found to the line that was there before, or begins one."""
        before = list(self._lines)
        for line in before:
            corners = line.corners @ moved[:, :2].T + moved[:, 2]
            line.found = replace(line.found, quad=_quad(corners))
        bounds = np.array([_bounds(line.found.quad) for line in before]).reshape(-1, 4)
        taken = np.zeros(len(bounds), np.bool_)
        for one in found:
            shares = np.where(taken, 0.0, _overlaps(bounds, _bounds(one.quad)))
            index = int(shares.argmax()) if len(shares) else 0
            if len(shares) and shares[index] > 0.4:
                taken[index] = True
                best = before[index]
                best.found, best.seen_at = replace(one, name=best.name), at
            else:
                self._count += 1
                name = f"number_{self._count}"
                self._lines.append(_String(name, replace(one, name=name), at, at, at))

    def _read(self, grey: Gray, weight: float, at: float) -> None:
        """Reads the strings whose turn it is: those that were looked at least often."""
        # Words and drawings, which never read as digits, come last.
        here = [line for line in self._lines if line.seen_at == at]
        here.sort(key=lambda line: line.looks * (1 if line.digits or line.looks < SETTLING_FRAMES else 4))
        by_name = {line.name: line for line in here}
        # One view shows whether there are digits at all; only those are worth reading in full.
        views = {line.name: 0 for line in here if not line.digits}
        seen = self._reader.observe((string_field(grey, line.found) for line in here), PAPER_CROPS_PER_FRAME, views)
        for one in seen:
            self._add(by_name[one.name], one, weight, at, one_view=one.name in views)

    def _add(self, line: _String, one: Observation, weight: float, at: float, *, one_view: bool) -> None:
        picture = ink_picture(one.image)
        if line.ink is not None and _another(line.ink, picture):
            line.evidence, line.digits, line.looks, line.given, line.since = LatticeEvidence(), 0, 0, False, at
            line.reading = None
        line.ink = picture
        line.looks += 1
        if not self._reader.holds_digits(one):
            return
        line.digits += 1
        if one_view:
            return
        line.evidence.add(one, self._reader.decode(one), weight)
        (reading,), _ = self._reader.settle(None, [line.evidence.fused()])
        if line.reading is None or line.reading.value != reading.value:
            line.since, line.given = at, False
        line.reading = reading

    def _row(self, numbers: list[_String], parts: frozenset[str], at: float) -> PageResult | None:
        """A row of the numbers that have settled and gave none before: all at once, without waiting for one that
        never settles."""
        waiting = [line for line in numbers if not line.given]
        new = [line for line in waiting if line.settled(at) or self._asked]
        if not new or any(
            not line.settled(at) and at - line.born < 2 * SETTLING_S for line in waiting if line not in new
        ):
            return None
        self._asked = False
        taken = {
            id(known) for row in self._known for known in row for line in numbers if line.given and _same(line, known)
        }
        fresh = []
        for line in new:
            line.given = True
            known = next((k for row in self._known for k in row if _same(line, k) and id(k) not in taken), None)
            if known is not None:
                taken.add(id(known))
            else:
                fresh.append(line)
        if not fresh:
            return None
        self._known.append([(line.reading.value, line.ink) for line in fresh if line.reading and line.ink is not None])
        del self._known[:-SHEETS_REMEMBERED]
        readings = tuple(_placed(line, parts) for line in fresh)
        return PageResult("", 0, "", PageStatus.READ, readings, fit=1.0)


def _same(line: _String, known: tuple[str, Gray]) -> bool:
    value, ink = known
    if line.reading is None or line.ink is None or line.reading.value != value:
        return False
    if line.ink.shape[1] != ink.shape[1]:
        ink = as_gray(cv2.resize(ink, (line.ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_LINEAR))
    return likeness(line.ink, ink)[0] >= SAME_STRING


def _another(before: Gray, now: Gray) -> bool:
    """Whether a string has other ink than it had."""
    ratio = now.shape[1] / before.shape[1]
    if not 0.8 < ratio < 1.25:
        return True
    if ratio != 1:
        before = as_gray(cv2.resize(before, (now.shape[1], now.shape[0]), interpolation=cv2.INTER_LINEAR))
    alike, weight = likeness(before, now)
    return weight > 0 and alike < CHANGED_STRING


def _bounds(quad: Quad) -> tuple[float, float, float, float]:
    """Left, top, right and bottom."""
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    return min(xs), min(ys), max(xs), max(ys)


def _overlaps(many: Points, one: tuple[float, float, float, float]) -> Points:
    """The shared area of each of `many` bounds, shape (n, 4), with `one`, as a share of the area of both together."""
    left, top, right, bottom = many.T
    wide = np.maximum(0, np.minimum(right, one[2]) - np.maximum(left, one[0]))
    high = np.maximum(0, np.minimum(bottom, one[3]) - np.maximum(top, one[1]))
    both = (right - left) * (bottom - top) + (one[2] - one[0]) * (one[3] - one[1]) - wide * high
    return np.asarray(wide * high / both, np.float64)


def _guidance(light: Light, clear: float, numbers: list[_String], found: tuple[FoundField, ...]) -> Guidance | None:
    if light.dark:
        return Guidance.DARK
    if clear < BLURRED:
        return Guidance.STILL
    if not numbers:
        return Guidance.WRITE
    heights = [float(np.linalg.norm(line.corners[3] - line.corners[0])) for line in numbers]
    return Guidance.CLOSER if np.median(heights) < 1.4 * SMALLEST_DIGIT else None


def _placed(line: _String, parts: frozenset[str]) -> Reading:
    """What `line` says and where it is; in doubt where it is among `parts`."""
    assert line.reading is not None
    placed = replace(line.reading, field=line.name, quad=line.found.quad)
    if line.name not in parts:
        return placed
    sure = min(placed.confidence, MAYBE_ANOTHERS)
    return replace(placed, confidence=sure, status=FieldStatus.REVIEW, notes=(*placed.notes, PART_NOTE))


def _parts(numbers: list[_String]) -> frozenset[str]:
    """The names of those that may be parts of one number: they stand in one row, hardly further apart than the groups
    of digits of a date."""
    left, top, right, bottom = np.array([_bounds(line.found.quad) for line in numbers]).reshape(-1, 4).T
    high = bottom - top
    gap = np.maximum.outer(left, left) - np.minimum.outer(right, right)
    shared = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    close = (gap < PART_GAP * np.maximum.outer(high, high)) & (shared > 0.5 * np.minimum.outer(high, high))
    np.fill_diagonal(close, False)
    return frozenset(line.name for line, near in zip(numbers, close.any(1).tolist(), strict=True) if near)


def _quad(corners: Points) -> Quad:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)
