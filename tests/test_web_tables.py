"""Lines of tables in the web app: shown as lines where people check them, chosen by column, downloaded as a table."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

from PIL import Image
from playwright.sync_api import BrowserContext, expect

from extractor.values import FieldStatus, Reading
from tests.reviewed_job import field, job_of_pages
from tests.test_review_web import PICTURE, reviewing
from tests.web_site import WebServer, web_store  # noqa: F401 - the fixture `store`
from workers.database.review.field_claims import claim
from workers.database.review.plans import set_plan
from workers.database.store import Store, open_store
from workers.review.values import Seat, Wanted

SUM = "patients.2: total = fee"


def in_line(name: str, value: str, column: int, status: FieldStatus = FieldStatus.ACCEPTED) -> Reading:
    left = 100.0 * column
    quad = ((left, 20.0), (left + 100, 20.0), (left + 100, 60.0), (left, 60.0))
    own = field(name, value, 0.5 if status is FieldStatus.REVIEW else 0.999, status)
    return replace(own, quad=quad, doubts=() if status is not FieldStatus.REVIEW else own.doubts)


def page() -> list[Reading]:
    return [
        in_line("facility", "7", 4),
        in_line("patients.1.fee", "12", 0, FieldStatus.REVIEW),
        in_line("patients.1.total", "12", 1),
        in_line("patients.2.fee", "3", 0),
        replace(in_line("patients.2.total", "8", 1, FieldStatus.REVIEW), confidence=0.1, rules=(SUM,)),
        in_line("patients.3.fee", "", 0, FieldStatus.BLANK),
        in_line("patients.3.total", "", 1, FieldStatus.BLANK),
    ]


def begun(store: Store) -> str:
    """A job of one page of a register, its review begun; its columns are those of the table."""
    job = job_of_pages(store, [page()], form="register", file=PICTURE).id
    set_plan(store, job, second=False, sample=0)
    return job


def test_fields_are_chosen_by_a_column_and_by_a_rule_of_lines(database_url: str) -> None:
    store = open_store(database_url)
    job = begun(store)
    chosen = {
        "column": Wanted(field="patients.fee"),
        "other": Wanted(field="patients.total"),
        "rule": Wanted(rule="patients: total = fee"),
        "no rule": Wanted(rule="patients: total = fees"),
        "one": Wanted(field="patients.1.fee"),
    }
    found = {
        name: [item.reading.field for item in claim(store, job, Seat(name, f"window-{name}"), 9, wanted)]
        for name, wanted in chosen.items()
    }
    assert found == {
        **{"column": ["patients.1.fee"], "other": ["patients.2.total"]},
        # What another has on the screen is given to nobody else.
        **{"rule": [], "no rule": [], "one": []},
    }
    again = begun(store)
    (item,) = claim(store, again, Seat("Ann", "w1"), 9, chosen["rule"])
    assert [(one.field, one.value) for one in item.line] == [("patients.2.fee", "3"), ("patients.2.total", "8")]
    assert item.filled == (("patients", 2),)
    store.close()


def test_a_line_is_reviewed_as_a_line_and_a_table_shown_and_given_as_a_table(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job = begun(store)
    page = reviewing(context, web, job, "Ann")
    expect(page.locator("#field")).to_have_text("patients · line 2 · total")
    expect(page.locator("#line-columns th")).to_have_text(["fee", "total"])
    expect(page.locator("#line-values td")).to_have_text(["3", "…"])
    with web.client() as client:
        line = Image.open(io.BytesIO(client.get(f"/api/jobs/{job}/review/fields/1-1-4/line.jpg").content))
        # The line is 200 x 40 pixels; six tenths of its height are added all around.
        assert abs(line.width / line.height - (200 + 48) / (40 + 48)) < 0.02
        packed = client.get(f"/api/jobs/{job}/export?format=csv")
        assert packed.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(packed.content)) as pack:
            names = [f"formdigits-{job}.csv", f"formdigits-{job}_patients.csv"]
            assert sorted(pack.namelist()) == names
            rows = pack.read(names[1]).decode().splitlines()
    assert [row.split(",", 3)[3] for row in rows] == [
        "line,status,review,fee,total",
        "1,read,fee,12,12",
        "2,read,total,3,8",
    ]
    page.goto(f"{web.url}/jobs/{job}")
    expect(page.locator("#table thead th")).to_have_text(["File", "Page", "facility", "patients"])
    expect(page.locator("#table tbody td.review")).to_have_text("2 lines 2 fields to review")
    expect(page.locator("table.lines tbody tr")).to_have_count(2)
    # A line that was taken for empty is mended on the page.
    page.locator('polygon[data-field="patients.3.fee"]').click()
    page.locator("#mend-value").fill("5")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#mend-history tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("table.lines tbody tr")).to_have_count(3)
