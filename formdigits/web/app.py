"""The web application as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES as EXCLUDED
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from formdigits.web.errors import Unforeseen, tell_errors
from formdigits.web.jobs.tables import MEDIA, Ending
from formdigits.web.rendering import HERE
from formdigits.web.routes import BODY_LIMITS, ROUTERS
from formdigits.web.schemas.refusal_schema import Problem
from formdigits.web.security import Access, BoundedBodies, BoundedCrowd, Door, OwnOrigin, SafeHeaders
from formdigits.web.security.crowds import MOST_REQUESTS
from formdigits.web.settings import Settings
from formdigits.web.site import open_site

COMPRESSION = 5
"""Of 1 to 9; beyond it each per cent costs twice the time."""

COMPRESSED = (MEDIA[Ending.XLSX], "application/pdf")
"""Kinds of answers that are so already."""

ABOUT = """Reads handwritten numbers off scanned or photographed forms. The pages of this server use this API.

Every refusal is `{"error": "one sentence"}`. A server with a token wants `Authorization: Bearer TOKEN`; one
with accounts a session of its login page, and a role that allows what is asked for."""


def create_app(settings: Settings) -> FastAPI:
    """The application that `settings` ask for. Its store is opened when it starts; raises ServiceError then."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        # One for each request that is worked on, so that none waits for another's.
        to_thread.current_default_thread_limiter().total_tokens = MOST_REQUESTS + 1
        app.state.site = open_site(settings)
        try:
            yield
        finally:
            app.state.site.close()

    door = Door(settings.token, open=settings.open)
    app = FastAPI(
        title="formdigits",
        version=version("formdigits"),
        description=ABOUT,
        lifespan=life,
        openapi_url="/api/openapi.json",
        # FastAPI's own pages of the API load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(GZipMiddleware, compresslevel=COMPRESSION, exclude_content_types=(*COMPRESSED, *EXCLUDED)),
            Middleware(SafeHeaders),
            Middleware(Unforeseen),
            Middleware(Access, door=door),
            Middleware(OwnOrigin),
            Middleware(BoundedCrowd),
            Middleware(BoundedBodies, limits=BODY_LIMITS),
        ],
        responses={422: {"model": Problem, "description": "The request is not valid."}},
    )
    app.state.door = door
    tell_errors(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/assets", _Assets(directory=HERE / "assets"))
    return app


class _Assets(StaticFiles):
    """Checked each time by their ETag, so that a new version is used at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = "no-cache"
        return answer
