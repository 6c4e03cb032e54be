"""The attacks that a server was once stopped or starved by, to be made over and over while others ask it something."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import cv2
import httpx
import numpy as np

from extractor.values import Kind
from tests.queue_services import ROOT
from tests.reviewed_job import field as reading
from tests.reviewed_job import job_of_pages
from tests.web_site import WebServer, begin
from workers.database.review.plans import set_plan

TOKEN = "a-token-that-nobody-guesses"
PNG = cv2.imencode(".png", np.full((20, 30), 200, np.uint8))[1].tobytes()
PDF = (ROOT / "samples" / "forms" / "expenses.pdf").read_bytes()
PAGE_BOMB = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d49484452 0000ea60 0000ea60 08 00 00 00 00") + bytes(4)
HEAD = "formdigits: 1\nform: {}\npage: {{width: 100, height: 100}}\n"
FIELD = "  - {{name: f{}, box: [10, 10, 50, 20]}}\n"
PATTERN = HEAD.format("slow") + 'fields:\n  - {name: a, box: [10, 10, 50, 20], format: {pattern: "(\\\\d+)+x"}}\n'


@dataclass
class Siege:
    """A server, who attacks it, and what they hold open."""

    server: WebServer
    cookies: httpx.Cookies
    job: str
    """One with a doubtful field whose format has a pattern that other engines never finish."""
    held: list[socket.socket] = field(default_factory=list)

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """Of somebody who is logged in and means no good."""
        with self.server.client(cookies=self.cookies) as one:
            yield one

    def connect(self, said: bytes = b"") -> socket.socket:
        one = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
        with contextlib.suppress(OSError):
            one.sendall(said)
        return one


def lay(server: WebServer) -> Siege:
    """Before a server that wants `TOKEN`."""
    with server.client() as client:
        client.post("/login", data={"token": TOKEN})
        cookies = client.cookies
        # So that what reads has started.
        client.post("/api/read", files={"file": ("a.png", PNG)})
    template = server.folder / "slow.yaml"
    template.write_text(PATTERN, encoding="utf-8")
    store = server.store()
    doubtful = [reading("a", "1", 0.5, kind=Kind.DIGITS)]
    job = job_of_pages(store, [doubtful], form="slow", file="/nowhere.png", template=str(template)).id
    set_plan(store, job, second=False, sample=0.0)
    store.close()
    return Siege(server, cookies, job)


def a_pattern(siege: Siege) -> None:
    """Typed text against a pattern that backtracks, and pages that are read by it."""
    seat = {"name": "Eve", "window": "w" * 8}
    with siege.client() as client:
        given = client.post(f"/api/jobs/{siege.job}/review/next", json=seat).json().get("fields")
        if given:
            answer = {**seat, "kind": "type", "value": "1" * 40, "seen": given[0]["answers"]}
            client.post(f"/api/jobs/{siege.job}/review/fields/{given[0]['id']}/answer", json=answer)
        sent = client.post("/api/templates", files={"files": ("slow.yaml", PATTERN.encode())})
        if sent.status_code == 201:
            client.post("/api/read", files={"file": ("a.png", PNG)}, data={"template": sent.json()["id"]})


def a_name_that_cannot_be_shown(siege: Siege) -> None:
    """A template whose name is half a letter, and the lists that would show it."""
    with siege.client() as client:
        client.post("/api/templates", files={"files": ("a.yaml", b'form: "\\ud800"\nformdigits: 1\n')})
        for path in ("/", "/jobs", "/api/templates"):
            client.get(path)


_numbers = itertools.count()


def large_templates(siege: Siege) -> None:
    """Templates as large as they may be, each another, and every page that lists them; and some that are larger."""
    fields = "fields:\n" + "".join(FIELD.format(number) for number in range(900))
    with siege.client() as client:
        text = HEAD.format(f"large {next(_numbers) % 5}") + fields
        client.post("/api/templates", files={"files": ("a.yaml", text.encode())})
        client.post("/api/templates", files={"files": ("b.yaml", ("[" * 20_000).encode())})
        client.post(
            "/api/templates", files={"files": ("c.yaml", (text + f"rules: ['f1 = {'-' * 1900} f2']\n").encode())}
        )
        for path in ("/", "/live", "/jobs"):
            client.get(path)


def files_of_the_server(siege: Siege) -> None:
    """Templates that name devices, pipes and folders of the server."""
    named = ("!!binary L3Byb2Mva21zZw==", "/proc/kmsg", "/dev/zero", "/dev/stdin", "../../jobs.sqlite")
    with siege.client() as client:
        for one in named:
            text = HEAD.format("named") + f"landmarks: {{reference: {one}}}\nfields:\n" + FIELD.format(1)
            client.post("/api/templates", files={"files": ("a.yaml", text.encode())})
        text = HEAD.format("models") + "models: [/proc, /dev]\nfields:\n" + FIELD.format(1)
        client.post("/api/templates", files={"files": ("a.yaml", text.encode())})


def hosts_that_look_public(siege: Siege) -> None:
    """Hosts that once made a page public."""
    with siege.server.client() as client:
        for host in ("x/assets/", "x/health?", "x/login#", "[::1/assets/"):
            client.get("/api/jobs", headers={"Host": host})


def many_readers(siege: Siege) -> None:
    """The same small PDF to be read, again and again, by many."""
    with siege.client() as client:
        client.post("/api/read", files={"file": ("a.pdf", PDF)})


def bombs(siege: Siege) -> None:
    """Pictures of billions of pixels in a few bytes, and what is no picture."""
    with siege.client() as client:
        for name, content in (
            ("a.png", PAGE_BOMB),
            ("b.pdf", b"%PDF-1.7\n" + b"1 0 obj<<" * 9000),
            ("c.tif", b"II*\0"),
        ):
            client.post("/api/read", files={"file": (name, content)})
            client.post("/api/uploads", files={"files": (name, content)})


def idle_connections(siege: Siege) -> None:
    """Hundreds of connections that say nothing."""
    while len(siege.held) < 800:
        siege.held.append(siege.connect())
    siege.held.pop(0).close()
    time.sleep(0.01)


def bodies_that_do_not_come(siege: Siege) -> None:
    """Requests whose rest is never sent, or letter by letter."""
    head = b"POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n"
    head += b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x"
    cookie = "; ".join(f"{name}={value}" for name, value in siege.cookies.items())
    while len(siege.held) < 120:
        siege.held.append(siege.connect(head.replace(b"\r\n", f"\r\nCookie: {cookie}\r\n".encode(), 1)))
    for one in siege.held:
        with contextlib.suppress(OSError):
            one.sendall(b"x")
    siege.held.pop(0).close()
    time.sleep(0.01)


def guesses(siege: Siege) -> None:
    """Tokens and passwords, one after another."""
    with siege.server.client() as client:
        for number in range(20):
            client.post("/login", data={"token": f"guess {number}"})
            client.post("/enter", data={"secret": f"guess {number}"})
            client.get("/api/jobs", headers={"Authorization": f"Bearer {number}"})


def many_jobs(siege: Siege) -> None:
    """Jobs, and their tables, as fast as they are taken."""
    with siege.client() as client:
        sent = client.post("/api/uploads", files=[("files", (f"{number}.png", PNG)) for number in range(20)])
        if sent.status_code == 201:
            job = begin(client, uploads=[sent.json()["id"]], single_field=True)
            for path in ("/jobs", f"/jobs/{job}", f"/api/jobs/{job}/export?format=xlsx"):
                client.get(path)


Attack = Callable[[Siege], None]
ATTACKS: dict[str, tuple[Attack, int]] = {
    attack.__name__: (attack, many)
    for attack, many in (
        (a_pattern, 4),
        (a_name_that_cannot_be_shown, 2),
        (large_templates, 3),
        (files_of_the_server, 3),
        (hosts_that_look_public, 2),
        (many_readers, 45),
        (bombs, 4),
        (idle_connections, 1),
        (bodies_that_do_not_come, 1),
        (guesses, 3),
        (many_jobs, 3),
    )
}
"""Each with how many make it at once."""


@contextmanager
def attacked(siege: Siege, name: str) -> Iterator[Callable[[], int]]:
    """Inside the block the attack is made over and over; gives a function that says how often it was made so far."""
    attack, many = ATTACKS[name]
    ended = threading.Event()
    made = itertools.count()
    done: list[int] = []

    def go_on() -> None:
        while not ended.is_set():
            # What is refused, or hung up on, is what should be.
            with contextlib.suppress(httpx.HTTPError, OSError, AssertionError):
                attack(siege)
            done.append(next(made))

    threads = [threading.Thread(target=go_on, daemon=True) for _ in range(many)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: len(done)
    finally:
        ended.set()
        for thread in threads:
            thread.join(300)
        while siege.held:
            siege.held.pop().close()


def health_s(server: WebServer, patience_s: float) -> float:
    """How long somebody waits for `/health` who asks anew where they are hung up on; raises httpx.HTTPError beyond
    `patience_s`."""
    begun = time.monotonic()
    while True:
        try:
            answer = httpx.get(f"{server.url}/health", timeout=patience_s, verify=False)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            if time.monotonic() - begun > patience_s:
                raise
            continue
        assert (answer.status_code, answer.text) == (200, "ok\n")
        return time.monotonic() - begun
