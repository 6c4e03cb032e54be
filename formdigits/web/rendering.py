"""HTML pages out of the templates in `html/`. Everything put into them is escaped."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from extractor.table_lines import TableLine, lines_of, table_place
from extractor.values import PageResult, Reading
from formdigits.messages import counted
from formdigits.web.browser_words import in_browser
from formdigits.web.visitors import VISITOR, Visitor, is_own_host, needed_role
from workers.accounts.account import Role

HERE = Path(__file__).parent

SECTIONS = (("/", "Try it"), ("/live", "Live"), ("/templates", "Templates"), ("/jobs", "Jobs"), ("/review", "Review"))
"""The navigation: address and name. Who asks sees what their role may ask for."""


def page(request: Request, name: str, *, http: int = 200, **values: Any) -> HTMLResponse:
    """The page `html/NAME`, with `values` for its placeholders, under the code `http`."""
    visitor: Visitor | None = request.scope.get(VISITOR)
    role = None if visitor is None else visitor.role
    text = _ENVIRONMENT.get_template(name).render(
        sections=[one for one in SECTIONS if role is None or role.may(needed_role("GET", one[0]))],
        here=request.scope["path"],
        visitor=visitor,
        locked=visitor is not None and visitor.by_session,
        manages=role is not None and role.may(Role.MANAGER),
        administers=role is Role.ADMIN,
        exposed=request.scope["scheme"] == "http" and not is_own_host(request),
        version=_VERSION,
        **values,
    )
    # One stored thing that cannot be shown must not take the page with it.
    return HTMLResponse(text.encode("utf-8", "backslashreplace"), http)


def _by_field(result: PageResult) -> dict[str, Reading]:
    return {one.field: one for one in result.readings}


def _places(result: PageResult) -> dict[str, int]:
    """Where each field stands among the readings of its page, by its name."""
    return {one.field: place for place, one in enumerate(result.readings)}


def _lines(result: PageResult) -> dict[str, list[TableLine]]:
    """The tables of a page with all of their lines."""
    return lines_of(result.readings)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _utc(seconds: float) -> str:
    """What is shown until the browser has put its own time zone in."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


_VERSION = version("formdigits")
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"counted": counted, "in_browser": in_browser, "iso": _iso, "utc": _utc}
_ENVIRONMENT.tests["in_table"] = lambda field: table_place(field) is not None
_ENVIRONMENT.filters |= {"by_field": _by_field, "places": _places, "lines": _lines}
