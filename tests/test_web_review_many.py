"""Many fields at once in a real browser: a page's fields beside it, one field over many pages, marks of pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, expect

from extractor.errors import InputError
from tests.reviewed_job import field, job_of_pages
from tests.test_review_web import PICTURE, begun, press, reviewing
from tests.test_web_review_ways import QUICKLY
from tests.web_site import WebServer, web_store  # noqa: F401 - the fixture `store`
from workers.database.lookup import PageChoice, list_pages
from workers.database.review.field_claims import MOST_OF_A_PAGE, claim, claim_page
from workers.database.review.page_marks import LONGEST_COMMENT, mark_page, marks_of
from workers.database.review.plans import set_plan
from workers.database.store import Store, open_store
from workers.review.values import Seat, Wanted

ANN, BEN = Seat("Ann", "w1"), Seat("Ben", "w2")


def values(store: Store, job: str) -> list[list[str]]:
    return [[one.value for one in result.readings] for result in store.results(job)]


def test_a_page_is_handed_out_whole_and_to_one_person(database_url: str) -> None:
    store = open_store(database_url)
    pages = [
        [field(name, str(at * 10 + number), 0.5 + at / 10) for number, name in enumerate("abc")] for at in range(2)
    ]
    job = job_of_pages(store, pages).id
    assert claim_page(store, job, ANN) == []
    set_plan(store, job, second=False, sample=0)
    [taken] = claim(store, job, BEN, 1, Wanted(field="b"))
    assert [item.reading.value for item in claim_page(store, job, ANN)] == ["0", "2"]
    # What Ben has on his screen is his; the rest of the other page is the next.
    assert taken.reading.value == "1"
    assert [item.reading.value for item in claim_page(store, job, ANN)] == ["10", "11", "12"]
    assert claim_page(store, job, ANN) == []
    store.close()


def test_a_page_with_very_many_fields_comes_in_parts(database_url: str) -> None:
    store = open_store(database_url)
    job = job_of_pages(store, [[field(f"f{number}", str(number), 0.5) for number in range(MOST_OF_A_PAGE + 30)]]).id
    set_plan(store, job, second=False, sample=0)
    first = claim_page(store, job, ANN)
    second = claim_page(store, job, BEN)
    assert (len(first), len(second)) == (MOST_OF_A_PAGE, 30)
    assert not {item.key for item in first} & {item.key for item in second}
    store.close()


def test_marks_of_pages_are_kept_replaced_and_taken_away(database_url: str) -> None:
    store = open_store(database_url)
    job = job_of_pages(store, [[field("a", "1", 0.5)], [field("a", "2", 0.5)]]).id
    mark_page(store, job, 2, 1, rescan=True, comment="  too\x00 dark ", by="Ann")
    mark_page(store, job, 2, 1, rescan=False, comment="fine\nafter all", by="Ben")
    mark_page(store, job, 1, 1, rescan=True, comment="", by="Ann")
    assert [(one.document, one.rescan, one.comment, one.by) for one in marks_of(store, job)] == [
        (1, True, "", "Ann"),
        (2, False, "fine\nafter all", "Ben"),
    ]
    assert [row.document for row in list_pages(store, job, 10, which=PageChoice(marked=True))] == [1, 2]
    mark_page(store, job, 1, 1, rescan=False, comment=" ", by="Ann")
    assert [row.document for row in list_pages(store, job, 10, which=PageChoice(marked=True))] == [2]
    for document, comment in ((9, "x"), (1, "x" * (LONGEST_COMMENT + 1))):
        with pytest.raises(InputError):
            mark_page(store, job, document, 1, rescan=True, comment=comment, by="Ann")
    store.forget(job)
    assert marks_of(store, job) == []
    store.close()


def test_twenty_fields_of_one_page_are_reviewed_in_one_go(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    first = [field(f"field_{number}", str(100 + number), number / 100) for number in range(20)]
    first[3] = replace(field("field_3", "", 0.03), written="?")
    job = begun(store, [first, [field("other", "7", 0.9)]])
    page = context.new_page()
    page.goto(f"{web.url}/review/{job}/page")
    page.get_by_label("Your name").fill("Ann")
    page.keyboard.press("Enter")
    expect(page.locator(".field-row")).to_have_count(20)
    expect(page.locator("#where")).to_contain_text("20 to look at")
    expect(page.locator("#sheet polygon")).to_have_count(20)
    expect(page.get_by_label("field_0", exact=True)).to_be_focused()
    expect(page.locator(".field-row img").first).to_have_js_property("complete", True)
    assert page.locator(".field-row img").first.evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    page.keyboard.type("77")
    for _ in range(2):
        page.keyboard.press("Enter")
    expect(page.get_by_label("field_2", exact=True)).to_be_focused()
    page.locator(".field-row").nth(5).get_by_role("button", name="Struck out").click()
    page.get_by_label("field_6", exact=True).fill("six")
    page.get_by_role("button", name="Keep all").click()
    # One was not read and nothing is said of it.
    expect(page.locator("#problem")).to_contain_text("field_3: type what is written")
    page.keyboard.type("103")
    page.get_by_role("button", name="Keep all").click()
    expect(page.locator("#problem")).to_contain_text("1 of these could not be kept")
    expect(page.locator(".field-row").nth(6)).to_contain_text("keep it all the same")
    page.get_by_label("field_6", exact=True).fill("106")
    page.keyboard.press("Enter")
    # The next page is there.
    expect(page.locator(".field-row")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing more for you")).to_be_visible()
    wanted = ["77", *(str(100 + number) for number in range(1, 20))]
    wanted[5] = ""
    assert values(store, job) == [wanted, ["7"]]


def test_a_grid_of_one_field_is_accepted_but_for_what_is_struck(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job = begun(store, [[field("votes", str(100 + at), at / 100), field("other", "5", 0.5)] for at in range(6)])
    page = context.new_page()
    page.goto(f"{web.url}/review/{job}/grid")
    page.get_by_label("Your name").fill("Ann")
    page.keyboard.press("Enter")
    page.get_by_label("Field", exact=True).select_option("votes")
    expect(page.locator(".grid-cell")).to_have_count(6)
    expect(page.locator(".grid-cell").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".grid-cell").nth(1)).to_have_attribute("aria-pressed", "true")
    page.locator(".grid-cell").nth(4).click()
    page.get_by_role("button", name="Accept 4, leave the 2 struck").click()
    expect(page.locator("#where")).to_contain_text("nothing more of this field")
    assert [[one.checked is not None for one in result.readings] for result in store.results(job)] == [
        [at not in (1, 4), False] for at in range(6)
    ]
    # What was struck waits for whoever reviews field by field.
    assert {item.reading.value for item in claim(store, job, BEN, 9, Wanted(field="votes"))} == {"101", "104"}


def test_a_grid_shows_the_field_that_was_chosen_last_and_all_of_it(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job = begun(store, [[field("votes", str(100 + at), at / 100), field("other", "5", 0.5)] for at in range(30)])
    page = context.new_page()
    page.goto(f"{web.url}/review/{job}/grid")
    page.get_by_label("Your name").fill("Ann")
    page.keyboard.press("Enter")
    page.locator("#which").evaluate(QUICKLY, ["other", "votes", "", "votes"])
    expect(page.locator("#where")).to_have_text("30 readings")
    expect(page.locator(".grid-cell .soft").first).to_have_text("votes")
    page.locator("#which").evaluate(QUICKLY, ["other", ""])
    expect(page.locator("#where")).to_have_text("40 readings")


def test_a_page_is_marked_where_it_is_reviewed_and_found_in_the_job(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job = job_of_pages(store, [[field("a", "1", 0.5)], [field("a", "2", 0.4)]], file=PICTURE).id
    set_plan(store, job, second=False, sample=0)
    page = reviewing(context, web, job, "Ann")
    # What somebody else has said of the page is seen there, and no empty mark is put in its place.
    mark_page(store, job, 2, 1, rescan=False, comment="a fold", by="Ben")
    page.get_by_text("Mark this page").click()
    expect(page.get_by_label("Comment")).to_have_value("a fold")
    expect(page.locator("#page-mark [role=status]")).to_have_text("Marked by Ben.")
    page.get_by_label("Rescan this page").check()
    page.get_by_label("Comment").fill("a corner is torn")
    page.get_by_role("button", name="Keep the mark").click()
    expect(page.locator("#page-mark [role=status]")).to_have_text("The page is marked.")
    # What was written there was no answer.
    page.locator("#value").focus()
    press(page, "Enter")
    page.goto(f"{web.url}/jobs/{job}")
    page.get_by_role("link", name="Marked").click()
    expect(page.locator("#table tbody tr")).to_have_count(1)
    expect(page.locator("#table tbody tr")).to_contain_text("rescan")
    expect(page.get_by_label("Comment")).to_have_value("a corner is torn")
    with web.client() as client:
        [mark] = client.get(f"/api/jobs/{job}/marks").json()
        assert (mark["document"], mark["rescan"], mark["by"]) == (2, True, "Ann")
        wrong = client.put(f"/api/jobs/{job}/pages/7/1/mark", json={"name": "Ann", "rescan": True})
        assert wrong.status_code == 400
    page.get_by_label("Rescan this page").uncheck()
    page.get_by_label("Comment").fill("")
    page.get_by_role("button", name="Keep the mark").click()
    expect(page.locator(".page-mark [role=status]")).to_have_text("The page is not marked.")
    assert marks_of(store, job) == []
