"""Every error is one sentence that says what to do: as a page, or as JSON below `/api`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.errors import FormdigitsError, ModelError, ServiceError
from formdigits.web.browser_words import in_browser
from formdigits.web.names import showable
from formdigits.web.rendering import page
from formdigits.web.schemas.refusal_schema import Problem

log = logging.getLogger(__name__)

PLAIN = {
    404: "There is no such page; the menu above leads to those that there are.",
    405: "This address does not take that kind of request; see /api for those that it takes.",
}
"""Where nothing better is known."""


def told(request: Request, status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """The answer to a request that is refused."""
    # It may quote what was sent, which need not be text that can be shown.
    sentence = showable(in_browser(sentence))
    if request.scope["path"].startswith("/api/"):
        return JSONResponse(Problem(error=sentence).model_dump(), status, headers)
    answer = page(request, "error.html", http=status, sentence=sentence, code=status)
    answer.headers.update(headers or {})
    return answer


def tell_errors(app: FastAPI) -> None:
    """Makes `app` answer all errors in this way."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(FormdigitsError, _known)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, OSError):
        # While the body was taken, which lies on the disk where it is large.
        sentence = (
            f"The server cannot keep what is sent ({error.__cause__.strerror}); its owner should free some space."
        )
        return told(request, 503, sentence)
    standard = error.detail in ("Not Found", "Method Not Allowed")
    sentence = PLAIN.get(error.status_code, error.detail) if standard else str(error.detail)
    return told(request, error.status_code, sentence, dict(error.headers or {}))


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return told(request, 422, _sentence(error.errors()))


async def _known(request: Request, error: Exception) -> Response:
    away = isinstance(error, (ServiceError, ModelError))
    return told(request, 503 if away else 400, str(error))


class Unforeseen:
    """The outermost catch, inside what adds the headers: one sentence to whoever asked, Python's words to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            log.exception("unforeseen")
            sentence = f"Something went wrong that should not have ({type(error).__name__}); please report it."
            await told(Request(scope), 500, sentence)(scope, receive, send)


def _sentence(problems: Sequence[Any]) -> str:
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    message = str(first["msg"]).rstrip(".")
    if first["type"] == "json_invalid":
        return "The body is not JSON; send what /api describes."
    return f"{where or 'The request'}: {message[:1].lower()}{message[1:]}; /api describes what is wanted."
