"""Hypotheses of how a form lies on a page: by its marks, its reference picture, or its printed boxes alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractor.geometry import transform
from extractor.registration.boxes import cast_votes, match_boxes
from extractor.registration.bubble_outlines import place_bubbles
from extractor.registration.features import match_features, pair_features
from extractor.registration.marks import match_marks
from extractor.registration.prepared_form import PreparedForm
from extractor.registration.reduced_page import ReducedPage
from extractor.registration.registration_parameters import REGISTRATION
from extractor.values import Box, Gray, Points


@dataclass(frozen=True)
class Hypothesis:
    """Where a form may lie on a page: the mapping from template units to pixels of the reduced page."""

    form: PreparedForm
    matrix: Points


def by_marks(reduced: ReducedPage, forms: Sequence[PreparedForm]) -> Iterator[list[Hypothesis]]:
    """Mappings that put the marks of forms on dark squares, of all forms at once."""
    found: list[Hypothesis] = []
    for form in forms:
        if len(form.marks):
            size, most = form.template.landmarks.mark_size, REGISTRATION.most_by_marks
            seen = reduced.rings if form.template.landmarks.rings else reduced.squares
            matches = match_marks(seen, form.marks, size, most)
            found += [Hypothesis(form, match.matrix) for match in matches]
    yield found


def by_reference(reduced: ReducedPage, forms: Sequence[PreparedForm]) -> Iterator[list[Hypothesis]]:
    """Mappings that put what the forms' pictures show on the page; forms most like the page first."""
    offering = [(form, form.reference) for form in forms if form.reference is not None]
    if len(offering) > 1:
        of_page, of_reference = REGISTRATION.feature_likened
        strong = reduced.features.strongest(of_page)
        alike = [len(pair_features(strong, r.features.strongest(of_reference))) for _, r in offering]
        parts = _likely_first(np.array(alike, np.float64))
        kept = np.argsort(-np.array(alike), kind="stable")[: REGISTRATION.compared]
        groups = [[offering[i] for i in part if i in kept] for part in parts]
    else:
        groups = [offering]
    tolerance = REGISTRATION.feature_tolerance * max(reduced.image.shape)
    for group in groups:
        found: list[Hypothesis] = []
        for form, reference in group:
            for matrix in match_features(reference.features, reduced.features, tolerance):
                hypothesis = Hypothesis(form, matrix @ reference.matrix)
                if not _lacks_marks(reduced, hypothesis):
                    found.append(hypothesis)
        yield found


def by_boxes(reduced: ReducedPage, forms: Sequence[PreparedForm]) -> Iterator[list[Hypothesis]]:
    """Mappings that put the boxes of forms on boxes of the page; forms with most boxes where they should be first."""
    forms = [form for form in forms if not form.by_bubbles]
    votes = [cast_votes(form.boxes, reduced.boxes) for form in forms]
    for part in _likely_first(np.array([one.support for one in votes])):
        found: list[Hypothesis] = []
        for index in part:
            for matrix in match_boxes(
                forms[index].boxes, reduced.boxes, votes[index], _on_sheet(reduced, forms[index])
            ):
                hypothesis = Hypothesis(forms[index], matrix)
                if not _lacks_marks(reduced, hypothesis):
                    found.append(hypothesis)
        yield found


def by_bubbles(reduced: ReducedPage, forms: Sequence[PreparedForm]) -> Iterator[list[Hypothesis]]:
    """Mappings that put the bubbles of forms on outlines of the page, of forms that have little else."""
    found: list[Hypothesis] = []
    for form in forms:
        if form.by_bubbles:
            guesses = [*_on_sheet(reduced, form), *_on_picture(reduced, form)]
            page = form.template.page
            placed = place_bubbles(reduced.outlines, form.bubbles, guesses, (page.width, page.height))
            found += [Hypothesis(form, matrix) for _, matrix in placed]
    yield [one for one in found if not _lacks_marks(reduced, one)]


def _likely_first(alike: Points) -> list[list[int]]:
    """Indices of forms by how much the page is like them, shape (n,): the likeliest, and those evidently less like."""
    order = np.argsort(-alike, kind="stable")
    likely = alike[order] >= REGISTRATION.evident * alike.max(initial=0.0)
    return [order[likely].tolist(), order[~likely].tolist()]


def _on_sheet(reduced: ReducedPage, form: PreparedForm) -> list[Points]:
    """Mappings that lay the form's page on the sheet of paper, in four orientations."""
    return [] if reduced.sheet is None else _on_quad(reduced.sheet, form)


def _on_picture(reduced: ReducedPage, form: PreparedForm) -> list[Points]:
    """Mappings that lay the form's page on the whole picture, in four orientations."""
    height, width = reduced.image.shape
    return _on_quad(Box(0, 0, width, height).corners, form)


def _on_quad(quad: Points, form: PreparedForm) -> list[Points]:
    page = form.template.page
    corners = Box(0, 0, page.width, page.height).corners.astype(np.float32)
    turned = [np.roll(quad, turn, axis=0).astype(np.float32) for turn in range(4)]
    return [np.asarray(cv2.getPerspectiveTransform(corners, one), np.float64) for one in turned]


def _lacks_marks(reduced: ReducedPage, hypothesis: Hypothesis) -> bool:
    """Whether marks that should be in the picture are not: then it is another form, or lies another way.

    One may be covered; those that reach outside the picture may have been cropped.
    """
    inside, missing = marks_inside(reduced, hypothesis)
    return missing > max(1, REGISTRATION.marks_missing * inside) or bool(missing and inside == 1)


def marks_inside(reduced: ReducedPage, hypothesis: Hypothesis) -> tuple[int, int]:
    """How many of the form's marks should be in the picture, and how many of these are missing."""
    marks, size = hypothesis.form.marks, hypothesis.form.template.landmarks.mark_size
    if len(marks) == 0:
        return 0, 0
    half = (size or REGISTRATION.usual_mark * hypothesis.form.template.page.width) / 2
    square = half * np.array([(0, 0), (-1, -1), (1, -1), (1, 1), (-1, 1)])
    seen = transform(hypothesis.matrix, marks[:, None] + square)
    limit = np.array((reduced.image.shape[1], reduced.image.shape[0]))
    inside = ((seen > 0) & (seen < limit)).all((1, 2))
    missing = 0
    for corners in seen[inside]:
        side = float(np.linalg.norm(corners[2] - corners[1]))
        paper, near = (_around(reduced.image, corners, times) for times in (3, 2))
        # Far from the boxes a mapping by them is inexact: half a mark that is dark, somewhere close, is one.
        size = max(1, round(REGISTRATION.mark_part * side))
        missing += bool(
            cv2.blur(near, (size, size)).min()
            > REGISTRATION.mark_darkness * np.percentile(paper, REGISTRATION.mark_around)
        )
    return int(inside.sum()), missing


def _around(image: Gray, corners: Points, times: float) -> Gray:
    """The part of `image` around `corners`, shape (5, 2), of which the first is the middle, so many times as wide."""
    wide = corners[0] + times * (corners - corners[0])
    left, top = np.maximum(wide.min(0), 0).astype(int)
    right, bottom = wide.max(0).astype(int) + 1
    return image[top:bottom, left:right]
