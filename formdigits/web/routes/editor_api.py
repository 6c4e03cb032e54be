"""The template editor: a draft from a blank form, checks and trials of what is edited, and what is saved."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, UploadFile
from starlette.status import HTTP_201_CREATED

from extractor.errors import InputError
from formdigits.web.batches import Upload, keep, plain_name
from formdigits.web.editing.bounded import NOT_SHOWN, unfit
from formdigits.web.editing.drafting import DRAFT_PICTURE, draft
from formdigits.web.editing.paper import template_paper
from formdigits.web.editing.stored import tree_of
from formdigits.web.editing.trial import Checked, check, try_page
from formdigits.web.routes.templates import MISSING_FORM, TemplateId
from formdigits.web.schemas.editor_schema import (
    CheckedTemplateAnswer,
    DraftAnswer,
    EditedAnswer,
    EditedRequest,
    RulingsAnswer,
    SavedAnswer,
    SaveRequest,
    TrialAnswer,
)
from formdigits.web.schemas.file_schema import FormAnswer
from formdigits.web.schemas.page_schema import as_data
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.site import Site, SiteDep
from formdigits.web.visitors import VisitorDep

router = APIRouter(prefix="/api/editor", tags=["template editor"])

DRAFTED_BYTES = 120_000_000
"""Of a blank form, or of filled copies."""

MOST_SENT_COPIES = 12
"""Filled copies that a form is made of: more make it hardly cleaner."""

TRIAL_BYTES = 80_000_000
"""Of a page that a template is tried on."""


@contextmanager
def _kept(site: Site, files: list[UploadFile]) -> Iterator[list[Upload]]:
    """The files, kept while the block runs. Raises DocumentError for what is none that can be read."""
    uploads: list[Upload] = []
    try:
        folder = site.settings.home / "trying"
        uploads.extend(keep(file.file, file.filename, folder, secrets.token_hex(16)) for file in files)
        yield uploads
    finally:
        for upload in uploads:
            upload.path.unlink(missing_ok=True)


@router.post("/draft", status_code=HTTP_201_CREATED, responses=refusals(_400="It cannot be read."))
def draft_template(
    *,
    site: SiteDep,
    visitor: VisitorDep,
    files: Annotated[list[UploadFile], File(description="A blank form, or filled copies of one page.")],
    form: Annotated[str, Form(max_length=200, description="The form's name; empty: that of the first file.")] = "",
    page: Annotated[int, Form(ge=1, le=10_000, description="Page of each file.")] = 1,
    everything: Annotated[bool, Form(description="Keep places that hardly hold a number.")] = False,
    dropout: Annotated[bool, Form(description="The boxes have a pale colour that grey does not show.")] = False,
) -> DraftAnswer:
    """Drafts a template: finds the fields of the form and keeps it as a draft, until it is saved."""
    if len(files) > MOST_SENT_COPIES:
        raise InputError(f"Send at most {MOST_SENT_COPIES} copies; more make the form hardly any cleaner.")
    if NOT_SHOWN.search(form):
        raise InputError("The form's name holds a character that cannot be shown; type the name again.")
    name = " ".join(form.split()) or Path(plain_name(files[0].filename)).stem
    with _kept(site, files) as uploads:
        named = [(str(one.path), one.name) for one in uploads]
        drafted = site.drafting.ask(draft, named, name, page, everything=everything, dropout=dropout)
    site.storage.take(len(drafted.text) + len(drafted.picture))
    pictures = {DRAFT_PICTURE: drafted.picture}
    called = f"{re.sub(r'[^0-9A-Za-z_.-]+', '_', name)}_{DRAFT_PICTURE}"
    kept = site.forms.add("The draft", drafted.text, pictures, visitor.name or "", draft=True, called=called)
    return DraftAnswer(form=FormAnswer.of(kept), told=list(drafted.told), remarks=dict(drafted.remarks))


@router.get("/{template}", responses=MISSING_FORM)
def edited(site: SiteDep, template: TemplateId) -> EditedAnswer:
    """A template to edit: its values, the page that it is drawn on, and the rulings of that."""
    form, path = site.forms.get(template), site.forms.path(template)
    tree = site.sandbox.ask(tree_of, path)
    paper = site.sandbox.ask(template_paper, path)
    return EditedAnswer(
        form=FormAnswer.of(form),
        template=tree,
        picture=as_data("image/jpeg", paper.jpeg),
        blank=paper.given,
        rulings=RulingsAnswer.of_paper(paper),
    )


@router.post("/{template}/check", responses=MISSING_FORM)
def check_template(site: SiteDep, template: TemplateId, wanted: EditedRequest) -> CheckedTemplateAnswer:
    """What is wrong with the template as it stands in the editor, and what its formats do."""
    if mistake := unfit(wanted.template):
        return CheckedTemplateAnswer.of(Checked((mistake,), (), {}))
    return CheckedTemplateAnswer.of(site.sandbox.ask(check, site.forms.path(template), wanted.template))


@router.post("/try", responses=refusals(_400="The page cannot be read, or the template has a mistake."))
def try_template(
    *,
    site: SiteDep,
    file: Annotated[UploadFile, File(description="A picture or PDF of a filled page.")],
    id: Annotated[str, Form(max_length=64, description="The id of the template that is edited.")],
    template: Annotated[str, Form(description="The template as it stands in the editor, as JSON.")],
    page: Annotated[int, Form(ge=1, le=10_000, description="Page of the file.")] = 1,
    accept: Annotated[float, Form(ge=0, le=1, allow_inf_nan=False)] = 0.99,
    picture: Annotated[bool, Form(description="Whether the page comes as a picture, too.")] = True,
) -> TrialAnswer:
    """Reads one page by a template that is being edited. Nothing of it is kept."""
    tree = _tree(template)
    path = site.forms.path(id)
    with _kept(site, [file]) as (upload,):
        tried = site.sandbox.ask(try_page, path, tree, str(upload.path), page, accept=accept, shown=picture)
    return TrialAnswer.of_tried(tried, upload.name)


@router.post(
    "/{template}/save",
    status_code=HTTP_201_CREATED,
    responses=MISSING_FORM | refusals(_409="A later version was saved meanwhile."),
)
def save_template(site: SiteDep, visitor: VisitorDep, template: TemplateId, wanted: SaveRequest) -> SavedAnswer:
    """Keeps what was edited as the newest version of its name. Comments and order of the YAML stay as they were."""
    tree = _fit(wanted.template)
    form = site.forms.get(template)
    if not (form.newest or wanted.over):
        last = next((one for one in site.forms.newest() if one.form == form.form), form)
        by = f" by {last.by}" if last.by else ""
        raise HTTPException(
            409,
            f"Version {last.version} of {form.form} was saved{by} since this one, version {form.version}, was opened. "
            "Save yours as the newest? What was changed in it stays in that version alone.",
        )
    kept = site.forms.revise(form, tree, visitor.name or "", site.storage.take)
    return SavedAnswer(form=FormAnswer.of(kept), told=f"Saved as version {kept.version} of {kept.form}.")


def _tree(text: str) -> dict[str, Any]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        raise InputError("The template is no JSON object; send what /api describes.")
    return _fit(tree)


def _fit(tree: dict[str, Any]) -> dict[str, Any]:
    if mistake := unfit(tree):
        raise InputError(mistake.sentence)
    return tree
