"""What registration keeps of a template between pages: its rulings, marks and boxes, and its picture's features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np

from extractor.errors import TemplateError
from extractor.geometry import transform, transform_all
from extractor.ink import as_gray
from extractor.registration.boxes import Boxes, template_boxes
from extractor.registration.bubble_outlines import TURNS, FormBubbles, form_bubbles
from extractor.registration.features import Features, find_features
from extractor.registration.patches import Patches, choose_patches
from extractor.registration.registration_parameters import REGISTRATION
from extractor.registration.ruling_fit import look_along, points_along, printed_rulings
from extractor.template import Template
from extractor.values import Gray, Points


@dataclass(frozen=True)
class Reference:
    """The blank form's picture: `matrix`, shape (3, 3), takes template units to its pixels."""

    matrix: Points
    features: Features
    patches: Patches


@dataclass(frozen=True)
class PreparedForm:
    """A template made ready. `rulings` are those that can be seen: with a reference, those that it shows.

    `few`, shape (f, few_points, 2), are points along a few of them, all in template units. `bubbles` are its boxes to
    tick and bubbles to fill.
    """

    template: Template
    rulings: Points
    few: Points
    marks: Points
    boxes: Boxes
    bubbles: FormBubbles
    reference: Reference | None

    @cached_property
    def turns(self) -> tuple[tuple[Points, float], ...]:
        """The turns about the middle of its boxes, each a matrix of shape (3, 3) in template units, that lay most of
        them on boxes of the form, with the share of them that they do."""
        corners = np.concatenate([self.boxes.centres - self.boxes.sizes / 2, self.boxes.centres + self.boxes.sizes / 2])
        middle = (corners.min(0) + corners.max(0)) / 2
        about = np.array(((1, 0, middle[0]), (0, 1, middle[1]), (0, 0, 1.0)))
        slack = REGISTRATION.further_off * float(self.boxes.sizes.min())
        few = slice(None, None, max(1, len(self.boxes.sizes) // REGISTRATION.box_voting))
        found = []
        for quarters, turn in enumerate(TURNS[1:], start=1):
            step = about @ turn @ np.linalg.inv(about)
            moved, sizes = transform(step, self.boxes.centres[few]), self.boxes.sizes[few, :: -1 if quarters % 2 else 1]
            off = np.maximum(np.abs(moved[:, None] - self.boxes.centres), np.abs(sizes[:, None] - self.boxes.sizes))
            share = float((off.max(2).min(1) < slack).mean())
            if share > 1 - REGISTRATION.near_tie:
                found.append((step, share))
        return tuple(found)

    @property
    def by_bubbles(self) -> bool:
        """Whether its bubbles say where it lies: where it has no picture, and more of them than rulings."""
        more = len(self.bubbles.centres) >= len(self.rulings)
        return self.reference is None and more and not self.bubbles.few


@lru_cache(maxsize=256)
def prepare_form(template: Template) -> PreparedForm:
    """`template` made ready, once per process. Raises TemplateError if its reference picture cannot be read."""
    rulings = printed_rulings(template)
    marks = np.array(template.landmarks.marks, np.float64).reshape(-1, 2)
    reference = None
    if template.reference_path is not None:
        picture = cv2.imread(str(template.reference_path), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise TemplateError(
                f"The reference picture {template.reference_path} cannot be read; make the template again with "
                "'formdigits template new', or take 'reference' out of its landmarks."
            )
        reference, image = _reference(as_gray(picture), template)
        shown = look_along(image, reference.matrix, rulings, reach=REGISTRATION.form_reach).seen
        rulings = rulings[:0] if template.landmarks.dropout else rulings[shown]
    if len(rulings) > REGISTRATION.most_rulings:
        # Not every so many: what follows in a comb are the rulings above, below and between its cells by turns.
        rulings = rulings[np.sort(np.random.default_rng(0).permutation(len(rulings))[: REGISTRATION.most_rulings])]
    few = points_along(rulings[:: max(1, len(rulings) // REGISTRATION.few_rulings)], REGISTRATION.few_points)
    return PreparedForm(template, rulings, few, marks, template_boxes(template), form_bubbles(template), reference)


def rooms(matrices: Points, form: PreparedForm) -> Points:
    """The smaller side of the form's smallest box or cell by each mapping, shape (k,), in pixels of the page."""
    middle = form.boxes.centres.mean(0)
    around = middle + float(form.boxes.sizes.min()) * np.array([(0, 0), (1, 0), (0, 1)])
    seen = transform_all(matrices, around)
    sides: Points = np.linalg.norm(seen[:, 1:] - seen[:, :1], axis=2).min(1)
    return sides


def _reference(picture: Gray, template: Template) -> tuple[Reference, Gray]:
    scale = min(1.0, REGISTRATION.feature_side / max(picture.shape))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    image = as_gray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)) if scale < 1 else picture
    matrix = np.diag((size[0] / template.page.width, size[1] / template.page.height, 1.0))
    # Template units are measured from the picture's edge, pixels from the middle of the first.
    matrix[:2, 2] = -0.5
    boxes = [field.box for field in template.all_fields]
    writing = np.array([(b.left, b.top, b.right, b.bottom) for b in boxes], np.float64).reshape(-1, 2, 2)
    inside = transform(matrix, writing).reshape(-1, 4)
    return Reference(
        matrix, find_features(image), choose_patches(image, inside, apart=template.landmarks.dropout)
    ), image
