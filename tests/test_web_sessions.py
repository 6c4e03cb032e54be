"""Who is let in and for how long, and what others find on the server's disk."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import select, update

from extractor.documents.sniff import Format
from extractor.errors import ServiceError
from formdigits.web.batches import Batches, Upload, keep
from formdigits.web.forms import Forms
from formdigits.web.security.guesses import FREE_GUESSES, LONGEST_WAIT_S, Guesses
from formdigits.web.security.sessions import Sessions
from formdigits.web.visitors import Visitor
from tests.reviewed_job import field, job_of_pages
from tests.web_site import WebServer, begin, finished, pictures, serving
from workers.accounts.account import Role
from workers.database.people import SESSION_S, SESSIONS_OF_A_PERSON, add_account
from workers.database.review.plans import set_plan
from workers.database.schema import sessions
from workers.database.store import open_store
from workers.sandbox import Sandbox

TOKEN = "a-token-that-nobody-guesses"
PNG = cv2.imencode(".png", np.full((20, 30), 200, np.uint8))[1].tobytes()


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server that wants a token."""
    with serving(tmp_path_factory.mktemp("locked"), real=False, settings={"FORMDIGITS_TOKEN": TOKEN}) as server:
        yield server


def test_logging_out_ends_the_session_on_the_server(locked: WebServer) -> None:
    with locked.client() as client:
        client.post("/login", data={"token": TOKEN})
        kept = {"Cookie": f"formdigits={client.cookies['formdigits']}"}
    with locked.client() as thief, locked.client() as other:
        other.post("/login", data={"token": TOKEN})
        assert thief.get("/api/jobs", headers=kept).status_code == 200
        assert thief.post("/logout", headers=kept).status_code == 303
        assert thief.get("/api/jobs", headers=kept).status_code == 401
        # Another's goes on.
        assert other.get("/api/jobs").status_code == 200


def test_a_session_outlives_the_server_and_not_the_token_or_its_time(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    secret = Sessions(TOKEN).begin(store, None)
    assert Sessions(TOKEN).visitor(store, secret) == Visitor(Role.ADMIN, by_session=True)
    assert Sessions(TOKEN + "2").visitor(store, secret) is None
    assert Sessions(None).visitor(store, secret) is None
    assert not any(Sessions(TOKEN).visitor(store, guess) for guess in ("", "x", "../jobs.sqlite", "\udcff\0"))
    with store.engine.begin() as connection:
        [kept] = connection.execute(select(sessions)).all()
        assert secret not in kept.id
        assert Sessions(TOKEN).visitor(store, kept.id) is None
        connection.execute(update(sessions).values(began=kept.began - SESSION_S - 1))
    assert Sessions(TOKEN).visitor(store, secret) is None
    store.close()


def test_sessions_are_bounded_in_number_and_nobody_ends_anothers(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    ann, ben = (add_account(store, name, Role.MANAGER, "hash") for name in ("Ann", "Ben"))
    kept = Sessions(TOKEN)
    others = [kept.begin(store, None), kept.begin(store, ben)]
    mine = [kept.begin(store, ann) for _ in range(SESSIONS_OF_A_PERSON + 5)]
    assert [kept.visitor(store, one) is not None for one in mine] == [False] * 5 + [True] * SESSIONS_OF_A_PERSON
    assert all(kept.visitor(store, one) for one in others)
    store.close()


@pytest.mark.parametrize(("trusted", "secure"), [("127.0.0.1", True), ("192.0.2.1", False)])
def test_the_cookie_is_secure_behind_tls_if_a_trusted_proxy_says_so(tmp_path: Path, trusted: str, secure: bool) -> None:
    settings = {"FORMDIGITS_TOKEN": TOKEN, "FORWARDED_ALLOW_IPS": trusted}
    with serving(tmp_path, real=False, settings=settings) as server, server.client() as client:
        for headers, by_tls in (({}, False), ({"X-Forwarded-Proto": "https"}, True)):
            login = client.post("/login", data={"token": TOKEN}, headers=headers).headers["set-cookie"]
            own = {"Cookie": login.partition(";")[0], **headers}
            logout = client.post("/logout", headers=own).headers["set-cookie"]
            assert ("Secure" in login, "Secure" in logout) == (by_tls and secure,) * 2


def test_guesses_are_slowed_down_and_those_who_are_in_stay_in(tmp_path: Path) -> None:
    with serving(tmp_path, real=False, settings={"FORMDIGITS_TOKEN": TOKEN}) as server, server.client() as client:
        client.post("/login", data={"token": TOKEN})
        codes = [client.post("/login", data={"token": f"guess {number}"}).status_code for number in range(100)]
        codes += [
            client.get("/api/jobs", headers={"Authorization": f"Bearer {number}"}).status_code for number in range(100)
        ]
        assert codes[: FREE_GUESSES - 1] == [401] * (FREE_GUESSES - 1)
        assert codes.count(429) > 150
        assert codes.count(401) + codes.count(429) == 200
        assert client.get("/api/jobs").status_code == 200


def test_each_guess_waits_twice_as_long_as_the_last_and_each_address_for_itself() -> None:
    now = [1000.0]
    guesses = Guesses(clock=lambda: now[0])
    for _ in range(FREE_GUESSES):
        assert guesses.wait_s("192.0.2.1") == 0
        guesses.wrong("192.0.2.1")
    waits = []
    for _ in range(9):
        waits.append(guesses.wait_s("192.0.2.1"))
        now[0] += waits[-1]
        assert guesses.wait_s("192.0.2.1") == 0
        guesses.wrong("192.0.2.1")
    assert waits == [1, 2, 4, 8, 16, 32, 60, LONGEST_WAIT_S, LONGEST_WAIT_S]
    assert guesses.wait_s("192.0.2.2") == 0
    guesses.right("192.0.2.1")
    assert guesses.wait_s("192.0.2.1") == 0
    # A person has all addresses of such a network.
    for number in range(FREE_GUESSES):
        guesses.wrong(f"2001:db8::{number:x}")
    assert guesses.wait_s("2001:db8::ffff") > 0


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_what_is_kept_is_for_its_owner_alone(locked: WebServer) -> None:
    with locked.client() as client:
        client.post("/login", data={"token": TOKEN})
        batch = client.post("/api/uploads", files=[("files", ("a.png", PNG))]).json()
        finished(client, begin(client, uploads=[batch["id"]], single_field=True))
        template = b"formdigits: 1\nform: a\npage: {width: 9, height: 9}\nfields: [{name: a, box: [1, 1, 2, 2]}]\n"
        assert client.post("/api/templates", files={"files": ("a.yaml", template)}).status_code == 201
    found = {path.relative_to(locked.home): stat.S_IMODE(path.stat().st_mode) for path in locked.home.rglob("*")}
    assert {str(path.parts[0]) for path in found} >= {"uploads", "forms", "jobs.sqlite"}
    assert {path: oct(mode) for path, mode in found.items() if mode & 0o077} == {}
    assert stat.S_IMODE(locked.home.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_a_new_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'jobs.sqlite'}").close()
    assert {oct(stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.iterdir()} == {"0o600"}


@pytest.mark.skipif(os.name != "posix", reason="not everybody may make links elsewhere")
def test_a_picture_follows_no_link_that_was_put_in_place_later(tmp_path: Path) -> None:
    scans, secret = pictures(tmp_path / "scans", 3, "page"), pictures(tmp_path / "private", 1, "secret")
    with serving(tmp_path, "--folder", scans, real=False) as server, server.client() as client:
        batch = client.post("/api/uploads", files=[("files", ("a.png", PNG))]).json()["id"]
        jobs = [begin(client, folder="scans", single_field=True), begin(client, uploads=[batch], single_field=True)]
        for job in jobs:
            finished(client, job)
        store = server.store()
        doubtful = [[field("a", "1", 0.5)]]
        reviewed = job_of_pages(store, doubtful, file=os.path.realpath(scans / "page000.png")).id
        set_plan(store, reviewed, second=False, sample=0.0)
        store.close()
        for replaced in (scans / "page000.png", server.home / "uploads" / batch / "0001.png"):
            replaced.unlink()
            replaced.symlink_to(secret / "secret000.png")
        # One that stays in the folder is none of it.
        (scans / "page001.png").unlink()
        (scans / "page001.png").symlink_to(scans / "page002.png")
        for path in (f"{jobs[0]}/pages/1/1/picture", f"{jobs[1]}/pages/1/1/picture"):
            answer = client.get(f"/api/jobs/{path}")
            assert (answer.status_code, "link" in answer.json()["error"]) == (400, True), path
        for name in ("picture", "page"):
            answer = client.get(f"/api/jobs/{reviewed}/review/fields/1-1-0/{name}.jpg")
            assert (answer.status_code, "link" in answer.json()["error"]) == (404, True), answer.text
        assert client.get(f"/api/jobs/{jobs[0]}/pages/2/1/picture").status_code == 200


@contextmanager
def full_disk(after: int) -> Iterator[None]:
    """As if no file could grow beyond `after` bytes."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (after, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(os.name != "posix", reason="the bound is one of POSIX")
def test_a_full_disk_leaves_nothing_half(tmp_path: Path) -> None:
    batches = Batches(tmp_path)
    batch = batches.begin()
    with full_disk(4096), pytest.raises(ServiceError, match="disk"):
        keep(io.BytesIO(PNG + bytes(20_000)), "a.png", batches.folder(batch), "0001")
    assert not list(batches.folder(batch).iterdir())
    many = [Upload(f"{number}" * 100, Format.PNG, Path(f"{number}.png")) for number in range(500)]
    with full_disk(4096), pytest.raises(ServiceError, match="disk"):
        batches.close(batch, many)
    assert not (batches.folder(batch) / "names.json").exists()
    batches.drop(batch)
    assert not batches.folder(batch).exists()
    text = "formdigits: 1\nform: a\npage: {width: 9, height: 9}\nfields: [{name: a, box: [1, 1, 2, 2]}]\n"
    sandbox = Sandbox()
    forms = Forms(tmp_path, (), sandbox)
    try:
        with full_disk(4096), pytest.raises(ServiceError, match="disk"):
            forms.add("a.yaml", (text + "#" * 5000).encode(), {})
        assert not list((tmp_path / "forms").iterdir())
        assert forms.add("a.yaml", (text + "#" * 5000).encode(), {}).fields == ("a",)
    finally:
        sandbox.close()
