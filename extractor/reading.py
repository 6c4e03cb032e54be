"""The one way from pages to readings, which batch, queue, camera and web all take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from extractor.decoding import Decoded, decode
from extractor.errors import TemplateError
from extractor.fields import FieldImage, locate, whole_field
from extractor.finding.read import holds_digits, page_fields
from extractor.recognizer import Recognizer, load_recognizer
from extractor.registration import Registration, register
from extractor.rules import apply_rules
from extractor.segmentation import Lattice, segment
from extractor.segmentation.lattice import stack_crops
from extractor.template import Format, Template, TemplateField, load_template
from extractor.values import (
    Box,
    FailedPage,
    FieldStatus,
    Floats,
    Kind,
    Page,
    PageResult,
    PageStatus,
    Reading,
    RuleOutcome,
)

SINGLE = "value"
"""The name of the one field of a picture that is a field by itself."""

WHOLE = TemplateField(name=SINGLE, box=Box(0, 0, 1, 1))
"""That field; its box is the picture, whatever its size."""

FEW = 8
"""Crops at a time where only a few fields are looked at: the smallest batch that the engines make ready."""

NO_TEMPLATE = "No template fits this page; check that it is the right form and that all of the sheet shows."
NO_FIELD = "No field with handwritten digits was found on this page; give the form's template with -t."


@dataclass(frozen=True)
class ReadOptions:
    """What a reading depends on besides the pages. `templates` are paths of template files; without any, either every
    picture is one field (`single_field`), or the fields of every page are found on it.
    """

    templates: tuple[str, ...] = ()
    single_field: bool = False
    accept: float = 0.99
    engine: str = "litert"


@dataclass(frozen=True)
class _Job:
    """One field on its way through: where it lies, its lattice and the rows of its crops in the batch."""

    name: str
    format: Format
    image: FieldImage
    lattice: Lattice
    rows: slice


@dataclass(frozen=True)
class Observation:
    """One field in one picture before anything is decided: its lattice, and what the network says of each crop,
    log-probabilities of shape (crops of the lattice, classes)."""

    name: str
    format: Format
    image: FieldImage
    lattice: Lattice
    scores: Floats


@dataclass(frozen=True)
class _Sheet:
    """One page on its way through: the answer so far, or the fields still to be read."""

    page: Page | FailedPage
    result: PageResult | None
    registration: Registration | None
    jobs: tuple[_Job, ...]


def open_reader(options: ReadOptions) -> Reader:
    """A reader with templates and model loaded. Raises TemplateError or ModelError."""
    forms = tuple(load_template(path) for path in options.templates)
    names = [form.form for form in forms]
    for name in names:
        if names.count(name) > 1:
            raise TemplateError(f"Two templates are called '{name}'; give each form a name of its own.")
    recognizer = load_recognizer(engine=options.engine)
    return Reader(forms, recognizer, accept=options.accept, finding=not forms and not options.single_field)


class Reader:
    """Reads pages by `forms`; without any, every page is one field, or has its fields found on it (`finding`).

    Holds the loaded model and nothing else.
    """

    def __init__(
        self, forms: Sequence[Template], recognizer: Recognizer, *, accept: float = 0.99, finding: bool = False
    ) -> None:
        self._forms = tuple(forms)
        self._recognizer = recognizer
        self._accept = accept
        self._finding = finding

    @property
    def fields(self) -> tuple[tuple[str, Kind], ...]:
        """Names and kinds of the fields of all forms, in order, each name once; none where fields are found."""
        if self._finding:
            return ()
        if not self._forms:
            return ((SINGLE, Kind.DIGITS),)
        kinds: dict[str, Kind] = {}
        for form in self._forms:
            for field in form.fields:
                kinds.setdefault(field.name, field.format.kind)
        return tuple(kinds.items())

    @property
    def forms(self) -> tuple[Template, ...]:
        """The templates that pages are read by."""
        return self._forms

    @property
    def dpi(self) -> int:
        """The resolution at which PDF pages that are no scans should be drawn."""
        return max((form.page.dpi for form in self._forms), default=200)

    def read(self, pages: Sequence[Page | FailedPage]) -> list[PageResult]:
        """One result for each page, in order; all crops of all pages go through the network together."""
        crops: list[np.ndarray] = []
        sheets = [self._prepare(page, crops) for page in pages]
        batch = np.concatenate(crops) if crops else stack_crops([])
        scores = self._recognizer.log_probabilities(batch)
        return [sheet.result or self._finish(sheet, scores) for sheet in sheets]

    def observe(
        self, located: Iterable[tuple[TemplateField, FieldImage]], most: int | None = None
    ) -> list[Observation]:
        """What is seen in a few fields of one picture, to be weighed with other pictures of the same sheet.

        With `most` no further field is taken once there are so many crops: the network's time is then bounded.
        """
        crops: list[np.ndarray] = []
        jobs: list[_Job] = []
        for field, image in located:
            jobs.append(self._queue(field, image, segment(image, comb=field.cells is not None), crops))
            if most is not None and jobs[-1].rows.stop >= most:
                break
        batch = np.concatenate(crops) if crops else stack_crops([])
        parts = [self._recognizer.log_probabilities(batch[i : i + FEW]) for i in range(0, len(batch), FEW)]
        scores = np.concatenate(parts) if parts else np.zeros((0, len(self._recognizer.classes)), np.float32)
        return [Observation(job.name, job.format, job.image, job.lattice, scores[job.rows]) for job in jobs]

    def holds_digits(self, seen: Observation) -> bool:
        """Whether handwritten digits are seen there: for fields that were found rather than given by a template."""
        return holds_digits(seen.lattice, seen.scores, self._recognizer.classes)

    def decode(self, seen: Observation) -> Decoded:
        """The best reading of what is seen, under its field's format."""
        return decode(seen.lattice, seen.scores, self._recognizer.classes, seen.format, self._recognizer.calibration)

    def settle(
        self, form: Template | None, decided: Sequence[tuple[Observation, Decoded]]
    ) -> tuple[tuple[Reading, ...], tuple[RuleOutcome, ...]]:
        """The readings of one sheet from what was decided for its fields, after the rules of `form`."""
        readings = [_reading(seen, decoded, self._accept) for seen, decoded in decided]
        return apply_rules(form.rules if form is not None else (), readings, self._accept)

    def _prepare(self, page: Page | FailedPage, crops: list[np.ndarray]) -> _Sheet:
        if isinstance(page, FailedPage):
            result = PageResult(page.file, page.number, "", PageStatus.FAILED, reason=page.reason)
            return _Sheet(page, result, None, ())
        if self._finding:
            found = [
                self._queue(f.field, f.image, segment(f.image, comb=f.field.cells is not None), crops)
                for f in page_fields(page.image)
            ]
            return _Sheet(page, None, None, tuple(found))
        if not self._forms:
            whole = whole_field(page.image)
            lattice = segment(whole, comb=False)
            return _Sheet(page, None, None, (self._queue(WHOLE, whole, lattice, crops),))
        registration = register(page.image, self._forms)
        if registration is None:
            return _Sheet(page, _unmatched(page, NO_TEMPLATE), None, ())
        jobs = []
        for field in registration.template.fields:
            image = locate(page.image, registration, field)
            lattice = segment(image, comb=field.cells is not None)
            jobs.append(self._queue(field, image, lattice, crops))
        return _Sheet(page, None, registration, tuple(jobs))

    @staticmethod
    def _queue(field: TemplateField, image: FieldImage, lattice: Lattice, crops: list[np.ndarray]) -> _Job:
        start = sum(len(rows) for rows in crops)
        crops.append(lattice.crops)
        return _Job(field.name, field.format, image, lattice, slice(start, start + len(lattice.crops)))

    def _finish(self, sheet: _Sheet, scores: np.ndarray) -> PageResult:
        readings: list[Reading] = []
        for job in sheet.jobs:
            if self._finding and not holds_digits(job.lattice, scores[job.rows], self._recognizer.classes):
                continue
            decoded = decode(
                job.lattice, scores[job.rows], self._recognizer.classes, job.format, self._recognizer.calibration
            )
            readings.append(_reading(job, decoded, self._accept))
        page = sheet.page
        if self._finding and not readings:
            return _unmatched(page, NO_FIELD)
        if sheet.registration is None:
            return PageResult(page.file, page.number, "", PageStatus.READ, tuple(readings), fit=1.0)
        form, fit = sheet.registration.template, sheet.registration.fit
        settled, outcomes = apply_rules(form.rules, readings, self._accept)
        return PageResult(page.file, page.number, form.form, PageStatus.READ, settled, fit=fit, rules=outcomes)


def _unmatched(page: Page | FailedPage, reason: str) -> PageResult:
    return PageResult(page.file, page.number, "", PageStatus.UNMATCHED, reason=reason)


def _reading(job: _Job | Observation, decoded: Decoded, accept: float) -> Reading:
    meaning = decoded.meaning
    if meaning.problem or decoded.confidence < accept:
        status = FieldStatus.REVIEW
    elif meaning.void:
        status = FieldStatus.VOID
    elif meaning.missing:
        status = FieldStatus.BLANK
    else:
        status = FieldStatus.ACCEPTED
    return Reading(
        field=job.name,
        kind=job.format.kind,
        value=meaning.value,
        written=decoded.written,
        confidence=decoded.confidence,
        status=status,
        quad=job.image.quad,
        alternatives=decoded.alternatives,
        notes=(meaning.problem,) if meaning.problem else (),
    )
