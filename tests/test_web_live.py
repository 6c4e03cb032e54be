"""The live page: what the browser's camera shows is read as by `formdigits camera`, and becomes rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import cv2
import numpy as np
import openpyxl
import pytest
from playwright.sync_api import BrowserContext, expect

from benchmarks.camera_video import Camera, Shot, film, load
from tests.web_site import WebServer, chromium


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    """A few seconds of a sample sheet in a hand, as Chromium wants it: JPEG after JPEG."""
    out = tmp_path_factory.mktemp("video") / "sheet.mjpeg"
    shots = [Shot(load(samples / "scans" / "tally_01.jpg"), rest=1.2, slide=0.0)]
    with out.open("wb") as stream:
        for moment in film(shots, Camera(fps=10, shake=2)):
            stream.write(cv2.imencode(".jpg", moment.frame, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
    return out


@pytest.mark.slow
def test_a_sheet_before_the_browsers_camera_becomes_a_row(web: WebServer, video: Path, samples: Path) -> None:
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with chromium(*fake, f"--use-file-for-fake-video-capture={video}") as browser:
        page = browser.new_page()
        page.goto(f"{web.url}/live")
        page.get_by_label("Read", exact=True).select_option(label="the form polling-tally")
        page.get_by_role("button", name="Start the camera").click()
        expect(page.locator("#drawn .outline").first).to_be_attached(timeout=60_000)
        expect(page.locator("#rows tbody tr")).to_have_count(1, timeout=180_000)
        header = page.locator("#rows thead th").all_inner_texts()
        cells = page.locator("#rows tbody td").all_inner_texts()
        # The row outlives the page, whose camera goes on with the session that knows the sheet.
        page.reload()
        expect(page.locator("#rows tbody tr")).to_have_count(1)
        assert page.locator("#rows tbody td").all_inner_texts() == cells
        page.get_by_label("Read", exact=True).select_option(label="the form polling-tally")
        page.get_by_role("button", name="Start the camera").click()
        expect(page.locator("#state")).to_have_text("was read before", timeout=180_000)
        with page.expect_download() as downloading:
            page.get_by_role("button", name="CSV").click()
        text = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
        page.get_by_role("button", name="Stop the camera").click()
        expect(page.locator("#kept")).to_contain_text("Downloaded")
        expect(page.locator("#rows tbody tr")).to_have_count(1)
        page.reload()
        expect(page.locator("#empty")).to_be_visible()
    got = dict(zip(header, cells, strict=True))
    with (samples / "truth.csv").open(encoding="utf-8") as rows:
        truth = {one["field"]: one["value"] for one in csv.DictReader(rows) if one["file"] == "scans/tally_01.jpg"}
    wrong = [name for name, value in truth.items() if got[name] != value]
    assert len(wrong) <= 2, {name: (got[name], truth[name]) for name in wrong}
    [row] = csv.DictReader(io.StringIO(text))
    assert {name: row[name] for name in truth} == {name: got[name] for name in truth}


ROWS = """async () => {
  const { KeptRows } = await import("/assets/live/kept.js");
  const kept = await KeptRows.open("tester");
  const one = { confidence: 0.5, kind: "integer", written: "1", status: "review", alternatives: [], rules: [],
    doubts: [], checked: null, cells: [] };
  const row = (page, field, value) => ({ file: "camera", page, form: "f", status: "read", reason: "", fit: 1, rules: [],
    readings: [{ ...one, field, value, quad: [[0, 0], [1, 0], [1, 1], [null, 1]] }] });
  kept.columns(["a"]);
  kept.add(row(1, "a", "11"), "s");
  kept.columns(["b"]);
  kept.add(row(2, "b", "22"), "t");
  kept.add(row(3, "b", "33"), "t");
  kept.undo();
  return [kept.keeps, kept.fields, kept.rows];
}"""
AGAIN = """async () => {
  const { KeptRows } = await import("/assets/live/kept.js");
  const kept = await KeptRows.open("tester");
  return [kept.keeps, kept.fields, kept.rows];
}"""


def test_rows_are_kept_by_the_browser_for_one_tab_and_one_person(web: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{web.url}/live")
    keeps, fields, rows = page.evaluate(ROWS)
    assert (keeps, fields, len(rows)) == (True, ["a", "b"], 2)
    other = context.new_page()
    other.goto(f"{web.url}/live")
    assert other.evaluate(AGAIN) == [False, [], []]
    other.close()
    page.reload()
    assert page.evaluate(AGAIN) == [True, fields, rows]
    with web.client() as client:
        kept = [{key: value for key, value in row.items() if key != "session"} for row in rows]
        csv_text = client.post("/api/live/export", json={"fields": fields, "rows": kept}).text
        xlsx = client.post("/api/live/export?format=xlsx", json={"fields": fields, "rows": kept}).content
    assert [(row["a"], row["b"]) for row in csv.DictReader(io.StringIO(csv_text.lstrip("\ufeff")))] == [
        ("11", ""),
        ("", "22"),
    ]
    assert openpyxl.load_workbook(io.BytesIO(xlsx)).worksheets[0]["G3"].value == 22


LABELS = """async ([readings, width, height]) => {
  const { Labels } = await import("/assets/live/labels.js");
  return new Labels().place(readings, width, height);
}"""


def test_labels_do_not_cover_each_other_however_the_sheet_lies(web: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{web.url}/live")
    rng = np.random.default_rng(21)
    for tries in range(40):
        angle, (left, top) = float(rng.uniform(0, 2 * np.pi)), rng.uniform(200, 500, 2)
        pitch, high = rng.uniform(16, 60), rng.uniform(12, 50)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        readings = []
        for row in range(8):
            for column in range(3):
                corner = np.array([column * rng.uniform(60, 200), row * pitch])
                box = corner + np.array([[0, 0], [90, 0], [90, high], [0, high]])
                quad = (box - 150) @ turn + (left, top)
                readings.append(
                    {"field": f"{row}-{column}", "value": "7" * int(rng.integers(1, 9)), "quad": quad.tolist()}
                )
        labels = page.evaluate(LABELS, [readings, 1280, 720])
        assert len(labels) > (len(readings) // 3 if tries else 0)
        corners = [np.float32(one["corners"]) for one in labels]
        for at, one in enumerate(corners):
            assert (one >= 0).all()
            assert (one <= (1280, 720)).all()
            for other in corners[:at]:
                shared, _ = cv2.intersectConvexConvex(one, other)
                assert shared < 1, labels


def test_a_label_stands_above_its_field_where_there_is_room(web: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{web.url}/live")
    alone = {"field": "a", "value": "42", "quad": [[100, 100], [200, 100], [200, 140], [100, 140]]}
    [label] = page.evaluate(LABELS, [[alone], 1280, 720])
    assert (label["text"], label["x"], label["turn"]) == ("42", 100, 0)
    assert 90 < label["y"] < 100
    assert page.evaluate(LABELS, [[alone | {"value": ""}, alone | {"quad": []}], 1280, 720]) == []


@pytest.mark.parametrize("spoilt", [{"page": "x"}, {"status": "?"}, {"readings": [{}]}, {"readings": None}])
def test_rows_that_are_none_are_refused(web: WebServer, spoilt: dict[str, object]) -> None:
    row = {"file": "f", "page": 1, "form": "", "status": "read", "readings": []}
    with web.client() as client:
        assert client.post("/api/live/export", json={"rows": [row]}).status_code == 200
        assert client.post("/api/live/export", json={"rows": [row | spoilt]}).status_code == 422


def test_a_frame_that_is_none_is_refused_and_a_session_is_an_id(web: WebServer) -> None:
    huge = cv2.imencode(".jpg", np.zeros((4000, 4000), np.uint8))[1].tobytes()
    with web.client() as client:
        session = client.post("/api/live", json={}).json()["id"]
        for body in (b"", b"<html>", b"\x89PNG\r\n\x1a\n", huge, huge[:200]):
            headers = {"Content-Type": "image/jpeg"}
            answer = client.post(f"/api/live/{session}/frames?at=1", content=body, headers=headers)
            assert answer.status_code in (400, 422), answer.text
        assert client.get(f"/api/live/{session}").json() == {"id": session, "fields": []}
        assert client.get(f"/api/live/{'0' * 32}").status_code == 400
        assert client.post(f"/api/live/{'0' * 32}/undo").status_code == 400
        assert client.post("/api/live/..%2f..%2fjobs/undo").status_code in (404, 422)
        assert client.post("/api/live", json={"templates": ["nope"]}).status_code == 400
