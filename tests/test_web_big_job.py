"""A job of many pages on its page: every page can be come to, a file is found, and large tables are made beside it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from formdigits.web.jobs.kept_exports import KeptExports
from formdigits.web.jobs.tables import Ending
from formdigits.web.settings import Settings
from tests.queue_services import wait_until
from tests.reviewed_job import job_of_many
from tests.web_site import WebServer
from workers.database.schema import documents
from workers.database.store import open_store

PAGES = 2100


@pytest.fixture(scope="module")
def big(fake_web: WebServer) -> str:
    """A job of so many pages, named by their numbers."""
    store = open_store(f"sqlite:///{fake_web.home / 'jobs.sqlite'}")
    job = job_of_many(store, PAGES * 20, "/scans/page.png").id
    with store.engine.begin() as connection:
        named = "'/scans/page' || number || '.png'"
        connection.exec_driver_sql(f"UPDATE {documents.name} SET file = {named} WHERE job = ?", (job,))
        connection.exec_driver_sql("UPDATE pages SET doubtful = 20 WHERE job = ?", (job,))
    store.close()
    return job


def test_every_page_can_be_come_to_and_a_large_table_stays_to_be_fetched(
    fake_web: WebServer, big: str, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(f"{fake_web.url}/jobs/{big}")
    rows = page.locator("#table tbody tr th")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="More pages").click()
    expect(rows.first).to_have_text("page51.png")
    page.get_by_label("Number of the page").fill("1234")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(rows.first).to_have_text("page1234.png")
    page.get_by_role("link", name="Pages before").click()
    expect(rows.last).to_have_text("page1233.png")
    page.get_by_role("link", name="Last pages").click()
    expect(rows.last).to_have_text(f"page{PAGES}.png")
    page.get_by_role("link", name="First pages").click()
    expect(rows.first).to_have_text("page1.png")
    page.get_by_label("Search documents by name").fill("PAGE77")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(rows).to_have_text(["page77.png", *(f"page77{n}.png" for n in range(10))])
    page.get_by_role("button", name="CSV").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=f"formdigits-{big}.csv").click()
    downloading.value.save_as(tmp_path / "big.csv")
    with (tmp_path / "big.csv").open(encoding="utf-8-sig") as lines:
        found = list(csv.DictReader(lines))
    assert [row["file"] for row in found] == [f"/scans/page{n}.png" for n in range(1, PAGES + 1)]


def test_what_few_pages_are_is_found_and_tables_go_with_their_job(fake_web: WebServer, big: str) -> None:
    with fake_web.client() as client:
        assert client.post(f"/api/jobs/{big}/exports", json={"format": "csv"}).status_code == 202
        assert client.get(f"/api/jobs/{big}/exports/formdigits-{big}.xlsx").status_code == 404
        assert "No document of this job is called so" in client.get(f"/jobs/{big}?search=nothing").text
        assert f"page{PAGES}.png" in client.get(f"/jobs/{big}?to_review=true&row={PAGES + 1}").text
        assert client.delete(f"/api/jobs/{big}").status_code == 204
    assert not (fake_web.home / "exports" / big).exists()


def test_no_table_is_left_of_a_job_that_was_deleted_while_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMDIGITS_HOME", str(tmp_path))
    store = open_store(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    job = job_of_many(store, 20, "/scans/page.png")
    exports = KeptExports(store, Settings(tmp_path))
    # Its process was on the way when the job went, and makes its folder anew.
    store.forget(job.id)
    exports.drop(job.id)
    exports.ask(job, Ending.CSV, long=False)
    exports.start()
    wait_until(lambda: not exports.of(job.id), "the table")
    exports.stop()
    store.close()
    assert not (tmp_path / "exports" / job.id).exists()
