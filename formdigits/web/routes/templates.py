"""Templates to pick from and to look at, new ones that are sent, and those that go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, HTTPException, Path, UploadFile
from fastapi.responses import Response
from starlette.status import HTTP_201_CREATED

from extractor.errors import InputError
from formdigits.web.batches import plain_name
from formdigits.web.schemas.file_schema import FormAnswer
from formdigits.web.schemas.refusal_schema import Refusals, refusals
from formdigits.web.site import SiteDep
from formdigits.web.visitors import VisitorDep
from workers.accounts.account import Role
from workers.review.values import person_key

router = APIRouter(prefix="/api/templates", tags=["templates"])

TEMPLATE_ENDINGS = (".yaml", ".yml")
TemplateId = Annotated[str, Path(max_length=64, description="The template's id.")]
MISSING_FORM = refusals(_400="There is no such template.")
JPEG_PREVIEW: Refusals = {200: {"content": {"image/jpeg": {}}}}


@router.get("")
def templates(site: SiteDep) -> list[FormAnswer]:
    """The templates that jobs may be read by."""
    return [FormAnswer.of(form) for form in site.forms.all()]


@router.post("", status_code=HTTP_201_CREATED, responses=refusals(_400="It is no template."))
def add_template(
    site: SiteDep,
    visitor: VisitorDep,
    files: Annotated[list[UploadFile], File(description="One YAML file, and the picture that it refers to if any.")],
) -> FormAnswer:
    """Keeps a template; a mistake in it is named with its line. The same template twice is one; another of the same
    name is its next version."""
    texts = [file for file in files if (file.filename or "").lower().endswith(TEMPLATE_ENDINGS)]
    if len(texts) != 1:
        raise InputError("Send one template (*.yaml) at a time, with the picture that it refers to, if any.")
    pictures = {plain_name(file.filename): file.file.read() for file in files if file is not texts[0]}
    text = texts[0].file.read()
    site.storage.take(len(text) + sum(map(len, pictures.values())))
    return FormAnswer.of(site.forms.add(texts[0].filename, text, pictures, visitor.name or ""))


@router.get("/{template}/preview.jpg", response_class=Response, responses=MISSING_FORM | JPEG_PREVIEW)
def preview(site: SiteDep, template: TemplateId) -> Response:
    """The template's blank form, or white paper, with its boxes drawn."""
    picture = site.forms.picture(site.forms.get(template))
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=600"})


@router.delete("/{template}", status_code=204, responses=MISSING_FORM)
def delete_template(site: SiteDep, visitor: VisitorDep, template: TemplateId) -> None:
    """Removes a template that was sent: one's own, or as an admin anybody's. Jobs that were read by it keep it."""
    form = site.forms.get(template)
    if form.by and not visitor.role.may(Role.ADMIN) and person_key(form.by) != person_key(visitor.name or ""):
        raise HTTPException(403, f"This template is {form.by}'s; ask them, or an admin.")
    site.forms.delete(form)
    site.storage.freed()
