"""The template editor: from a blank form to the right readings in a browser, and what the server says and keeps."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from extractor.errors import ServiceError
from formdigits.web.forms import Forms
from tests.web_site import ROOT, WebServer
from workers.sandbox import Sandbox

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

COLUMNS = ("name", "age", "blood_pressure", "fee", "medicines", "total")

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


def test_versions_of_a_template_are_no_templates_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("formdigits.web.forms.MOST_SENT", 1)
    monkeypatch.setattr("formdigits.web.forms.MOST_VERSIONS", 2)
    sandbox = Sandbox()
    forms = Forms(tmp_path, (), sandbox)
    text = HAND_MADE.format(form="one").encode()
    try:
        assert [forms.add("a.yaml", text + b"#" * more, {}).version for more in range(2)] == [1, 2]
        with pytest.raises(ServiceError, match="one has 2 versions"):
            forms.add("a.yaml", text + b"##", {})
        with pytest.raises(ServiceError, match="keeps 1 templates"):
            forms.add("a.yaml", HAND_MADE.format(form="other").encode(), {})
    finally:
        sandbox.close()


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


def test_the_blank_form_goes_along_under_its_senders_name(client: httpx.Client) -> None:
    blank = (ROOT / "samples" / "other" / "blank_sheet.jpg").read_bytes()
    text = HAND_MADE.format(form="meter-seen").replace(
        "fields:", "landmarks:\n  reference: our blank.jpg  # as printed\nfields:"
    )
    files = [("files", ("meter.yaml", text.encode())), ("files", ("our blank.jpg", blank))]
    form = client.post("/api/templates", files=files).json()
    answer = client.get(f"/api/editor/{form['id']}").json()
    assert answer["blank"]
    tree = answer["template"]
    tree["fields"][0]["cells"] = 7
    saved = client.post(f"/api/editor/{form['id']}/save", json={"template": tree}).json()["form"]
    kept = client.get(f"/api/templates/{saved['id']}/template.yaml").text
    assert kept == text.replace("cells: 6", "cells: 7")
    picture = client.get(f"/api/templates/{saved['id']}/blank")
    assert picture.content == blank
    assert "our%20blank.jpg" in picture.headers["content-disposition"]


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


@pytest.mark.parametrize(
    "value",
    ["[" * 900 + "]" * 900, "9" * 400, '"\\ud800"', '["\\u0000"]', '{"\\ud800": 1}', '{"a": {"b": "\\u001b[2J"}}'],
    ids=["depth", "a number", "half a character", "nothing", "a key", "control"],
)
@pytest.mark.parametrize("key", ["rules", "form", "fields", "more"])
def test_what_no_template_may_hold_is_told_before_anything_is_done_with_it(
    client: httpx.Client, key: str, value: str
) -> None:
    address = "/api/editor/0000000000000000"
    body, kind = f'{{"template": {{"{key}": {value}}}}}', {"Content-Type": "application/json"}
    answer = client.post(f"{address}/check", content=body, headers=kind)
    [mistake] = answer.json()["mistakes"]
    assert mistake["where"][:1] == [key]
    answers = [
        client.post(f"{address}/save", content=body, headers=kind),
        client.post("/api/editor/try", files={"file": ("a.png", b"x")}, data={"id": "0", "template": body[13:-1]}),
        client.post("/api/editor/draft", files={"files": ("a.png", b"x")}, data={"form": "a\x1bb"}),
    ]
    assert [one.status_code for one in answers] == [400] * 3
    assert all(word not in one.text for one in answers for word in ("YAML", "no template"))


def test_no_more_warnings_are_told_than_somebody_reads(client: httpx.Client) -> None:
    form = sent(client, "meter-warned")
    tree = edited(client, form["id"]) | {"rules": []}
    tree["fields"] = [{"name": f"f{n}", "box": [10, 10, 50, 50]} for n in range(300)]
    warnings = client.post(f"/api/editor/{form['id']}/check", json={"template": tree}).json()["warnings"]
    assert len(warnings) == 31
    assert warnings[-1] == "And so on: 44,820 more."


def test_boxes_snap_split_join_and_make_tables(web: WebServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{web.url}/login")
    found = page.evaluate(
        """async () => {
          const geometry = await import("/assets/editor/geometry.js");
          const tree = await import("/assets/editor/tree.js");
          const rules = await import("/assets/editor/rules.js");
          const upright = [[100, 0, 100, 50, 2], [140, 0, 140, 50, 2], [180, 0, 180, 50, 2], [150, 20, 150, 24, 2]];
          const rulings = { level: [[90, 10, 200, 11, 2]], upright };
          const grid = (rows, columns, pitch) =>
            rows.flatMap((row) => columns.map((at) => [100 * at, pitch(row), 90, 30]));
          const even = geometry.tableOf(grid([0, 1, 2, 3], [0, 1, 2], (row) => 50 + 40.25 * row));
          const uneven = geometry.tableOf(grid([0, 1, 2], [0, 1], (row) => 50 + 60 * row * row));
          const form = {
            page: { width: 900, height: 900 }, lists: { both: ["a_1", "b"] },
            fields: [
              { name: "a_1", box: [0, 0, 9, 9] }, { name: "b", box: [20, 0, 9, 9] },
              { name: "ab", box: [0, 40, 80, 9], cells: 4 },
            ],
            tables: [{
              name: "t", rows: { first: [0, 100, 100, 9], count: 3, pitch: 10 },
              columns: [{ name: "fee", left: 0, width: 50 }],
            }],
            rules: ["b = a_1 + ab", "b = sum(t.fee)", "t: fee >= 0"],
          };
          const renamed = tree.changed(form, (copy) => {
            tree.rename(copy, ["f0", "f1", "t0c0"], ["b", "a_1", "cost"]);
          });
          const moved = tree.changed(form, (copy) => tree.setBox(copy, "t0", [5, 110, 100, 29]));
          const apart = tree.changed(form, (copy) => { tree.splitIntoFields(copy, "f2"); });
          const rows = { boxes: [[0, 100, 100, 10], [200, 100, 100, 10]] };
          const whole = tree.changed(form, (copy) => {
            for (const place of [[10, 10], [890, 10], [10, 890]]) tree.addMark(copy, place);
            tree.setBox(copy, "m1", [860, 20, 30, 30]);
            tree.setList(copy, "both", "pair", ["a_1", "b", "ab"]);
            tree.setPart(copy, "sheet", "code", "T1-*");
            tree.setPart(copy, "sheet", "key", true);
          });
          const bare = tree.changed(whole, (copy) => {
            tree.remove(copy, ["m0", "m1", "m2"]);
            tree.setPart(copy, "sheet", "code", undefined);
            tree.setList(copy, "pair", "pair", []);
          });
          const parts = [{ box: [100, 100, 40, 10], labels: "AB" }];
          const parted = { ...form, fields: [{ name: "q", box: [100, 100, 80, 20], marks: { parts } }] };
          const blocks = { ...form, tables: [{ ...form.tables[0], rows }] };
          const wider = tree.changed(blocks, (copy) => tree.setBox(copy, "t0", [0, 100, 600, 20])).tables[0];
          const bubbles = tree.changed(form, (copy) => {
            tree.setMarks(copy, ["f2"], "labels", "A..C");
            tree.setMarks(copy, ["f2"], "size", [8, 8]);
            tree.setMarks(copy, ["f1"], "answers", 3);
          }).fields;
          return {
            snapped: geometry.snapEdges([103, 14, 74, 30], geometry.EDGES, rulings, 6),
            far: geometry.snapEdges([120, 14, 74, 30], ["left"], rulings, 6).box,
            next: geometry.nextRuling([101, 12, 38, 30], "right", rulings, 1, 900),
            cells: geometry.cellsIn([101, 12, 78, 30], rulings),
            comb: geometry.combOf([[40, 0, 18, 9], [0, 0, 18, 9], [20, 0, 18, 9]]),
            even: [even.rows, even.columns.map((one) => [one.left, one.width])],
            uneven: uneven.rows.boxes.map((box) => box[1]),
            none: geometry.tableOf([[0, 0, 9, 9], [20, 30, 9, 9]]),
            names: [tree.numbered("votes_08", 3), tree.numbered("x", 2), tree.nextName("a9", new Set(["a10"]))],
            renamed: [renamed.rules, renamed.lists.both, form.rules[0]],
            moved: [moved.tables[0].rows.first, moved.tables[0].columns[0].left],
            apart: apart.fields.map((one) => [one.name, one.box[0], one.cells]),
            wider: [wider.rows.boxes, wider.columns[0].width],
            whole: [whole.landmarks, whole.lists, whole.sheet, tree.boxOf(whole, "m0")],
            bare: [bare.landmarks, bare.lists, bare.sheet],
            blocks: tree.changed(parted, (copy) => tree.setBox(copy, "f0", [200, 100, 160, 20]))
              .fields[0].marks.parts[0].box,
            bubbles: [bubbles[2].format, bubbles[2].cells, tree.bubblesOf(bubbles[2]), bubbles[1].marks],
            offered: rules.completions(form, "b = sum(fe", 10).offered,
          };
        }"""
    )
    assert found == {
        "snapped": {"box": [101, 11.5, 78, 32.5], "snapped": ["left", "top", "right"]},
        "far": [120, 14, 74, 30],
        "next": 179,
        "cells": 2,
        "comb": {"box": [0, 0, 58, 9], "cells": 3, "gap": 0},
        "even": [{"first": [0, 50, 290, 30], "count": 4, "pitch": 40.25}, [[0, 90], [100, 90], [200, 90]]],
        "uneven": [50, 110, 290],
        "none": None,
        "names": [["votes_08", "votes_09", "votes_10"], ["x_1", "x_2"], "a11"],
        "renamed": [["a_1 = b + ab", "a_1 = sum(t.cost)", "t: cost >= 0"], ["b", "a_1"], "b = a_1 + ab"],
        "moved": [[5, 110, 100, 9], 5],
        "apart": [
            ["a_1", 0, None],
            ["b", 20, None],
            ["ab_1", 0, None],
            ["ab_2", 20, None],
            ["ab_3", 40, None],
            ["ab_4", 60, None],
        ],
        "wider": [[[0, 100, 200, 20], [400, 100, 200, 20]], 100],
        "whole": [
            {"marks": [[10, 10], [875, 35], [10, 890]], "mark_size": 30},
            {"pair": ["a_1", "b", "ab"]},
            {"code": "T1-*", "key": True},
            [-5, -5, 30, 30],
        ],
        "bare": [None, None, None],
        "blocks": [200, 100, 80, 10],
        "bubbles": [{"kind": "mark"}, None, [[0, 40.5, 8, 8], [36, 40.5, 8, 8], [72, 40.5, 8, 8]], None],
        "offered": [["t.fee", "column"]],
    }


def test_what_was_saved_meanwhile_is_written_over_only_by_who_wants_it(client: httpx.Client) -> None:
    first = sent(client, "meter-twice")
    tree = edited(client, first["id"])
    address = f"/api/editor/{first['id']}/save"
    mine, theirs = tree | {"rules": ["new >= 0"]}, tree | {"rules": ["old >= 0"]}
    assert client.post(address, json={"template": theirs}).status_code == 201
    answer = client.post(address, json={"template": mine})
    assert answer.status_code == 409
    assert answer.json()["error"].startswith(
        "Version 2 of meter-twice was saved since this one, version 1, was opened."
    )
    assert client.post(address, json={"template": mine, "over": True}).json()["form"]["version"] == 3


def test_lists_codes_marks_and_values_are_edited_and_a_hand_made_file_keeps_the_rest(
    client: httpx.Client, web: WebServer, context: BrowserContext
) -> None:
    form = sent(client, "meter-whole")
    page = context.new_page()
    page.goto(f"{web.url}/templates/{form['id']}")
    expect(page.locator("#editor[data-ready]")).to_be_visible()
    page.locator("#whole-form summary").click()
    page.locator("#list li", has_text="old").click()
    page.locator("#list li", has_text="new").click(modifiers=["Control"])
    page.get_by_role("button", name="As a list").click()
    page.keyboard.type("both")
    page.get_by_label("Code of the sheet").fill("T1-*")
    for left, top in ((100, 100), (1900, 100), (100, 2800)):
        page.get_by_role("button", name="Add a mark").click()
        page.get_by_label("Left").fill(str(left))
        page.get_by_label("Top").fill(str(top))
    page.get_by_label("Side of a mark").fill("60")
    page.locator("#list li", has_text="new").click()
    page.locator("#format summary").click()
    page.get_by_label("Only these values").fill("1,5\n2")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#told")).to_have_text("Saved as version 2 of meter-whole.")
    text = client.get(f"/api/templates/{page.url.split('/')[-1]}/template.yaml").text
    before = HAND_MADE.format(form="meter-whole").replace("max: 500}", 'max: 500, values: ["1,5", "2"]}')
    before = before.replace("rules:", "lists:\n  both: [old, new]\nrules:")
    code, marks = (line for line in text.split("\n") if line not in before.split("\n"))
    assert code == "sheet: {code: T1-*}"
    assert marks.endswith("mark_size: 60}")
    assert text.replace(f"{code}\n", "").replace(f"{marks}\n", "") == before


def _drag(page: Page, what: Locator, x: float, y: float) -> None:
    box = what.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + x, middle[1] + y, steps=5)
    page.mouse.up()


def _edits(page: Page) -> None:
    """A table comes apart and together, an edge that is moved snaps to its ruling; whatever is done by keys, ten steps
    go back and come again."""
    names = page.locator("#list")
    page.locator("#list li", has_text="(table)").click()
    page.get_by_role("button", name="As single boxes").click()
    expect(page.locator("#list li")).to_have_count(119)
    page.keyboard.press("t")
    expect(page.locator("#list li")).to_have_count(22)
    page.locator("[data-id=f0] .box").click()
    left, width = page.get_by_label("Left"), page.get_by_label("Width")
    before = float(left.input_value()), float(width.input_value())
    _drag(page, page.locator(".handle.left"), 5, 0)
    assert abs(float(left.input_value()) - before[0]) <= 1.5
    assert abs(float(width.input_value()) - before[1]) <= 1.5
    desk = page.locator("#desk")
    for keys in (
        "Control+ArrowRight",
        "Shift+ArrowDown",
        "s",
        "Delete",
        "n",
        "Delete",
        "d",
        "Enter",
        "Control+d",
        "ArrowUp",
    ):
        desk.focus()
        page.keyboard.press(keys)
    page.keyboard.press("Enter")
    page.keyboard.type("by_keys")
    page.keyboard.press("Enter")
    expect(names).to_contain_text("by_keys")
    after = names.inner_text()
    for keys, count in (("z", 10), ("y", 10), ("z", 14)):
        for _ in range(count):
            desk.focus()
            page.keyboard.press(f"Control+{keys}")
        assert (names.inner_text() == after) is (keys == "y")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def _pick(page: Page, chosen: Sequence[Locator], part: str, value: str) -> None:
    """Picks a part of the format of one thing in the list, or of all from one to another."""
    for at, one in enumerate(chosen):
        one.click(modifiers=["Shift"] if at else [])
    page.get_by_label(part).select_option(value)


def test_from_a_blank_register_to_the_right_workbook(
    web: WebServer, context: BrowserContext, samples: Path, tmp_path: Path
) -> None:
    page = context.new_page()
    page.add_init_script(COUNTED)
    page.goto(f"{web.url}/templates", wait_until="networkidle")
    page.get_by_label("Blank form, or filled copies").set_input_files(samples / "forms" / "register.pdf")
    page.get_by_label("The form's name").fill("ward-register")
    page.get_by_role("button", name="Find the fields").click()
    expect(page.locator("#editor[data-ready]")).to_be_visible()
    _edits(page)
    page.evaluate("window.counted = 2")
    _formats_and_rules(page, samples / "scans" / "register_01.jpg")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#told")).to_have_text("Saved as version 1 of ward-register.")
    count = page.evaluate("counted") + 1
    page.get_by_role("link", name="Read pages with it").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[name=template]:checked")).to_have_count(1)
    page.get_by_label("Scans").set_input_files(samples / "scans" / "register_01.jpg")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#state")).to_have_text("finished")
    with page.expect_download() as file:
        page.get_by_role("link", name="XLSX").click()
    file.value.save_as(tmp_path / "out.xlsx")
    # Choosing the scans, starting, downloading.
    assert count + 3 <= 40, count
    _right(tmp_path / "out.xlsx", samples / "truth.csv")


def _formats_and_rules(page: Page, filled: Path) -> None:
    """What is picked and written for the register, until its rules hold on a filled page."""
    names = page.locator("#list li")
    expect(names.nth(9)).to_contain_text("(table)")
    inner = {name: page.locator("#list li.inner", has_text=re.compile(f"^{name}$")) for name in COLUMNS}
    inner["name"].click()
    page.get_by_role("button", name="Delete").click()
    _pick(page, [names.nth(1), names.nth(5)], "Kind", "integer")
    _pick(page, [names.nth(6), names.nth(8)], "Kind", "amount")
    _pick(page, [inner["age"]], "Kind", "integer")
    _pick(page, [inner["blood_pressure"]], "Kind", "ratio")
    _pick(page, [inner["fee"], inner["total"]], "Kind", "amount")
    _pick(page, [inner["medicines"]], "Empty means", "zero")
    page.get_by_label("A dash means").select_option("zero")
    page.locator("#list li", has_text="(table)").click()
    page.get_by_label("Name", exact=True).fill("patients")
    page.keyboard.press("Enter")
    page.get_by_label("New rule").fill("patients_seen = count(patients)")
    page.keyboard.press("Enter")
    page.get_by_label("New rule").fill("patients: total = fee + medicines")
    page.keyboard.press("Enter")
    page.get_by_label("Filled page").set_input_files(filled)
    rules = page.locator("#rules .told")
    expect(rules).to_have_text(["holds", "holds", ""])
    # One that breaks is told at once.
    page.get_by_label("New rule").fill("patients: fee <= 2")
    page.keyboard.press("Enter")
    expect(rules.nth(2)).to_have_text("broken")
    page.get_by_role("button", name="Undo").click()


def _right(workbook: Path, truth: Path) -> None:
    """That a row of the table is each filled line of the page, in which all is as it was written."""
    with truth.open(encoding="utf-8") as lines:
        written: dict[str, list[object]] = {}
        for one in csv.DictReader(lines):
            if one["file"] == "scans/register_01.jpg" and one["field"].startswith("patients."):
                number = re.fullmatch(r"[1-9]\d*|\d+\.\d\d", one["value"])
                value = float(one["value"]) if number and not one["field"].endswith("card") else one["value"] or None
                written.setdefault(one["field"].split(".")[1], []).append(value)
    rows = list(openpyxl.load_workbook(workbook)["patients"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == 9
    assert [list(row[6:12]) for row in rows] == [one for one in written.values() if any(one)]
