"""Values mended in the browser, in a job's table and on its page, and found again in the workbook."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from playwright.sync_api import BrowserContext, Page, expect

from extractor.values import FieldStatus
from tests.queue_services import ROOT
from tests.reviewed_job import field, job_of_pages
from tests.web_site import WebServer, web_store  # noqa: F401 - the fixture `store`
from workers.database.store import Store

PICTURE = str(ROOT / "samples" / "scans" / "tally_grey.png")


def job_page(context: BrowserContext, web: WebServer, store: Store) -> tuple[str, Page]:
    readings = [field("votes", "57", 0.999, FieldStatus.ACCEPTED), field("total", "61", 0.5)]
    job = job_of_pages(store, [readings, readings], file=PICTURE).id
    page = context.new_page()
    page.goto(f"{web.url}/jobs/{job}")
    return job, page


def test_an_accepted_value_is_mended_and_found_in_the_workbook_with_its_history(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job, page = job_page(context, web, store)
    page.locator("#table").get_by_title("Mend votes").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It says 57; the machine read 57.")
    expect(dialog.locator("img")).to_have_js_property("complete", True)
    assert dialog.locator("img").evaluate("image => image.naturalWidth > 100")
    expect(dialog.get_by_label("Value")).to_have_value("57")
    dialog.get_by_label("Value").fill("58")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Give your name")
    dialog.get_by_label("Your name").fill("Ann")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.locator("#mend-history tbody tr")).to_have_count(1)
    expect(dialog.locator("#mend-history tbody tr")).to_contain_text("typed")
    # Another change, taken back.
    dialog.get_by_role("button", name="Struck out").click()
    expect(dialog).to_contain_text("It says struck out")
    dialog.get_by_role("button", name="Undo").click()
    expect(dialog).to_contain_text("It says 58; the machine read 57.")
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("#table tr[aria-current] td.cell").first).to_contain_text("58")
    expect(page.locator("#page .readings tbody tr").first).to_contain_text("Ann; read 57")
    with web.client() as client:
        content = client.get(f"/api/jobs/{job}/export?format=xlsx").content
        [first, _] = client.get(f"/api/jobs/{job}/pages").json()["pages"]
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [book["readings"].cell(row, 6).value for row in (2, 3)] == [58, 57]
    rows = [row[3:] for row in book["history"].iter_rows(min_row=2, values_only=True)]
    assert [(row[0], row[1], row[3], row[4], row[6]) for row in rows] == [
        ("votes", "Ann", "type", "57", "58"),
        ("votes", "Ann", "void", "58", None),
        ("votes", "Ann", "undo", None, "58"),
    ]
    assert [one["kind"] for one in first["readings"][0]["history"]] == ["type", "void", "undo"]


def test_a_value_is_mended_on_the_page_by_keyboard_and_against_its_format(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    _, page = job_page(context, web, store)
    button = page.locator("#page .readings").get_by_title("Mend total")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Value")).to_be_focused()
    dialog.get_by_label("Your name").fill("Ben")
    dialog.get_by_label("Value").fill("six")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("keep it all the same")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("It says six")
    page.keyboard.press("Escape")
    expect(page.locator("#page .readings tbody tr").nth(1)).to_contain_text("six")
    page.wait_for_load_state()
    # The outline of a field on the page opens it as well.
    page.locator("#page polygon").first.click(force=True)
    expect(page.get_by_role("dialog")).to_be_visible()


def test_who_is_late_is_told_and_sees_what_it_says_now(web: WebServer, store: Store, context: BrowserContext) -> None:
    job, page = job_page(context, web, store)
    page.locator("#table").get_by_title("Mend votes").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your name").fill("Ann")
    with web.client() as client:
        path = f"/api/jobs/{job}/fields/1-1-0"
        other = client.post(f"{path}/mend", json={"name": "Ben", "kind": "type", "value": "99", "seen": 0})
        assert other.status_code == 200
        late = client.post(f"{path}/mend", json={"name": "Cem", "kind": "blank", "seen": 0})
        assert (late.status_code, "meanwhile" in late.json()["error"]) == (409, True)
        # A field that is not up for review is not somebody else's.
        seat = {"name": "Ann", "window": "a-window-of-ann", "kind": "accept", "seen": 0}
        refused = client.post(f"/api/jobs/{job}/review/fields/1-1-1/answer", json=seat)
        assert (refused.status_code, "not up for review" in refused.json()["error"]) == (400, True)
        for wrong in ("9-9-9", "x"):
            assert client.get(f"/api/jobs/{job}/fields/{wrong}").status_code == 400
        assert client.post(f"{path}/undo", json={"name": "", "seen": 1}).status_code == 400
    dialog.get_by_label("Value").fill("58")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.get_by_role("alert")).to_contain_text("meanwhile")
    expect(dialog).to_contain_text("It says 99")


def test_a_workbook_that_was_changed_comes_back_in_the_browser(
    web: WebServer, store: Store, context: BrowserContext, tmp_path: Path
) -> None:
    job, page = job_page(context, web, store)
    with web.client() as client:
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/api/jobs/{job}/export?format=xlsx").content))
    sheet = book["readings"]
    names = [cell.value for cell in sheet[1]]
    sheet.cell(2, names.index("votes") + 1).value = 58
    sheet.cell(3, names.index("total") + 1).value = "many"
    book.save(tmp_path / "numbers.xlsx")
    page.on("dialog", lambda dialog: dialog.accept("Ann"))
    expect(page.locator("#workbook")).to_be_enabled()
    page.set_input_files("#workbook", tmp_path / "numbers.xlsx")
    told = page.locator("#brought")
    expect(told).to_contain_text("1 correction came back. 1 thing could not be taken and was named.")
    expect(told).to_contain_text("readings, row 2, votes: 57 is 58")
    expect(told).to_contain_text("many: not a number")
    told.get_by_role("link").click()
    expect(page.locator("#table tr[aria-current] td.cell").first).to_contain_text("58")
