"""What keeps the web page safe: hosts, origins, the token, the policy that browsers are given, bounds."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from formdigits.web.settings import is_loopback
from tests.web_site import WebServer, serving

# Without certificates, which take a second to load for each call.
get, post = partial(httpx.get, verify=False), partial(httpx.post, verify=False)

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server that wants a token."""
    with serving(tmp_path_factory.mktemp("locked"), settings={"FORMDIGITS_TOKEN": TOKEN}) as server:
        yield server


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::1", "192.168.0.1"]
)
def test_a_name_that_was_made_to_point_here_is_not_answered(web: WebServer, host: str) -> None:
    answer = get(f"{web.url}/api/openapi.json", headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert "paths" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:1234", "[::1]:80", "127.0.0.9"])
def test_the_names_of_this_machine_are_answered(web: WebServer, host: str) -> None:
    assert get(f"{web.url}/api/openapi.json", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_sites_page_changes_nothing(web: WebServer, headers: dict[str, str]) -> None:
    answer = post(f"{web.url}/logout", headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "own"}])
def test_own_pages_and_programs_may(web: WebServer, headers: dict[str, str]) -> None:
    own = {name: web.url if value == "own" else value for name, value in headers.items()}
    assert post(f"{web.url}/logout", headers=own).status_code == 303


def test_nothing_is_told_without_the_token(locked: WebServer) -> None:
    for path in ("/api/openapi.json", "/api/jobs", "/api/nonsense"):
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Basic {TOKEN}"},
            {"Cookie": "formdigits=x"},
        ):
            answer = get(f"{locked.url}{path}", headers=headers)
            assert (answer.status_code, list(answer.json())) == (401, ["error"]), (path, headers)
    page = get(f"{locked.url}/", headers={})
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/")


@pytest.mark.parametrize("host", ["x/assets/", "x/health?", "x/login#", "[::1/assets/", "x:80/assets/a?b="])
def test_no_host_makes_a_page_public(locked: WebServer, host: str) -> None:
    for path in ("/api/openapi.json", "/api/jobs", "/jobs", "/nowhere"):
        answer = get(f"{locked.url}{path}", headers={"Host": host})
        assert answer.status_code in (303, 400, 401), (path, answer.text)


def test_the_token_itself_is_no_cookie(locked: WebServer) -> None:
    assert get(f"{locked.url}/api/openapi.json", headers={"Cookie": f"formdigits={TOKEN}"}).status_code == 401


def test_the_token_opens_the_api_under_any_name(locked: WebServer) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Host": "forms.example"}
    assert get(f"{locked.url}/api/openapi.json", headers=headers).status_code == 200


def test_logging_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(locked: WebServer) -> None:
    with locked.client() as client:
        assert client.post("/login", data={"token": "wrong"}).status_code == 401
        answer = client.post("/login", data={"token": TOKEN, "next": "//evil.example"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert TOKEN not in cookie
        assert client.get("/api/openapi.json").status_code == 200


@pytest.mark.parametrize("path", ["/", "/login", "/assets/base.css", "/api/openapi.json", "/nowhere"])
def test_every_answer_carries_the_policy(web: WebServer, path: str) -> None:
    headers = get(f"{web.url}{path}").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2fapp.py", "/assets//etc/passwd"]
)
def test_only_assets_are_given_out_as_assets(web: WebServer, path: str) -> None:
    with web.client() as client:
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        answer = client.send(request)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(web: WebServer) -> None:
    def large() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    said = post(f"{web.url}/login", content=b"x" * 2_000_000, headers=form)
    unsaid = post(f"{web.url}/login", content=large(), headers=form)
    # The reason is heard by who has sent all of it.
    assert (said.status_code, unsaid.status_code) == (413, 413)
    assert "more than the 0.1 MB" in said.text
    assert "more than the 0.1 MB" in unsaid.text


def test_a_body_without_end_is_hung_up_on(web: WebServer) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(4_000):
            sent += 100_000
            yield b"x" * 100_000

    with contextlib.suppress(httpx.TransportError):
        post(f"{web.url}/login", content=endless(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert sent < 100_000_000


def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    done = _serve(tmp_path, "--host", "0.0.0.0", FORMDIGITS_TOKEN="short")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "FORMDIGITS_TOKEN" in done.stderr


def test_a_port_that_is_taken_is_told_in_a_sentence(web: WebServer, tmp_path: Path) -> None:
    done = _serve(tmp_path, "--port", str(web.port))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--port" in done.stderr


def test_any_other_address_wants_a_token_which_is_made_and_printed(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0") as server:
        token = server.log().rpartition(" ")[2].strip()
        assert get(f"{server.url}/api/openapi.json").status_code == 401
        shown = {"Authorization": f"Bearer {token}"}
        assert get(f"{server.url}/api/openapi.json", headers=shown).status_code == 200
        assert server.stop() == 0


def test_which_addresses_are_this_machines_own() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "localhost", "::1", "127.3.2.1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.2", "localhost.example", "", "evil")))


def test_a_person_logs_in_and_out(locked: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{locked.url}/nowhere")
    page.get_by_label("Token").fill("not the token")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("not this server's token")
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Token")).to_be_focused()


def _serve(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    server = WebServer(folder, *arguments)
    command = [sys.executable, "-m", "formdigits", "serve", *arguments]
    environment = {"PATH": "/usr/bin:/bin", **server.settings, **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
