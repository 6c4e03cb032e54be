"""The one way from pages to readings, which batch, queue, camera and web all take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractor.decoding import Decoded, decode
from extractor.errors import TemplateError
from extractor.fields import FieldImage, locate, whole_field
from extractor.recognizer import Recognizer, load_recognizer
from extractor.registration import Registration, register
from extractor.rules import apply_rules
from extractor.segmentation import Lattice, segment
from extractor.segmentation.lattice import stack_crops
from extractor.template import Format, Template, load_template
from extractor.values import FailedPage, FieldStatus, Kind, Page, PageResult, PageStatus, Reading

SINGLE = "value"
"""The name of the one field of a picture that is a field by itself."""


@dataclass(frozen=True)
class ReadOptions:
    """What a reading depends on besides the pages. `templates` are paths of template files."""

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
class _Sheet:
    """One page on its way through: the answer so far, or the fields still to be read."""

    page: Page | FailedPage
    result: PageResult | None
    registration: Registration | None
    jobs: tuple[_Job, ...]


def open_reader(options: ReadOptions) -> Reader:
    """A reader with templates and model loaded. Raises TemplateError or ModelError."""
    forms = tuple(load_template(path) for path in options.templates)
    if not forms and not options.single_field:
        raise TemplateError("Give a template (-t), or say that every picture is one field (--single-field).")
    names = [form.form for form in forms]
    for name in names:
        if names.count(name) > 1:
            raise TemplateError(f"Two templates are called '{name}'; give each form a name of its own.")
    return Reader(forms, load_recognizer(engine=options.engine), accept=options.accept)


class Reader:
    """Reads pages by `forms`; without any, every page is one field. Holds the loaded model and nothing else."""

    def __init__(
        self, forms: Sequence[Template], recognizer: Recognizer, *, accept: float = 0.99, single: Format | None = None
    ) -> None:
        self._forms = tuple(forms)
        self._recognizer = recognizer
        self._accept = accept
        self._single = single or Format()

    @property
    def fields(self) -> tuple[tuple[str, Kind], ...]:
        """Names and kinds of the fields of all forms, in order, each name once."""
        if not self._forms:
            return ((SINGLE, self._single.kind),)
        kinds: dict[str, Kind] = {}
        for form in self._forms:
            for field in form.fields:
                kinds.setdefault(field.name, field.format.kind)
        return tuple(kinds.items())

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

    def _prepare(self, page: Page | FailedPage, crops: list[np.ndarray]) -> _Sheet:
        if isinstance(page, FailedPage):
            result = PageResult(page.file, page.number, "", PageStatus.FAILED, reason=page.reason)
            return _Sheet(page, result, None, ())
        if not self._forms:
            whole = whole_field(page.image)
            lattice = segment(whole, comb=False)
            return _Sheet(page, None, None, (self._queue(SINGLE, self._single, whole, lattice, crops),))
        registration = register(page.image, self._forms)
        if registration is None:
            reason = "No template fits this page; check that it is the right form and that all of the sheet shows."
            result = PageResult(page.file, page.number, "", PageStatus.UNMATCHED, reason=reason)
            return _Sheet(page, result, None, ())
        jobs = []
        for field in registration.template.fields:
            image = locate(page.image, registration, field)
            lattice = segment(image, comb=field.cells is not None)
            jobs.append(self._queue(field.name, field.format, image, lattice, crops))
        return _Sheet(page, None, registration, tuple(jobs))

    @staticmethod
    def _queue(name: str, form: Format, image: FieldImage, lattice: Lattice, crops: list[np.ndarray]) -> _Job:
        start = sum(len(rows) for rows in crops)
        crops.append(lattice.crops)
        return _Job(name, form, image, lattice, slice(start, start + len(lattice.crops)))

    def _finish(self, sheet: _Sheet, scores: np.ndarray) -> PageResult:
        readings: list[Reading] = []
        for job in sheet.jobs:
            decoded = decode(
                job.lattice, scores[job.rows], self._recognizer.classes, job.format, self._recognizer.calibration
            )
            readings.append(_reading(job, decoded, self._accept))
        page = sheet.page
        if sheet.registration is None:
            return PageResult(page.file, page.number, "", PageStatus.READ, tuple(readings), fit=1.0)
        form, fit = sheet.registration.template, sheet.registration.fit
        settled, outcomes = apply_rules(form.rules, readings, self._accept)
        return PageResult(page.file, page.number, form.form, PageStatus.READ, settled, fit=fit, rules=outcomes)


def _reading(job: _Job, decoded: Decoded, accept: float) -> Reading:
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
