"""A template that is being edited: whether it is one, what its formats do, and what it reads on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from extractor.documents import count_pages, open_pages
from extractor.errors import DocumentError, TemplateError
from extractor.options import ReadOptions
from extractor.reading import make_reader
from extractor.recognizer.choice import Recognizers
from extractor.registration import register
from extractor.template import Template, load_template
from extractor.template.load import told
from extractor.values import FailedPage, PageResult
from formdigits.actions.advice import advice
from formdigits.web.editing.format_words import format_words
from formdigits.web.editing.paper import PAPER_SIDE, as_jpeg, in_units

MOST_TOLD = 30
"""Mistakes, and warnings, that are told at once."""

TEMPLATES_KEPT = 16
"""Templates that a process keeps loaded, as people check each step."""

Tree = Mapping[str, Any]
"""A template as its YAML has it: `{"form": …, "fields": [{"name": …}]}`."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and the keys and indices that lead there in the tree; none for the template as a whole."""

    where: tuple[str | int, ...]
    sentence: str


@dataclass(frozen=True)
class Checked:
    """`words` say what the format of each field does, by its name; of a table's column by `table.column`. There are
    none while there are `mistakes`; `warnings` are what will read badly."""

    mistakes: tuple[Mistake, ...]
    warnings: tuple[str, ...]
    words: dict[str, str]


@dataclass(frozen=True)
class Tried:
    """What a template reads on a page; `jpeg` is the page in template units, None where the form is not on it."""

    result: PageResult
    jpeg: bytes | None
    pages: int


def check(path: str, tree: Tree) -> Checked:
    """What is wrong with `tree`, a version of the template at `path`, and what it does. Raises TemplateError."""
    try:
        template = _template(path, tree)
    except ValidationError as error:
        problems = error.errors()
        own = [one for one in problems if one["type"] != "too_short" or len(problems) == 1]
        return Checked(tuple(Mistake(tuple(one["loc"]), told(one)) for one in own[:MOST_TOLD]), (), {})
    words = {field.name: format_words(field) for field in template.fields}
    for table in template.tables:
        words |= {f"{table.name}.{one.name}": format_words(one) for one in table.columns}
    warnings = advice(template)
    if len(warnings) > MOST_TOLD:
        # A thousand boxes on each other are half a million.
        warnings[MOST_TOLD:] = [f"And so on: {len(warnings) - MOST_TOLD:,} more."]
    return Checked((), tuple(warnings), words)


def try_page(path: str, tree: Tree, file: str, number: int, *, accept: float, shown: bool) -> Tried:
    """Reads page `number` of `file` by `tree`, a version of the template at `path`. With `shown` the page comes as a
    picture, too. Raises TemplateError, ModelError."""
    try:
        template = _template(path, tree)
    except ValidationError as error:
        raise TemplateError(told(error.errors()[0])) from None
    options = ReadOptions.of([path], accept=accept)
    reader = make_reader((template,), _recognizers(options.engine), options)
    page = next(open_pages(file, dpi=reader.dpi, first=number, last=number))
    (result,) = reader.read([page])
    jpeg = None
    if shown and not isinstance(page, FailedPage) and result.form:
        found = register(page.image, [template])
        jpeg = None if found is None else as_jpeg(in_units(page.image, found.matrix, template.page, PAPER_SIDE))
    try:
        count = count_pages(file)
    except DocumentError:
        count = number
    return Tried(result, jpeg, max(number, count))


def _template(path: str, tree: Tree) -> Template:
    """Raises ValidationError, and TemplateError where `tree` names other files than the template at `path` does."""
    stored = _stored(path, Path(path).stat().st_mtime_ns)
    template = Template.model_validate(dict(tree)).found_in(Path(path).parent)
    if template.models != stored.models or template.landmarks.reference != stored.landmarks.reference:
        raise TemplateError("Models and the blank form's picture are not changed here; send the template anew.")
    return template


@lru_cache(maxsize=TEMPLATES_KEPT)
def _stored(path: str, changed: int) -> Template:
    """The template in that file; one that was `changed` since is another."""
    return load_template(path)


@lru_cache(maxsize=2)
def _recognizers(engine: str) -> Recognizers:
    return Recognizers(engine)
