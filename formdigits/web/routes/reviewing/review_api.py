"""The API of the review: fields handed out, answers taken, corrections given out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from fastapi.responses import Response, StreamingResponse

from extractor.errors import DocumentError
from formdigits.web.review.review_pictures import Shown
from formdigits.web.schemas.refusal_schema import Refusals, refusals
from formdigits.web.schemas.review_schema import (
    AnswerRequest,
    FieldAnswer,
    NextAnswer,
    NextRequest,
    PastAnswer,
    PlanAnswer,
    PlanRequest,
    ProgressAnswer,
    RenewRequest,
    ReviewAnswer,
    SaidAnswer,
    SeatRequest,
    SettledAnswer,
)
from formdigits.web.site import JobDep, Site, SiteDep, StoreDep
from formdigits.web.visitors import Visitor, VisitorDep
from workers.database.review.answers import Answer, TakenMeanwhileError, answer, history
from workers.database.review.corrections import corrections_of, line
from workers.database.review.field_claims import claim, progress, release, renew, skip, take
from workers.database.review.plans import begin_plan, plan_of
from workers.database.review.show import items
from workers.database.store import Store
from workers.review.typed import MisfitError
from workers.review.values import FieldKey, Item, Plan, Seat

router = APIRouter(prefix="/api/jobs/{job}", tags=["review"], responses=refusals(_404="There is no such job or field."))

JPEG: Refusals = {200: {"content": {"image/jpeg": {}}}}


def _key(job: JobDep, field: Annotated[str, Path(max_length=40, description="The field's id.")]) -> FieldKey:
    return FieldKey.parse(job.id, field)


KeyDep = Annotated[FieldKey, Depends(_key)]


@router.get("/review")
def review(job: JobDep, store: StoreDep) -> ReviewAnswer:
    """How the job is reviewed, and how far that is."""
    plan = plan_of(store, job.id)
    return ReviewAnswer(
        plan=None if plan is None else PlanAnswer.of(plan), progress=ProgressAnswer.of(progress(store, job.id))
    )


@router.put("/review")
def begin_review(job: JobDep, site: SiteDep, body: PlanRequest) -> PlanAnswer:
    """Begin the review, or change how it goes on. The sample can be raised, and not lowered. In a large job the fields
    are put up for review bit by bit after the answer, the first ones before it."""
    plan = begin_plan(site.store, job.id, second=body.second, sample=body.sample, blind=body.blind)
    site.filler.call()
    return PlanAnswer.of(plan)


@router.post("/review/next")
def next_fields(job: JobDep, site: SiteDep, visitor: VisitorDep, body: NextRequest) -> NextAnswer:
    """The next fields for this person, which nobody else gets while they are renewed every minute or so."""
    found = claim(site.store, job.id, seat_of(site.store, visitor, body), body.count, body.wanted)
    plan = plan_of(site.store, job.id) if found else None
    return NextAnswer(fields=[shape(site, item, plan) for item in found])


@router.post("/review/renew", status_code=204)
def renew_fields(job: JobDep, store: StoreDep, visitor: VisitorDep, body: RenewRequest) -> None:
    """Keep the fields that are on the screen for another two minutes."""
    renew(store, seat_of(store, visitor, body), [FieldKey.parse(job.id, field) for field in body.fields])


@router.post("/review/release", status_code=204)
def release_fields(job: JobDep, store: StoreDep, visitor: VisitorDep, body: SeatRequest) -> None:
    """Give back all that this window has."""
    release(store, seat_of(store, visitor, body))


@router.get("/review/answers")
def answers(
    job: JobDep,
    store: StoreDep,
    visitor: VisitorDep,
    name: Annotated[str, Query(max_length=200, description="Of an account it is the account's.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> list[PastAnswer]:
    """A person's own last answers, the newest first."""
    found = history(store, job.id, visitor.reviewer(store, name), limit)
    plan = plan_of(store, job.id)
    # Who is to read blind learns nothing from their own answers either.
    hidden = plan is not None and plan.second and plan.blind
    return [
        PastAnswer(id=str(key), field=field, **SaidAnswer.of(said, hidden=hidden).model_dump())
        for key, field, said in found
    ]


@router.post("/review/fields/{field}/take")
def take_field(key: KeyDep, site: SiteDep, visitor: VisitorDep, body: SeatRequest) -> FieldAnswer:
    """One field in particular, to answer it again."""
    item = take(site.store, key, seat_of(site.store, visitor, body))
    if item is None:
        raise HTTPException(409, "Somebody else has this field on the screen now, or it is up for review no more.")
    return shape(site, item, plan_of(site.store, key.job))


@router.post(
    "/review/fields/{field}/answer",
    responses=refusals(
        _400="There is nothing to accept, or the value is not valid.",
        _409="Somebody else has answered it meanwhile.",
        _422="The field's format does not allow the value; `force` keeps it all the same.",
    ),
)
def answer_field(key: KeyDep, site: SiteDep, visitor: VisitorDep, body: AnswerRequest) -> SettledAnswer:
    """What a person says of a field. A later answer changes an earlier one; every one is kept."""
    told = Answer(body.kind, body.value, body.seen, body.force)
    try:
        settled = answer(
            site.store, site.review_pictures.forms.of(key.job), key, seat_of(site.store, visitor, body), told
        )
    except TakenMeanwhileError as error:
        raise HTTPException(409, str(error)) from None
    except MisfitError as error:
        raise HTTPException(422, str(error)) from None
    return SettledAnswer.of_settled(settled)


@router.post("/review/fields/{field}/skip", status_code=204)
def skip_field(key: KeyDep, store: StoreDep, visitor: VisitorDep, body: SeatRequest) -> None:
    """Put the field back, behind the others."""
    skip(store, key, seat_of(store, visitor, body))


@router.get("/review/fields/{field}/picture.jpg", response_class=Response, responses=JPEG)
def picture(key: KeyDep, site: SiteDep) -> Response:
    """The field, cut out of its page upright, with its box marked."""
    return _picture(key, site, Shown.FIELD)


@router.get("/review/fields/{field}/page.jpg", response_class=Response, responses=JPEG)
def page_with_field(key: KeyDep, site: SiteDep) -> Response:
    """The page, reduced, with the field marked."""
    return _picture(key, site, Shown.PAGE)


@router.get("/review/fields/{field}/line.jpg", response_class=Response, responses=JPEG)
def line_with_field(key: KeyDep, site: SiteDep) -> Response:
    """The line of a table in which the field stands, upright, with the field marked."""
    return _picture(key, site, Shown.LINE)


@router.get("/corrections", response_class=StreamingResponse, responses={200: {"content": {"application/jsonl": {}}}})
def corrections(job: JobDep, site: SiteDep) -> StreamingResponse:
    """What people have settled, one field per line: `file, page, dpi, form, field, cells, quad, was, written, value,
    status, kind, sample, by, at`. Documents have the names that these pages show; `formdigits corrections` gives paths.
    """
    forms = site.review_pictures.forms.of(job.id)

    def lines() -> Iterator[bytes]:
        for one in corrections_of(site.store, forms, job.id):
            named = replace(one, file=site.names.of(one.file))
            yield (line(named) + "\n").encode("utf-8", "backslashreplace")

    return StreamingResponse(
        lines(),
        media_type="application/jsonl",
        headers={"Content-Disposition": f'attachment; filename="corrections-{job.id}.jsonl"'},
    )


def seat_of(store: Store, visitor: Visitor, body: SeatRequest) -> Seat:
    """Who asks, at which window. Raises InputError."""
    return Seat(visitor.reviewer(store, body.name), body.window)


def shape(site: Site, item: Item, plan: Plan | None) -> FieldAnswer:
    """The field as a person who reviews by that plan may see it."""
    hidden = plan is not None and plan.hides(item.stage)
    return FieldAnswer.of(item, site.review_pictures.forms.of(item.key.job), site.names.of(item.file), hidden=hidden)


def _picture(key: FieldKey, site: Site, shown: Shown) -> Response:
    found = items(site.store, [key], "")
    if not found:
        raise HTTPException(404, "There is no such field up for review.")
    try:
        drawn = site.review_pictures.picture(found[0], shown)
    except DocumentError as error:
        raise HTTPException(404, str(error)) from None
    # For the window that looks ahead, and for going back; the page could be another after an hour.
    return Response(drawn, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=600"})
