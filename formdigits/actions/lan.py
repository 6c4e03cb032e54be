"""The server on the network that this machine is in: its address there, its certificate, and the code for phones."""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

import click
import segno

from extractor.errors import InputError
from formdigits import messages
from formdigits.web.security.certificate import Certificate, own_certificate
from formdigits.web.security.invitations import INVITATION_S

ANYWHERE = ("0.0.0.0", "::")
"""Hosts that stand for all addresses of this machine."""

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,60}[A-Za-z0-9])?(\.[A-Za-z0-9-]{1,63})*")
_NOWHERE = ("192.0.2.1", 9)
"""An address that belongs to nobody (RFC 5737)."""


def address_on_network(host: str) -> str:
    """The address by which others reach a server that listens at `host`. Raises InputError where there is none."""
    if host not in ANYWHERE:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            # Sends nothing: the system only says by which of its addresses it would.
            asked.connect(_NOWHERE)
            found: str = asked.getsockname()[0]
        except OSError:
            found = ""
    if not found or found in ANYWHERE:
        raise InputError("This machine is in no network; connect it to one, or name its address there with --host.")
    return found


def certificate_for(home: Path, address: str) -> Certificate:
    """The certificate for that address and this machine's names. Raises ServiceError."""
    name = socket.gethostname()
    named = [name, *([] if "." in name else [f"{name}.local"])] if _HOST_NAME.fullmatch(name) else []
    return own_certificate(home / "tls" / "certificate.pem", [address, *LOCAL_NAMES, *named])


def tell_phones(link: str, certificate: Certificate, *, once: bool) -> None:
    """Prints the code that a phone scans, and what its browser will say. `once`: the link lets one phone in."""
    how = f" It lets one phone in, within {INVITATION_S / 60:.0f} minutes." if once else ""
    messages.say(f"To use a phone as the camera, scan this with it.{how}")
    _draw(link)
    messages.say(link)
    messages.say(
        "Browsers warn of the certificate, since this machine made it itself; its SHA-256 fingerprint is "
        f"{certificate.fingerprint}. If the phone finds nothing, give this machine's address with --host."
    )


def _draw(link: str) -> None:
    """Two modules to a letter, light on dark in every terminal: some phones read no code whose colours are reversed."""
    rows = [list(row) for row in segno.make(link, micro=False).matrix_iter(border=2)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    lines = [
        "".join(blocks[pair] for pair in zip(*two, strict=True)) for two in zip(rows[::2], rows[1::2], strict=True)
    ]
    try:
        "".join(blocks.values()).encode(getattr(sys.stderr, "encoding", None) or "ascii")
    except UnicodeError:
        # The link itself follows.
        return
    for line in lines:
        messages.say(click.style(line, fg="bright_white", bg="black"))
