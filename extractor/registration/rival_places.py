"""How well a form fits in the next best place: a table fits a row aside as well where the page's own table goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractor.geometry import transform
from extractor.registration.boxes import one_off
from extractor.registration.bubble_outlines import Frame, rival_share
from extractor.registration.hypotheses import Hypothesis, marks_inside
from extractor.registration.reduced_page import ReducedPage
from extractor.registration.registration_parameters import REGISTRATION
from extractor.registration.ruling_fit import look_along
from extractor.values import Box, Points


@dataclass(frozen=True)
class Judged:
    """A hypothesis made exact and judged in full: its `fit`, 0 to 1, and how much of the print beside the boxes the
    page shows there, None where the form has too little of it."""

    fit: float
    hypothesis: Hypothesis
    others: float | None = None


def rival_fit(
    reduced: ReducedPage, best: Judged, lies: Callable[[Points], bool] = lambda matrix: True
) -> tuple[float, bool]:
    """How well the form of `best` fits in the next best place, a row or a cell aside or turned round, that nothing else
    tells from its own, 0 without one; and whether it may lie anywhere, rows and cells aside.

    Print beside the boxes tells places apart: what fits by that was found to be alone. Marks do so too, unless the
    boxes themselves fit better elsewhere: then it is another issue of the form. The edges of the paper tell which way
    up it lies.
    """
    form = best.hypothesis.form
    if form.by_bubbles:
        return _rival_of_bubbles(reduced, best, lies), False
    inside, missing = marks_inside(reduced, best.hypothesis)
    marked = inside - missing >= REGISTRATION.mark_enough
    if best.others is not None or len(form.rulings) == 0:
        return 0.0, False
    turned = _rival_of_turns(reduced, best, marked, lies)
    if marked and best.fit >= REGISTRATION.wholly:
        return turned, False
    seen = look_along(reduced.image, best.hypothesis.matrix, form.rulings, reduced.reach).seen
    behind = [(step[:2, 2], _fewer_seen(reduced, best.hypothesis, seen, step)) for step in one_off(form.boxes)]
    # A place is where the form fits less by as much as it has fewer rulings.
    least = min((fewer for _, fewer in behind), default=1.0)
    if marked:
        return max(turned, best.fit - least if least < 0 else 0.0), False
    close = [step for step, fewer in behind if fewer < REGISTRATION.near_tie]
    return max(turned, best.fit - max(0.0, least)), any(x for x, _ in close) and any(y for _, y in close)


def _rival_of_bubbles(reduced: ReducedPage, best: Judged, lies: Callable[[Points], bool]) -> float:
    """How well a form of bubbles fits a bubble aside or turned round; marks, and the edge of the sheet, tell these
    apart."""
    form, matrix = best.hypothesis.form, best.hypothesis.matrix
    inside, missing = marks_inside(reduced, best.hypothesis)
    if inside - missing >= REGISTRATION.mark_enough:
        return 0.0
    return rival_share(reduced.outlines, form.bubbles, matrix, _frame(reduced, best.hypothesis), lies)


def _rival_of_turns(reduced: ReducedPage, best: Judged, marked: bool, lies: Callable[[Points], bool]) -> float:
    """How well a form fits turned round about the middle of its boxes; 0 where its marks tell which way up it lies, if
    it is `marked`, or the edges of the paper do."""
    form, matrix = best.hypothesis.form, best.hypothesis.matrix
    if not form.turns:
        return 0.0
    frame, rival = _frame(reduced, best.hypothesis), 0.0
    for step, share in form.turns:
        if marked:
            there = transform(step, form.marks)
            apart = np.abs(there[:, None] - form.marks).max(2).min(1)
            told = (apart > REGISTRATION.further_off * float(form.boxes.sizes.min())).any()
        else:
            told = not frame.allows(step)
        if not told and lies(matrix @ step):
            rival = max(rival, best.fit * share)
    return rival


def _frame(reduced: ReducedPage, found: Hypothesis) -> Frame:
    """Where the corners of the paper are on the form, if it lies as `found`; without an outline those of the
    picture."""
    page = found.form.template.page
    height, width = reduced.image.shape
    sheet = reduced.sheet if reduced.sheet is not None else Box(0, 0, width, height).corners
    corners = transform(np.asarray(np.linalg.inv(found.matrix), np.float64), sheet)
    return Frame(corners, page.width, page.height)


def _fewer_seen(reduced: ReducedPage, found: Hypothesis, seen: NDArray[np.bool_], step: Points) -> float:
    """How much smaller a share of the form's rulings the page shows moved by `step` than where they were `seen`; 1
    where the page has no table that goes on there."""
    rulings = found.form.rulings
    moved = rulings + step[:2, 2]
    apart = np.abs(moved.mean(1)[:, None] - rulings.mean(1)[None]).max(2)
    on = apart.min(1) < REGISTRATION.further_off * float(found.form.boxes.sizes.min())
    new = moved[~on]
    # A few of those that lie on none of the form's own are enough.
    few = new[:: max(1, len(new) // REGISTRATION.further_few)]
    further = look_along(reduced.image, found.matrix, few, reduced.reach).seen.mean() if len(few) else 0.0
    if further < REGISTRATION.further * seen.mean():
        return 1.0
    shown = seen[apart.argmin(1)[on]].sum() + further * len(new)
    return float(seen.mean() - shown / len(rulings))
