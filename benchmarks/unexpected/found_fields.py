"""Fields that are found without a template: on forms with dirt at their corners, out of focus, pale, curled, and out of
one photograph as a template's source. How many of them are found whole, and how many are made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.unexpected.found_forms import LAYOUTS, DrawnForm, drawn_form, quads
from benchmarks.unexpected.poses import any_pose, photographed, specked, to_picture
from extractor.finding import find_fields
from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.reading import Reader
from extractor.recognizer.choice import Model
from extractor.reference import blank_form, draft_template
from extractor.registration import register
from extractor.registration.features import find_features, match_features
from extractor.template import Format, Landmarks, PageSize, Template, TemplateField
from extractor.values import Box, FieldStatus, Gray, Page, Points
from samples.generator.digits import Digits
from samples.generator.glyph import MM

KINDS = {
    "sharp": ("",),
    "speck at corner": ("0.4 mm", "0.8 mm", "1.2 mm", "2.0 mm"),
    "defocus": ("2 px", "3 px", "4 px"),
    "pale": ("80", "120", "150"),
    "pale, defocus": ("100, 2 px", "130, 3 px"),
    "pale, few pixels": ("100, 1 px", "130, 1 px", "100, 2 px", "130, 2 px"),
    "curled": ("1 %", "2 %", "4 %"),
    "registered": ("", "upside down", "cut out", *(f"curled {n} %" for n in (1, 2, 4)), "defocus 3 px", "defocus 4 px"),
    "one photograph": ("dark table", "pale table", "curled 1 %", "defocus 2 px"),
}
"""Kinds and strengths: the radius of the speck and of a point out of focus, grey levels by which rulings are paler than
print, and how far a ruling of a curled sheet is off straight."""


@dataclass
class Counted:
    """Fields with what became of them: `found` with the right cells, `made_up` where there is none; of those read,
    `accepted` and accepted `wrong`."""

    fields: int = 0
    found: int = 0
    made_up: int = 0
    accepted: int = 0
    wrong: int = 0

    def __str__(self) -> str:
        return f"{self.fields:6}{self.found:7}{self.made_up:9}{self.accepted:10}{self.wrong:7}"


@dataclass(frozen=True)
class DrawnCase:
    """A photograph and where its fields are: `corners`, shape (n, 4, 2)."""

    form: DrawnForm
    image: Gray
    corners: NDArray[np.float64]


def cases(kind: str, strength: str, digits: Digits, sheets: int, seed: int) -> Iterator[DrawnCase]:
    """Sheets of every layout in turn; the same ones for the same `seed`."""
    numbers = [float(word) for word in strength.replace(",", "").split() if word.replace(".", "").isdigit()]
    amount, second = (*numbers, 0.0, 0.0)[:2]
    for number in range(sheets):
        rng = np.random.default_rng([seed, number])
        layout = list(LAYOUTS)[number % len(LAYOUTS)]
        pale = round(amount) if kind.startswith("pale") else 0
        form = drawn_form(layout, digits, rng, pale=pale)
        picture, corners = form.picture, quads(form.fields)
        if kind == "speck at corner":
            picture = specked(picture, corners, amount, rng)
        focus = {"defocus": amount, "pale, defocus": second, "pale, few pixels": second}.get(kind, 0.0)
        if strength.startswith("defocus"):
            focus = amount
        bend = amount / 100 if kind == "curled" or strength.startswith("curled") else 0.0
        table = 165 if strength == "pale table" else 70
        pose = any_pose(rng, bend=bend * float(rng.choice((-1, 1))), focus=focus, table=table)
        if kind == "pale, few pixels":
            pose = replace(pose, size=(1050, 1400))
        seen = to_picture(corners.reshape(-1, 2), picture.shape, pose).reshape(-1, 4, 2)
        image = photographed(picture, pose, rng)
        if strength == "cut out":
            image, seen = _cut_out(image, seen)
        if strength in ("upside down", "cut out"):
            image, seen = as_gray(image[::-1, ::-1].copy()), np.array(image.shape[::-1]) - 1 - seen
        yield DrawnCase(form, image, seen)


def _cut_out(image: Gray, corners: NDArray[np.float64]) -> tuple[Gray, NDArray[np.float64]]:
    """The fields with hardly any paper around them."""
    (left, top), (right, bottom) = (end(corners.reshape(-1, 2), 0).astype(int) for end in (np.min, np.max))
    left, top = max(0, left - 40), max(0, top - 40)
    return as_gray(image[top : bottom + 40, left : right + 40].copy()), corners - (left, top)


def counted(case: DrawnCase, reader: Reader) -> Counted:
    """One photograph: what is found of it, and what is read there."""
    found = find_fields(case.image, labels=False)
    own = [(np.array(one.quad), one.cells) for one in found if one.shape != "ruling"]
    hits = matches(own, case)
    out = Counted(len(case.form.fields), int((hits >= 0).sum()), len(own) - len(set(hits[hits >= 0].tolist())))
    waiting = [field.written for field in case.form.fields if field.written]
    (result,) = reader.read([Page("page", 1, case.image)])
    for reading in result.readings:
        if reading.status is not FieldStatus.REVIEW:
            out.accepted += 1
            if reading.value in waiting:
                waiting.remove(reading.value)
            else:
                out.wrong += 1
    return out


def matches(found: Sequence[tuple[Points, int | None]], case: DrawnCase) -> NDArray[np.int64]:
    """For each field of the case the place in `found` that is whole and has its cells, or -1."""
    hits = np.full(len(case.corners), -1)
    for place, (own, field) in enumerate(zip(case.corners, case.form.fields, strict=True)):
        for index, (quad, cells) in enumerate(found):
            if cells == field.cells and index not in hits and _overlap(own, quad) > 0.7:
                hits[place] = index
                break
    return hits


def _overlap(a: NDArray[np.float64], b: Points) -> float:
    if np.abs(a.mean(0) - b.mean(0)).max() > np.ptp(a, 0).max():
        return 0.0
    shared, _ = cv2.intersectConvexConvex(a.astype(np.float32), b.astype(np.float32))
    both = cv2.contourArea(a.astype(np.float32)) + cv2.contourArea(b.astype(np.float32)) - shared
    return float(shared / both)


def drafted(case: DrawnCase) -> Counted:
    """The template out of one photograph. Where its fields lie on the form that was made flat is seen by what the two
    pictures have in common."""
    blank = blank_form([case.image]).image
    template = draft_template(blank, "drawn", "drawn.png", dpi=200).template
    own = [(field.box.corners, field.cells) for field in template.fields] if template else []
    out = Counted(len(case.form.fields), made_up=len(own))
    hits = np.full(len(case.corners), -1)
    for matrix in match_features(find_features(case.image), find_features(blank), 0.01 * max(blank.shape)):
        corners = transform(matrix, case.corners.reshape(-1, 2)).reshape(-1, 4, 2)
        these = matches(own, DrawnCase(case.form, blank, corners))
        hits = these if (these >= 0).sum() > (hits >= 0).sum() else hits
    out.found = int((hits >= 0).sum())
    out.made_up -= out.found
    return out


def registered(case: DrawnCase, model: Model) -> Counted:
    """The photograph laid on a template drawn from the truth, without marks or print, and read by it: a field is found
    where its middle is off by less than a quarter of its height."""
    template = _truth(case.form)
    found = register(case.image, [template])
    out = Counted(len(case.form.fields))
    if found is not None:
        seen = transform(found.matrix, quads(case.form.fields).reshape(-1, 2)).reshape(-1, 4, 2)
        off = np.linalg.norm(seen.mean(1) - case.corners.mean(1), axis=1)
        near = off < 0.25 * np.linalg.norm(case.corners[:, 3] - case.corners[:, 0], axis=1)
        out.found, out.made_up = int(near.sum()), int((~near).sum())
    (result,) = Reader((template,), model).read([Page("page", 1, case.image)])
    for reading in result.readings:
        right = case.form.fields[int(reading.field[1:])].written
        out.accepted += reading.status is not FieldStatus.REVIEW
        out.wrong += reading.status is not FieldStatus.REVIEW and reading.value != right
    return out


def _truth(form: DrawnForm) -> Template:
    height, width = form.picture.shape[:2]
    fields = tuple(
        TemplateField(
            name=f"f{k}",
            box=Box(*(round(v, 1) for v in one.box)),
            cells=one.cells,
            gap=round(one.gap, 1),
            format=Format(),
        )
        for k, one in enumerate(form.fields)
    )
    page = PageSize(width=width, height=height, dpi=round(25.4 * MM))
    return Template(formdigits=1, form="truth", page=page, landmarks=Landmarks(), fields=fields)


def report(digits: Digits, sheets: int, seed: int, only: str | None, model: Model) -> None:
    """Prints one line for each kind and strength."""
    reader = Reader((), model, finding=True)
    print(f"{'found':18}{'strength':14}{'fields':>6}{'found':>7}{'made up':>9}{'accepted':>10}{'wrong':>7}")
    for kind, strengths in KINDS.items():
        for strength in strengths if only in (None, "found", kind) else ():
            total = Counted()
            for seen in cases(kind, strength, digits, sheets, seed):
                match kind:
                    case "one photograph":
                        one = drafted(seen)
                    case "registered":
                        one = registered(seen, model)
                    case _:
                        one = counted(seen, reader)
                for name in ("fields", "found", "made_up", "accepted", "wrong"):
                    setattr(total, name, getattr(total, name) + getattr(one, name))
            print(f"{kind:18}{strength:14}{total}", flush=True)
