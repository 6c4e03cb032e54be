"""The API for people: what the OpenAPI file says, as a page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from formdigits.web.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/api")
def api_page(request: Request) -> Response:
    schema: dict[str, Any] = request.app.openapi()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append({"method": method.upper(), "path": path, **operation})
    origin = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return page(request, "api.html", groups=groups, origin=origin)
