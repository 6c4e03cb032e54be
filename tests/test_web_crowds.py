"""Whoever sends much, or slowly, or nothing at all: the others are answered meanwhile.

What is asserted is which answer comes before which, never how long one takes.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import httpx
import numpy as np
import psutil
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from formdigits.web.security import connections
from formdigits.web.security.connections import MOST_CONNECTIONS, BoundedConnection, least_missed
from formdigits.web.security.crowds import MOST_REQUESTS
from tests.queue_services import wait_until
from tests.web_site import WebServer, serving
from workers.sandbox import MOST_WAITING

PNG = cv2.imencode(".png", np.full((20, 30), 200, np.uint8))[1].tobytes()
PATIENCE_S = 120


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server for what would disturb other tests."""
    with serving(tmp_path_factory.mktemp("crowded"), real=False) as server:
        yield server


def health(server: WebServer) -> int:
    return httpx.get(f"{server.url}/health", timeout=PATIENCE_S, verify=False).status_code


def opened(server: WebServer, text: bytes = b"") -> socket.socket:
    one = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
    one.sendall(text)
    return one


def hung_up(one: socket.socket) -> bool:
    """Whether the server ends the connection; what it says before is of no matter."""
    try:
        while one.recv(10_000):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def test_a_crowd_that_reads_is_told_to_come_back_and_health_is_answered_meanwhile(crowded: WebServer) -> None:
    def post(_number: int) -> httpx.Response:
        with crowded.client() as client:
            return client.post("/api/read", files={"file": ("a.png", PNG)}, data={"single_field": "true"})

    many = 45
    assert post(0).status_code == 200
    readers = psutil.Process(_pid(crowded)).children(recursive=True)
    with ThreadPoolExecutor(many) as pool:
        try:
            # What reads stands still, as with a page that takes a minute.
            for reader in readers:
                reader.suspend()
            answers = [pool.submit(post, number) for number in range(many)]
            wait_until(lambda: sum(one.done() for one in answers) >= many - MOST_WAITING - 1, "those that are refused")
            assert health(crowded) == 200
            outstanding = [one for one in answers if not one.done()]
            assert outstanding
        finally:
            for reader in readers:
                reader.resume()
        refused = [one.result() for one in answers if one.result().status_code != 200]
    assert {one.status_code for one in refused} == {503}
    assert all("try again" in one.json()["error"] for one in refused)
    assert post(0).status_code == 200


def test_idle_connections_make_room_for_those_who_ask(crowded: WebServer) -> None:
    idle = [opened(crowded) for _ in range(MOST_CONNECTIONS + 30)]
    try:
        assert health(crowded) == 200
        assert hung_up(idle[0])
        # And in the end all of them, whoever comes.
        assert hung_up(idle[-1])
    finally:
        for one in idle:
            one.close()


@dataclass(frozen=True)
class Caller:
    address: str
    waiting_since: float


def test_of_many_connections_that_wait_those_of_whoever_has_most_make_room() -> None:
    alone, *many = [Caller("192.0.2.1", 1.0), *(Caller("192.0.2.2", 10.0 + number) for number in range(5))]
    two = [Caller("192.0.2.3", 3.0), Caller("192.0.2.3", 2.0)]
    assert least_missed([alone, *many, *two]) == [*many[:3], two[1], many[3], alone, two[0], many[4]]
    assert least_missed([alone]) == [alone]
    assert least_missed([]) == []


def test_requests_whose_bodies_do_not_come_keep_nobody_out(crowded: WebServer) -> None:
    head = b"POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n"
    head += b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x"
    waiting = [opened(crowded, head) for _ in range(MOST_REQUESTS + 1)]
    try:
        # One of them is too many, and is told so; which of them is no matter.
        [told, *_], _, _ = select.select(waiting, [], [], PATIENCE_S)
        assert b" 503 " in told.recv(10_000).split(b"\r\n")[0]
        assert health(crowded) == 200
    finally:
        for one in waiting:
            one.close()
    wait_until(lambda: crowded.client().get("/api/templates").status_code == 200, "room again")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server with the same connections, which are less patient."""
    for name, value in (("HEAD_S", 0.5), ("BODY_S", 0.5), ("UNTAKEN_S", 0.5), ("LOOKED_EVERY_S", 0.1)):
        monkeypatch.setattr(connections, name, value)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            more = message["type"] == "http.request" and message.get("more_body", False)
        await PlainTextResponse("x" * (100_000_000 if scope["path"] == "/large" else 1))(scope, receive, send)

    config = uvicorn.Config(app, http=BoundedConnection, ws="none", lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(PATIENCE_S)
    listening.close()


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize("begin", [b"", b"POST / HT", HEAD, b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET"])
def test_a_request_that_comes_letter_by_letter_is_hung_up_on(hasty: int, begin: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty), timeout=PATIENCE_S) as one:
        one.sendall(begin)
        ended = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not ended.is_set():
                    one.sendall(b"x")
                    time.sleep(0.05)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        try:
            assert hung_up(one)
        finally:
            ended.set()
            thread.join(PATIENCE_S)


def test_an_answer_that_nobody_takes_is_given_up(hasty: int) -> None:
    with socket.create_connection(("127.0.0.1", hasty), timeout=PATIENCE_S) as one:
        one.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2)
        taken = 0
        with contextlib.suppress(OSError):
            while piece := one.recv(1_000_000):
                taken += len(piece)
    assert taken < 100_000_000


def _pid(server: WebServer) -> int:
    [pid] = {
        one.pid
        for one in psutil.net_connections("tcp")
        if one.laddr and one.laddr.port == server.port and one.status == psutil.CONN_LISTEN
    }
    assert pid is not None
    return pid
