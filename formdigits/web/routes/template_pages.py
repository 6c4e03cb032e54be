"""The pages of templates: the list, with what begins a new one, and the editor."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from extractor.template.model import MARKS
from extractor.values import Kind
from formdigits.web.editing.format_words import kind_name
from formdigits.web.rendering import page
from formdigits.web.routes.editor_api import MOST_SENT_COPIES
from formdigits.web.routes.templates import TemplateId
from formdigits.web.site import SiteDep

router = APIRouter(prefix="/templates", include_in_schema=False)

CHECKS = ("luhn", "verhoeff", "damm", "iban", "isbn", "ean", "imei", "iso7064.mod_11_2", "iso7064.mod_97_10")
"""Schemes of check digits that are offered; any other of python-stdnum may be written."""


@router.get("")
def templates_page(request: Request, site: SiteDep) -> Response:
    return page(request, "templates.html", forms=site.forms.all(), drafts=site.forms.drafts(), most=MOST_SENT_COPIES)


@router.get("/{template}")
def editor_page(request: Request, site: SiteDep, template: TemplateId) -> Response:
    form = site.forms.get(template)
    kinds = [(kind.value, kind_name(kind), kind.is_number) for kind in Kind]
    return page(request, "editor.html", form=form, kinds=kinds, checks=CHECKS, marks=MARKS)
