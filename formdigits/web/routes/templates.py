"""Templates to pick from, and new ones that are sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from starlette.status import HTTP_201_CREATED

from extractor.errors import InputError
from formdigits.web.batches import plain_name
from formdigits.web.schemas.file_schema import FormAnswer
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.site import SiteDep

router = APIRouter(prefix="/api/templates", tags=["templates"])

TEMPLATE_ENDINGS = (".yaml", ".yml")


@router.get("")
def templates(site: SiteDep) -> list[FormAnswer]:
    """The templates that jobs may be read by."""
    return [FormAnswer.of(form) for form in site.forms.all()]


@router.post("", status_code=HTTP_201_CREATED, responses=refusals(_400="It is no template."))
def add_template(
    site: SiteDep,
    files: Annotated[list[UploadFile], File(description="One YAML file, and the picture that it refers to if any.")],
) -> FormAnswer:
    """Keeps a template; a mistake in it is named with its line. The same template twice is one."""
    texts = [file for file in files if (file.filename or "").lower().endswith(TEMPLATE_ENDINGS)]
    if len(texts) != 1:
        raise InputError("Send one template (*.yaml) at a time, with the picture that it refers to, if any.")
    pictures = {plain_name(file.filename): file.file.read() for file in files if file is not texts[0]}
    return FormAnswer.of(site.forms.add(texts[0].filename, texts[0].file.read(), pictures))
