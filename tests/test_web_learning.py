"""A form that is learned from a job's page: how far it is, what came of it, and the way back."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from extractor.recognizer.card import SHIPPED
from tests.conftest import ROOT
from tests.reviewed_job import field, job_of_pages
from tests.test_learning import FIGURES
from tests.web_site import WebServer, web_store  # noqa: F401 - the fixture `store`
from workers.database.store import Store
from workers.database.versions import keep_version

TALLY = ROOT / "samples" / "templates" / "tally.yaml"


def test_a_job_teaches_its_form_and_an_earlier_version_takes_over(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    for _ in range(2):
        taught = {"jobs": [], "answers": 3, "pages": 1, "sizes": []}
        keep_version(
            store, "learned-form", SHIPPED.parent / "letters", name="", by="", figures=FIGURES, learned_from=taught
        )
    picture = str(ROOT / "samples" / "scans" / "tally_grey.png")
    job = job_of_pages(store, [[field("votes", "57", 0.5)]], "learned-form", picture, str(TALLY), reads="read so")
    page = context.new_page()
    page.goto(f"{web.url}/jobs/{job.id}")
    learned = page.locator("#learning")
    expect(learned.locator("tbody tr").first).to_contain_text("reads them")
    page.get_by_role("button", name="Learn from this job").click()
    # Nobody has answered anything on it.
    expect(learned.locator("#learning-problem")).to_contain_text("Nobody has answered any field", timeout=60_000)
    learned.get_by_role("button", name="Use version 1").click()
    expect(learned.locator("tbody tr").nth(1)).to_contain_text("reads them")
    learned.get_by_role("button", name="Go back to it").click()
    expect(learned.locator("tbody tr").nth(2)).to_contain_text("reads them")
    with web.client() as client:
        assert not any(one["used"] for one in client.get(f"/api/jobs/{job.id}/learn").json()["versions"])
        unknown = client.put(f"/api/jobs/{job.id}/version", json={"form": "learned-form", "number": 9})
    assert unknown.status_code == 400
    assert "no version 9" in unknown.json()["error"]
