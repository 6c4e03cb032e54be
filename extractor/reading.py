"""The one way from pages to readings, which batch, queue, camera and web all take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from extractor.decoding import Decoded, decode, decode_ctc
from extractor.decoding.unread import unread_cells
from extractor.errors import ModelError, TemplateError
from extractor.fields import FieldImage, as_single_field, locate_all
from extractor.finding.templateless import lattice_holds_digits, page_fields, string_holds_digits
from extractor.options import ReadMode, ReadOptions
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Model, Recognizers
from extractor.recognizer.string_views import StringReading, read_one_view, read_strings
from extractor.recognizer.symbol_views import symbol_scores
from extractor.registration import Registration, register
from extractor.rules import apply_rules
from extractor.segmentation import Lattice, lies_across, segment
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

SINGLE_FIELD = TemplateField(name=SINGLE, box=Box(0, 0, 1, 1))
"""That field; its box is the picture, whatever its size."""

NO_LATTICE = Lattice(1, (), stack_crops([]), comb=False)
"""The lattice of a string that is not cut into symbols."""

MAYBE_ANOTHERS = 0.5
"""How sure a string is at most that may not be all of what was written, or more than that: a digit lies across the side
of its box, or another number stands close beside it."""

NO_TEMPLATE = "No template fits this page; check that it is the right form and that all of the sheet shows."
NO_FIELD = "No field with handwritten digits was found on this page; give the form's template with -t."


@dataclass(frozen=True)
class Observation:
    """One field in one picture before anything is decided, and the `model` of its alphabet.

    `lattice` has its symbols, and `scores` what the network says of each of its crops: log-probabilities of shape
    (crops of the lattice, classes). A string that a CTC network reads has its `string` and an empty lattice.
    """

    name: str
    format: Format
    image: FieldImage
    model: Model
    lattice: Lattice
    scores: Floats
    string: StringReading | None = None


@dataclass(frozen=True)
class Located:
    """A field of a page, cut out, and the model that is to read it; where one view of a string has to do, the number
    of that `view` (any; it goes round)."""

    field: TemplateField
    image: FieldImage
    model: Model
    view: int | None = None


@dataclass(frozen=True)
class _Sheet:
    """One page on its way through: the answer so far, or the fields still to be read."""

    page: Page | FailedPage
    result: PageResult | None
    registration: Registration | None
    located: tuple[Located, ...]


def open_reader(options: ReadOptions) -> Reader:
    """A reader with templates and model loaded. Raises TemplateError or ModelError."""
    forms = tuple(load_template(path) for path in options.templates)
    names = [form.form for form in forms]
    for name in names:
        if names.count(name) > 1:
            raise TemplateError(f"Two templates are called '{name}'; give each form a name of its own.")
    return make_reader(forms, Recognizers(options.engine), options)


def make_reader(forms: Sequence[Template], recognizers: Recognizers, options: ReadOptions) -> Reader:
    """A reader by `forms`, the loaded templates, whose models come from `recognizers`. Raises ModelError."""
    model = Path(options.model) if options.model else None
    models = recognizers.for_fields(forms, model)
    first = recognizers.of(model or SHIPPED)
    finding = options.mode is ReadMode.FOUND
    if finding and not set("0123456789") <= set(first.symbols.classes):
        raise ModelError(f"Only fields with digits are found on pages without a template, and {model} reads none.")
    return Reader(forms, first, accept=options.accept, finding=finding, models=models, dpi=options.dpi)


class Reader:
    """Reads pages by `forms`; without any, every page is one field, or has its fields found on it (`finding`).

    `models` has the model for a form's name and an alphabet; what is not there is read by `model`. Holds the
    loaded models and nothing else.
    """

    def __init__(
        self,
        forms: Sequence[Template],
        model: Model,
        *,
        accept: float = 0.99,
        finding: bool = False,
        models: Mapping[tuple[str, str], Model] | None = None,
        dpi: int | None = None,
    ) -> None:
        self._forms = tuple(forms)
        self._model = model
        self._accept = accept
        self._finding = finding
        self._models = dict(models or {})
        self._dpi = dpi

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
        return self._dpi or max((form.page.dpi for form in self._forms), default=200)

    def read(self, pages: Sequence[Page | FailedPage]) -> list[PageResult]:
        """One result for each page, in order; all crops of all pages go through their network together."""
        sheets = [self._prepare(page) for page in pages]
        seen = iter(observe([one for sheet in sheets for one in sheet.located]))
        return [sheet.result or self._finish(sheet, list(islice(seen, len(sheet.located)))) for sheet in sheets]

    def read_and_observe(self, page: Page | FailedPage) -> tuple[PageResult, list[Observation]]:
        """What `read` gives for one page, and all that was seen on it, also in what held no digits."""
        sheet = self._prepare(page)
        seen = observe(sheet.located)
        return sheet.result or self._finish(sheet, seen), seen

    def observe(
        self,
        located: Iterable[tuple[TemplateField, FieldImage]],
        most: int | None = None,
        views: Mapping[str, int] | None = None,
        form: Template | None = None,
    ) -> list[Observation]:
        """What is seen in a few fields of one picture of `form` (else the first that there is), to be weighed with
        other pictures of the same sheet.

        With `most` no further field is taken once their cells, or digits as far as strings have room for them, are so
        many: the network's time is then bounded. Of strings that `views` names, that one view has to do.
        """
        taken: list[Located] = []
        count = 0
        name = form.form if form is not None else self._forms[0].form if self._forms else ""
        for field, image in located:
            model = self._model_of(name, field)
            taken.append(Located(field, image, model, (views or {}).get(field.name)))
            count += field.cells or round(image.inside.width / max(1.0, image.inside.height)) + 1
            if most is not None and count >= most:
                break
        return observe(taken)

    def holds_digits(self, seen: Observation) -> bool:
        """Whether handwritten digits are seen there: for fields that were found rather than given by a template."""
        if seen.string is not None:
            return string_holds_digits(seen.string)
        return lattice_holds_digits(seen.lattice, seen.scores, seen.model.symbols.classes)

    def decode(self, seen: Observation) -> Decoded:
        """The best reading of what is seen, under its field's format; in doubt where a digit may be another field's."""
        decoded = self._decoded(seen)
        if seen.lattice.comb or decoded.confidence <= MAYBE_ANOTHERS or not lies_across(seen.image):
            return decoded
        return replace(decoded, confidence=MAYBE_ANOTHERS)

    def _decoded(self, seen: Observation) -> Decoded:
        symbols = seen.model.symbols
        if seen.string is None or seen.model.ctc is None:
            return decode(seen.lattice, seen.scores, symbols.classes, seen.format, symbols.calibration)
        return decode_ctc(seen.string.transcripts, seen.format, seen.model.ctc.calibration)

    def settle(
        self, form: Template | None, decided: Sequence[tuple[Observation, Decoded]]
    ) -> tuple[tuple[Reading, ...], tuple[RuleOutcome, ...]]:
        """The readings of one sheet from what was decided for its fields, after the rules of `form`."""
        readings = [_reading(seen, decoded, self._accept) for seen, decoded in decided]
        if form is None or not form.rules:
            return tuple(readings), ()
        unread = {}
        for (seen, _), reading in zip(decided, readings, strict=True):
            cells = None
            if not reading.value and reading.notes:
                cells = unread_cells(seen.lattice, seen.scores, seen.model.symbols.classes, seen.format)
            if cells is not None:
                unread[seen.name] = cells
        return apply_rules(form.rules, readings, self._accept, unread)

    def _prepare(self, page: Page | FailedPage) -> _Sheet:
        if isinstance(page, FailedPage):
            result = PageResult(page.file, page.number, "", PageStatus.FAILED, reason=page.reason)
            return _Sheet(page, result, None, ())
        if self._finding:
            found = tuple(Located(f.field, f.image, self._model) for f in page_fields(page.image))
            return _Sheet(page, None, None, found)
        if not self._forms:
            return _Sheet(page, None, None, (Located(SINGLE_FIELD, as_single_field(page.image), self._model),))
        registration = register(page.image, self._forms)
        if registration is None:
            return _Sheet(page, _unmatched(page, NO_TEMPLATE), None, ())
        form, fields = registration.template.form, registration.template.fields
        images = locate_all(page.image, [(registration.matrix, field) for field in fields])
        located = [
            Located(field, image, self._model_of(form, field)) for field, image in zip(fields, images, strict=True)
        ]
        return _Sheet(page, None, registration, tuple(located))

    def _model_of(self, form: str, field: TemplateField) -> Model:
        return self._models.get((form, field.alphabet), self._model)

    def _finish(self, sheet: _Sheet, seen: Sequence[Observation]) -> PageResult:
        kept = [one for one in seen if not self._finding or self.holds_digits(one)]
        page = sheet.page
        if self._finding and not kept:
            return _unmatched(page, NO_FIELD)
        decided = [(one, self.decode(one)) for one in kept]
        registration = sheet.registration
        readings, outcomes = self.settle(registration.template if registration else None, decided)
        form, fit = (registration.template.form, registration.fit) if registration else ("", 1.0)
        return PageResult(page.file, page.number, form, PageStatus.READ, readings, fit=fit, rules=outcomes)


def observe(located: Sequence[Located]) -> list[Observation]:
    """What is seen in each field, each model running once over all that it is to read."""
    seen: list[Observation | None] = [None] * len(located)
    by_model: dict[int, list[int]] = {}
    for index, one in enumerate(located):
        by_model.setdefault(id(one.model), []).append(index)
    for places in by_model.values():
        model = located[places[0]].model
        strings = _strings([located[i] for i in places])
        lattices = [
            NO_LATTICE if string is not None else segment(one.image, comb=one.field.cells is not None)
            for one, string in zip((located[i] for i in places), strings, strict=True)
        ]
        for i, string, lattice, scores in zip(places, strings, lattices, _scores(lattices, model), strict=True):
            one = located[i]
            seen[i] = Observation(one.field.name, one.field.format, one.image, one.model, lattice, scores, string)
    return [one for one in seen if one is not None]


def _scores(lattices: Sequence[Lattice], model: Model) -> list[Floats]:
    """What the symbols of `model` say of the crops of each lattice. Those of combs are one symbol each, and in doubt
    are seen in more views; most candidates of a string are no symbol, which their neighbours show."""
    scores: list[Floats] = [np.zeros((0, len(model.symbols.classes)), np.float32)] * len(lattices)
    for comb in (True, False):
        places = [i for i, lattice in enumerate(lattices) if lattice.comb == comb]
        crops = [lattices[i].crops for i in places]
        together = np.concatenate([stack_crops([]), *crops])
        rows = symbol_scores(together, model.symbols) if comb else model.symbols.log_probabilities(together)
        parts = np.split(rows, np.cumsum([len(own) for own in crops])[:-1])
        for i, part in zip(places, parts, strict=False):
            scores[i] = part
    return scores


def _strings(located: Sequence[Located]) -> list[StringReading | None]:
    """What the free strings of one model say by its CTC networks; None for combs, and where the model has none."""
    ctc, second = located[0].model.ctc, located[0].model.second_ctc
    if ctc is None:
        return [None] * len(located)
    strings = [one for one in located if one.field.cells is None]
    said = iter(read_strings([one.image for one in strings if one.view is None], ctc, second))
    once = [(one.image, one.view) for one in strings if one.view is not None]
    said_once = iter(read_one_view([image for image, _ in once], [view for _, view in once], ctc, second))
    return [
        None if one.field.cells is not None else next(said) if one.view is None else next(said_once) for one in located
    ]


def _unmatched(page: Page | FailedPage, reason: str) -> PageResult:
    return PageResult(page.file, page.number, "", PageStatus.UNMATCHED, reason=reason)


def _reading(job: Observation, decoded: Decoded, accept: float) -> Reading:
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
        cells=_apart(job.image),
    )


def _apart(image: FieldImage) -> tuple[tuple[float, float], ...]:
    if not image.gap:
        return ()
    left, width = image.inside.left, max(image.inside.width, 1e-6)
    return tuple((round((b.left - left) / width, 4), round((b.right - left) / width, 4)) for b in image.cell_boxes)
