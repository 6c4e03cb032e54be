"""Try it: one picture, PDF or drawing, read at once and explained. Nothing of it is kept."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from extractor.errors import FormdigitsError
from extractor.options import ReadOptions
from formdigits.web.batches import Upload, keep
from formdigits.web.rendering import page
from formdigits.web.sandboxed import look
from formdigits.web.schemas.page_schema import TriedAnswer, TriedLine, TriedPage
from formdigits.web.schemas.refusal_schema import Problem, Refusals, refusals
from formdigits.web.site import Site, SiteDep

router = APIRouter()

TRIED_BYTES = 80_000_000
"""Of a file that is tried."""

TRIED_PAGES = 4
"""Pages of a file that are tried."""

TRIED_PICTURE_SIDE = 1500
"""Pixels of the longer side of a page's picture."""

LINES = "application/x-ndjson"

REFUSED: Refusals = refusals(
    _400="The file cannot be read, or there is no such template.",
    _413="The file is too large.",
    _503="Too many others wait.",
)


@router.get("/", include_in_schema=False)
def try_page(request: Request, site: SiteDep) -> Response:
    return page(request, "try.html", forms=site.forms.newest(), most=TRIED_PAGES)


@dataclass(frozen=True)
class Tried:
    """What somebody has sent to try: the file, and how it is to be read."""

    upload: Upload
    options: ReadOptions

    def pages(self, site: Site) -> Generator[TriedLine]:
        """Its first pages as they are read; the file is gone afterwards. Raises what reading raises."""
        number = of = 0
        try:
            while number < min(of, TRIED_PAGES) or not number:
                number += 1
                seen, of = site.sandbox.ask(look, str(self.upload.path), self.options, number, TRIED_PICTURE_SIDE)
                yield TriedLine(page=TriedPage.of_seen(seen, self.upload.name), of=of)
        finally:
            self.upload.path.unlink(missing_ok=True)


def _tried(
    site: SiteDep,
    file: Annotated[UploadFile, File(description="A picture or PDF.")],
    template: Annotated[str, Form(description="A template's id; empty: the fields are found on the page.")] = "",
    single_field: Annotated[bool, Form(description="The picture is one number.")] = False,
    accept: Annotated[float, Form(ge=0, le=1, allow_inf_nan=False)] = 0.99,
) -> Tried:
    templates = [site.forms.path(template)] if template and not single_field else []
    options = ReadOptions.of(templates, single_field=single_field, accept=accept)
    return Tried(keep(file.file, file.filename, site.settings.home / "trying", secrets.token_hex(16)), options)


TriedDep = Annotated[Tried, Depends(_tried)]


@router.post("/api/read", tags=["reading"], responses=REFUSED)
def read(site: SiteDep, tried: TriedDep) -> TriedAnswer:
    """Reads the first pages of a file, here and now, and shows how: the crops and what each looks like."""
    lines = list(tried.pages(site))
    return TriedAnswer(pages=[line.page for line in lines], of=lines[-1].of)


@router.post(
    "/api/read/pages",
    tags=["reading"],
    response_class=StreamingResponse,
    responses=REFUSED | {200: {"content": {LINES: {}}, "description": "A JSON object on each line."}},
)
def read_pages(site: SiteDep, tried: TriedDep) -> StreamingResponse:
    """The same, page by page as they are read: lines of `{"page": …, "of": …}`, or at last `{"error": "one sentence"}`
    where reading broke off."""
    pages = tried.pages(site)
    # What cannot be read at all is refused as everywhere.
    first = next(pages)
    return _Stream(pages, _lines(first, pages))


class _Stream(StreamingResponse):
    """Ends `pages` also where whoever asked does not wait for all of them."""

    def __init__(self, pages: Generator[TriedLine], lines: Iterator[str]) -> None:
        super().__init__(lines, media_type=LINES)
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._pages.close()


def _lines(first: TriedLine, others: Iterator[TriedLine]) -> Iterator[str]:
    try:
        for line in chain([first], others):
            yield f"{line.model_dump_json()}\n"
    except FormdigitsError as error:
        yield f"{Problem(error=str(error)).model_dump_json()}\n"
