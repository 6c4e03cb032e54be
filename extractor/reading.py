"""The one way from pages to readings, which batch, queue, camera and web all take: `observation` has what is seen in
their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from extractor.barcodes.code_reader import SeenCode
from extractor.barcodes.sheet_code import chosen_by_code, lies_upright, read_sheet_codes, separator_code
from extractor.decoding import Decoded
from extractor.decoding.unread import UnreadCells, unread_cells
from extractor.documents.negative import is_dark
from extractor.errors import ModelError, TemplateError
from extractor.field_symbols import field_symbols
from extractor.fields import FieldImage, as_single_field
from extractor.observation import (
    Located,
    Observation,
    decode,
    holds_digits,
    observe,
    second_opinions,
    wants_second,
)
from extractor.options import ReadMode, ReadOptions
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Model, Recognizers
from extractor.recognizer.second_reader import SecondReader
from extractor.records import own_code
from extractor.registration import Registration, register
from extractor.rules import apply_rules
from extractor.sheet_fields import locate_sheet, locate_unwritten
from extractor.template import Template, TemplateField, load_template
from extractor.values import (
    SEPARATOR,
    Box,
    Doubt,
    DoubtKind,
    FailedPage,
    FieldStatus,
    Gray,
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

NO_TEMPLATE = "No template fits this page; check that it is the right form and that all of the sheet shows."
NEGATIVE = "The picture is a negative, white on black; turn its colours round and read it again."
NUMBERING = Doubt(DoubtKind.PRINT, "with those beside it it counts up by one; these may be printed numbers", 0.5)
NUMBERED_ON_FORM = 5
"""Fields of a form whose values count up by one: people write such numbers one after the other less often."""

BESIDE = "There is another form in this picture, which is not shown here; a job reads both."
MORE = "There are printed boxes beside the form; if they are of another form, scan each sheet by itself."
NO_FIELD = "No field with handwritten digits was found on this page; give the form's template with -t."


@dataclass(frozen=True)
class _Prepared:
    """One page with its fields cut out, or with the `result` that it has without reading any."""

    page: Page | FailedPage
    result: PageResult | None = None
    registration: Registration | None = None
    located: tuple[Located, ...] = ()


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
    versions = {one.form: Path(one.model) for one in options.versions}
    models = recognizers.for_fields(forms, model, versions)
    first = recognizers.of(model or SHIPPED)
    finding = options.mode is ReadMode.FOUND
    if finding and not set("0123456789") <= set(first.symbols.classes):
        raise ModelError(f"Only fields with digits are found on pages without a template, and {model} reads none.")
    return Reader(
        forms,
        first,
        accept=options.accept,
        finding=finding,
        models=models,
        dpi=options.dpi,
        second=recognizers.second,
        symbols=options.symbols,
    )


class Reader:
    """Reads pages by `forms`; without any, every page is one field, or has its fields found on it (`finding`).

    `models` has the model for a form's name and an alphabet; what is not there is read by `model`. `second` gives the
    second reader, if there is one, when it is first needed; `symbols` asks for the symbols of readings. Holds the
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
        second: Callable[[], SecondReader | None] = lambda: None,
        symbols: bool = False,
    ) -> None:
        self._forms = tuple(forms)
        self._model = model
        self._accept = accept
        self._finding = finding
        self._models = dict(models or {})
        self._dpi = dpi
        self._second = second
        self._symbols = symbols

    @property
    def fields(self) -> tuple[tuple[str, Kind], ...]:
        """Names and kinds of the columns of all forms, in order, each name once; none where fields are found."""
        if self._finding:
            return ()
        if not self._forms:
            return ((SINGLE, Kind.DIGITS),)
        kinds: dict[str, Kind] = {}
        for form in self._forms:
            for name, kind in form.columns:
                kinds.setdefault(name, kind)
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
        """One result for each page, in order, with those of the sheets `beside` it in the picture; all crops of all
        pages go through their network together."""
        prepared = [self._prepare(page) for page in pages]
        sheets = [sheet for page in prepared for sheet in page]
        together = iter(observe([field for sheet in sheets for field in sheet.located]))
        seen = [list(islice(together, len(sheet.located))) for sheet in sheets]
        results = [sheet.result or self._finish(sheet, own) for sheet, own in zip(sheets, seen, strict=True)]
        by_sheet = iter(_with_symbols(results, seen) if self._symbols else results)
        return [_of_page(list(islice(by_sheet, len(page)))) for page in prepared]

    def read_and_observe(self, page: Page | FailedPage) -> tuple[PageResult, list[Observation]]:
        """What `read` gives for the first sheet of one page, and all that was seen on it, also in what held no
        digits."""
        prepared, *beside = self._prepare(page)
        seen = observe(prepared.located)
        result = prepared.result or self._finish(prepared, seen)
        return (replace(result, reason=BESIDE) if beside else result), seen

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

    def observe_unwritten(
        self, image: Gray, registration: Registration, fields: Sequence[TemplateField]
    ) -> list[Observation]:
        """What is seen of `fields`, which are read by their bubbles or as barcodes, on one picture of a sheet; bubbles
        tell most where all of the sheet's are among them."""
        form = registration.template.form
        return observe(locate_unwritten(image, registration.matrix, fields, lambda field: self._model_of(form, field)))

    def settle(
        self, form: Template | None, decided: Sequence[tuple[Observation, Decoded]]
    ) -> tuple[tuple[Reading, ...], tuple[RuleOutcome, ...]]:
        """The readings of one sheet from what was decided for its fields, after the rules of `form`."""
        readings = [_reading(seen, decoded, self._accept) for seen, decoded in decided]
        if form is None or not form.all_rules:
            return tuple(readings), ()
        unread = {
            seen.name: cells
            for (seen, _), reading in zip(decided, readings, strict=True)
            if not reading.value and reading.is_forbidden and (cells := _unread(seen)) is not None
        }
        return apply_rules(form.all_rules, readings, self._accept, unread)

    def _prepare(self, page: Page | FailedPage) -> list[_Prepared]:
        """The sheets of one page, of which there is mostly one."""
        if isinstance(page, FailedPage):
            return [_Prepared(page, _without_readings(page, PageStatus.FAILED, page.reason))]
        if self._finding:
            from extractor.finding.templateless import page_fields  # Only here: it takes long to import.

            found = page_fields(page.image)
            return [_Prepared(page, located=tuple(Located(one.field, one.image, self._model) for one in found))]
        if not self._forms:
            return [_Prepared(page, located=(Located(SINGLE_FIELD, as_single_field(page.image), self._model),))]
        codes = read_sheet_codes(page.image, self._forms)
        if (parting := separator_code(codes, self._forms)) is not None:
            return [_Prepared(page, _separator(page, parting))]
        forms = chosen_by_code(codes, self._forms)
        registration = register(page.image, forms, partial(lies_upright, codes=codes)) if forms else None
        if registration is None:
            # A negative of a whole photograph is not known from a photograph by its tone: the form alone tells.
            inverted = is_dark(page.image) and register(255 - page.image, self._forms) is not None
            why = NEGATIVE if inverted else NO_TEMPLATE
            return [_Prepared(page, _without_readings(page, PageStatus.UNMATCHED, why))]
        sheets = []
        beside: Registration | None = registration
        while beside is not None:
            sheets.append(self._prepared_sheet(page, beside, codes))
            beside = beside.beside
        return sheets

    def _prepared_sheet(self, page: Page, registration: Registration, codes: Sequence[SeenCode]) -> _Prepared:
        form = registration.template.form
        located = locate_sheet(page.image, registration, lambda field: self._model_of(form, field), codes)
        return _Prepared(page, registration=registration, located=tuple(located))

    def _model_of(self, form: str, field: TemplateField) -> Model:
        return self._models.get((form, field.alphabet), self._model)

    def _finish(self, prepared: _Prepared, seen: Sequence[Observation]) -> PageResult:
        page, registration = prepared.page, prepared.registration
        if self._finding:
            seen = [one for one in seen if holds_digits(one)]
            if not seen:
                return _without_readings(page, PageStatus.UNMATCHED, NO_FIELD)
        template = registration.template if registration else None
        decided = [(one, decode(one)) for one in seen]
        if self._finding:
            decided = _without_numbering(decided)
            if not decided:
                return _without_readings(page, PageStatus.UNMATCHED, NO_FIELD)
        elif _may_number([decoded.meaning.value for one, decoded in decided if one.is_written]):
            # Numbers of rows or columns that came to lie in fields, where the form lies a row or a cell aside.
            decided = _without_numbering(decided, NUMBERED_ON_FORM)
        readings, outcomes = self.settle(template, decided)
        unproved = _unproved(decided, readings, outcomes, template, self._accept)
        if unproved and (second := self._second()) is not None:
            for place, decoded in zip(unproved, second_opinions([decided[i] for i in unproved], second), strict=True):
                decided[place] = decided[place][0], decoded
            readings, outcomes = self.settle(template, decided)
        form, fit = (registration.template.form, registration.fit) if registration else ("", 1.0)
        reason = MORE if registration and registration.more else ""
        record = own_code(readings) if template and template.sheet and template.sheet.key else None
        return PageResult(page.file, page.number, form, PageStatus.READ, readings, reason, fit, outcomes, record=record)


def _separator(page: Page, code: SeenCode) -> PageResult:
    """The result of a page that begins a record: nothing but its code, which the pages after it have as well."""
    return PageResult(page.file, page.number, SEPARATOR, PageStatus.READ, fit=1.0, record=code.text)


def _of_page(sheets: Sequence[PageResult]) -> PageResult:
    first, *beside = sheets
    return replace(first, beside=tuple(beside)) if beside else first


def _unproved(
    decided: Sequence[tuple[Observation, Decoded]],
    readings: Sequence[Reading],
    outcomes: Sequence[RuleOutcome],
    form: Template | None,
    accept: float,
) -> list[int]:
    """Which fields another reader should read as well: free strings of digits that neither an equation nor a check
    digit proves, and combs in doubt; not those whose doubts no reader lifts."""
    held = {one.rule for one in outcomes if one.outcome in ("confirmed", "chosen")}
    equations = [rule for rule in (form.all_rules if form else ()) if rule.is_equation and rule.text in held]
    proved = {name for rule in equations for name in rule.shown}
    found = []
    for place, ((seen, decoded), reading) in enumerate(zip(decided, readings, strict=True)):
        accepted = reading.status is FieldStatus.ACCEPTED
        if wants_second(seen, decoded, accept) and not (accepted and (seen.lattice.comb or reading.field in proved)):
            found.append(place)
    return found


def _may_number(values: Sequence[str]) -> bool:
    """Whether so many numbers that follow on each other are among `values`, wherever they stand."""
    numbers = {int(value) for value in values if value.isdigit()}
    return any(numbers.issuperset(range(first, first + NUMBERED_ON_FORM)) for first in numbers)


def _without_numbering(
    decided: Sequence[tuple[Observation, Decoded]], least: int | None = None
) -> list[tuple[Observation, Decoded]]:
    """Fields without the printed numbers of rows and columns: what counts up and looks like print is left out,
    and what only counts up, over `least` places (as many as where fields are found), is in doubt."""
    from extractor.finding.finding_parameters import FINDING
    from extractor.finding.printed.row_numbers import counted_up

    least = FINDING.counted_least if least is None else least
    counted = counted_up(
        [np.array(seen.image.quad) for seen, _ in decided],
        [decoded.meaning.value if seen.is_written else "" for seen, decoded in decided],
    )
    kept = []
    for (seen, decoded), count in zip(decided, counted, strict=True):
        if count and any(doubt.kind is DoubtKind.PRINT for doubt in seen.image.doubts):
            continue
        kept.append((seen, decoded.doubted((NUMBERING,)) if count >= least else decoded))
    return kept


def _without_readings(page: Page | FailedPage, status: PageStatus, reason: str) -> PageResult:
    return PageResult(page.file, page.number, "", status, reason=reason)


def _with_symbols(results: Sequence[PageResult], seen: Sequence[Sequence[Observation]]) -> list[PageResult]:
    """`results`, whose readings have their symbols: those of all pages go through their network together."""
    by_name = [{one.name: one for one in own} for own in seen]
    read = [
        (own[one.field], one.written) for result, own in zip(results, by_name, strict=True) for one in result.readings
    ]
    found = (tuple(one.as_value for one in symbols if one.chosen) for symbols in field_symbols(read))
    return [
        replace(result, readings=tuple(replace(one, symbols=next(found)) for one in result.readings))
        for result in results
    ]


def _unread(seen: Observation) -> UnreadCells | None:
    return unread_cells(seen.lattice, seen.scores, seen.model.symbols.classes, seen.format)


def _reading(seen: Observation, decoded: Decoded, accept: float) -> Reading:
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
        field=seen.name,
        kind=seen.format.kind,
        value=meaning.value,
        written=decoded.written,
        confidence=decoded.confidence,
        status=status,
        quad=seen.image.quad,
        alternatives=decoded.alternatives,
        doubts=(*((Doubt(DoubtKind.FORMAT, meaning.problem),) if meaning.problem else ()), *decoded.doubts),
        cells=_cells_apart(seen.image),
    )


def _cells_apart(image: FieldImage) -> tuple[tuple[float, float], ...]:
    """Where the cells of a comb begin and end that stand apart, as shares of the field's width."""
    if not image.gap:
        return ()
    left, width = image.inside.left, max(image.inside.width, 1e-6)
    return tuple((round((b.left - left) / width, 4), round((b.right - left) / width, 4)) for b in image.cell_boxes)
