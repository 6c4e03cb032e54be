"""The template that a page shows, by whatever the forms offer: marks, a reference picture, or printed boxes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from extractor.geometry import are_plausible, transform_all
from extractor.registration.boxes import one_off
from extractor.registration.bubble_outlines import bubble_fit, bubbles_seen, onto_outlines
from extractor.registration.hypotheses import Hypothesis, by_boxes, by_bubbles, by_marks, by_reference, marks_inside
from extractor.registration.patches import Aligned, align_patches, look_again
from extractor.registration.prepared_form import PreparedForm, Reference, prepare_form, rooms
from extractor.registration.reduced_page import ReducedPage, closer_page, flattened_sheets, reduced_page
from extractor.registration.registration_parameters import REGISTRATION
from extractor.registration.rival_places import Judged, rival_fit
from extractor.registration.ruling_fit import align_to_rulings, ruling_fit, ruling_fits
from extractor.registration.second_form import boxes_beside, without_sheet
from extractor.template import Template
from extractor.values import Doubt, DoubtKind, Gray, Points

NEAR_TIE = Doubt(
    DoubtKind.PLACE, "the form fits nearly as well a row or a cell aside, or turned round; this may be another field"
)

LEAST_FIT = 0.6
"""The least fit; below it a page is unmatched."""


@dataclass(frozen=True)
class Registration:
    """`matrix`, shape (3, 3), takes template units to pixels of the page; `fit` is 0 to 1 (every ruling found).

    `rival` is how well the form fits in the next best place that neither marks nor print tell from this one, 0 without
    such a place. `beside` is the form on another sheet in the picture, `more` says that there is something like one.
    """

    template: Template
    matrix: Points
    fit: float
    rival: float = 0.0
    beside: Registration | None = None
    more: bool = False

    @property
    def margin(self) -> float:
        """How much better the form fits here than in the next best place."""
        return self.fit - self.rival

    @property
    def is_near_tie(self) -> bool:
        """Whether the form may as well lie a row or a cell aside."""
        return self.margin < REGISTRATION.near_tie

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What makes every field doubtful: that the form may lie elsewhere."""
        return (NEAR_TIE,) if self.is_near_tie else ()


Fitting: TypeAlias = dict[int, Judged]
"""How well each form that may fit does so, and how it lies, by the identity of the form."""


Lies: TypeAlias = Callable[[Points, Template], bool]
"""Whether a form may lie as a matrix, from template units to pixels of the page, says."""


def any_way(matrix: Points, template: Template) -> bool:
    """Forms may lie in any way."""
    return True


def register(image: Gray, templates: Sequence[Template], lies: Lies = any_way) -> Registration | None:
    """The template that the page shows and how it lies there, in any of four orientations; None if none fits.

    `image` is the whole page, shape (height, width). The work is done on a reduced copy: first of the page as it is,
    then of the sheet of paper that a photograph shows; on each by marks, by reference pictures, by boxes alone. What
    is known of the way that a form `lies` is kept to.
    Raises TemplateError if a template's reference picture cannot be read.
    """
    forms = [prepare_form(template) for template in templates]
    whole = reduced_page(image)
    found = _find(whole, image, forms, lies)
    return found and _with_beside(whole, image, forms, found)


def _find(whole: ReducedPage, image: Gray, forms: Sequence[PreparedForm], lies: Lies = any_way) -> Registration | None:
    best: Registration | None = None
    for reduced in _pages(whole, image):
        found = _find_on(reduced, image, forms, lies)
        if found is None:
            continue
        by_bubbles, by_edges = _led_by_bubbles(found, forms), _led_by_edges(found, forms)
        # The edges of a sheet tell where a grid of bubbles lies that fits elsewhere as well, and what is upside down.
        if best is None or (not (by_edges and found.is_near_tie), found.fit) > (
            not (_led_by_edges(best, forms) and best.is_near_tie),
            best.fit,
        ):
            best = found
        sure = REGISTRATION.bubble_sure if by_bubbles else REGISTRATION.sure
        if found.fit >= sure and not (by_edges and found.is_near_tie):
            break
    return best


def _find_on(reduced: ReducedPage, image: Gray, forms: Sequence[PreparedForm], lies: Lies) -> Registration | None:
    fitting: Fitting = {}
    for guess in (by_marks, by_reference, by_boxes, by_bubbles):
        for hypotheses in guess(reduced, forms):
            on_page = [one for one in hypotheses if lies(reduced.matrix @ one.matrix, one.form.template)]
            _judge_all(reduced, on_page, fitting)
            if _is_sure(fitting):
                return _choose(reduced, fitting, lies)
    _look_closer(reduced, closer_page(image), fitting)
    return _choose(reduced, fitting, lies)


def _with_beside(whole: ReducedPage, image: Gray, forms: Sequence[PreparedForm], found: Registration) -> Registration:
    """`found` with the sheets beside it, one after another, where there is room for them and boxes are seen there."""
    beside = boxes_beside(whole, found.template, found.matrix)
    if len(beside) < REGISTRATION.second_boxes:
        return found
    rest = without_sheet(image, found.template, found.matrix)
    reduced = reduced_page(rest)
    beside_it = _find(reduced, rest, forms)
    if beside_it is not None:
        return replace(found, beside=_with_beside(reduced, rest, forms, beside_it))
    return replace(found, more=len(beside) >= REGISTRATION.box_few)


def follow(image: Gray, before: Registration) -> Registration:
    """`before`, which lies near the truth for this picture, made exact on it; its `fit` says whether the form is there.
    How much better it fits than elsewhere, and what else is in the picture, is as it was.

    For the pictures of a video, where the form moves little from one to the next: no search is made.
    Raises TemplateError if the template's reference picture cannot be read.
    """
    reduced = reduced_page(image)
    hypothesis = Hypothesis(prepare_form(before.template), np.linalg.inv(reduced.matrix) @ before.matrix)
    found = _judge(reduced, hypothesis)
    matrix, fit = reduced.matrix @ found.hypothesis.matrix, found.fit
    return replace(before, matrix=matrix, fit=fit, rival=fit - before.margin)


def _pages(whole: ReducedPage, image: Gray) -> Iterator[ReducedPage]:
    yield whole
    yield from flattened_sheets(whole, image)


def _judge_all(reduced: ReducedPage, hypotheses: Sequence[Hypothesis], fitting: Fitting) -> None:
    """Puts into `fitting` how each form fits best; most hypotheses are dropped after a look at a few rulings."""
    groups = [_possible(reduced, list(group)) for _, group in groupby(hypotheses, key=lambda one: id(one.form))]
    groups = [group for group in groups if group]
    first = [
        (float(share), hypothesis)
        for group, shares in zip(groups, _few_seen(reduced, groups), strict=True)
        for share, hypothesis in zip(shares, group, strict=True)
        if share >= REGISTRATION.least_seen or hypothesis.form.reference is not None
    ]
    first.sort(key=lambda pair: -pair[0])
    for quick, hypothesis in _worth_judging(first):
        own = fitting.get(id(hypothesis.form))
        surest = _surest(fitting)
        behind = surest >= REGISTRATION.sure and quick < surest - REGISTRATION.behind
        if behind and (own or hypothesis.form.reference is None):
            continue
        judged = _judge(reduced, hypothesis)
        if judged.fit >= REGISTRATION.doubtful and (own is None or judged.fit > own.fit):
            fitting[id(hypothesis.form)] = judged


def _surest(fitting: Fitting) -> float:
    return max((one.fit for one in fitting.values()), default=0.0)


def _is_sure(fitting: Fitting) -> bool:
    """Whether a form fits so well that nothing else need be tried; bubbles a row aside lie on most others."""
    return any(
        one.fit >= (REGISTRATION.bubble_sure if one.hypothesis.form.by_bubbles else REGISTRATION.sure)
        for one in fitting.values()
    )


def _led_by_bubbles(found: Registration, forms: Sequence[PreparedForm]) -> bool:
    return any(form.template is found.template and form.by_bubbles for form in forms)


def _led_by_edges(found: Registration, forms: Sequence[PreparedForm]) -> bool:
    return any(form.template is found.template and (form.by_bubbles or form.turns) for form in forms)


def _look_closer(reduced: ReducedPage, closer: ReducedPage, fitting: Fitting) -> None:
    """Judges the forms in `fitting` again by their rulings in a finer page: thin or pale ones vanish in another."""
    if closer.image.shape[0] < REGISTRATION.closer * reduced.image.shape[0]:
        return
    best_first = sorted(fitting.items(), key=lambda item: -item[1].fit)
    for key, before in best_first[: REGISTRATION.compared]:
        again = _judge(reduced, before.hypothesis, closer)
        if again.fit > before.fit:
            fitting[key] = again


def _possible(reduced: ReducedPage, group: Sequence[Hypothesis]) -> list[Hypothesis]:
    """Of hypotheses of one form, those by which a camera could see it, with cells large enough to be told."""
    form, matrices = group[0].form, np.stack([hypothesis.matrix for hypothesis in group])
    large_enough = rooms(matrices, form) >= REGISTRATION.least_room * reduced.reach
    wanted = are_plausible(matrices, form.boxes.centres) & large_enough
    return [hypothesis for hypothesis, good in zip(group, wanted, strict=True) if good]


def _few_seen(reduced: ReducedPage, groups: Sequence[Sequence[Hypothesis]]) -> list[NDArray[np.float64]]:
    """For each hypothesis of each form the share of a few of the form's rulings that the page shows there."""
    by_bubbles = [_few_bubbles(reduced, group) for group in groups if group[0].form.by_bubbles]
    if by_bubbles:
        rulings = iter(_few_seen(reduced, [group for group in groups if not group[0].form.by_bubbles]))
        bubbles = iter(by_bubbles)
        return [next(bubbles) if group[0].form.by_bubbles else next(rulings) for group in groups]
    few = [
        transform_all(np.stack([one.matrix for one in group]), group[0].form.few.reshape(-1, 2)).reshape(
            len(group), *group[0].form.few.shape
        )
        for group in groups
    ]
    shares = ruling_fits(reduced.image, few, reduced.reach)
    most = max((float(own.max()) for own in shares), default=0.0)
    sure = REGISTRATION.sure
    # Mappings by boxes may lie farther off; but widely, the next ruling is near enough to be taken for one.
    wide = [i for i, own in enumerate(shares) if own.max() < sure and (most < sure or own.max() >= most / 2)]
    for i, again in zip(wide, ruling_fits(reduced.image, [few[i] for i in wide], 2 * reduced.reach), strict=True):
        shares[i] = np.maximum(shares[i], again)
    return shares


def _few_bubbles(reduced: ReducedPage, group: Sequence[Hypothesis]) -> NDArray[np.float64]:
    """For each hypothesis of a form that has little but bubbles the share of them that lies on outlines."""
    bubbles = group[0].form.bubbles
    return np.array([bubbles_seen(reduced.outlines, bubbles, one.matrix)[1].mean() for one in group])


def _choose(reduced: ReducedPage, fitting: Fitting, lies: Lies = any_way) -> Registration | None:
    """Of the forms that fit the one to take, None without any.

    Forms of one family may have the same boxes in the same places: of several that fit, the one is taken whose other
    print is on the page as well.
    """
    fits = [one for one in fitting.values() if one.fit >= LEAST_FIT]
    if not fits:
        return None
    if len(fits) > 1:
        fits.sort(key=lambda one: one.fit + _likeness(reduced, one), reverse=True)
    best = fits[0]
    template = best.hypothesis.form.template
    rival, everywhere = rival_fit(reduced, best, lambda matrix: lies(reduced.matrix @ matrix, template))
    found = Registration(best.hypothesis.form.template, reduced.matrix @ best.hypothesis.matrix, best.fit, rival)
    # Squared paper: boxes everywhere, and nothing that says which of them are the form's.
    lost = found.is_near_tie and (everywhere or best.fit < REGISTRATION.sure)
    return None if lost else found


def _worth_judging(first: list[tuple[float, Hypothesis]]) -> list[tuple[float, Hypothesis]]:
    """Of hypotheses, best first, some, and the best one of every form whose picture can still speak for it."""
    most = REGISTRATION.judged
    judged = first[:most]
    known = {id(hypothesis.form) for _, hypothesis in judged}
    for quick, hypothesis in first[most:]:
        if hypothesis.form.reference is not None and id(hypothesis.form) not in known:
            known.add(id(hypothesis.form))
            judged.append((quick, hypothesis))
    return judged


def _likeness(reduced: ReducedPage, judged: Judged) -> float:
    """How much of the form's print away from its boxes the page shows; without a picture of it, its fit has to do."""
    found = judged.hypothesis
    reference = found.form.reference
    if reference is None:
        return judged.fit
    patches = reference.patches
    if not patches.telling.all():
        patches = replace(patches, telling=~patches.telling)
    matrix, best = found.matrix @ np.linalg.inv(reference.matrix), 0.0
    for _ in range(3):
        # Boxes in a corner of the page place what is far from them only nearly.
        aligned = align_patches(reduced.image, matrix, patches)
        if aligned.share <= best:
            break
        matrix, best = aligned.matrix, aligned.share
    return best


def _judge(reduced: ReducedPage, hypothesis: Hypothesis, closer: ReducedPage | None = None) -> Judged:
    """The hypothesis made exact, and how well it then fits: rulings, and pieces of the reference.

    Rulings are looked for in `closer`, the same page at a larger size, if it is given.
    """
    form, matrix = hypothesis.form, hypothesis.matrix
    if form.by_bubbles:
        return _judge_bubbles(closer or reduced, reduced, hypothesis)
    if form.reference is None:
        if not len(form.rulings):
            return Judged(0.0, hypothesis)
        matrix, fit = _on_rulings(closer or reduced, reduced, form, matrix, align=True)
        return Judged(fit, Hypothesis(form, matrix))
    placed = _place(reduced, form.reference, matrix)
    matrix, share, others = placed.matrix @ form.reference.matrix, placed.share, placed.others
    if len(form.rulings) < REGISTRATION.fewest_rulings:
        return Judged(share, Hypothesis(form, matrix), others)
    matrix, seen = _on_rulings(closer or reduced, reduced, form, matrix, align=share < REGISTRATION.well_found)
    exact = Hypothesis(form, matrix)
    if share < REGISTRATION.least_found and (others is None or others < REGISTRATION.print_alike):
        return Judged(0.0, exact, others)
    # Thin rulings fade in photographs; then the pieces around the boxes speak for them, but not so that none is looked
    # for better: forms of one family share most of their boxes.
    by_pieces = min(REGISTRATION.by_pieces * share, REGISTRATION.unsure)
    fit = max((seen + share) / 2, by_pieces if share >= REGISTRATION.well_found and seen >= REGISTRATION.faded else 0.0)
    if others is None or others >= REGISTRATION.print_alike:
        return Judged(fit, exact, others)
    known = others >= REGISTRATION.print_known or fit >= REGISTRATION.wholly
    judged = Judged(fit, exact, others)
    return judged if known and _is_alone(reduced, judged, form.reference, seen) else Judged(0.0, exact, others)


def _judge_bubbles(looked: ReducedPage, reduced: ReducedPage, hypothesis: Hypothesis) -> Judged:
    """The hypothesis made exact by the bubbles that `looked` shows, and the share of bubbles and rulings there."""
    form = hypothesis.form
    to_looked = np.linalg.inv(looked.matrix) @ reduced.matrix
    _, there = onto_outlines(looked.outlines, form.bubbles, to_looked @ hypothesis.matrix)
    share = bubble_fit(looked.outlines, form.bubbles, there)
    matrix = np.linalg.inv(to_looked) @ there
    if len(form.rulings):
        matrix, seen = _on_rulings(looked, reduced, form, matrix, align=False)
        count = len(form.bubbles.centres)
        share = (count * share + len(form.rulings) * seen) / (count + len(form.rulings))
    inside, missing = marks_inside(reduced, Hypothesis(form, matrix))
    if inside >= REGISTRATION.mark_enough and inside - missing == len(form.marks):
        # All marks where they should be say as much as bubbles, of which some do not show in small pictures.
        share = (1 + share) / 2
    return Judged(share, Hypothesis(form, matrix))


def _is_alone(reduced: ReducedPage, placed: Judged, reference: Reference, seen: float) -> bool:
    """Whether the share `seen` of the form's rulings is seen in this place only: those of a table are seen nearly as
    well a cell aside or upside down. Where they are, the print beside the boxes must be in this place only: that of
    the blank form would come to lie inside fields, and show a row further on."""
    form, matrix = placed.hypothesis.form, placed.hypothesis.matrix
    middle = form.boxes.centres.mean(0)
    over = np.array(((-1, 0, 2 * middle[0]), (0, -1, 2 * middle[1]), (0, 0, 1.0)))
    elsewhere = (matrix @ step for step in (*one_off(form.boxes), over))
    least = seen - REGISTRATION.alone
    close = [one for one in elsewhere if ruling_fit(reduced.image, one, form.rulings, reduced.reach) >= least]
    own = (placed.others or 0.0) - REGISTRATION.print_tells
    return all((_place(reduced, reference, one).others or 0.0) <= own for one in close)


def _place(reduced: ReducedPage, reference: Reference, matrix: Points) -> Aligned:
    """The reference's pieces on the page, nearly where `matrix` puts them, template units to pixels of `reduced`."""
    matrix = matrix @ np.linalg.inv(reference.matrix)
    best = align_patches(reduced.image, matrix, reference.patches)
    if best.agreeing.mean() <= REGISTRATION.placed:
        again = align_patches(reduced.image, best.matrix, reference.patches)
        if again.agreeing.sum() > best.agreeing.sum():
            best = again
    nearly = best.agreeing.mean() > REGISTRATION.nearly
    return look_again(reduced.image, best, reference.patches) if nearly else best


def _on_rulings(
    looked: ReducedPage, reduced: ReducedPage, form: PreparedForm, matrix: Points, *, align: bool
) -> tuple[Points, float]:
    """`matrix`, in pixels of `reduced`, and the share of the form's rulings that `looked` shows there; with `align`
    moved onto them if that shows more."""
    to_looked = np.linalg.inv(looked.matrix) @ reduced.matrix
    there = to_looked @ matrix
    fit = ruling_fit(looked.image, there, form.rulings, looked.reach)
    if fit < 1.0 and align:
        # No further than a third of a cell, or one ruling is taken for the next.
        reach = min(2 * looked.reach, float(rooms(there[None], form)[0]) / REGISTRATION.aligned)
        reach = max(2.0, reach)
        aligned = align_to_rulings(looked.image, there, form.rulings, reach)
        better = ruling_fit(looked.image, aligned, form.rulings, looked.reach)
        if better > fit:
            return np.linalg.inv(to_looked) @ aligned, better
    return matrix, fit
