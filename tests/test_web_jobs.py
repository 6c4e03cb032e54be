"""Jobs in the browser: files or a folder become the right spreadsheet, whatever happens to the server meanwhile."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, expect
from reportlab.pdfgen import canvas

from extractor.options import ReadOptions
from formdigits.web.batches import Batches
from formdigits.web.folders import Folders
from formdigits.web.jobs.page_pictures import Pictures
from formdigits.web.names import Names
from tests.forms import FORM
from tests.queue_services import missing, site, wait_until
from tests.web_site import WebServer, begin, finished, pictures, serving, state
from workers.database.store import open_store
from workers.review.forms import FormShelf


def test_a_pdf_becomes_the_right_spreadsheet(
    web: WebServer, context: BrowserContext, samples: Path, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(f"{web.url}/jobs")
    page.get_by_label("Scans").set_input_files(samples / "scans" / "expenses_tablet.pdf")
    page.get_by_role("checkbox", name="c1-ppwp-2019").uncheck()
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#state")).to_have_text("finished", timeout=120_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("expenses_tablet.pdf")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="XLSX").click()
    downloading.value.save_as(tmp_path / "numbers.xlsx")
    header, row = openpyxl.load_workbook(tmp_path / "numbers.xlsx").worksheets[0].iter_rows(values_only=True)
    got = dict(zip(header, row, strict=True))
    assert (got["file"], got["page"], got["form"], got["status"]) == ("expenses_tablet.pdf", 1, "time-expenses", "read")
    with (samples / "truth.csv").open(encoding="utf-8") as rows:
        truth = {one["field"]: one["value"] for one in csv.DictReader(rows) if one["file"].endswith("tablet.pdf")}
    assert len(truth) == 27
    wrong = {field for field, value in truth.items() if (got[field] is None) != (value == "")}
    wrong |= {
        field for field, value in truth.items() if value and got[field] is not None and not same(got[field], value)
    }
    assert wrong <= set((got["review"] or "").split())
    assert len(wrong) <= 1
    # The table on the page, and the page beside it with a field for each row.
    expect(page.locator("#table tbody tr")).to_have_count(1)
    assert page.locator("#page .sheet img").evaluate("image => image.complete && image.naturalWidth > 500")
    assert page.locator("#page polygon").count() == page.locator("#page .readings tbody tr").count() == 27


def same(cell: Any, value: str) -> bool:
    """Whether a cell holds a value: numbers as numbers, all else as text."""
    return str(cell) == value if isinstance(cell, str) else float(cell) == float(value)


def test_a_folder_is_picked_by_going_into_it(fake_web: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{fake_web.url}/jobs")
    page.get_by_role("button", name="scans/").click()
    page.get_by_role("button", name="2024/").click()
    expect(page.locator("#picked")).to_contain_text("scans/2024 is picked: 12 documents")
    page.get_by_role("radio", name="Every picture is one number").check()
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#state")).to_have_text("finished", timeout=120_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("scans/2024, 12 files")
    expect(page.locator("#table tbody tr")).to_have_count(12)
    page.wait_for_load_state()  # the row is a link once its script has run
    page.locator("#table tbody tr").nth(4).locator("td").last.click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("scans/2024/page004.png, page 1")
    expect(page.locator("#table")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("heading", level=2).first).to_have_text("scans/2024/page005.png, page 1")


def test_photographs_of_a_phones_camera_go_into_a_job_one_by_one(fake_web: WebServer, browser: Browser) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as phone:
        page = phone.new_page()
        page.goto(f"{fake_web.url}/jobs")
        camera = page.get_by_label("Take a photograph with this device's camera")
        assert camera.get_attribute("capture") == "environment"
        expect(page.get_by_text("Take a photograph", exact=True)).to_be_visible()
        sheet = cv2.imencode(".png", np.full((20, 30), 200, np.uint8))[1].tobytes()
        for count in ("1 file chosen", "2 files chosen"):
            camera.set_input_files({"name": "image.png", "mimeType": "image/png", "buffer": sheet})
            expect(page.locator("#chosen")).to_have_text(count)
        page.get_by_label("Every picture is one number").check()
        page.get_by_role("button", name="Start", exact=True).tap()
        expect(page.get_by_text("2 of 2 pages")).to_be_visible()
        expect(page.locator("tbody th").first).to_have_text("photograph 1.png")
    with browser.new_context() as desk:
        page = desk.new_page()
        page.goto(f"{fake_web.url}/jobs")
        expect(page.get_by_text("Take a photograph", exact=True)).to_be_hidden()


def test_every_format_says_the_same(fake_web: WebServer) -> None:
    with fake_web.client() as client:
        job = begin(client, folder="scans/2024", single_field=True)
        finished(client, job)
        got = {
            ending: client.get(f"/api/jobs/{job}/export", params={"format": ending})
            for ending in ("csv", "xlsx", "json", "jsonl")
        }
        pages = client.get(f"/api/jobs/{job}/pages", params={"limit": 5}).json()
        rest = client.get(f"/api/jobs/{job}/pages", params={"limit": 50, "after": pages["after"]}).json()
    assert all(answer.status_code == 200 for answer in got.values())
    assert all("attachment" in answer.headers["content-disposition"] for answer in got.values())
    values = [line.rpartition(",")[2] for line in got["csv"].text.splitlines()[1:]]
    sheet = openpyxl.load_workbook(io.BytesIO(got["xlsx"].content)).worksheets[0]
    # The last column is hidden: it says where the row comes from.
    assert ["" if row[-2] is None else str(row[-2]) for row in sheet.iter_rows(min_row=2, values_only=True)] == values
    lines = [json.loads(line) for line in got["jsonl"].text.splitlines()]
    assert [line["readings"][0]["value"] for line in lines] == values
    listed = [*pages["pages"], *rest["pages"]]
    assert (len(pages["pages"]), rest["after"]) == (5, None)
    assert [one["readings"][0]["value"] for one in listed] == values
    assert [one["file"] for one in listed] == [f"scans/2024/page{number:03}.png" for number in range(12)]
    assert not list(fake_web.home.glob("export-*"))


def test_a_job_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    pictures(tmp_path / "scans", 80, "slow")
    server = WebServer(tmp_path, "--folder", tmp_path / "scans", real=False)
    try:
        server.start()
        with server.client() as client:
            job = begin(client, folder="scans", single_field=True)
            wait_until(lambda: state(client, job)["counts"]["done"] >= 8, "eight pages")
        server.kill()
        server.start()
        with server.client() as client:
            assert finished(client, job)["counts"]["read"] == 80
    finally:
        server.kill()


def test_a_page_that_kills_its_process_harms_no_other_and_not_the_server(fake_web: WebServer) -> None:
    files = [
        ("files", (f"{name}.png", (fake_web.folder / "scans" / "2024" / "page003.png").read_bytes())) for name in "ab"
    ]
    pictures(fake_web.folder / "scans" / "bad", 3, "killed")
    with fake_web.client() as client:
        batch = client.post("/api/uploads", files=files).json()["id"]
        job = begin(client, uploads=[batch], folder="scans/bad", single_field=True)
        counts = finished(client, job)["counts"]
        failed = client.get(f"/api/jobs/{job}/pages", params={"status": "failed"}).json()["pages"]
        page = client.get(f"/jobs/{job}", params={"status": "failed"})
    assert (counts["read"], counts["failed"]) == (2, 3)
    assert all("stopped its process" in one["reason"] for one in failed)
    assert page.status_code == 200
    assert "stopped its process" in page.text


def test_a_job_is_stopped_and_others_go_on(fake_web: WebServer) -> None:
    pictures(fake_web.folder / "scans" / "long", 400, "slow")
    with fake_web.client() as client:
        long = begin(client, folder="scans/long", single_field=True)
        other = begin(client, folder="scans/2024", single_field=True)
        wait_until(lambda: state(client, long)["counts"]["done"] > 0, "the first pages")
        assert client.post(f"/api/jobs/{long}/cancel").json()["state"] == "cancelled"
        finished(client, other)
        done = state(client, long)["counts"]["done"]
        time.sleep(1)
        assert state(client, long)["counts"]["done"] == done < 400


def test_a_small_job_is_read_before_a_large_one_is_done(tmp_path: Path) -> None:
    for name, count in (("slow", 100), ("few", 3)):
        pictures(tmp_path / "scans" / name, count, name)
    with serving(tmp_path, "--folder", tmp_path / "scans", real=False) as server, server.client() as client:
        large = begin(client, folder="scans/slow", single_field=True)
        wait_until(lambda: state(client, large)["counts"]["done"] > 0, "the first pages")
        small = begin(client, folder="scans/few", single_field=True)
        assert finished(client, small)["counts"]["read"] == 3
        assert client.put(f"/api/jobs/{large}/priority", json={"priority": "high"}).json()["priority"] == "high"
        done = finished(client, large)
    assert done["counts"]["read"] == 100
    with closing(sqlite3.connect(tmp_path / "home" / "jobs.sqlite")) as base:
        ends = dict(base.execute("SELECT id, finished FROM jobs"))
    assert ends[small] < ends[large]


def test_jobs_of_the_command_line_are_seen_as_well(fake_web: WebServer) -> None:
    read = ["read", "scans/2024", "--single-field", "--processes", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.run_fake", *read, "-o", "out.csv"],
        cwd=fake_web.folder,
        env={"PATH": "/usr/bin:/bin", **fake_web.settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with fake_web.client() as client:
        newest = client.get("/api/jobs").json()[0]
        assert (newest["state"], newest["counts"]["read"]) == ("finished", 12)
        assert client.post(f"/api/jobs/{newest['id']}/cancel").status_code == 400


def test_pages_read_in_another_folder_are_opened_from_there(fake_web: WebServer, tmp_path: Path) -> None:
    """`read` was given relative paths, and where the server runs there is another file of that name."""
    pictures(tmp_path / "scans" / "2024", 1, "page")
    Image.new("L", (44, 33), 255).save(tmp_path / "scans" / "2024" / "page000.png")
    done = subprocess.run(
        [sys.executable, "-m", "tests.run_fake", "read", "scans/2024", "--single-field", "-o", "out.csv"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", **fake_web.settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out.csv").open(encoding="utf-8") as rows:
        assert [row["file"] for row in csv.DictReader(rows)] == ["scans/2024/page000.png"]
    with fake_web.client() as client:
        job = client.get("/api/jobs").json()[0]["id"]
        [shown] = client.get(f"/api/jobs/{job}/pages").json()["pages"]
        jpeg = client.get(f"/api/jobs/{job}/pages/{shown['document']}/1/picture").content
        assert Image.open(io.BytesIO(jpeg)).size == (44, 33)
        exported = client.get(f"/api/jobs/{job}/export", params={"format": "csv"}).text
        assert [row["file"] for row in csv.DictReader(io.StringIO(exported))] == ["scans/2024/page000.png"]


@pytest.mark.parametrize("kept", [None, 300], ids=["as earlier versions kept it", "as it is kept now"])
def test_pictures_are_drawn_as_the_pages_were_read_by_a_folder_of_templates(
    kept: int | None, tmp_path: Path, own_home: Path
) -> None:
    for name, dpi in (("one", 150), ("other", 300)):
        form = FORM.model_dump(mode="json", exclude_defaults=True) | {"form": name}
        form["page"]["dpi"] = dpi
        (tmp_path / f"{name}.yaml").write_text(json.dumps(form), encoding="utf-8")
    sheet = canvas.Canvas(str(tmp_path / "a.pdf"), pagesize=(144, 72))
    sheet.drawString(20, 20, "57")
    sheet.save()
    options = {"templates": [str(tmp_path)]} if kept is None else ReadOptions.of([tmp_path]).to_dict() | {"dpi": kept}
    store = open_store()
    job = store.create("key", ReadOptions.from_dict(options), ())
    shown = Pictures(FormShelf(store), Names(Batches(own_home), Folders(())))
    picture = shown.page(job, str(tmp_path / "a.pdf"), 1)
    assert (picture.width, picture.height) == (600, 300)
    shown.close()
    store.close()


def test_two_sheets_in_one_picture_are_two_pages_wherever_a_page_is(tmp_path: Path, context: BrowserContext) -> None:
    pictures(tmp_path / "scans", 1, "spread")
    with serving(tmp_path, "--folder", tmp_path / "scans", real=False) as server, server.client() as client:
        job = begin(client, folder="scans", single_field=True)
        told = finished(client, job)
        assert (told["documents"], told["counts"]["pages"], told["counts"]["done"]) == (1, 2, 2)
        page = context.new_page()
        page.goto(f"{server.url}/jobs/{job}")
        page.locator("#table tbody tr").nth(1).get_by_role("link").click()
        expect(page.get_by_role("heading", level=2).first).to_have_text("scans/spread000.png, page 2")
        expect(page.locator("#page polygon")).to_have_count(1)
        assert page.locator("#page .sheet img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 30
        # Reviewed, mended and marked as any other.
        seat = {"name": "Ann", "window": "a-window-of-ann"}
        assert client.put(f"/api/jobs/{job}/review", json={"sample": 1}).status_code == 200
        fields = client.post(f"/api/jobs/{job}/review/next", json={**seat, "count": 9}).json()["fields"]
        assert sorted(one["page"] for one in fields) == [1, 2]
        for one in fields:
            for picture in (one["picture"], one["page_picture"]):
                assert client.get(picture).headers["content-type"] == "image/jpeg"
            answer = {**seat, "kind": "type", "value": str(50 + one["page"]), "seen": 0}
            assert client.post(f"/api/jobs/{job}/review/fields/{one['id']}/answer", json=answer).status_code == 200
        mended = client.post(
            f"/api/jobs/{job}/fields/1-2-0/mend", json={"name": "Ann", "kind": "type", "value": "59", "seen": 1}
        )
        assert [one["value"] for one in mended.json()["history"]] == ["52", "59"]
        mark = {"name": "Ann", "rescan": True, "comment": "the second sheet"}
        assert client.put(f"/api/jobs/{job}/pages/1/2/mark", json=mark).status_code == 204
        assert [one["page"] for one in client.get(f"/api/jobs/{job}/marks").json()] == [2]
        rows = csv.DictReader(io.StringIO(client.get(f"/api/jobs/{job}/export?format=csv").text))
        assert [(row["page"], row["value"]) for row in rows] == [("1", "51"), ("2", "59")]
        lines = client.get(f"/api/jobs/{job}/corrections").text.splitlines()
        assert [(one["page"], one["value"]) for one in map(json.loads, lines)] == [(1, "51"), (2, "59")]
        assert client.delete(f"/api/jobs/{job}").status_code == 204
        assert client.get(f"/api/jobs/{job}/pages/1/2/picture").status_code == 404
        store = server.store()
        with store.engine.connect() as connection:
            for table in ("pages", "readings", "reviews", "corrections", "page_marks"):
                assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table
        store.close()


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=missing() or "-")
def test_with_a_broker_the_workers_read(tmp_path: Path) -> None:
    pictures(tmp_path / "scans", 25, "page")
    (tmp_path / "site").mkdir()
    with site(tmp_path / "site") as one:
        settings = {"FORMDIGITS_BROKER_URL": one.redis.url, "FORMDIGITS_HOME": one.settings["FORMDIGITS_HOME"]}
        web = serving(tmp_path / "web", "--folder", tmp_path / "scans", real=False, settings=settings)
        with web as server, server.client() as client:
            job = begin(client, folder="scans", single_field=True)
            time.sleep(1)
            assert state(client, job)["counts"]["done"] == 0
            one.worker()
            assert finished(client, job)["counts"]["read"] == 25
            one.redis.kill()
            refused = client.post("/api/jobs", json={"folder": "scans", "single_field": True})
    assert refused.status_code == 503
    assert "FORMDIGITS_BROKER_URL" in refused.json()["error"]
