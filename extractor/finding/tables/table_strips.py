"""The columns of a table: strips between upright rulings, or between gaps in its level ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.finding.tables.joined_rulings import JoinedRuling
from extractor.finding.tables.line_stacks import LineStack
from extractor.values import Mask


@dataclass(frozen=True)
class Strip:
    """A column from `left` to `right`, in pixels of the work page; of a comb the `cells` in it. `gap` says that the
    level rulings stop before it."""

    left: float
    right: float
    cells: int | None = None
    gap: bool = False

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True)
class Edge:
    """A side of a column, from `left` to `right` across its ruling. `headed` says that it parts the headings too;
    None where there are none to part."""

    left: float
    right: float
    headed: bool | None = None
    gap: bool = False


def only_crossed(stack: LineStack, upright: Sequence[JoinedRuling], sideways: Mask) -> LineStack:
    """`stack` without the spaces between its rulings that uprights stop at which part most others: what parts two
    groups of lines, or a heading over all columns, is no line. `upright` and the mask `sideways` as for
    `column_strips`."""
    slack, top, foot = FINDING.table_ends * stack.long_side, stack.levels[0], stack.levels[-1]
    middles = [one.at((top + foot) / 2) for one in upright]
    inner = [
        (one, x)
        for one, x in zip(upright, middles, strict=True)
        if stack.left + slack < x < stack.right - slack and one.reaches(top, foot) > 0
    ]
    # Where the level rulings cross each of them, shape (rulings, uprights).
    levels = np.array([np.interp([x for _, x in inner], one.along, one.across) for one in stack.rulings])
    seen = []
    for (one, _), own in zip(inner, levels.T, strict=True):
        # Printed numbers below one another have strokes that go on from line to line, but none from ruling to ruling.
        edge, rim = FINDING.space_edge * np.diff(own), FINDING.cell_middle * np.diff(own)
        if np.median(_all_seen(one, sideways, own[:-1] + edge, own[1:] - edge)) >= FINDING.upright_seen:
            seen.append(_all_seen(one, sideways, own[:-1] + rim, own[1:] - rim))
    if len(seen) < FINDING.spaces_told:
        return stack
    bare = np.flatnonzero(np.mean(seen, 0) < FINDING.space_crossed)
    return replace(stack, skipped=frozenset(map(int, bare))).without(0, 0)


def column_strips(stack: LineStack, upright: Sequence[JoinedRuling], masks: tuple[Mask, Mask]) -> list[Strip]:
    """The columns that rulings show, left to right. `upright` are the joined ones of the page; `masks` are its level
    rulings, 255, and its upright ones, transposed, and as much thicker as they may be beside their way."""
    edges = _merged(_edges(stack, upright, masks[1]) + _gaps(stack, masks[0]), stack)
    parts = [Strip(one.right, other.left, gap=one.gap) for one, other in pairwise(edges)]
    inner = [edge.headed for edge in edges[1:-1] if not edge.gap]
    tell = any(inner) and not all(inner)
    strips: list[Strip] = []
    run: list[Strip] = []
    for part, edge in zip(parts, edges[1:], strict=True):
        if part.width < FINDING.strip_least * stack.long_side:
            strips += _combs(run, stack, sure=tell)
            run = []
            continue
        run.append(part)
        # The headings tell which uprights part columns and which the cells of a comb; without any, the cells' shape.
        if edge.gap or edge is edges[-1] or (tell and edge.headed):
            strips += _combs(run, stack, sure=tell)
            run = []
    return strips


def crossed_share(stack: LineStack, strip: Strip, thick: Mask) -> float:
    """The share of the rulings between lines that are mostly seen across a column; `thick` shows the level rulings of
    the page, thick enough for what lies a little aside."""
    seen = [seen_between(one, thick, strip.left, strip.right) for one in stack.rulings[1:-1]]
    return float(np.mean([one > FINDING.level_seen for one in seen])) if seen else 1.0


def _edges(stack: LineStack, upright: Sequence[JoinedRuling], sideways: Mask) -> list[Edge]:
    top, foot = stack.levels[0], stack.levels[-1]
    middle, slack = (top + foot) / 2, FINDING.table_ends * stack.long_side
    head = stack.head
    found = []
    for one in upright:
        x, half = one.at(middle), one.thick / 2
        share = one.seen / max(1.0, one.end - one.start) * one.reaches(top, foot)
        if one.reaches(top, foot) > FINDING.upright_own:
            # It need not run through what is no line, and may go on after a gap.
            sides = np.array([(above.at(x), below.at(x)) for above, below in stack.lines])
            seen = float(_all_seen(one, sideways, sides[:, 0], sides[:, 1]).mean())
            share = seen if stack.skipped else max(share, seen)
        if not stack.left - slack < x < stack.right + slack or share < FINDING.upright_seen:
            continue
        # What parts headings runs through the lower half of theirs; strokes of letters do not.
        headed = seen_between(one, sideways, head[1] - FINDING.head_parted * (head[1] - head[0]), head[1])
        found.append(Edge(x - half, x + half, headed > FINDING.head_ruling if stack.above else None))
    ends = [Edge(stack.left, stack.left, True), Edge(stack.right, stack.right, True)]
    found = [one for one in found if all(abs(one.left - end.left) > slack for end in ends)] + [
        next((one for one in found if abs(one.left - end.left) <= slack), end) for end in ends
    ]
    return found


def seen_between(ruling: JoinedRuling, mask: Mask, first: float, last: float) -> float:
    """The share that `mask`, thick enough for what lies a little aside, shows of a level ruling from `first` to
    `last`."""
    return float(_all_seen(ruling, mask, np.array([first]), np.array([last]))[0])


def _all_seen(
    ruling: JoinedRuling, mask: Mask, firsts: NDArray[np.float64], lasts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The shares that `mask` shows of a level ruling from each of `firsts` to that of `lasts`, shape (n,)."""
    begin, end = max(0, round(float(firsts.min()))), min(mask.shape[1], round(float(lasts.max())))
    at = np.arange(begin, max(begin, end))
    rows = np.interp(at, ruling.along, ruling.across).round().astype(int)
    sums = np.concatenate(([0], np.cumsum(mask[rows.clip(0, len(mask) - 1), at] > 0)))
    first, last = ((sides.round() - begin).clip(0, len(at)).astype(int) for sides in (firsts, lasts))
    shares: NDArray[np.float64] = (sums[last] - sums[first]) / np.maximum(1, last - first)
    return np.where(last > first, shares, 0.0)


def _gaps(stack: LineStack, level: Mask) -> list[Edge]:
    """Where the level rulings of most lines stop, and go on farther right."""
    first, last = round(stack.left), round(stack.right)
    at = np.arange(max(0, first), min(level.shape[1], last))
    reach = FINDING.gap_reach
    seen = np.zeros(len(at))
    for ruling in stack.rulings:
        rows = np.interp(at, ruling.along, ruling.across).round().astype(int)
        near = [level[(rows + step).clip(0, len(level) - 1), at] > 0 for step in range(-reach, reach + 1)]
        seen += np.any(near, 0)
    stops = np.concatenate(([0], (seen < FINDING.gap_seen * len(stack.rulings)).astype(np.int8), [0]))
    steps = np.flatnonzero(np.diff(stops))
    least = FINDING.gap_least.of(stack.long_side)
    return [
        Edge(float(at[a]), float(at[b - 1]) + 1, True, gap=True)
        for a, b in zip(steps[::2], steps[1::2], strict=True)
        if b - a >= least and a > 0 and b < len(at)
    ]


def _merged(edges: list[Edge], stack: LineStack) -> list[Edge]:
    """Edges from left to right; those that meet, as the uprights of a double ruling or at a gap, are one."""
    least = FINDING.edges_apart * stack.long_side
    out: list[Edge] = []
    for edge in sorted(edges, key=lambda one: one.left):
        if out and edge.left - out[-1].right < least:
            last = out[-1]
            headed = None if edge.headed is None and last.headed is None else bool(edge.headed or last.headed)
            out[-1] = Edge(last.left, max(last.right, edge.right), headed, edge.gap or last.gap)
        else:
            out.append(edge)
    return out


def _combs(run: list[Strip], stack: LineStack, *, sure: bool) -> list[Strip]:
    """Strips that no heading parts as one comb; where headings do not tell (`sure` is false) those that are narrow."""
    out: list[Strip] = []
    while run:
        count = _alike(run, stack, sure=sure)
        cells = run[:count]
        out.append(Strip(cells[0].left, cells[-1].right, count if count > 1 else None, cells[0].gap))
        run = run[count:]
    return out


def _alike(run: list[Strip], stack: LineStack, *, sure: bool) -> int:
    """How many of the first strips are cells of one comb, by their shape: all of them where headings tell (`sure`),
    else a few at least, or one column alone."""
    narrowest, widest = (share * stack.pitch for share in (FINDING.comb_headed if sure else FINDING.comb_shape))
    least = len(run) if sure else FINDING.comb_unheaded
    count = 1
    while count < len(run) and narrowest < run[count].width < widest:
        if abs(run[count].width - run[count - 1].width) > FINDING.comb_width.of(run[count].width):
            break
        count += 1
    return count if count >= least else 1
