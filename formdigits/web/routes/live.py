"""Live: the browser's camera, frame by frame."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, Field
from starlette.status import HTTP_201_CREATED

from extractor.options import ReadOptions
from extractor.video import Sight
from formdigits.web.downloads import download
from formdigits.web.errors import refusals
from formdigits.web.jobs.tables import MEDIA, Ending, write_results
from formdigits.web.rendering import page
from formdigits.web.routes.job_api import EXPORTED
from formdigits.web.schemas.page_schema import PageAnswer, Point, ReadingAnswer
from formdigits.web.site import SiteDep

router = APIRouter()

OVER = refusals(_400="The session is over, or the frame is no JPEG.")
SessionId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The session's id.")]


class LiveRequest(BaseModel):
    """Templates by their ids; with none, numbers on plain or lined paper are read."""

    templates: list[str] = Field(default=[], max_length=200)
    accept: float = Field(default=0.99, ge=0, le=1, allow_inf_nan=False)


class LiveAnswer(BaseModel):
    id: str
    fields: list[str] = Field(description="Columns of the table; none without templates.")


class SightAnswer(BaseModel):
    """What is seen after a frame, in pixels of that frame. `row` is there once for each sheet."""

    width: int
    height: int
    form: str
    outline: list[Point] | None = Field(description="Corners of the sheet.")
    readings: list[ReadingAnswer]
    settled: list[str] = Field(description="Fields that are accepted or do not change any more.")
    locked: bool = Field(description="The sheet is settled and its row given.")
    again: bool = Field(description="Its row was given when it was here before.")
    guidance: str | None = Field(description="What would help the camera to see better.")
    row: PageAnswer | None

    @classmethod
    def of(cls, sight: Sight, size: tuple[int, int]) -> Self:
        row = None if sight.row is None else PageAnswer.model_validate(PageAnswer.parts(sight.row))
        return cls(
            width=size[0],
            height=size[1],
            form=sight.form,
            outline=None if sight.outline is None else list(sight.outline),
            readings=[ReadingAnswer.of(one) for one in sight.readings],
            settled=sorted(sight.settled),
            locked=sight.locked,
            again=sight.again,
            guidance=None if sight.guidance is None else sight.guidance.sentence,
            row=row,
        )


@router.get("/live", include_in_schema=False)
def live_page(request: Request, site: SiteDep) -> Response:
    return page(request, "live.html", forms=site.forms.all())


@router.post("/api/live", tags=["live"], status_code=HTTP_201_CREATED, responses=refusals(_400="No such template."))
def begin(site: SiteDep, wanted: LiveRequest) -> LiveAnswer:
    """Begins a session. A server keeps a few; one that is not used is forgotten when others come."""
    templates = list(dict.fromkeys(site.forms.path(one) for one in wanted.templates))
    name = site.live.begin(ReadOptions.of(templates, accept=wanted.accept))
    return LiveAnswer(id=name, fields=[field for field, _ in site.live.viewer(name).fields])


@router.post("/api/live/{session}/frames", tags=["live"], responses=OVER)
def frame(
    site: SiteDep,
    session: SessionId,
    at: Annotated[float, Query(ge=0, le=1e9, allow_inf_nan=False, description="The frame's time in seconds.")],
    jpeg: Annotated[bytes, Body(media_type="image/jpeg")],
) -> SightAnswer:
    """Looks at one more frame; send the next one when this has been answered."""
    return SightAnswer.of(*site.live.see(session, jpeg, at))


@router.post("/api/live/{session}/capture", tags=["live"], responses=OVER, status_code=204)
def capture(site: SiteDep, session: SessionId) -> None:
    """Takes the sheet as it reads now, with the next frame that shows it."""
    site.live.capture(session)


@router.post("/api/live/{session}/undo", tags=["live"], responses=OVER, status_code=204)
def undo(site: SiteDep, session: SessionId) -> None:
    """Takes the last row back."""
    site.live.undo(session)


@router.get("/api/live/{session}/export", tags=["live"], response_class=FileResponse, responses=OVER | EXPORTED)
def export(
    site: SiteDep, session: SessionId, ending: Annotated[Ending, Query(alias="format")] = Ending.CSV
) -> FileResponse:
    """The session's rows as a file."""
    viewer = site.live.viewer(session)
    rows = list(viewer.rows)
    return download(
        site.settings.home, f"camera.{ending.value}", MEDIA[ending], lambda out: write_results(rows, viewer.fields, out)
    )
