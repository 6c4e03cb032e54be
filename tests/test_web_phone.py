"""A phone as the camera: `serve --lan` shows a code that lets one phone in, by TLS, once and soon."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from extractor.errors import InputError
from extractor.values import Gray
from formdigits.actions.lan import address_on_network
from formdigits.web.routes.phone import router
from formdigits.web.security import Door
from formdigits.web.security.guesses import FREE_GUESSES
from formdigits.web.security.invitations import INVITATION_S, MOST_INVITATIONS, Invitations
from tests.web_site import WebServer, chromium, serving
from workers.accounts.account import Role
from workers.accounts.passwords import hashed
from workers.database.people import add_account

TOKEN = "a-token-that-nobody-guesses"
LINK = re.compile(r"https://127\.0\.0\.1:[0-9]+/enter#(\S+)")
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server for the network, which here is this machine alone."""
    folder = tmp_path_factory.mktemp("lan")
    settings = {"FORMDIGITS_TOKEN": TOKEN, "PYTHONUTF8": "1"}
    with serving(folder, "--lan", "--host", "127.0.0.1", real=False, settings=settings) as server:
        yield server


def link(server: WebServer, path: str = "/api/phone") -> str:
    """The secret of a new code, asked for by whoever knows the token."""
    with server.client(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        answer = client.post(path)
        assert answer.status_code == 201, answer.text
        found = LINK.fullmatch(answer.json()["address"])
    assert found
    return found[1]


def test_a_sign_in_is_good_once_for_a_while_and_among_few() -> None:
    now = [0.0]
    invitations = Invitations(clock=lambda: now[0])
    first, second = invitations.make("session"), invitations.make()
    found = invitations.take(first)
    assert found is not None
    assert found.inviter == "session"
    assert invitations.take(first) is None
    now[0] = INVITATION_S
    assert invitations.take(second) is None
    many = [invitations.make() for _ in range(MOST_INVITATIONS + 1)]
    assert invitations.take(many[0]) is None
    assert invitations.take(many[1]) is not None
    assert [invitations.take(guess) for guess in ("", "x", "\udcff", many[1])] == [None] * 4


def test_the_terminals_code_lets_one_phone_in_by_tls(lan: WebServer) -> None:
    found = LINK.search(lan.log())
    assert found
    with lan.client() as phone, lan.client() as other:
        # To look at it is not to use it: some programs look ahead at every address that they are shown.
        for _ in range(2):
            assert phone.get("/enter").status_code == 200
            assert phone.head("/enter").status_code in (200, 405)
        assert phone.get("/api/jobs").status_code == 401
        entered = phone.post("/enter", data={"secret": found[1]})
        assert (entered.status_code, entered.headers["location"]) == (303, "/live")
        cookie = entered.headers["set-cookie"]
        assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=strict"))
        assert phone.get("/api/jobs").status_code == 200
        assert other.post("/enter", data={"secret": found[1]}).status_code == 401
        # A session as any other: it ends at the server.
        kept = {"Cookie": f"formdigits={phone.cookies['formdigits']}"}
        phone.post("/logout")
        assert other.get("/api/jobs", headers=kept).status_code == 401


def _code_of(lines: list[str]) -> str:
    """What a phone reads off the terminal's letters."""
    dark = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    rows = [row for line in lines for row in zip(*(dark[letter] for letter in line), strict=True)]
    image = np.where(np.array(rows, bool), 0, 255).astype(np.uint8)
    image = cv2.copyMakeBorder(image, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=255)
    return _read(cv2.resize(image, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST))


def _read(image: Gray) -> str:
    [code] = zxingcpp.read_barcodes(image)
    return code.text


def test_the_terminals_letters_are_the_code_of_the_address_beside_them(lan: WebServer) -> None:
    lines = lan.log().splitlines()
    drawn = [line for line in lines if set(line) <= set("█▀▄ ") and "█" in line]
    assert _code_of(drawn) == next(line for line in lines if LINK.fullmatch(line))


def test_guesses_at_a_code_are_slowed_down(tmp_path: Path) -> None:
    settings = {"FORMDIGITS_TOKEN": TOKEN}
    with serving(tmp_path, "--lan", "--host", "127.0.0.1", real=False, settings=settings) as server:
        link(server)
        with server.client() as client:
            codes = [client.post("/enter", data={"secret": f"guess {number}"}).status_code for number in range(30)]
            assert codes[:FREE_GUESSES] == [401] * FREE_GUESSES
            assert 429 in codes


def test_while_guesses_are_slowed_down_the_right_code_is_refused_too(tmp_path: Path) -> None:
    now = [0.0]
    app = FastAPI()
    app.include_router(router)
    app.state.door = Door(TOKEN, open=False, clock=lambda: now[0])
    server = WebServer(tmp_path)
    server.home.mkdir()
    app.state.site = SimpleNamespace(store=server.store())
    secret = app.state.door.invitations.make()
    phone = TestClient(app, follow_redirects=False)

    def code(given: str) -> int:
        return phone.post("/enter", data={"secret": given}).status_code

    assert [code(f"guess {number}") for number in range(FREE_GUESSES)] == [401] * FREE_GUESSES
    for moment, answer in ((0.0, 429), (0.99, 429), (1.0, 303), (1.0, 401)):
        now[0] = moment
        assert code(secret) == answer
    app.state.site.store.close()


def test_another_sites_page_cannot_have_a_code_used_or_made(lan: WebServer) -> None:
    secret = link(lan)
    away = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    with lan.client() as client:
        assert client.post("/enter", data={"secret": secret}, headers=away).status_code == 403
        assert client.post("/api/phone", headers=away | {"Authorization": f"Bearer {TOKEN}"}).status_code == 403
        assert client.post("/api/phone").status_code == 401
        assert client.post("/enter", data={"secret": secret}).status_code == 303


def test_a_code_is_over_with_the_session_that_gave_it(lan: WebServer) -> None:
    with lan.client() as clerk, lan.client() as phone:
        clerk.post("/login", data={"token": TOKEN})
        secrets = [clerk.post("/api/phone").json()["address"].partition("#")[2] for _ in range(2)]
        assert phone.post("/enter", data={"secret": secrets[0]}).status_code == 303
        clerk.post("/logout")
        assert phone.post("/enter", data={"secret": secrets[1]}).status_code == 401
        # The phone's own session is one for itself.
        assert phone.get("/api/jobs").status_code == 200


def test_the_phone_is_let_in_as_the_person_who_gave_the_code(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    store = WebServer(tmp_path).store()
    for name, role in (("Ana", Role.MANAGER), ("Rui", Role.REVIEWER)):
        add_account(store, name, role, hashed(PASSWORD))
    store.close()
    with serving(tmp_path, "--lan", "--host", "127.0.0.1", real=False) as server:
        # With accounts nobody is let in as nobody in particular.
        assert LINK.search(server.log()) is None
        assert f"{server.url}/live" in server.log()
        with server.client() as ana, server.client() as rui, server.client() as phone:
            for client, name in ((ana, "Ana"), (rui, "Rui")):
                assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
            assert rui.post("/api/phone").status_code == 403
            secret = ana.post("/api/phone").json()["address"].partition("#")[2]
            assert phone.post("/enter", data={"secret": secret}).status_code == 303
            assert phone.get("/api/account").json()["name"] == "Ana"


def test_a_phone_opens_live_in_two_taps_and_its_camera_is_read(lan: WebServer) -> None:
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with chromium(*fake) as browser:
        desk = browser.new_context(ignore_https_errors=True)
        clerk = desk.new_page()
        clerk.goto(f"{lan.url}/login?next=/live")
        clerk.get_by_label("Token").fill(TOKEN)
        clerk.keyboard.press("Enter")
        clerk.get_by_text("A phone as the camera").click()
        clerk.get_by_role("button", name="Show a code").click()
        code = clerk.locator("#phone-code")
        expect(code).to_be_visible()
        seen = cv2.imdecode(np.frombuffer(code.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
        address = _read(np.asarray(seen, np.uint8))
        assert LINK.fullmatch(address)
        assert address == clerk.locator("#phone-address").inner_text()
        device: dict[str, Any] = {
            "viewport": {"width": 390, "height": 844},
            "has_touch": True,
            "is_mobile": True,
            "ignore_https_errors": True,
        }
        pocket = browser.new_context(**device)
        phone = pocket.new_page()
        # One tap on what the phone's camera shows, one on the button.
        phone.goto(address)
        phone.get_by_role("button", name="Open Live").tap()
        expect(phone).to_have_url(f"{lan.url}/live")
        phone.get_by_role("button", name="Start the camera").tap()
        expect(phone.get_by_role("button", name="Stop the camera")).to_be_visible()
        phone.get_by_role("button", name="Stop the camera").tap()
        phone.goto(address)
        phone.get_by_role("button", name="Open Live").tap()
        expect(phone.get_by_role("alert")).to_contain_text("code was used")
        phone.goto(f"{lan.url}/enter")
        expect(phone.get_by_role("alert")).to_contain_text("no code")


def test_plain_http_on_other_addresses_warns_in_terminal_and_page(tmp_path: Path, fake_web: WebServer) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", real=False) as server, server.client() as client:
        assert "--lan" in server.log()
        assert "not encrypted" in client.get("/login", headers={"Host": "192.0.2.7:8000"}).text
        assert "not encrypted" not in client.get("/login").text
        answer = client.post("/api/phone", headers={"Authorization": f"Bearer {server.log().split()[-1]}"})
        assert (answer.status_code, "--lan" in answer.json()["error"]) == (400, True)
    assert "Warning" not in fake_web.log()


def test_a_machine_in_no_network_is_told_what_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    assert address_on_network("192.0.2.4") == "192.0.2.4"

    class Nowhere(socket.socket):
        def connect(self, address: Any) -> None:
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "socket", Nowhere)
    with pytest.raises(InputError, match="--host"):
        address_on_network("0.0.0.0")
