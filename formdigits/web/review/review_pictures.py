"""What the reviewers' pages need between requests: templates of jobs, and a process that draws fields and pages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from extractor.errors import DocumentError
from extractor.values import Gray
from formdigits.web.names import Names
from formdigits.web.review.field_pictures import Quad, field_picture, line_picture, page_picture
from formdigits.web.sandboxed import check_place, one_page
from workers.database.store import Store
from workers.review.forms import FormShelf
from workers.review.values import Item
from workers.sandbox import Sandbox

DECODED_BYTES = 256_000_000
"""Bytes of decoded pages that the process keeps: the fields of one page often follow each other."""


class Shown(StrEnum):
    """What a picture shows: the field, the line of a table that it stands in, or its page."""

    FIELD = "field"
    LINE = "line"
    PAGE = "page"


class ReviewPictures:
    """Made when the server starts, closed when it ends; several threads may use it."""

    def __init__(self, store: Store, names: Names) -> None:
        self.forms = FormShelf(store)
        self._names = names
        self._sandbox = Sandbox()

    def picture(self, item: Item, shown: Shown) -> bytes:
        """The field, its line or its page as JPEG. Raises DocumentError where the page cannot be opened."""
        if not item.reading.quad:
            raise DocumentError("Nobody knows where on the page this field is; look at the page itself.")
        page = _Page(item.file, self._names.roots_of(item.file), item.key.page, self.forms.of(item.key.job).dpi)
        line = tuple(one.quad for one in item.line if one.quad)
        return self._sandbox.ask(_draw, page, item.reading.quad, shown, line)

    def close(self) -> None:
        self._sandbox.close()


class _Page(NamedTuple):
    file: str
    roots: tuple[str, ...]
    number: int
    dpi: int


_kept: OrderedDict[tuple[_Page, int], Gray] = OrderedDict()


def _draw(page: _Page, quad: Quad, shown: Shown, line: Sequence[Quad]) -> bytes:
    """In the process beside the server."""
    image = _image(page)
    match shown:
        case Shown.PAGE:
            return page_picture(image, quad)
        case Shown.LINE if line:
            return line_picture(image, quad, line)
    return field_picture(image, quad)


def _image(page: _Page) -> Gray:
    check_place(page.file, page.roots)
    key = (page, _changed(page.file))
    if key not in _kept:
        _kept[key] = one_page(page.file, page.number, page.dpi)
        while len(_kept) > 1 and sum(image.nbytes for image in _kept.values()) > DECODED_BYTES:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def _changed(file: str) -> int:
    try:
        return Path(file).stat().st_mtime_ns
    except (OSError, ValueError):
        return 0
