"""The server's own certificate, and TLS in front of bounded connections."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from cryptography import x509
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from extractor.errors import ServiceError
from formdigits.web.security import certificate, connections, handshakes
from formdigits.web.security.certificate import own_certificate
from formdigits.web.security.handshakes import TlsConnections

NAMES = ("127.0.0.1", "localhost", "::1")
PATIENCE_S = 120


def test_a_certificate_is_kept_for_its_owner_alone_and_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "tls" / "own.pem"
    first = own_certificate(file, NAMES)
    assert own_certificate(file, NAMES[:1]) == first
    assert first.fingerprint.count(":") == 31
    assert [path.name for path in file.parent.iterdir()] == ["own.pem"]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_another_network_gets_a_new_one_that_the_old_network_takes_too(tmp_path: Path) -> None:
    home = own_certificate(tmp_path / "own.pem", ["192.168.1.2"])
    office = own_certificate(tmp_path / "own.pem", ["10.0.0.7", "laptop.local"])
    assert office.fingerprint != home.fingerprint
    assert own_certificate(tmp_path / "own.pem", ["192.168.1.2"]) == office


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_one_that_is_damaged_or_nearly_over_is_made_anew(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.pem"
    file.write_bytes(content)
    first = own_certificate(file, NAMES)
    assert own_certificate(file, NAMES) == first
    monkeypatch.setattr(certificate, "RENEWED_BEFORE", certificate.VALID_FOR + timedelta(days=1))
    assert own_certificate(file, NAMES) != first
    x509.load_pem_x509_certificate(file.read_bytes())


def test_a_certificate_that_cannot_be_kept_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(ServiceError, match="cannot be kept"):
        own_certificate(tmp_path / "tls" / "own.pem", NAMES)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{scope['scheme']} {len(body)}")(scope, receive, send)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Of a server that speaks TLS with a certificate of its own, which is in `own.pem`."""
    made = TlsConnections(own_certificate(tmp_path / "own.pem", NAMES).file)
    config = uvicorn.Config(app, http=made, ws="none", lifespan="off", log_level="critical")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(PATIENCE_S)
    listening.close()


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "own.pem"))


def test_a_client_that_knows_the_certificate_is_answered_by_tls(port: int, tmp_path: Path) -> None:
    with httpx.Client(verify=trusting(tmp_path), timeout=PATIENCE_S) as client:
        for name in ("127.0.0.1", "localhost"):
            assert client.get(f"https://{name}:{port}/").text == "https 0"
        assert client.post(f"https://127.0.0.1:{port}/", content=b"x" * 3_000_000).text == "https 3000000"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"https://127.0.0.1:{port}/", timeout=PATIENCE_S)


def test_a_request_that_comes_with_the_last_word_of_the_greeting_is_answered(port: int, tmp_path: Path) -> None:
    context = trusting(tmp_path)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as one:
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                one.sendall(outgoing.read())
                incoming.write(one.recv(65536))
        client.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        one.sendall(outgoing.read())
        told = b""
        while b"https 0" not in told:
            try:
                told += client.read(65536)
            except ssl.SSLWantReadError:
                piece = one.recv(65536)
                assert piece, told
                incoming.write(piece)


def test_greetings_that_are_never_finished_keep_nobody_out(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "MOST_HANDSHAKES", 20)
    silent = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) for _ in range(30)]
    try:
        assert silent[0].recv(1) == b""
        assert httpx.get(f"https://127.0.0.1:{port}/", verify=trusting(tmp_path), timeout=PATIENCE_S).text == "https 0"
    finally:
        for one in silent:
            one.close()


def test_a_greeting_has_a_time(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.5)
    for said in (b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", os.urandom(100)):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as one:
            one.sendall(said)
            with contextlib.suppress(ConnectionError):
                while one.recv(10_000):
                    pass
    assert httpx.get(f"https://127.0.0.1:{port}/", verify=trusting(tmp_path), timeout=PATIENCE_S).text == "https 0"
