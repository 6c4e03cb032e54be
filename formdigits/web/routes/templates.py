"""Templates to pick from and to look at, new ones that are sent, and those that go."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

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
YAML_FILE: Refusals = {200: {"content": {"application/yaml": {}}}}
PICTURE_FILE: Refusals = {
    200: {"content": {"application/octet-stream": {}}},
    **refusals(_404="There is no picture."),
}
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


@router.get("/{template}/template.yaml", response_class=Response, responses=MISSING_FORM | YAML_FILE)
def text(site: SiteDep, template: TemplateId) -> Response:
    """The template's YAML, as it was sent or saved, to be kept beside the picture of its blank form."""
    form = site.forms.get(template)
    return _saved_as(site.forms.text(form), f"{form.form}.yaml", "application/yaml")


@router.get("/{template}/blank", response_class=Response, responses=MISSING_FORM | PICTURE_FILE)
def blank(site: SiteDep, template: TemplateId) -> Response:
    """The picture of the blank form, under the name by which the template's YAML refers to it."""
    form = site.forms.get(template)
    found = site.forms.blank(form)
    if found is None:
        raise HTTPException(404, f"The template {form.form} has no picture of its blank form.")
    name, picture = found
    return _saved_as(picture, name, "application/octet-stream")


def _saved_as(content: bytes, name: str, media: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(plain_name(name), safe='')}"}
    return Response(content, media_type=media, headers=headers)


@router.delete("/{template}", status_code=204, responses=MISSING_FORM)
def delete_template(site: SiteDep, visitor: VisitorDep, template: TemplateId) -> None:
    """Removes a template that was sent: one's own, or as an admin anybody's. Jobs that were read by it keep it."""
    form = site.forms.get(template)
    if form.by and not visitor.role.may(Role.ADMIN) and person_key(form.by) != person_key(visitor.name or ""):
        raise HTTPException(403, f"This template is {form.by}'s; ask them, or an admin.")
    site.forms.delete(form)
    site.storage.freed()
