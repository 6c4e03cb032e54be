"""The lines of a table: level rulings below one another that begin and end alike, at nearly one pitch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.finding.tables.joined_rulings import JoinedRuling, between


@dataclass(frozen=True, eq=False)
class LineStack:
    """Lines of a table in pixels of the work page, from `left` to `right`: `rulings` are above, between and below
    them, top to bottom, `above` those of its headings, and `long_side` is the page's. `skipped` are the spaces between
    rulings, counted from the first, that are no lines."""

    rulings: tuple[JoinedRuling, ...]
    above: tuple[JoinedRuling, ...]
    left: float
    right: float
    long_side: int
    skipped: frozenset[int] = frozenset()

    @cached_property
    def lines(self) -> tuple[tuple[JoinedRuling, JoinedRuling], ...]:
        """The rulings above and below each line."""
        return tuple(pair for space, pair in enumerate(pairwise(self.rulings)) if space not in self.skipped)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @cached_property
    def levels(self) -> list[float]:
        """Where the rulings lie in the middle of the table."""
        return [ruling.at(self.middle) for ruling in self.rulings]

    @cached_property
    def pitch(self) -> float:
        return float(np.median(np.diff(self.levels)))

    @cached_property
    def head(self) -> tuple[float, float]:
        """From where to where its headings reach: to the ruling above them, or as far as they may be."""
        top = self.levels[0]
        reach = FINDING.head_reach[0 if self.above else 1] * self.long_side
        if self.above:
            highest = min(ruling.at(self.middle) for ruling in self.above)
            return max(highest, top - reach), top
        return max(0.0, top - reach), top

    def without(self, first: int, last: int) -> LineStack:
        """These lines without so many of the first, which are headings, and of the last."""
        spaces = [space for space in range(len(self.rulings) - 1) if space not in self.skipped]
        kept = spaces[first : len(spaces) - last]
        # Headings end where a space begins that is skipped between them and the lines.
        begin = kept[0] if first and kept else 0
        end = kept[-1] + 2 if kept else 0
        skipped = frozenset(space - begin for space in self.skipped if begin <= space < end - 1)
        above = (*self.above, *self.rulings[:begin])
        return replace(self, rulings=self.rulings[begin:end], above=above, skipped=skipped)


def line_stacks(level: list[JoinedRuling], long_side: int) -> list[LineStack]:
    """The runs of at least a few lines that the `level` rulings, top to bottom, make."""
    slack = FINDING.table_ends * long_side
    least = FINDING.table_narrowest * long_side
    chains: list[list[JoinedRuling]] = []
    for ruling in level:
        if ruling.end - ruling.start < least or ruling.seen < FINDING.level_seen * (ruling.end - ruling.start):
            continue
        for chain in chains:
            last = chain[-1]
            if abs(last.start - ruling.start) < slack and abs(last.end - ruling.end) < slack:
                chain.append(ruling)
                break
        else:
            chains.append([ruling])
    chains = _with_shorter(chains, slack)
    return [stack for chain in chains for stack in _stacks(_with_longer(chain, level, slack), long_side)]


def _with_shorter(chains: list[list[JoinedRuling]], slack: float) -> list[list[JoinedRuling]]:
    """The chains, those of wider lines with what lies where one of theirs is missing and is shorter: writing hides the
    end of a ruling."""
    out: list[list[JoinedRuling]] = []
    for chain in sorted(
        chains, key=lambda one: float(np.median([each.end - each.start for each in one])), reverse=True
    ):
        left: list[JoinedRuling] = []
        for ruling in chain:
            next((wider for wider in out if _is_missing(ruling, wider, slack)), left).append(ruling)
        out += [left] if left else []
    return out


def _is_missing(ruling: JoinedRuling, chain: list[JoinedRuling], slack: float) -> bool:
    """Whether a shorter ruling lies between two of a chain that are farther apart than most."""
    if len(chain) <= FINDING.table_rows // 2:
        return False
    left, right = (float(np.median([getattr(one, end) for one in chain])) for end in ("start", "end"))
    shorter = left - slack < ruling.start and ruling.end < right + slack
    shorter = shorter and (ruling.start < left + slack or ruling.end > right - slack)
    if not shorter or ruling.end - ruling.start < FINDING.shorter_ruling * (right - left):
        return False
    middle = (ruling.start + ruling.end) / 2
    levels = np.sort([one.at(middle) for one in chain])
    place = int(np.searchsorted(levels, ruling.at(middle)))
    usual = float(np.percentile(np.diff(levels), 25))
    if not 0 < place < len(levels):
        return False
    above, below = ruling.at(middle) - levels[place - 1], levels[place] - ruling.at(middle)
    return bool(min(above, below) * FINDING.row_uneven > usual)


def _with_longer(chain: list[JoinedRuling], level: Sequence[JoinedRuling], slack: float) -> list[JoinedRuling]:
    """The rulings of a chain, and what is above, between or below them of longer ones: the outer rulings of two tables
    side by side are joined, where the dotted ones between the lines are not."""
    if len(chain) <= FINDING.table_rows // 2:
        return chain
    left, right = (float(np.median([getattr(one, end) for one in chain])) for end in ("start", "end"))
    longer = [one for one in level if one.start < left + slack and one.end > right - slack and one not in chain]
    return chain + [one.within(left, right) for one in longer]


def _stacks(chain: list[JoinedRuling], long_side: int) -> list[LineStack]:
    left, right = (float(np.median([getattr(one, end) for one in chain])) for end in ("start", "end"))
    middle = (left + right) / 2
    chain = _singled(sorted(chain, key=lambda one: one.at(middle)), middle, long_side)
    stacks: list[LineStack] = []
    while len(chain) > FINDING.table_rows:
        first, last = _longest_run([one.at(middle) for one in chain])
        if last - first < FINDING.table_rows:
            break
        rulings = _completed(chain[first : last + 1], middle)
        reach = FINDING.head_reach[0] * long_side
        above = tuple(one for one in chain[:first] if rulings[0].at(middle) - one.at(middle) < reach)
        stacks.append(LineStack(rulings, above[-1:], left, right, long_side))
        # Another table may stand below, as wide.
        chain = chain[last + 1 :] if len(chain) - last > first else chain[:first]
    return stacks


def _singled(chain: list[JoinedRuling], middle: float, long_side: int) -> list[JoinedRuling]:
    """Of two rulings close together, as of a double one, the lower."""
    least = FINDING.row_least * long_side
    return [
        one for k, one in enumerate(chain) if k + 1 == len(chain) or chain[k + 1].at(middle) - one.at(middle) > least
    ]


def _longest_run(levels: list[float]) -> tuple[int, int]:
    """First and last of the longest run of `levels` at nearly one pitch; single ones may be missing in it."""
    steps = np.diff(levels)
    best = (0, 0)
    for first in range(len(steps)):
        last = first
        while last < len(steps):
            usual = float(np.median(steps[first : last + 1]))
            times = steps[last] / usual
            even = 1 / FINDING.row_uneven < times < FINDING.row_uneven
            # One ruling that is missing between others leaves a line twice as high.
            missing = last > first and last + 1 < len(steps) and abs(times - 2) < FINDING.row_missing
            missing &= bool(last + 1 < len(steps) and abs(steps[last + 1] / usual - 1) < FINDING.row_missing)
            if not (even or missing):
                break
            last += 1
        # What was the beginning may be none by the usual step of all.
        usual = float(np.median(steps[first:last])) if last > first else 1.0
        if last > first and not 1 / FINDING.row_uneven < steps[first] / usual < FINDING.row_uneven:
            continue
        if last - first > best[1] - best[0]:
            best = (first, last)
    return best


def _completed(chain: list[JoinedRuling], middle: float) -> tuple[JoinedRuling, ...]:
    levels = [one.at(middle) for one in chain]
    usual = float(np.median(np.diff(levels)))
    out = [chain[0]]
    for (above, below), (one, other) in zip(pairwise(levels), pairwise(chain), strict=True):
        if abs((below - above) / usual - 2) < FINDING.row_missing:
            out.append(between(one, other, 0.5))
        out.append(other)
    return tuple(out)
