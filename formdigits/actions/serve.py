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
from formdigits.web.app import create_app
from formdigits.web.security import BoundedConnection
from formdigits.web.settings import Settings, check_token, is_loopback, named_folders
from workers.database.people import has_accounts
from workers.database.store import open_store
from workers.home import home


def serve(host: str, port: int, folders: tuple[str, ...], templates: tuple[str, ...], *, local: bool) -> ExitCode:
    """Serves until stopped. What it writes is for its own user alone.

    Raises InputError, TemplateError or ServiceError at the start only.
    """
    os.umask(0o077)
    files = template_files(templates)
    for file in files:
        load_template(file)
    # Here rather than when the server has started: an error of the database is told as any other.
    store = open_store()
    accounts = has_accounts(store)
    store.close()
    token = _token(host, accounts=accounts)
    settings = Settings(
        home=home(),
        token=token,
        folders=named_folders(folders),
        templates=tuple(map(Path, files)),
        local=local,
        open=is_loopback(host),
    )
    listening = _listen(host, port)
    name = f"[{host}]" if ":" in host else host
    messages.say(f"formdigits is at http://{name}:{listening.getsockname()[1]}/ until you press Ctrl-C.")
    if token is not None and not os.environ.get("FORMDIGITS_TOKEN"):
        messages.say(f"Its token, which everybody is asked for: {token}")
    config = uvicorn.Config(
        create_app(settings),
        http=BoundedConnection,
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


def _token(host: str, *, accounts: bool) -> str | None:
    given = os.environ.get("FORMDIGITS_TOKEN")
    if given:
        return check_token(given)
    return None if accounts or is_loopback(host) else secrets.token_urlsafe(24)


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
