"""The screenshots in docs/web.md: a server with the samples, and Chromium looking at its pages.

python docs/make_screenshots.py [NAME…]      all of them, or those that are named (try, draw, editor, job,
live, review, report)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
# Started as a script, this is not on the path.
sys.path.insert(0, str(ROOT))

from benchmarks.camera_video import Camera, Shot, film, load  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SAMPLES = ROOT / "samples"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
DESK = ViewportSize(width=1280, height=860)
PHONE = ViewportSize(width=400, height=860)
NUMBER = [
    [(60, 100), (75, 65), (115, 55), (145, 80), (135, 125), (95, 175), (55, 225), (100, 222), (155, 226)],
    [(235, 60), (240, 145), (315, 140)],
    [(300, 80), (296, 235)],
    [(385, 65), (445, 62), (500, 64), (470, 130), (430, 235)],
]
"""247, as a hand writes it, in pixels of the sheet."""
PATIENCE_MS = 180_000


def try_page(page: Page) -> None:
    """A form, read by its template."""
    page.get_by_label("How to read it").select_option(label="polling-tally (20 fields)")
    page.get_by_label("File to read").set_input_files(SAMPLES / "scans" / "tally_phone.jpg")
    expect(page.locator("article.field").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator("article.field details.crops summary").nth(0).click()
    page.locator("#results").scroll_into_view_if_needed()
    page.locator("section.tried").evaluate("section => scrollTo(0, section.offsetTop - 12)")


def draw_page(page: Page) -> None:
    """A number that was written on the page."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    shown = box["width"] / 640
    for line in NUMBER:
        for at, (x, y) in enumerate(line):
            page.mouse.move(box["x"] + x * shown, box["y"] + y * shown, steps=5 if at else 1)
            if at == 0:
                page.mouse.down()
        page.mouse.up()
    expect(page.locator("#results .value")).to_have_text("247", timeout=PATIENCE_MS)
    page.locator("#draw-title").evaluate("title => scrollTo(0, title.parentElement.offsetTop - 12)")


def job_page(page: Page) -> None:
    """A job that is done, with a page beside the table."""
    page.get_by_label("Scans").set_input_files([SAMPLES / "scans" / f"tally_0{number}.jpg" for number in range(1, 7)])
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#state")).to_have_text("finished", timeout=PATIENCE_MS)
    page.get_by_role("link", name="tally_03.jpg").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("tally_03.jpg, page 1")
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")


def editor_page(page: Page) -> None:
    """A blank register's fields and table, with a filled page tried on them."""
    page.get_by_label("Blank form, or filled copies").set_input_files(SAMPLES / "forms" / "register.pdf")
    page.get_by_role("button", name="Find the fields").click()
    expect(page.locator("#editor[data-ready]")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("#list li.inner", has_text=re.compile("^name$")).click()
    page.keyboard.press("Delete")
    for name, kind in (("blood_pressure", "ratio"), ("medicines", "amount"), ("total", "amount"), ("fee", "amount")):
        page.locator("#list li.inner", has_text=name).click()
        page.get_by_label("Kind").select_option(kind)
    page.get_by_label("New rule").fill("table: total = fee + medicines")
    page.keyboard.press("Enter")
    page.get_by_label("Filled page").set_input_files(SAMPLES / "scans" / "register_01.jpg")
    expect(page.locator("#rules .told").first).not_to_be_empty(timeout=PATIENCE_MS)
    page.locator("#notes").evaluate("notes => { notes.hidden = true; scrollTo(0, 0); }")
    page.mouse.move(0, 0)


def live_page(page: Page) -> None:
    """A sheet in front of the camera."""
    page.get_by_label("Read", exact=True).select_option(label="the form polling-tally")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("#rows tbody tr").first).to_be_visible(timeout=PATIENCE_MS)
    # The film begins anew again and again, and with it the sheet is lost for a moment.
    expect(page.locator("#drawn .sheet-line.locked")).to_be_visible(timeout=PATIENCE_MS)


def review_page(page: Page) -> None:
    """A doubtful field, after a few answers."""
    job_page(page)
    page.get_by_role("link", name="Review", exact=True).last.click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Your name").fill("Ann")
    page.keyboard.press("Enter")
    for count in (1, 2, 3, 4):
        for picture in ("#picture img", "#page img"):
            page.locator(picture).evaluate("picture => picture.decode()")
        if count < 4:
            page.keyboard.press("Enter")
            expect(page.locator("#recent li")).to_have_count(count, timeout=PATIENCE_MS)


def report_page(page: Page) -> None:
    """What came of a job that was reviewed a little."""
    review_page(page)
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", name="Fields by confidence")).to_be_visible()


SHOTS: dict[str, tuple[str, Callable[[Page], None], ViewportSize, bool]] = {
    "try": ("/", try_page, DESK, False),
    "draw": ("/", draw_page, PHONE, True),
    "editor": ("/templates", editor_page, DESK, False),
    "job": ("/jobs", job_page, DESK, False),
    "live": ("/live", live_page, DESK, True),
    "review": ("/jobs", review_page, DESK, False),
    "report": ("/jobs", report_page, DESK, True),
}
"""Name of the picture: where it begins, what is done there, the window, and whether it is dark."""


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a server that has the samples' templates and reads on this machine."""
    templates = ["--templates", str(SAMPLES / "templates")]
    process = subprocess.Popen(
        [sys.executable, "-m", "formdigits", "serve", "--port", "0", "--local", *templates],
        env=os.environ | {"FORMDIGITS_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        found = re.search(r"http://\S+?(?=/ )", process.stderr.readline())
        assert found is not None
        yield found[0]
    finally:
        process.terminate()
        process.wait()


def video(folder: Path) -> Path:
    """A sheet in a hand, for Chromium's camera."""
    out = folder / "sheet.mjpeg"
    shots = [Shot(load(SAMPLES / "scans" / "tally_01.jpg"), rest=1.5, slide=0.0)]
    with out.open("wb") as stream:
        for moment in film(shots, Camera(fps=10, shake=2)):
            stream.write(cv2.imencode(".jpg", moment.frame, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
    return out


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        arguments = ["--no-sandbox", "--disable-gpu", *camera, f"--use-file-for-fake-video-capture={video(folder)}"]
        with server(folder) as address:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            for name in names or SHOTS:
                path, act, window, dark = SHOTS[name]
                context = browser.new_context(viewport=window, color_scheme="dark" if dark else "light")
                page = context.new_page()
                page.goto(f"{address}{path}")
                act(page)
                page.wait_for_timeout(50)
                page.screenshot(path=PICTURES / f"web_{name}.jpg", type="jpeg", quality=82)
                context.close()
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
