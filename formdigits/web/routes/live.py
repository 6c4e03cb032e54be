"""Live: the browser's camera, frame by frame."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.status import HTTP_201_CREATED

from extractor.options import ReadOptions
from formdigits.web.downloads import download
from formdigits.web.jobs.tables import MEDIA, PACKED, PACKED_MEDIA, Ending, packed, write_download
from formdigits.web.rendering import page
from formdigits.web.routes.job_api import EXPORTED
from formdigits.web.routes.phone import origin_for_phones
from formdigits.web.schemas.live_schema import LiveAnswer, LiveRequest, RowsRequest, SightAnswer
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.site import Site, SiteDep
from formdigits.web.visitors import VisitorDep

router = APIRouter()

OVER = refusals(_400="The session is over, or the frame is no JPEG.")
NONE = refusals(_400="The rows cannot be written.", _413="These are too many rows at once.")
ROWS_BYTES = 30_000_000
"""Of rows that a file is made of."""

SessionId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The session's id.")]


@router.get("/live", include_in_schema=False)
def live_page(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    origin = origin_for_phones(request, site)
    return page(request, "live.html", forms=site.forms.newest(), person=visitor.name or "", phones=origin is not None)


@router.post("/api/live", tags=["live"], status_code=HTTP_201_CREATED, responses=refusals(_400="No such template."))
def begin(site: SiteDep, wanted: LiveRequest) -> LiveAnswer:
    """Begins a session. A server keeps a few; one that is not used is forgotten when others come."""
    templates = list(dict.fromkeys(site.forms.path(one) for one in wanted.templates))
    return _answer(site, site.live.begin(ReadOptions.of(templates, accept=wanted.accept), wanted.rows))


@router.get("/api/live/{session}", tags=["live"], responses=OVER)
def session(site: SiteDep, session: SessionId) -> LiveAnswer:
    """A session that still goes on, as after the page was loaded again."""
    return _answer(site, session)


def _answer(site: Site, session: str) -> LiveAnswer:
    return LiveAnswer(id=session, fields=list(site.live.viewer(session).fields))


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


@router.post("/api/live/export", tags=["live"], response_class=FileResponse, responses=NONE | EXPORTED)
def export(
    site: SiteDep, wanted: RowsRequest, ending: Annotated[Ending, Query(alias="format")] = Ending.CSV
) -> FileResponse:
    """Rows that were given, as a file. The server keeps none of them."""
    columns = wanted.columns
    several = packed(columns, ending)
    return download(
        site.settings.home,
        f"camera{PACKED if several else f'.{ending.value}'}",
        PACKED_MEDIA if several else MEDIA[ending],
        lambda out: write_download(out, wanted.rows, fields=columns),
    )
