"""The template that a page shows, by whatever the forms offer: marks, a reference picture, or printed boxes alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from extractor.registration.boxes import match_boxes
from extractor.registration.features import is_plausible, match_features, pair_features
from extractor.registration.form import Form, prepare
from extractor.registration.marks import match_marks
from extractor.registration.patches import align_patches
from extractor.registration.printed import align_lines, line_fit, line_fits
from extractor.registration.view import View, sheet_view, whole_view
from extractor.template import Template
from extractor.values import Gray, Points

ENOUGH = 0.6
"""The least fit; below it a page is unmatched."""

SURE = 0.8
"""A fit from which on no other way is tried."""

HYPOTHESES = 8

FEW_LINES = 12
"""Lines of a form that are looked at first; a mapping that shows hardly any of them is dropped there."""

FEWEST_LINES = 8
"""A form that shows fewer printed lines than this is judged by its reference picture alone."""

WELL_FOUND = 0.7
"""A share of the reference's pieces from which on they place the form, better than its lines can."""

LEAST_FOUND = 0.45
"""A share of the reference's pieces below which the page is another form, whatever lines it has."""

ROOM = 1.5
"""The least side of a cell, as so many times the reach within which its lines are looked for: in smaller ones any
lettering passes for lines."""

COMPARED = 4
"""Forms whose features are compared in full, those most like the page by its strongest features."""


@dataclass(frozen=True)
class Registration:
    """`matrix`, shape (3, 3), takes template units to pixels of the page; `fit` is 0 to 1 (every line found)."""

    template: Template
    matrix: Points
    fit: float


@dataclass(frozen=True)
class _Candidate:
    """A way in which a form might lie on a view: template units to the view's pixels."""

    form: Form
    matrix: Points


def register(image: Gray, templates: Sequence[Template]) -> Registration | None:
    """The template that the page shows and how it lies there, in any of four orientations; None if none fits.

    `image` is the whole page, shape (height, width). The work is done on a reduced copy: first of the page as it is,
    then of the sheet of paper that a photograph shows; on each by marks, by reference pictures, by boxes alone.
    Raises TemplateError if a template's reference picture cannot be read.
    """
    forms = [prepare(template) for template in templates]
    best: Registration | None = None
    whole = whole_view(image)
    for view in _views(whole, image):
        for way in (_by_marks, _by_reference, _by_boxes):
            found = _best(view, way(view, forms))
            if found is not None and (best is None or found.fit > best.fit):
                best = found
            if best is not None and best.fit >= SURE:
                return best
    return best


def follow(image: Gray, before: Registration) -> Registration:
    """`before`, which lies near the truth for this picture, made exact on it; its `fit` says whether the form is there.

    For the pictures of a video, where the form moves little from one to the next: no search is made.
    Raises TemplateError if the template's reference picture cannot be read.
    """
    view = whole_view(image)
    candidate = _Candidate(prepare(before.template), np.linalg.inv(view.matrix) @ before.matrix)
    matrix, fit = _judge(view, candidate)
    return Registration(before.template, view.matrix @ matrix, fit)


def _views(whole: View, image: Gray) -> Iterator[View]:
    yield whole
    sheet = sheet_view(whole, image)
    if sheet is not None:
        yield sheet


def _best(view: View, candidates: Iterable[_Candidate]) -> Registration | None:
    """The candidate that fits best, if it fits well enough; most are dropped after a look at a few lines.

    Forms of one family may have the same boxes in the same places: of several that fit, the one is taken whose other
    print is on the page as well.
    """
    by_form: dict[int, list[_Candidate]] = {}
    for candidate in candidates:
        if is_plausible(candidate.matrix, candidate.form.boxes.centres) and _room(candidate) >= ROOM * view.reach:
            by_form.setdefault(id(candidate.form), []).append(candidate)
    first = []
    for group in by_form.values():
        form = group[0].form
        few = form.lines[:: max(1, len(form.lines) // FEW_LINES)]
        shares = np.zeros(len(group))
        if len(few):
            matrices = [candidate.matrix for candidate in group]
            shares = line_fits(view.image, matrices, few, view.reach)
            if shares.max() < SURE:
                # Mappings by boxes may lie farther off; but widely, the next line is near enough to be taken for one.
                shares = np.maximum(shares, line_fits(view.image, matrices, few, 2 * view.reach))
        first += [
            (float(share), candidate)
            for share, candidate in zip(shares, group, strict=True)
            if share >= 0.3 or form.reference is not None
        ]
    first.sort(key=lambda pair: -pair[0])
    best: dict[int, tuple[float, _Candidate]] = {}
    for quick, candidate in _worth_judging(first):
        own = best.get(id(candidate.form))
        surest = max((fit for fit, _ in best.values()), default=0.0)
        if surest >= SURE and quick < surest - 0.15 and (own or candidate.form.reference is None):
            continue
        matrix, fit = _judge(view, candidate)
        if fit >= ENOUGH and (own is None or fit > own[0]):
            best[id(candidate.form)] = fit, _Candidate(candidate.form, matrix)
    if not best:
        return None
    fitting = list(best.values())
    if len(fitting) > 1:
        fitting.sort(key=lambda one: one[0] + _likeness(view, *one), reverse=True)
    fit, found = fitting[0]
    return Registration(found.form.template, view.matrix @ found.matrix, fit)


def _worth_judging(first: list[tuple[float, _Candidate]]) -> list[tuple[float, _Candidate]]:
    """Of candidates, best first, some, and the best one of every form whose picture can still speak for it."""
    judged = first[:HYPOTHESES]
    known = {id(candidate.form) for _, candidate in judged}
    for quick, candidate in first[HYPOTHESES:]:
        if candidate.form.reference is not None and id(candidate.form) not in known:
            known.add(id(candidate.form))
            judged.append((quick, candidate))
    return judged


def _likeness(view: View, fit: float, found: _Candidate) -> float:
    """How much of the form's print away from its boxes the page shows; without a picture of it, its fit has to do."""
    reference = found.form.reference
    if reference is None:
        return fit
    patches = reference.patches
    if not patches.telling.all():
        patches = replace(patches, telling=~patches.telling)
    matrix, best = found.matrix @ np.linalg.inv(reference.matrix), 0.0
    for _ in range(3):
        # Boxes in a corner of the page place what is far from them only nearly.
        matrix, share = align_patches(view.image, matrix, patches)
        if share <= best:
            break
        best = share
    return best


def _judge(view: View, candidate: _Candidate) -> tuple[Points, float]:
    """The candidate's mapping made exact, and how well it then fits: printed lines, and pieces of the reference."""
    form, matrix = candidate.form, candidate.matrix
    share = None
    if form.reference is not None:
        share = 0.0
        back = np.linalg.inv(form.reference.matrix)
        for _ in range(2):
            aligned, found = align_patches(view.image, matrix @ back, form.reference.patches)
            if found <= share:
                break
            matrix, share = aligned @ form.reference.matrix, found
            if share > SURE:
                break
    if len(form.lines) < FEWEST_LINES:
        return matrix, share or 0.0
    fit = line_fit(view.image, matrix, form.lines, view.reach)
    if fit < 1.0 and (share is None or share < WELL_FOUND):
        # No further than a third of a cell, or one line is taken for the next.
        reach = max(2.0, min(2 * view.reach, _room(candidate) / 3))
        aligned = align_lines(view.image, matrix, form.lines, reach)
        better = line_fit(view.image, aligned, form.lines, view.reach)
        if better > fit:
            matrix, fit = aligned, better
    if share is None:
        return matrix, fit
    if share < LEAST_FOUND:
        return matrix, 0.0
    # Thin lines fade in photographs; then the pieces around the boxes speak for them.
    return matrix, max((fit + share) / 2, 0.95 * share if share >= WELL_FOUND else 0.0)


def _room(candidate: _Candidate) -> float:
    """The smaller side of the form's smallest box or cell, in pixels of the view."""
    boxes = candidate.form.boxes
    middle = boxes.centres.mean(0)
    around = middle + float(boxes.sizes.min()) * np.array([(0, 0), (1, 0), (0, 1)])
    seen = cv2.perspectiveTransform(around.reshape(-1, 1, 2), candidate.matrix).reshape(3, 2)
    return float(np.linalg.norm(seen[1:] - seen[0], axis=1).min())


def _lacks_marks(view: View, candidate: _Candidate) -> bool:
    """Whether marks that should be in the picture are not: then it is another form, or lies another way.

    One may be covered; those that reach outside the picture may have been cropped.
    """
    marks, size = candidate.form.marks, candidate.form.template.landmarks.mark_size
    if len(marks) == 0:
        return False
    half = (size or 0.01 * candidate.form.template.page.width) / 2
    square = half * np.array([(0, 0), (-1, -1), (1, -1), (1, 1), (-1, 1)])
    seen = cv2.perspectiveTransform((marks[:, None] + square).reshape(-1, 1, 2), candidate.matrix).reshape(-1, 5, 2)
    limit = np.array((view.image.shape[1], view.image.shape[0]))
    inside = ((seen > 0) & (seen < limit)).all((1, 2))
    missing = 0
    for corners in seen[inside]:
        side = float(np.linalg.norm(corners[2] - corners[1]))
        paper, near = (_around(view.image, corners, times) for times in (3, 2))
        # Far from the boxes a mapping by them is inexact: half a mark that is dark, somewhere close, is one.
        size = max(1, round(side / 2))
        missing += cv2.blur(near, (size, size)).min() > 0.65 * np.percentile(paper, 85)
    return bool(missing > max(1, 0.3 * inside.sum()) or (missing and inside.sum() == 1))


def _around(image: Gray, corners: Points, times: float) -> Gray:
    """The part of `image` around `corners`, shape (5, 2), of which the first is the middle, so many times as wide."""
    wide = corners[0] + times * (corners - corners[0])
    left, top = np.maximum(wide.min(0), 0).astype(int)
    right, bottom = wide.max(0).astype(int) + 1
    return image[top:bottom, left:right]


def _by_marks(view: View, forms: Sequence[Form]) -> Iterator[_Candidate]:
    for form in forms:
        if len(form.marks):
            for match in match_marks(view.squares, form.marks, form.template.landmarks.mark_size)[:HYPOTHESES]:
                yield _Candidate(form, match.matrix)


def _by_reference(view: View, forms: Sequence[Form]) -> Iterator[_Candidate]:
    offering = [(form, form.reference) for form in forms if form.reference is not None]
    if not offering:
        return
    if len(offering) > COMPARED:
        strong = view.features.strongest(200)
        alike = [len(pair_features(strong, reference.features)) for _, reference in offering]
        offering = [offering[i] for i in np.argsort(-np.array(alike), kind="stable")[:COMPARED]]
    tolerance = 0.004 * max(view.image.shape)
    for form, reference in offering:
        for matrix in match_features(reference.features, view.features, tolerance):
            candidate = _Candidate(form, matrix @ reference.matrix)
            if not _lacks_marks(view, candidate):
                yield candidate


def _on_sheet(view: View, form: Form) -> list[Points]:
    """Mappings that lay the form's page on the sheet of paper, in four orientations."""
    if view.sheet is None:
        return []
    page = form.template.page
    corners = np.array([(0, 0), (page.width, 0), (page.width, page.height), (0, page.height)], np.float32)
    turned = [np.roll(view.sheet, turn, axis=0).astype(np.float32) for turn in range(4)]
    return [np.asarray(cv2.getPerspectiveTransform(corners, sheet), np.float64) for sheet in turned]


def _by_boxes(view: View, forms: Sequence[Form]) -> Iterator[_Candidate]:
    for form in forms:
        for matrix in match_boxes(form.boxes, view.boxes, _on_sheet(view, form)):
            candidate = _Candidate(form, matrix)
            if not _lacks_marks(view, candidate):
                yield candidate
