"""Try it: what is drawn and what is uploaded gets read and explained; nothing of it is kept."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from extractor.documents import open_pages
from extractor.explain import explain
from extractor.options import ReadMode, ReadOptions
from extractor.reading import open_reader
from tests.queue_services import wait_until
from tests.web_site import WebServer

SEVEN = [(60, 50), (180, 50), (110, 240)]
FOUR = [[(300, 40), (270, 150), (400, 150)], [(370, 80), (365, 250)]]


def stroke(page: Page, points: list[tuple[int, int]]) -> None:
    """Draws with the mouse, in pixels of the sheet."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    scale = box["width"] / 640
    for at, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=6 if at else 1)
        if at == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_drawn_number_is_read_with_its_crops_and_their_probabilities(web: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(web.url)
    stroke(page, SEVEN)
    expect(page.locator("#results .value")).to_have_text("7")
    for one in FOUR:
        stroke(page, one)
    expect(page.locator("#results .value")).to_have_text("74")
    symbols = page.locator("details.crops .symbol")
    expect(symbols).to_have_count(2)
    assert symbols.locator("b").all_inner_texts() == ["7", "4"]
    for crop in symbols.locator("img").all():
        assert crop.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [28, 28]
    assert all(" %" in text for text in symbols.locator(".odds:first-of-type").all_inner_texts())
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#results .value")).to_have_text("7")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#results")).to_be_empty()
    assert not any((web.home / "trying").iterdir())


def test_a_finger_draws_as_well(web: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(web.url)
    session = context.new_cdp_session(page)
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    places = [{"x": box["x"] + x * box["width"] / 640, "y": box["y"] + y * box["width"] / 640} for x, y in SEVEN]
    # A finger glides: browsers drop the first touches of what might become a scroll.
    track = [
        {axis: a[axis] + (b[axis] - a[axis]) * t / 8 for axis in "xy"} for a, b in pairwise(places) for t in range(9)
    ]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [track[0]]})
    for place in track[1:]:
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#results .value")).to_have_text("7")


def test_a_form_is_read_by_the_template_that_is_picked(web: WebServer, context: BrowserContext, samples: Path) -> None:
    page = context.new_page()
    page.goto(web.url)
    page.get_by_label("How to read it").select_option(label="polling-tally (20 fields)")
    page.get_by_label("File to read").set_input_files(samples / "scans" / "tally_01.jpg")
    expect(page.locator("article.field")).to_have_count(20)
    expect(page.locator("polygon.outline")).to_have_count(20)
    assert page.locator("article[data-field=station] .value").inner_text().isdigit()
    page.get_by_role("button", name="Show all crops").click()
    expect(page.locator("article[data-field=station] .symbol").first).to_be_visible()


def test_what_is_no_document_is_told_on_the_page(web: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(web.url)
    chooser = page.get_by_label("File to read")
    chooser.set_input_files({"name": "x<b>.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"})
    expect(page.get_by_role("alert")).to_contain_text("x<b>.png: By its content the file is text, which is not read")


@pytest.mark.parametrize("options", [ReadOptions(), ReadOptions.of(single_field=True), "template"])
def test_an_explained_page_is_read_as_any_other(options: ReadOptions | str, samples: Path) -> None:
    if isinstance(options, str):
        options = ReadOptions.of([samples / "templates" / "tally.yaml"])
    file = samples / "other" / "delivery_note.png" if not options.templates else samples / "scans" / "tally_01.jpg"
    reader = open_reader(options)
    [page] = open_pages(str(file))
    [result] = reader.read([page])
    explained, fields = explain(reader, page)
    assert explained == result
    assert [one.reading for one in fields] == list(result.readings)
    for one in fields:
        chosen = [symbol for symbol in one.symbols if symbol.chosen]
        if one.reading.written.strip("_") and options.mode is not ReadMode.SINGLE_FIELD:
            assert "".join(symbol.text for symbol in chosen) == one.reading.written
        for symbol in one.symbols:
            assert symbol.crop is None or symbol.crop.shape == (28, 28)
            odds = [p for _, p in symbol.probabilities]
            assert odds == sorted(odds, reverse=True)
            assert symbol.crop is None or abs(sum(odds) - 1) < 1e-3


def test_the_api_shows_crops_as_mnist_has_them(web: WebServer) -> None:
    picture = np.full((120, 200), 255, np.uint8)
    cv2.line(picture, (100, 20), (95, 100), 0, 8)
    png = cv2.imencode(".png", picture)[1].tobytes()
    with web.client() as client:
        answer = client.post("/api/read", files={"file": ("one.png", png)}, data={"single_field": "true"})
    assert answer.status_code == 200, answer.text
    [field] = answer.json()["pages"][0]["fields"]
    assert field["reading"]["value"] == "1"
    crop = field["symbols"][0]["crop"].removeprefix("data:image/png;base64,")
    image = cv2.imdecode(np.frombuffer(base64.b64decode(crop), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    assert image.shape == (28, 28)
    assert image.max() > 200
    assert np.count_nonzero(image.max(axis=1)) in range(19, 23)


@pytest.fixture
def pdf(samples: Path, tmp_path: Path) -> bytes:
    """Six pages, more than are tried."""
    out = tmp_path / "six.pdf"
    with pikepdf.open(samples / "scans" / "mixed_batch.pdf") as pages:
        while len(pages.pages) < 6:
            pages.pages.append(pages.pages[0])
        del pages.pages[6:]
        pages.save(out)
    return out.read_bytes()


def test_a_pdfs_pages_come_as_they_are_read(web: WebServer, pdf: bytes) -> None:
    with (
        web.client() as client,
        client.stream("POST", "/api/read/pages", files={"file": ("six.pdf", pdf)}) as answer,
    ):
        assert answer.headers["content-type"] == "application/x-ndjson"
        come = answer.iter_lines()
        first = json.loads(next(come))
        # The file is there while the others are read, and gone with the last.
        assert len(list((web.home / "trying").iterdir())) == 1
        others = [json.loads(line) for line in come]
    assert [(line["page"]["page"], line["of"]) for line in [first, *others]] == [(1, 6), (2, 6), (3, 6), (4, 6)]
    assert not any((web.home / "trying").iterdir())
    with web.client() as client:
        whole = client.post("/api/read", files={"file": ("six.pdf", pdf)}).json()
    assert whole == {"pages": [line["page"] for line in [first, *others]], "of": 6}


def test_what_is_refused_or_cut_short_leaves_nothing_behind(web: WebServer, pdf: bytes) -> None:
    with web.client() as client:
        refused = client.post("/api/read/pages", files={"file": ("six.pdf", pdf)}, data={"template": "nope"})
        assert refused.status_code == 400
        with client.stream("POST", "/api/read/pages", files={"file": ("six.pdf", pdf)}) as answer:
            next(answer.iter_lines())
    wait_until(lambda: not any((web.home / "trying").iterdir()), "an empty folder", 120)


def test_the_first_page_is_shown_while_the_others_are_read(web: WebServer, context: BrowserContext, pdf: bytes) -> None:
    page = context.new_page()
    page.goto(web.url)
    seen = page.evaluate_handle(
        """() => {
          const seen = [];
          new MutationObserver(() => seen.push([
            document.querySelectorAll("#results .tried").length, document.querySelector("#busy").hidden,
          ])).observe(document.querySelector("#results"), { childList: true });
          return seen;
        }"""
    )
    page.get_by_label("File to read").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf})
    expect(page.locator("#results")).to_contain_text("The first 4 of 6 pages")
    expect(page.locator("#busy")).to_be_hidden()
    shown = [tuple(one) for one in seen.json_value()]
    assert [count for count, _ in shown if count] == [1, 2, 3, 4]
    assert (1, False) in shown
