"""Any field of a job looked at and mended, whether it is up for review or not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from extractor.errors import InputError
from formdigits.web.routes.reviewing.review_api import KeyDep
from formdigits.web.schemas.field_schema import FieldNowAnswer, MendRequest, UndoRequest
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.site import Site, SiteDep
from formdigits.web.visitors import VisitorDep
from workers.database.review.answers import Answer, TakenMeanwhileError
from workers.database.review.mending import field_now, mend, undo
from workers.review.typed import MisfitError
from workers.review.values import FieldKey

router = APIRouter(
    prefix="/api/jobs/{job}/fields/{field}",
    tags=["mending"],
    responses=refusals(_400="There is no such field.", _404="There is no such job."),
)

LATE = refusals(_409="Somebody else has mended it meanwhile.")


@router.get("")
def look(
    key: KeyDep, site: SiteDep, visitor: VisitorDep, name: Annotated[str, Query(max_length=200)] = ""
) -> FieldNowAnswer:
    """The field as it stands, with all that people said of it."""
    try:
        person = visitor.reviewer(site.store, name)
    except InputError:
        # Whoever cannot answer by that name sees what anybody may.
        person = ""
    return _now(site, key, person)


@router.post(
    "/mend",
    responses=LATE | refusals(_422="The field's format does not allow the value; `force` keeps it all the same."),
)
def mend_field(key: KeyDep, site: SiteDep, visitor: VisitorDep, body: MendRequest) -> FieldNowAnswer:
    """Mends the field: accepted ones, blank ones and those that people have settled as well."""
    name = visitor.reviewer(site.store, body.name)
    told = Answer(body.kind, body.value, body.seen, body.force)
    try:
        mend(site.store, site.review_pictures.forms.of(key.job), key, name, told)
    except TakenMeanwhileError as error:
        raise HTTPException(409, str(error)) from None
    except MisfitError as error:
        raise HTTPException(422, str(error)) from None
    return _now(site, key, name)


@router.post("/undo", responses=LATE)
def undo_field(key: KeyDep, site: SiteDep, visitor: VisitorDep, body: UndoRequest) -> FieldNowAnswer:
    """Takes the last answer back; the field is as it was before, and that this was done is kept."""
    name = visitor.reviewer(site.store, body.name)
    try:
        undo(site.store, key, name, body.seen)
    except TakenMeanwhileError as error:
        raise HTTPException(409, str(error)) from None
    return _now(site, key, name)


def _now(site: Site, key: FieldKey, name: str) -> FieldNowAnswer:
    return FieldNowAnswer.of(field_now(site.store, key, name), site.review_pictures.forms.of(key.job))
