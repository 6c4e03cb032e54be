"""More of the review page: what was typed stays, fields are chosen, pictures are turned, two people read blind."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import Browser, BrowserContext, expect

from extractor.values import Kind
from tests.reviewed_job import field, job_of_pages
from tests.test_review_web import PICTURE, begun, press, reading, reviewing, settled
from tests.web_site import ROOT, WebServer, web_store  # noqa: F401 - the fixture `store`
from workers.database.review.plans import set_plan
from workers.database.store import Store


def test_what_was_typed_is_never_lost(web: WebServer, store: Store, context: BrowserContext) -> None:
    job = begun(store, [[field("votes", str(100 + number), number / 100) for number in range(3)]])
    page = reviewing(context, web, job, "Ann")
    value = page.locator("#value")
    page.keyboard.type("12")
    for key in ("b", "v", "s", "z"):
        press(page, key)
        expect(page.locator("#message")).to_contain_text("You have typed 12: Enter keeps it")
        expect(value).to_have_value("12")
    page.locator("#blank").click()
    expect(value).to_have_value("12")
    # Other readings are looked at, and back.
    value.focus()
    press(page, "ArrowDown")
    expect(value).to_have_value("1100")
    press(page, "ArrowUp")
    expect(value).to_have_value("12")
    press(page, "Enter")
    settled(page, 1)
    expect(page.locator("#value")).to_have_attribute("placeholder", "101")
    press(page, "b")
    settled(page, 2)
    assert [one.value for one in next(iter(store.results(job))).readings] == ["12", "", "102"]


def test_fields_are_chosen_and_a_broken_sum_is_told(web: WebServer, store: Store, context: BrowserContext) -> None:
    total = replace(field("total", "9", 0.1), rules=("total = a + b",))
    job = begun(store, [[field("a", "4", 0.95), field("b", "6", 0.2), total]])
    page = reviewing(context, web, job, "Ann")
    expect(page.locator("#field")).to_have_text("total")
    expect(page.locator("#why")).to_contain_text("9 against 10: 1 apart")
    page.keyboard.type("1")
    page.get_by_text("Only some fields").click()
    page.get_by_label("Field", exact=True).select_option("a")
    expect(page.locator("#field")).to_have_text("a")
    expect(page.locator("#value")).to_have_value("")
    page.get_by_label("Field", exact=True).select_option("")
    page.get_by_label("The machine was").select_option(label="less than 50 % sure")
    expect(page.locator("#field")).to_have_text("total")
    # What had been typed there is there.
    expect(page.locator("#value")).to_have_value("1")


def test_a_mark_is_answered_by_one_key(web: WebServer, store: Store, context: BrowserContext) -> None:
    marks = [("q1", "A"), ("q2", "BC"), ("left_early", "1"), ("extra_paper", "1")]
    readings = [field(name, value, 0.1 + 0.1 * at, kind=Kind.MARK) for at, (name, value) in enumerate(marks)]
    template = str(ROOT / "samples" / "templates" / "exam.yaml")
    job = job_of_pages(store, [readings], form="exam-answers", file=PICTURE, template=template).id
    set_plan(store, job, second=False, sample=0.0)
    page = reviewing(context, web, job, "Ann")
    for at, (name, key) in enumerate((("q1", "d"), ("q2", "b"), ("left_early", "0"), ("extra_paper", "Enter"))):
        expect(page.locator("#field")).to_have_text(name)
        if at == 0:
            expect(page.locator("#message")).to_contain_text("One key answers: A, B, C, D")
        press(page, key)
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    settled(page, 4)
    assert [one.value for one in next(iter(store.results(job))).readings] == ["D", "B", "0", "1"]


QUICKLY = """(select, values) => {
    for (const value of values) {
        select.value = value;
        select.dispatchEvent(new Event("change", { bubbles: true }));
    }
}"""
"""Chooses one after the other, without a moment between them."""


def test_of_fields_that_are_chosen_quickly_the_last_counts_and_none_is_kept_from_anybody(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job = begun(store, [[field(name, str(number), number / 10) for number, name in enumerate("abcd", 1)]])
    page = reviewing(context, web, job, "Ann")
    page.get_by_text("Only some fields").click()
    chosen = page.locator("#wanted-field")
    for values, shown in ((["d", "c", "", "b", ""], "a"), (["", "a", "d", "c"], "c"), (["c", ""], "a")):
        chosen.evaluate(QUICKLY, values)
        expect(page.locator("#field")).to_have_text(shown)
    # What one window has, and what it has given back, is known to the server as it is to the page.
    for name in "abcd":
        expect(page.locator("#field")).to_have_text(name)
        press(page, "Enter")
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    settled(page, 4)


def test_a_picture_is_enlarged_moved_and_turned(web: WebServer, store: Store, context: BrowserContext) -> None:
    job = begun(store, [[field("votes", str(100 + number), number / 100) for number in range(2)]])
    page = reviewing(context, web, job, "Ann")
    picture = page.locator("#picture img")
    transform = "image => image.style.transform"
    assert picture.evaluate(transform) == "translate(0px, 0px) rotate(0deg) scale(1)"
    page.get_by_role("button", name="Larger", exact=True).click()
    assert "scale(1.5)" in picture.evaluate(transform)
    box = page.locator("#picture").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 50)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(200)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 70, steps=4)
    page.mouse.up()
    moved = picture.evaluate(transform)
    assert "translate(0px, 0px)" not in moved
    page.locator("#value").focus()
    press(page, "r")
    assert "rotate(90deg)" in picture.evaluate(transform)
    page.get_by_role("button", name="As it was").click()
    assert picture.evaluate(transform) == "translate(0px, 0px) rotate(0deg) scale(1)"
    page.get_by_role("button", name="Turn").click()
    page.locator("#value").focus()
    press(page, "Enter")
    # The next one is as it was written.
    expect(page.locator("#value")).to_have_attribute("placeholder", "101")
    assert "rotate(0deg)" in page.locator("#picture img").evaluate(transform)


def test_two_people_read_blind_and_the_progress_is_right(web: WebServer, store: Store, browser: Browser) -> None:
    job = job_of_pages(store, [[field("votes", "571", 0.1), field("votes_2", "572", 0.2)]], file=PICTURE).id
    set_plan(store, job, second=True, sample=0, blind=True)
    with browser.new_context() as one:
        ann = reviewing(one, web, job, "Ann")
        assert reading(ann) == ""
        expect(ann.locator("body")).not_to_contain_text("571")
        expect(ann.locator("#entry-label")).to_have_text("Type what is written")
        press(ann, "Enter")
        expect(ann.locator("#message")).to_contain_text("by yourself")
        ann.keyboard.type("571")
        press(ann, "Enter")
        # At once, and not only when the server is asked again.
        expect(ann.locator("#count")).to_have_text(
            "0 of 2 settled · 1 wait for a second or third person", timeout=8_000
        )
        expect(ann.locator("#bar")).to_have_js_property("value", 0.5)
        ann.keyboard.type("58")
        press(ann, "Enter")
        expect(ann.get_by_role("heading", name="Nothing more for you")).to_be_visible()
    with browser.new_context() as two:
        ben = reviewing(two, web, job, "Ben")
        expect(ben.locator("body")).not_to_contain_text("571")
        for text in ("571", "58"):
            ben.keyboard.type(text)
            press(ben, "Enter")
        expect(ben.get_by_role("heading", name="All done")).to_be_visible()
        expect(ben.locator("#count")).to_have_text("2 of 2 settled")
    assert [one.value for one in next(iter(store.results(job))).readings] == ["571", "58"]
