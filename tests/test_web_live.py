"""The live page: what the browser's camera shows is read as by `formdigits camera`, and becomes rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

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
        with page.expect_download() as downloading:
            page.get_by_role("link", name="CSV").click()
        text = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
        page.get_by_role("button", name="Stop the camera").click()
    got = dict(zip(header, cells, strict=True))
    with (samples / "truth.csv").open(encoding="utf-8") as rows:
        truth = {one["field"]: one["value"] for one in csv.DictReader(rows) if one["file"] == "scans/tally_01.jpg"}
    wrong = [name for name, value in truth.items() if got[name] != value]
    assert len(wrong) <= 2, {name: (got[name], truth[name]) for name in wrong}
    [row] = csv.DictReader(io.StringIO(text))
    assert {name: row[name] for name in truth} == {name: got[name] for name in truth}


def test_a_frame_that_is_none_is_refused_and_a_session_is_an_id(web: WebServer) -> None:
    huge = cv2.imencode(".jpg", np.zeros((4000, 4000), np.uint8))[1].tobytes()
    with web.client() as client:
        session = client.post("/api/live", json={}).json()["id"]
        for body in (b"", b"<html>", b"\x89PNG\r\n\x1a\n", huge, huge[:200]):
            headers = {"Content-Type": "image/jpeg"}
            answer = client.post(f"/api/live/{session}/frames?at=1", content=body, headers=headers)
            assert answer.status_code in (400, 422), answer.text
        assert client.post(f"/api/live/{'0' * 32}/undo").status_code == 400
        assert client.post("/api/live/..%2f..%2fjobs/undo").status_code in (404, 422)
        assert client.post("/api/live", json={"templates": ["nope"]}).status_code == 400
