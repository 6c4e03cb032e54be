"""Bubbles and boxes to tick on a blank form that no template describes: which there are, and which belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray, even_illumination
from extractor.values import Box, Gray

Role = Literal["number", "question", "tick"]
"""What a group of bubbles is: a number written as columns of ten, a question of which one is marked, a box to tick."""


@dataclass(frozen=True)
class BubbleSearch:
    """What is taken for a bubble; shares are of the picture's long side, unless the comment says otherwise."""

    side: int = 2200  # pixels of the long side that bubbles are looked for on
    shadow: int = 40  # of the long side: one part of so many is the window under which the light is even
    dark: tuple[int, ...] = (110, 150, 200)  # grey levels below which an outline may be, black or pale
    width: tuple[float, float] = (0.0085, 0.032)  # of a bubble: 2.5 to 9.5 mm on A4
    widest_box: float = 0.021  # a square box to tick: in larger ones people write
    oblong: tuple[float, float] = (0.8, 2.2)  # width over height of what is round,
    square: tuple[float, float] = (0.85, 1.6)  # and of a box,
    tick_square: float = 1.18  # of one that stands by itself
    full: float = 0.7  # of its bounds, that it goes around at least,
    box_full: float = 0.93  # and a box
    thick: float = 0.16  # of its width, an outline is at most: letters are bolder
    angles: int = 64  # directions in which that is measured,
    straight: float = 0.35  # if they are about straight across or down,
    closed: float = 0.8  # and there is ink in so many of them,
    free: float = 0.5  # and paper inside that in so many
    same: float = 1.12  # times as large as those that they stand with bubbles are at most
    level: float = 0.3  # of their height, by which those of a row lie off
    apart: tuple[float, float] = (1.22, 4.0)  # of their width, from one to the next: what touches are cells to write in
    even: float = 0.1  # of that, by which it differs in one group
    inside: float = 0.6  # of its width and height: there a letter is printed,
    printed: float = 0.02  # which darkens that by so much at least
    columns: int = 6  # of ten bubbles without letters are a number from so many on


SEARCH = BubbleSearch()

DIGITS = 10
"""Bubbles of one digit."""


@dataclass(frozen=True)
class FoundBubbles:
    """A group of bubbles in pixels of the picture: the `box` around them, the width and height of one (`size`), how
    many are in one answer (`options`), which lie `direction`, and how many `answers` lie side by side."""

    role: Role
    box: Box
    size: tuple[float, float]
    options: int
    direction: Literal["across", "down"]
    answers: int = 1

    def places(self) -> list[Box]:
        """The bubbles, row by row."""
        width, height = self.size
        columns, rows = (self.options, self.answers) if self.direction == "across" else (self.answers, self.options)
        right = (self.box.width - width) / max(1, columns - 1)
        down = (self.box.height - height) / max(1, rows - 1)
        return [
            Box(self.box.left + x * right, self.box.top + y * down, width, height)
            for y in range(rows)
            for x in range(columns)
        ]


@dataclass(frozen=True)
class _Seen:
    """What may be a bubble, the inside of its outline, on the picture that is looked at; `round` or square."""

    box: Box
    round: bool

    @property
    def x(self) -> float:
        return self.box.left + self.box.width / 2

    @property
    def y(self) -> float:
        return self.box.top + self.box.height / 2


def find_bubbles(image: Gray) -> list[FoundBubbles]:
    """The groups of bubbles of the blank form `image`, shape (height, width), top to bottom in each column of the page;
    none where there are none."""
    scale = min(1.0, SEARCH.side / max(image.shape))
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)) if scale < 1 else image
    lit = even_illumination(small, max(4, max(small.shape) // SEARCH.shadow))
    rows = [run for row in _rows(_outlined(lit)) for run in _runs(row)]
    groups = _numbers(rows, lit)
    taken = {id(row) for group, own in groups for row in own}
    found = [group for group, _ in groups]
    for row in rows:
        if id(row) in taken:
            continue
        if len(row) > 1:
            found.append(_group("question", [row], "across"))
        elif _is_tick(row[0], rows):
            found.append(_group("tick", [row], "across"))
    found = [_scaled(one, 1 / scale) for one in found]
    return [found[i] for i in _reading_order([one.box for one in found])]


def _outlined(lit: Gray) -> list[_Seen]:
    """What outlines of the size of bubbles go around, each once."""
    low, high = (share * max(lit.shape) for share in SEARCH.width)
    found: list[_Seen] = []
    for level in SEARCH.dark:
        contours, _ = cv2.findContours((lit < level).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for contour in contours:
            bounds = Box(*(float(side) for side in cv2.boundingRect(contour)))
            if not (low <= bounds.width <= high and low <= bounds.height <= high):
                continue
            full, shape = (
                cv2.contourArea(contour) / ((bounds.width - 1) * (bounds.height - 1)),
                bounds.width / bounds.height,
            )
            square = full > SEARCH.box_full
            least, most = SEARCH.square if square else SEARCH.oblong
            if full < SEARCH.full or not least <= shape <= most:
                continue
            if square and max(bounds.width, bounds.height) > SEARCH.widest_box * max(lit.shape):
                continue
            thick = _thickness(lit < level, bounds)
            if not 0 < thick <= SEARCH.thick * min(bounds.width, bounds.height):
                continue
            inner = Box(bounds.left + thick, bounds.top + thick, bounds.width - 2 * thick, bounds.height - 2 * thick)
            one = _Seen(inner, not square)
            if all(max(abs(one.x - other.x), abs(one.y - other.y)) > 0.5 * inner.width for other in found):
                found.append(one)
    return found


def _thickness(dark: NDArray[np.bool_], bounds: Box) -> float:
    """How thick the outline is that reaches to these bounds, in pixels, as it is all around; 0 where there is none."""
    angles = np.linspace(0, 2 * np.pi, SEARCH.angles, endpoint=False)
    # Straight across and down: there round outlines and boxes reach their bounds alike.
    near = np.minimum(np.abs(np.sin(2 * angles)), 1) < SEARCH.straight
    angles = angles[near]
    steps = np.arange(int(0.5 * min(bounds.width, bounds.height)))
    way = np.stack([np.cos(angles), np.sin(angles)], 1)
    start = np.array((bounds.left + bounds.width / 2 - 0.5, bounds.top + bounds.height / 2 - 0.5))
    rim = start + way * ((bounds.width - 1) / 2, (bounds.height - 1) / 2)
    points = np.rint(rim[:, None] - way[:, None] * steps[None, :, None]).astype(int)
    ink = dark[points[..., 1].clip(0, dark.shape[0] - 1), points[..., 0].clip(0, dark.shape[1] - 1)]
    begins = ink[:, :2].any(1)
    if begins.mean() < SEARCH.closed:
        return 0.0
    ends = np.where(ink, 0, 1)
    ends[:, 0] = 0
    paper = ends.argmax(1)
    # Where there is no paper inside, a letter touches it.
    free = begins & (paper > 0)
    return float(np.median(paper[free])) if free.mean() > SEARCH.free else 0.0


def _alike(one: _Seen, other: _Seen) -> bool:
    sides = np.array(((one.box.width, one.box.height), (other.box.width, other.box.height)))
    return one.round is other.round and bool((sides.max(0) <= SEARCH.same * sides.min(0)).all())


def _rows(seen: Sequence[_Seen]) -> list[list[_Seen]]:
    """Those that are alike and level with one another, left to right."""
    rows: list[list[_Seen]] = []
    for one in sorted(seen, key=lambda one: one.x):
        own = [row for row in rows if _alike(row[-1], one) and abs(row[-1].y - one.y) < SEARCH.level * one.box.height]
        if own:
            min(own, key=lambda row: abs(row[-1].y - one.y)).append(one)
        else:
            rows.append([one])
    return sorted(rows, key=lambda row: row[0].y)


def _runs(row: Sequence[_Seen]) -> list[list[_Seen]]:
    """The parts of a row in which one is as far from the next as the others; what touches is none."""
    near, far = SEARCH.apart
    runs: list[list[_Seen]] = []
    run = [row[0]]
    for one in row[1:]:
        step, width = one.x - run[-1].x, one.box.width
        usual = run[1].x - run[0].x if len(run) > 1 else step
        if abs(step - usual) <= SEARCH.even * usual and step <= far * width:
            run.append(one)
        elif step < usual and not run[2:]:
            # The first stands by itself, and the second begins what follows.
            runs.append(run[:1])
            run = [run[1], one]
        else:
            runs.append(run)
            run = [one]
    runs.append(run)
    return [run for run in runs if len(run) == 1 or run[1].x - run[0].x >= near * run[0].box.width]


def _numbers(rows: Sequence[list[_Seen]], lit: Gray) -> list[tuple[FoundBubbles, list[list[_Seen]]]]:
    """The blocks of ten rows that are numbers, with their rows."""
    found: list[tuple[FoundBubbles, list[list[_Seen]]]] = []
    left = [row for row in rows if row[0].round]
    while left:
        stack = [left.pop(0)]
        for row in list(left):
            step = row[0].y - stack[-1][0].y
            usual = stack[1][0].y - stack[0][0].y if len(stack) > 1 else step
            if _same_places(stack[-1], row) and 0 < step <= SEARCH.apart[1] * row[0].box.height:
                if abs(step - usual) > SEARCH.even * usual:
                    break
                stack.append(row)
                left.remove(row)
        if len(stack) == DIGITS and _is_number(stack, lit):
            found.append((_group("number", stack, "down"), stack))
    return found


def _same_places(one: Sequence[_Seen], other: Sequence[_Seen]) -> bool:
    """Whether the bubbles of two rows stand below one another."""
    if len(one) != len(other):
        return False
    off = max(abs(a.x - b.x) for a, b in zip(one, other, strict=True))
    return _alike(one[0], other[0]) and off < SEARCH.level * one[0].box.width


def _is_number(stack: Sequence[Sequence[_Seen]], lit: Gray) -> bool:
    """Whether ten rows are columns of digits and not ten questions: what is printed in bubbles then goes on downwards
    and is the same across."""
    columns = len(stack[0])
    if columns == 1:
        return True
    middles = np.stack([[_middle(lit, one) for one in row] for row in stack]).astype(np.float32)
    if float(1 - middles.mean() / 255) < SEARCH.printed:
        return columns >= SEARCH.columns
    down, across = middles.std(0).mean(), middles.std(1).mean()
    return bool(down > across)


def _middle(lit: Gray, one: _Seen) -> NDArray[np.uint8]:
    """What is printed in the middle of a bubble, shape (16, 16)."""
    width, height = SEARCH.inside * one.box.width, SEARCH.inside * one.box.height
    part = cv2.getRectSubPix(lit, (max(4, round(width)), max(4, round(height))), (one.x, one.y))
    return np.asarray(cv2.resize(cv2.GaussianBlur(part, (3, 3), 0), (16, 16), interpolation=cv2.INTER_AREA), np.uint8)


def _is_tick(one: _Seen, rows: Sequence[Sequence[_Seen]]) -> bool:
    """Whether an outline that no other stands beside is a box to tick: of round ones, and of boxes wider than high, a
    few stand below one another, while a letter O stands by itself."""
    if not one.round and one.box.width <= SEARCH.tick_square * one.box.height:
        return True
    far = SEARCH.apart[1] * one.box.height
    alone = [row[0] for row in rows if len(row) == 1 and row[0] is not one and _alike(row[0], one)]
    beside = [other for other in alone if abs(other.x - one.x) < SEARCH.level * one.box.width]
    return sum(abs(other.y - one.y) <= 2 * far for other in beside) > 1


def _group(role: Role, stack: Sequence[Sequence[_Seen]], direction: Literal["across", "down"]) -> FoundBubbles:
    sides = np.median([(one.box.width, one.box.height) for row in stack for one in row], axis=0)
    width, height = (float(side) for side in sides)
    x = np.mean([[one.x for one in row] for row in stack], axis=0)
    y = np.mean([[one.y for one in row] for row in stack], axis=1)
    box = Box(
        float(x[0]) - width / 2, float(y[0]) - height / 2, float(x[-1] - x[0]) + width, float(y[-1] - y[0]) + height
    )
    options, answers = (len(x), len(y)) if direction == "across" else (len(y), len(x))
    return FoundBubbles(role, box, (width, height), options, direction, answers)


def _scaled(one: FoundBubbles, scale: float) -> FoundBubbles:
    box = Box(*(scale * side for side in one.box))
    return replace(one, box=box, size=(scale * one.size[0], scale * one.size[1]))


def _reading_order(boxes: Sequence[Box]) -> list[int]:
    """Column by column, as questions are numbered: what overlaps from side to side is one column."""
    order: list[int] = []
    waiting = sorted(range(len(boxes)), key=lambda i: boxes[i].left)
    while waiting:
        column = [waiting[0]]
        for i in waiting[1:]:
            right = min(boxes[j].right for j in column)
            if boxes[i].left < right:
                column.append(i)
        order += sorted(column, key=lambda i: (boxes[i].top, boxes[i].left))
        waiting = [i for i in waiting if i not in column]
    return order
