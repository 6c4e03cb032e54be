"""Checks in front of every route: who may ask, from where, how much, and what a browser may do with the answer."""

from formdigits.web.security.access import Access, Door
from formdigits.web.security.bodies import BoundedBodies
from formdigits.web.security.connections import BoundedConnection
from formdigits.web.security.crowds import BoundedCrowd
from formdigits.web.security.handshakes import TlsConnections
from formdigits.web.security.headers import SafeHeaders
from formdigits.web.security.origins import OwnOrigin

__all__ = [
    "Access",
    "BoundedBodies",
    "BoundedConnection",
    "BoundedCrowd",
    "Door",
    "OwnOrigin",
    "SafeHeaders",
    "TlsConnections",
]
