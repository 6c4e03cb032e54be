"""A phone as the camera: a code that brings it to this server, and the page that it opens."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.status import HTTP_201_CREATED

from extractor.errors import InputError
from formdigits.web.rendering import page
from formdigits.web.routes.entry import DoorDep, keep_session
from formdigits.web.schemas.live_schema import PhoneAnswer
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.security.access import COOKIE, ENTRANCE, GUESSED
from formdigits.web.security.invitations import INVITATION_S
from formdigits.web.site import Site, SiteDep, StoreDep
from formdigits.web.visitors import VisitorDep

router = APIRouter()

USED_UP = "This code was used, or its ten minutes are over; show a new one on the page Live and scan that."


def origin_for_phones(request: Request, site: Site) -> str | None:
    """The address under which a phone finds this server by TLS, as its camera needs; None where there is none."""
    if site.settings.lan is not None:
        return site.settings.lan
    # A proxy in front of it speaks TLS.
    return f"https://{request.url.netloc}" if request.scope["scheme"] == "https" else None


def link(origin: str, secret: str) -> str:
    """What a phone opens. Browsers keep what follows # to themselves, so that it is in no log."""
    return f"{origin}{ENTRANCE}#{secret}"


@router.post(
    "/api/phone",
    tags=["live"],
    status_code=HTTP_201_CREATED,
    responses=refusals(_400="The server has no address that a phone could use."),
)
def invite(request: Request, site: SiteDep, door: DoorDep, visitor: VisitorDep) -> PhoneAnswer:
    """A one-time sign-in for a phone, which is let in as whoever asks for it; as a QR code as well."""
    origin = origin_for_phones(request, site)
    if origin is None:
        raise InputError(
            "A phone gives its camera by TLS alone; have the server started with 'formdigits serve --lan'."
        )
    # A session of the same person begins, so this one must go on until then.
    address = link(origin, door.invitations.make(request.cookies.get(COOKIE, "") if visitor.by_session else ""))
    picture = segno.make(address, micro=False).svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return PhoneAnswer(address=address, picture=picture, seconds=round(INVITATION_S))


@router.get(ENTRANCE, include_in_schema=False)
def entrance(request: Request) -> Response:
    """Lets nobody in yet: programs that look ahead at addresses would use the code up."""
    return page(request, "enter.html", wrong="")


@router.post(ENTRANCE, include_in_schema=False)
def enter(request: Request, door: DoorDep, store: StoreDep, secret: Annotated[str, Form()] = "") -> Response:
    if door.is_open(store):
        return RedirectResponse("/live", 303)
    if door.wait_s(request):
        return page(request, "enter.html", http=429, wrong=GUESSED)
    session = door.entered(store, secret, request)
    if session is None:
        return page(request, "enter.html", http=401, wrong=USED_UP)
    answer = RedirectResponse("/live", 303)
    keep_session(request, answer, session)
    return answer
