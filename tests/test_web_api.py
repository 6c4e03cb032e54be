"""The API is what its description says, and nothing that fits or breaks the description makes the server stumble."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from formdigits.web.app import create_app
from formdigits.web.settings import Settings
from tests.web_site import WebServer, begin, finished, pictures, serving

DESCRIPTION = create_app(Settings(home=Path("nowhere"))).openapi()
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS = {f"{one.ok().method} {one.ok().path}": one.ok() for one in SCHEMA.get_all_operations()}
BREAKABLE = sorted(
    f"{method} {path}"
    for path, methods in DESCRIPTION["paths"].items()
    for method, described in methods.items()
    if {"parameters", "requestBody"} & set(described)
)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.response_schema_conformance,
    schemathesis.checks.content_type_conformance,
]


TOKEN = "a-token-that-nobody-guesses"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server for these tests alone, which may add people: whoever shows the token is let in all the same."""
    folder = tmp_path_factory.mktemp("asked")
    pictures(folder / "scans" / "2024", 12, "page")
    with serving(folder, "--folder", folder / "scans", real=False, settings={"FORMDIGITS_TOKEN": TOKEN}) as server:
        yield server


@pytest.fixture(scope="module")
def job(asked: WebServer) -> str:
    """A job that is over, so that there is something to be told."""
    with asked.client(headers=SHOWN) as client:
        one = begin(client, folder="scans/2024", single_field=True)
        finished(client, one)
    return one


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_nothing_makes_the_server_stumble(name: str, asked: WebServer, job: str) -> None:
    @given(OPERATIONS[name].as_strategy(generation_mode=GenerationMode.POSITIVE), st.booleans())
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def check(case: schemathesis.Case, known: bool) -> None:
        if known and "job" in case.path_parameters:
            case.path_parameters["job"] = job
        case.call_and_validate(base_url=asked.url, headers=SHOWN, checks=CHECKS, timeout=60)

    check()


@pytest.mark.parametrize("name", BREAKABLE)
def test_nothing_that_breaks_the_description_does_either(name: str, asked: WebServer) -> None:
    @given(OPERATIONS[name].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def check(case: schemathesis.Case) -> None:
        answer = case.call(base_url=asked.url, headers=SHOWN)
        assert answer.status_code < 500, answer.text

    check()


def test_the_server_lives_and_logged_no_error(asked: WebServer) -> None:
    assert httpx.get(f"{asked.url}/health", verify=False).text == "ok\n"
    assert "Traceback" not in asked.log()


def test_every_route_of_the_pages_is_described(fake_web: WebServer) -> None:
    described = httpx.get(f"{fake_web.url}/api/openapi.json", verify=False).json()["paths"]
    wanted = {"/api/read", "/api/uploads", "/api/templates", "/api/folders", "/api/jobs", "/api/jobs/{job}/export"}
    assert wanted <= set(described)
    page = httpx.get(f"{fake_web.url}/api", verify=False).text
    assert all(path in page for path in described)
    used = {
        word.split("`")[0].split('"')[0].split("?")[0].rstrip("/")
        for script in (Path(__file__).parents[1] / "formdigits" / "web" / "assets").glob("*.js")
        for word in script.read_text(encoding="utf-8").split("/api/")[1:]
    }
    known = {path.removeprefix("/api/").split("/")[0] for path in described}
    assert {word.split("/")[0] for word in used} <= known
