"""What axe-core finds on the pages: nothing that keeps anybody from using them, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.reviewed_job import field, job_of_pages
from tests.web_site import ROOT, WebServer, begin, finished, serving
from workers.accounts.account import Role
from workers.accounts.passwords import hashed
from workers.database.people import add_account
from workers.database.review.plans import set_plan

SERIOUS = ("serious", "critical")
PASSWORD = "four words in a row"
PAGES = {
    "try": "/",
    "live": "/live",
    "templates": "/templates",
    "template editor": "/templates/{form}",
    "jobs": "/jobs",
    "job": "/jobs/{job}",
    "page of a job": "/jobs/{job}?show=1-1",
    "report": "/jobs/{job}/report",
    "reviews": "/review",
    "start of a review": "/review/{new}",
    "plan of a review": "/review/{job}/plan",
    "review": "/review/{job}",
    "review of a page": "/review/{job}/page",
    "review in a grid": "/review/{job}/grid",
    "api": "/api",
    "people": "/people",
    "account": "/account",
    "log in": "/login",
    "a phone's entrance": "/enter#code",
    "nowhere": "/nowhere",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WebServer, dict[str, str]]]:
    """A server with an account, a job that is reviewed and one that is not yet, and their ids."""
    folder = tmp_path_factory.mktemp("accessible")
    templates = ROOT / "samples" / "templates"
    with serving(folder, "--folder", ROOT / "samples" / "scans", "--templates", templates) as server:
        with server.client() as client:
            forms = {one["form"]: one["id"] for one in client.get("/api/templates").json()}
            scan = (ROOT / "samples" / "scans" / "tally_batch.tif").read_bytes()
            batch = client.post("/api/uploads", files=[("files", ("tally.tif", scan)), ("files", ("b.png", _blank()))])
            job = begin(client, uploads=[batch.json()["id"]], templates=[forms["polling-tally"]], accept=1)
            finished(client, job)
        store = server.store()
        new = job_of_pages(store, [[field("votes", "57", 0.5), field("total", "12", 0.4)]]).id
        set_plan(store, job, second=False, sample=0.0)
        add_account(store, "Ada", Role.ADMIN, hashed(PASSWORD))
        store.close()
        yield server, {"job": job, "new": new, "form": forms["polling-tally"]}


def _blank() -> bytes:
    return (ROOT / "samples" / "other" / "delivery_note.png").read_bytes()


def _checked(page: Page) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    told = [
        f"{one['impact']} {one['id']}: {node['html'][:150]} {node['failureSummary'][:300]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", list(PAGES))
def test_axe_finds_nothing_serious(
    site: tuple[WebServer, dict[str, str]], context: BrowserContext, name: str, scheme: str
) -> None:
    server, ids = site
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    if scheme == "dark":
        # And on a phone, where tables are wider than the screen.
        page.set_viewport_size({"width": 390, "height": 700})
    if name not in ("log in", "a phone's entrance"):
        page.goto(f"{server.url}/login")
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.goto(server.url + PAGES[name].format(**ids))
    page.wait_for_load_state("networkidle")
    _checked(page)
    if name == "page of a job":
        page.get_by_title("Mend ").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        _checked(page)
    if name == "template editor":
        page.locator("#list li").nth(5).click()
        _checked(page)
    if name == "live":
        page.get_by_text("A phone as the camera").click()
        _checked(page)


def test_what_was_tried_is_read_by_everybody(
    site: tuple[WebServer, dict[str, str]], context: BrowserContext, samples: Path
) -> None:
    server, _ = site
    page = context.new_page()
    page.goto(f"{server.url}/login?next=/")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/", wait_until="load")  # its script listens by then
    page.get_by_label("How to read it").select_option(label="polling-tally (20 fields)")
    page.get_by_label("File to read").set_input_files(samples / "scans" / "tally_01.jpg")
    expect(page.locator("article.field")).to_have_count(20)
    page.get_by_role("button", name="Show all crops").click()
    expect(page.locator("#busy")).to_be_hidden()
    _checked(page)
