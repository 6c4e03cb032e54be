"""Try it: one picture, PDF or drawing, read at once and explained. Nothing of it is kept."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from extractor.options import ReadOptions
from formdigits.web.batches import keep
from formdigits.web.rendering import page
from formdigits.web.sandboxed import look
from formdigits.web.schemas.page_schema import TriedAnswer
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.site import SiteDep

router = APIRouter()

TRIED_BYTES = 80_000_000
"""Of a file that is tried."""

TRIED_PAGES = 4
"""Pages of a file that are tried."""

TRIED_PICTURE_SIDE = 1500
"""Pixels of the longer side of a page's picture."""

REFUSED = refusals(
    _400="The file cannot be read, or there is no such template.",
    _413="The file is too large.",
    _503="Too many others wait.",
)


@router.get("/", include_in_schema=False)
def try_page(request: Request, site: SiteDep) -> Response:
    return page(request, "try.html", forms=site.forms.all(), most=TRIED_PAGES)


@router.post("/api/read", tags=["reading"], responses=REFUSED)
def read(
    site: SiteDep,
    file: Annotated[UploadFile, File(description="A picture or PDF.")],
    template: Annotated[str, Form(description="A template's id; empty: the fields are found on the page.")] = "",
    single_field: Annotated[bool, Form(description="The picture is one number.")] = False,
    accept: Annotated[float, Form(ge=0, le=1, allow_inf_nan=False)] = 0.99,
) -> TriedAnswer:
    """Reads the first pages of a file, here and now, and shows how: the crops and what each looks like."""
    templates = [site.forms.path(template)] if template and not single_field else []
    upload = keep(file.file, file.filename, site.settings.home / "trying", secrets.token_hex(16))
    try:
        options = ReadOptions.of(templates, single_field=single_field, accept=accept)
        seen, of = site.sandbox.ask(look, str(upload.path), options, TRIED_PAGES, TRIED_PICTURE_SIDE)
    finally:
        upload.path.unlink(missing_ok=True)
    return TriedAnswer.of_pages(seen, of, upload.name)
