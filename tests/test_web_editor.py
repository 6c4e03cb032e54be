"""The template editor: from a blank form to the right readings in a browser, and what the server says and keeps."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.web_site import ROOT, WebServer

HAND_MADE = """\
# The sheet of the waterworks
formdigits: 1
form: {form}
page: {{width: 2100, height: 2970}}  # tenths of a millimetre
fields:
  # the old one
  - name: old
    box: [470, 450, 390, 85]   # by ruler
    cells: 6
    format: {{kind: integer}}
  - name: new
    box: [470, 600, 390, 85]
    format: {{kind: integer, max: 500}}
rules:
  - new >= old  # it never runs back
"""

COUNTED = """
  window.counted = 0;
  const named = (event) => ["name", "form-name"].includes(event.target.id) && event.key !== "Enter";
  for (const kind of ["pointerdown", "keydown", "change"]) {
    // A list or a file that is chosen counts once, as the click that opens it.
    window.addEventListener(kind, (event) => {
      const picked = event.target.matches("select, input[type=file]");
      if (kind === "change" ? picked : !picked && !named(event)) window.counted += 1;
    }, true);
  }
"""
"""Counts clicks and keys, but not letters of names."""


@pytest.fixture
def client(web: WebServer) -> Iterator[httpx.Client]:
    with web.client() as one:
        yield one


def sent(client: httpx.Client, form: str) -> dict[str, Any]:
    text = HAND_MADE.format(form=form).encode()
    answer = client.post("/api/templates", files=[("files", ("meter.yaml", text))])
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def edited(client: httpx.Client, template: str) -> dict[str, Any]:
    answer = client.get(f"/api/editor/{template}")
    assert answer.status_code == 200, answer.text
    tree: dict[str, Any] = answer.json()["template"]
    return tree


def test_what_is_saved_is_a_version_whose_yaml_keeps_its_comments(client: httpx.Client) -> None:
    first = sent(client, "meter-kept")
    tree = edited(client, first["id"])
    tree["fields"][0]["box"] = [470, 455, 390, 85]
    tree["fields"][1] |= {"name": "now", "format": {"kind": "decimal", "halves": True}}
    tree["rules"] = ["now >= old", "old >= 0"]
    saved = client.post(f"/api/editor/{first['id']}/save", json={"template": tree}).json()["form"]
    assert (saved["version"], saved["newest"], saved["draft"]) == (2, True, False)
    answer = client.get(f"/api/templates/{saved['id']}/template.yaml")
    assert "meter-kept.yaml" in answer.headers["content-disposition"]
    before = HAND_MADE.format(form="meter-kept")
    after = before.replace("[470, 450, 390, 85]", "[470, 455, 390, 85]").replace("name: new", "name: now")
    after = after.replace("{kind: integer, max: 500}", "{kind: decimal, halves: true}")
    after = after.replace("- new >= old  # it never runs back", "- now >= old  # it never runs back\n  - old >= 0")
    assert answer.text == after
    # What comes back from a file is the same again.
    again = client.post("/api/templates", files=[("files", ("back.yaml", answer.content))]).json()
    assert again["id"] == saved["id"]


def test_mistakes_are_told_with_where_they_are_and_formats_in_plain_words(client: httpx.Client) -> None:
    form = sent(client, "meter-checked")
    tree = edited(client, form["id"])
    address = f"/api/editor/{form['id']}/check"
    words = client.post(address, json={"template": tree}).json()["words"]
    assert words["new"].startswith("A whole number. At most 500; what is more goes to review.")
    tree["fields"][0]["format"] = {"kind": "integer", "halves": True}
    tree["rules"].append("new = nobody")
    [mistake] = client.post(address, json={"template": tree}).json()["mistakes"]
    assert mistake["where"][:2] == ["fields", 0]
    assert mistake["sentence"].endswith("halves are for 'kind: decimal' without decimals.")
    tree["fields"][0]["format"] = {"kind": "ratio"}
    [mistake] = client.post(address, json={"template": tree}).json()["mistakes"]
    assert "rule 'new = nobody' uses 'nobody'" in mistake["sentence"]


@pytest.mark.parametrize(
    "change",
    [
        {"models": ["/etc"]},
        {"landmarks": {"reference": "../../../etc/passwd"}},
        {"form": "\ud800"},
        {"fields": [{"name": "a", "box": [0, 0, 10, 10]}] * 1001},
        {"rules": ["(" * 500 + "a" + ")" * 500 + " = 1"]},
    ],
    ids=["models", "files", "surrogates", "many", "deep"],
)
def test_an_edited_template_may_no_more_than_one_that_is_sent(client: httpx.Client, change: dict[str, Any]) -> None:
    form = sent(client, "meter-wild")
    tree = edited(client, form["id"]) | change
    blank = (ROOT / "samples" / "other" / "blank_sheet.jpg").read_bytes()
    body = httpx.Response(200, json={"template": tree}).content if "\ud800" not in tree["form"] else None
    body = body or b'{"template": {"formdigits": 1, "form": "\\ud800", "page": {"width": 9, "height": 9}}}'
    for way in ("check", "save"):
        answer = client.post(
            f"/api/editor/{form['id']}/{way}", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in ((400, 422) if way == "save" else (200, 400, 422)), answer.text
        assert answer.status_code != 200 or answer.json()["mistakes"]
    answer = client.post(
        "/api/editor/try", files={"file": ("a.jpg", blank)}, data={"id": form["id"], "template": body.decode()}
    )
    assert answer.status_code == 400, answer.text
    assert client.get("/templates").status_code == 200


def _values(values: Locator) -> list[str]:
    return [one.split("  ")[-1].replace("–", "") for one in values.all_inner_texts()]


def _drag(page: Page, what: Locator, x: float, y: float) -> None:
    box = what.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + x, middle[1] + y, steps=5)
    page.mouse.up()


def test_from_a_blank_form_to_the_right_readings(web: WebServer, context: BrowserContext, samples: Path) -> None:
    page = context.new_page()
    page.add_init_script(COUNTED)
    page.goto(f"{web.url}/templates", wait_until="networkidle")
    page.get_by_label("Blank form, or filled copies").set_input_files(samples / "forms" / "tally.pdf")
    page.get_by_role("button", name="Find the fields").click()
    expect(page.locator("#editor[data-ready]")).to_be_visible()
    counted = 2
    expect(page.locator("#list li")).to_have_count(20)
    # Candidates are named at once, and numbered by themselves.
    page.locator("[data-id=f9] .box").click()
    page.locator("[data-id=f16] .box").scroll_into_view_if_needed()
    for at in range(10, 17):
        page.locator(f"[data-id=f{at}] .box").click(modifiers=["Shift"])
    page.get_by_label("Name", exact=True).fill("votes_1")
    page.keyboard.press("Enter")
    expect(page.locator("#list li").nth(16)).to_have_text("votes_8")
    # Days, months and all that follow are numbers, without the zeros before them.
    page.locator("#list li").nth(2).click()
    page.locator("#list li").nth(19).click(modifiers=["Shift"])
    page.get_by_label("Kind").select_option("integer")
    page.locator("#list li").nth(17).click()
    page.get_by_label("Name", exact=True).fill("valid")
    page.keyboard.press("Enter")
    page.get_by_label("New rule").fill("valid = sum(votes_1, votes_2, votes_3, votes_4, votes_5, votes_6, votes_7, vot")
    page.keyboard.type("es_8)")
    page.keyboard.press("Enter")
    page.get_by_label("Filled page").set_input_files(samples / "scans" / "tally_02.jpg")
    expect(page.locator("#trial-told")).to_contain_text("20 fields: ")
    with (samples / "truth.csv").open(encoding="utf-8") as lines:
        truth = [one["value"] for one in csv.DictReader(lines) if one["file"] == "scans/tally_02.jpg"]
    assert _values(page.locator("#list li")) == truth
    expect(page.locator("#rules .told").first).to_have_text("holds")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#told")).to_have_text("Saved as version 1 of tally.")
    assert 20 < page.evaluate("counted") + counted <= 40
    _edits(page)


def _edits(page: Page) -> None:
    """What is done to a draft with its page tried: a rule that breaks, an edge that snaps, and ten steps back."""
    page.get_by_label("New rule").fill("valid <= 5")
    page.keyboard.press("Enter")
    expect(page.locator("#rules .told").nth(1)).to_have_text("broken")

    # An edge that is moved snaps to the ruling; ten steps go back, and come again.
    page.get_by_role("button", name="Show the page tried").click()
    page.locator("[data-id=f1] .box").click()
    left, width = page.get_by_label("Left"), page.get_by_label("Width")
    before = float(left.input_value()), float(width.input_value())
    _drag(page, page.locator(".handle.left"), 5, 0)
    expect(page.locator("#told")).to_have_text("Resize")
    assert abs(float(left.input_value()) - before[0]) <= 1.5
    assert abs(float(width.input_value()) - before[1]) <= 1.5
    page.locator("#desk").focus()
    names = page.locator("#list").inner_text()
    for _ in range(3):
        page.keyboard.press("Control+ArrowRight")
        page.keyboard.press("s")
        page.locator("#desk").focus()
        page.keyboard.press("Delete")
        page.keyboard.press("n")
    for _ in range(2):
        page.keyboard.press("Control+d")
    after = page.locator("#list").inner_text()
    assert after != names
    for _ in range(10):
        page.keyboard.press("Control+z")
    expect(page.locator("#told")).to_contain_text("Undone: ")
    for _ in range(10):
        page.keyboard.press("Control+y")
    expect(page.locator("#list")).to_have_text(after, use_inner_text=True)
