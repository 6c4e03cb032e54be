"""What `formdigits serve` does: from its options to a server that answers until it is stopped."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

import uvicorn

from extractor.errors import ExitCode, InputError
from extractor.options import template_files
from extractor.template import load_template
from formdigits import messages
from formdigits.actions.lan import address_on_network, certificate_for, tell_phones
from formdigits.web.app import create_app
from formdigits.web.routes.phone import link
from formdigits.web.security import BoundedConnection, TlsConnections
from formdigits.web.settings import Settings, check_store, check_token, duration, is_loopback, named_folders, size
from workers.database.people import has_accounts
from workers.database.store import open_store
from workers.home import home

EXPOSED = (
    "Warning: this is plain HTTP: others on the network can read along, and browsers give no camera. Give --lan, or "
    "put a proxy that speaks TLS in front of it."
)


OPEN_FILES = 8192
"""More than connections that the system takes for the server before it has looked at them, and what it has open."""


def serve(
    host: str | None,
    port: int,
    folders: tuple[str, ...],
    templates: tuple[str, ...],
    *,
    keep: str | None,
    quota: str | None,
    local: bool,
    lan: bool,
) -> ExitCode:
    """Serves until stopped: at `host`, or else at this machine's own address, or with `lan` on its network by TLS.

    What it writes is for its own user alone. Raises InputError, TemplateError or ServiceError at the start only.
    """
    os.umask(0o077)
    _allow_connections()
    files = template_files(templates)
    for file in files:
        load_template(file)
    # Here rather than when the server has started: an error of the database is told as any other.
    store = open_store()
    accounts = has_accounts(store)
    store.close()
    host = host or ("0.0.0.0" if lan else "127.0.0.1")
    alone = is_loopback(host) and not lan
    token = _token(alone=alone, accounts=accounts)
    address = address_on_network(host) if lan else host
    # First: what is no address here has no certificate either.
    listening = _listen(host, port)
    certificate = certificate_for(home(), address) if lan else None
    name = f"[{address}]" if ":" in address else address
    origin = f"{'http' if certificate is None else 'https'}://{name}:{listening.getsockname()[1]}"
    settings = Settings(
        home=home(),
        token=token,
        folders=named_folders(folders),
        templates=tuple(map(Path, files)),
        local=local,
        open=alone,
        lan=origin if lan else None,
        keep_s=None if keep is None else duration(keep),
        quota=None if quota is None else size(quota),
        store=check_store(os.environ["FORMDIGITS_STORE"]) if os.environ.get("FORMDIGITS_STORE") else None,
    )
    app = create_app(settings)
    messages.say(f"formdigits is at {origin}/ until you press Ctrl-C.")
    if certificate is not None:
        secret = app.state.door.invitations.make() if token is not None else None
        phones = f"{origin}/live" if secret is None else link(origin, secret)
        tell_phones(phones, certificate, once=secret is not None)
    elif not alone:
        messages.say(EXPOSED)
    if token is not None and not os.environ.get("FORMDIGITS_TOKEN"):
        messages.say(f"Its token, which everybody is asked for: {token}")
    config = uvicorn.Config(
        app,
        http=BoundedConnection if certificate is None else TlsConnections(certificate.file),  # type: ignore[arg-type]
        ws="none",
        log_level="warning",
        server_header=False,
        # Of what a proxy says only who asks, and whether by TLS; only from this machine, or FORWARDED_ALLOW_IPS.
        proxy_headers=True,
        timeout_graceful_shutdown=5,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        messages.say("Stopped.")
    return ExitCode.DONE


def _allow_connections() -> None:
    """As many open files as the system lets this process have: of a crowd that comes at once each connection is one."""
    try:
        import resource
    except ImportError:  # where there is no such bound
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _token(*, alone: bool, accounts: bool) -> str | None:
    given = os.environ.get("FORMDIGITS_TOKEN")
    if given:
        return check_token(given)
    return None if accounts or alone else secrets.token_urlsafe(24)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"Port {port} of {host} cannot be opened ({why}); give another --port or --host.") from None
    return listening
