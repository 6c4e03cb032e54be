"""Review in a real browser: by keyboard alone, by several people at once, safely, and found again in the exports."""

from __future__ import annotations

import io
import json
import re
import statistics
import time

import httpx
import openpyxl
import pikepdf
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from extractor.values import FieldStatus, Kind, Reading
from tests.queue_services import ROOT
from tests.reviewed_job import field, job_of_many, job_of_pages
from tests.web_site import WebServer, web_store  # noqa: F401 - the fixture `store`
from workers.database.review.plans import set_plan
from workers.database.store import Store

PICTURE = str(ROOT / "samples" / "scans" / "tally_grey.png")
expect.set_options(timeout=120_000)
SCRIPT = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"


def doubtful(count: int) -> list[list[Reading]]:
    return [[field("votes", str(100 + number), number / 100) for number in range(count)]]


def begun(store: Store, pages: list[list[Reading]], **plan: float) -> str:
    job = job_of_pages(store, pages, file=PICTURE).id
    set_plan(store, job, second=bool(plan.get("second", False)), sample=plan.get("sample", 0.0))
    return job


def reviewing(context: BrowserContext, web: WebServer, job: str, name: str) -> Page:
    """The review page, with the first field on it."""
    page = context.new_page()
    page.goto(f"{web.url}/review/{job}")
    page.get_by_label("Your name").fill(name)
    press(page, "Enter")
    expect(page.locator("#value")).to_be_focused()
    return page


SEEN = "Promise.all([...document.querySelectorAll('#picture img')].map((one) => one.decode().catch(() => {})))"


def press(page: Page, key: str) -> None:
    """Presses a key, as a person does, when the field's picture is there: before, the page takes no answer."""
    page.evaluate(SEEN)
    page.keyboard.press(key)


def reading(page: Page) -> str:
    return page.locator("#value").get_attribute("placeholder") or ""


def settled(page: Page, count: int) -> None:
    """Waits until the server has so many answers."""
    expect(page.locator("#recent li, #done:visible").first).to_be_attached()
    expect(page.locator("#count")).to_contain_text(re.compile(rf"^{count} of"))


def test_ten_fields_by_keyboard_are_found_in_every_export(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    names = [f"field_{number}" for number in range(10)]
    job = job_of_pages(
        store, [[field(name, str(100 + at), at / 100) for at, name in enumerate(names)]], file=PICTURE
    ).id
    page = context.new_page()
    page.goto(f"{web.url}/review")
    page.locator(f"a[href='/review/{job}']").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Your name").fill("Ann")
    press(page, "Enter")
    for at in range(8):
        expect(page.locator("#field")).to_have_text(f"field_{at}")
        keys = [["Enter"], ["7", "Enter"], ["b"], ["v"], ["s"], ["ArrowDown", "Enter"], ["4", "2", "Enter"], ["Enter"]][
            at
        ]
        for key in keys:
            press(page, key)
    expect(page.locator("#field")).to_have_text("field_8")
    # Back to the last one, which gets another value; then on, and the skipped one comes last.
    press(page, "z")
    expect(page.locator("#message")).to_contain_text("You said 107")
    for key in ("9", "9", "Enter"):
        press(page, key)
    for at in (8, 9, 4):
        expect(page.locator("#field")).to_have_text(f"field_{at}")
        press(page, "Enter")
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    wanted = ["100", "7", "", "", "104", "1105", "42", "99", "108", "109"]
    with web.client() as client:
        csv = client.get(f"/api/jobs/{job}/export?format=csv").text.splitlines()
        assert csv[1].split(",")[5:] == wanted
        [told] = client.get(f"/api/jobs/{job}/export?format=json").json()
        sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/api/jobs/{job}/export?format=xlsx").content)).active
        lines = client.get(f"/api/jobs/{job}/corrections").text.splitlines()
        [row] = client.get(f"/api/jobs/{job}/pages").json()["pages"]
    assert [one["value"] for one in told["readings"]] == wanted
    assert [one["checked"]["kind"] for one in told["readings"]] == [
        *("accept", "type", "blank", "void", "accept", "type", "type", "type", "accept", "accept")
    ]
    assert {one["checked"]["by"][0] for one in told["readings"]} == {"Ann"}
    assert [one["checked"]["was"] for one in row["readings"]] == [str(100 + at) for at in range(10)]
    assert sheet is not None
    assert [str(cell.value or "") for cell in sheet[2]][5:-1] == wanted  # the last column says where the row is from
    assert sheet.cell(2, 7).comment.text.startswith("Checked by Ann")
    assert [json.loads(line)["value"] for line in lines] == wanted


def test_two_at_once_never_have_the_same_field(web: WebServer, store: Store, browser: Browser) -> None:
    job = begun(store, doubtful(24))
    seen: dict[str, list[str]] = {"Ann": [], "Ben": []}
    with browser.new_context() as one, browser.new_context() as other:
        pages = {name: reviewing(context, web, job, name) for name, context in (("Ann", one), ("Ben", other))}
        for _ in range(8):
            for name, page in pages.items():
                seen[name].append(reading(page))
                press(page, "Enter")
                expect(page.locator("#value")).not_to_have_attribute("placeholder", seen[name][-1])
        for page in pages.values():
            settled(page, 16)
    assert not set(seen["Ann"]) & set(seen["Ben"])
    assert len(set(seen["Ann"] + seen["Ben"])) == 16


def test_what_a_closed_window_had_goes_to_others_at_once(web: WebServer, store: Store, context: BrowserContext) -> None:
    job = begun(store, doubtful(3))
    page = reviewing(context, web, job, "Ann")
    expect(page.locator("#field")).to_have_text("votes")
    ask = {"name": "Ben", "window": "a-window-of-ben", "count": 3}
    with web.client() as client:
        assert client.post(f"/api/jobs/{job}/review/next", json=ask).json()["fields"] == []
        page.close()
        until = time.monotonic() + 120
        while not (found := client.post(f"/api/jobs/{job}/review/next", json=ask).json()["fields"]):
            assert time.monotonic() < until
            time.sleep(0.1)
    assert found


def test_the_second_person_reads_without_the_first_ones_answer(web: WebServer, store: Store, browser: Browser) -> None:
    job = begun(store, doubtful(1), second=True)
    with browser.new_context() as one:
        ann = reviewing(one, web, job, "Ann")
        ann.keyboard.type("71")
        press(ann, "Enter")
        expect(ann.get_by_role("heading", name="Nothing more for you")).to_be_visible()
        expect(ann.locator("#done-text")).to_contain_text("waits for another person")
    with browser.new_context() as two:
        ben = reviewing(two, web, job, "Ben")
        assert reading(ben) == "100"
        expect(ben.locator("body")).not_to_contain_text("71")
        press(ben, "Enter")
        expect(ben.get_by_role("heading", name="Nothing more for you")).to_be_visible()
    with browser.new_context() as three:
        cem = reviewing(three, web, job, "Cem")
        expect(cem.locator("#why")).to_contain_text("Two people differ; you decide")
        expect(cem.locator("#why")).to_contain_text("Ann: 71")
        cem.keyboard.type("71")
        press(cem, "Enter")
        expect(cem.get_by_role("heading", name="All done")).to_be_visible()
    [result] = store.results(job)
    checked = result.readings[0].checked
    assert checked
    assert (result.readings[0].value, checked.by) == ("71", ("Ann", "Cem"))


def test_a_value_that_does_not_fit_is_kept_only_when_it_is_meant(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job = begun(store, doubtful(2))
    page = reviewing(context, web, job, "Ann")
    page.keyboard.type("=1+1")
    press(page, "Enter")
    expect(page.locator("#message")).to_contain_text("=1+1: not a number; correct it, or keep it all the same.")
    assert next(iter(store.results(job))).readings[0].checked is None
    press(page, "Enter")
    settled(page, 1)
    with web.client() as client:
        # A formula stays text in a spreadsheet.
        assert ",'=1+1," in client.get(f"/api/jobs/{job}/export?format=csv&long=true").text
        content = client.get(f"/api/jobs/{job}/export?format=xlsx&long=true").content
        [said] = client.get(f"/api/jobs/{job}/review/answers", params={"name": "Ann"}).json()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cell = sheet.cell(2, 5)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert (said["forced"], said["was"], said["value"]) == (True, "100", "=1+1")


def test_nothing_that_comes_from_forms_or_people_runs_as_a_script(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    evil = field(SCRIPT, SCRIPT, 0.1, kind=Kind.DIGITS)
    job = begun(store, [[evil, field("total", "5", 0.2)]])
    page = reviewing(context, web, job, SCRIPT[:40])
    expect(page.locator("#field")).to_have_text(SCRIPT)
    expect(page.locator("#name")).to_have_text(SCRIPT[:40])
    press(page, "ArrowDown")
    press(page, "Enter")
    expect(page.locator("#message")).to_contain_text("keep it all the same")
    press(page, "Enter")
    settled(page, 1)
    for address in (f"/jobs/{job}/report", f"/jobs/{job}", "/review", f"/review/{job}/plan", f"/review/{job}"):
        page.goto(web.url + address)
        assert "hacked" not in page.title().split(" ")
        assert page.locator("main img[src='x'], main script").count() == 0


def test_answers_given_while_the_server_is_away_are_sent_when_it_is_back(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job = begun(store, doubtful(4))
    page = reviewing(context, web, job, "Ann")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    press(page, "b")
    expect(page.locator("#message")).to_contain_text("cannot be reached")
    press(page, "b")
    context.set_offline(False)
    settled(page, 2)


def test_a_page_that_is_gone_is_told_and_can_still_be_answered(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    job = job_of_pages(store, doubtful(2), file="/nowhere/page.png").id
    set_plan(store, job, second=False, sample=0)
    page = reviewing(context, web, job, "Ann")
    expect(page.locator("#picture")).to_contain_text("cannot be shown")
    press(page, "Enter")
    settled(page, 1)
    with web.client() as client:
        answer = client.get(f"/api/jobs/{job}/review/fields/1-1-0/picture.jpg")
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_pictures_show_the_field_upright_with_paper_around_it(web: WebServer, store: Store) -> None:
    job = begun(store, doubtful(1))
    with web.client() as client:
        cut = Image.open(io.BytesIO(client.get(f"/api/jobs/{job}/review/fields/1-1-0/picture.jpg").content))
        page = Image.open(io.BytesIO(client.get(f"/api/jobs/{job}/review/fields/1-1-0/page.jpg").content))
    # The box is 100 x 40 pixels; six tenths of its height are added all around.
    assert abs(cut.width / cut.height - (100 + 48) / (40 + 48)) < 0.02
    assert cut.height > 300
    assert max(page.size) <= 1500


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/review/next", {"name": "", "window": "12345678"}, 400),
        ("/review/next", {"name": "Ann", "window": "short"}, 422),
        ("/review/next", {"name": "Ann", "window": "../../../etc/passwd"}, 422),
        ("/review/next", {"name": "Ann", "window": "12345678", "count": 10**9}, 422),
        ("/review/next", {"name": "a\u0000b", "window": "12345678"}, 400),
        ("/review/fields/1-1-0/answer", {"name": "Ann", "window": "12345678", "kind": "delete", "seen": 0}, 422),
        ("/review/fields/1-1-0/answer", {"name": "Ann", "window": "12345678", "kind": "type", "seen": 0}, 400),
        (
            "/review/fields/1-1-0/answer",
            {"name": "Ann", "window": "12345678", "kind": "type", "value": "9" * 900, "seen": 0},
            422,
        ),
        ("/review/fields/1-1-0/answer", {"name": "Ann", "window": "12345678", "kind": "accept", "seen": 7}, 409),
        ("/review/fields/9-9-9/answer", {"name": "Ann", "window": "12345678", "kind": "accept", "seen": 0}, 400),
        ("/review/fields/..%2F..%2Fetc/take", {"name": "Ann", "window": "12345678"}, 404),
        ("/review/fields/1-1-x/take", {"name": "Ann", "window": "12345678"}, 400),
        ("/review/renew", {"name": "Ann", "window": "12345678", "fields": ["1-1-0"] * 201}, 422),
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence(
    web: WebServer, store: Store, path: str, body: dict[str, object], code: int
) -> None:
    job = begun(store, doubtful(1))
    with web.client() as client:
        answer = client.post(f"/api/jobs/{job}{path}", json=body)
        assert (answer.status_code, list(answer.json())) == (code, ["error"])
        assert client.post(f"/api/jobs/22222222{path}", json=body).status_code in (404, 422)
        crossing = client.post(f"/api/jobs/{job}{path}", json=body, headers={"Sec-Fetch-Site": "cross-site"})
        assert crossing.status_code == 403
    [result] = store.results(job)
    assert result.readings[0].checked is None


def test_the_sample_is_begun_on_the_page_and_cannot_be_made_smaller(
    web: WebServer, store: Store, context: BrowserContext
) -> None:
    accepted = [field("votes", str(number), 0.999, FieldStatus.ACCEPTED) for number in range(40)]
    job = job_of_pages(store, [accepted], file=PICTURE).id
    page = context.new_page()
    page.goto(f"{web.url}/review/{job}")
    page.get_by_label("All of them").check()
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Your name").fill("Ann")
    press(page, "Enter")
    expect(page.locator("#value")).to_be_focused()
    first = reading(page)
    press(page, "9")
    press(page, "Enter")
    expect(page.locator("#value")).not_to_have_attribute("placeholder", first)
    press(page, "Enter")
    settled(page, 2)
    page.goto(f"{web.url}/jobs/{job}/report")
    expect(page.locator("main")).to_contain_text("among 2 of 40 sampled accepted fields")
    page.goto(f"{web.url}/review/{job}/plan")
    expect(page.get_by_label("None")).to_be_disabled()
    with web.client() as client:
        assert client.put(f"/api/jobs/{job}/review", json={"sample": 0.5}).status_code == 400
        report = client.get(f"/api/jobs/{job}/report").json()
    assert (report["straight"], report["review"], report["error"]["checked"]) == (40, 0, 2)


def test_the_report_is_a_picture_and_a_pdf_of_one_page(web: WebServer, store: Store) -> None:
    job = begun(store, [*doubtful(3), [field("$x$ \\frac{1}{", "9", 0.999, FieldStatus.ACCEPTED)]], sample=1.0)
    with web.client() as client:
        picture = Image.open(io.BytesIO(client.get(f"/api/jobs/{job}/report.png").content))
        document = pikepdf.open(io.BytesIO(client.get(f"/api/jobs/{job}/report.pdf").content))
    assert (picture.format, len(document.pages)) == ("PNG", 1)
    colours = picture.convert("RGB").getcolors(10_000_000) or []
    assert {(15, 118, 110), (227, 165, 58)} <= {colour for _, colour in colours}


def test_on_a_phone_everything_is_reached_by_touch(web: WebServer, store: Store, browser: Browser) -> None:
    job = begun(store, doubtful(3))
    size = {"width": 390, "height": 844}
    with browser.new_context(viewport=size, has_touch=True, is_mobile=True) as phone:  # type: ignore[arg-type]
        page = phone.new_page()
        page.goto(f"{web.url}/review/{job}")
        page.get_by_label("Your name").fill("Ann")
        page.get_by_role("button", name="Begin").tap()
        for button in ("#accept", "#blank", "#void"):
            expect(page.locator(button)).to_be_visible()
            before = reading(page)
            page.evaluate(SEEN)
            page.locator(button).tap()
            if button != "#void":
                expect(page.locator("#value")).not_to_have_attribute("placeholder", before)
        expect(page.get_by_role("heading", name="All done")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
def test_the_next_field_is_on_the_screen_as_soon_with_100_000_waiting_as_with_a_few(
    web: WebServer, store: Store, browser: Browser
) -> None:
    took = {}
    for waiting in (200, 100_000):
        job = job_of_many(store, waiting, PICTURE).id
        set_plan(store, job, second=False, sample=0)
        with browser.new_context() as context:
            page = reviewing(context, web, job, "Ann")
            page.wait_for_load_state("networkidle")
            for number in range(20):
                press(page, "Enter" if number % 2 else "b")
                # A quick person, who still looks at what is there.
                page.wait_for_timeout(250)
                page.wait_for_function(f"performance.getEntriesByName('next-field').length > {number}")
            one = page.evaluate("performance.getEntriesByName('next-field').map((one) => one.duration)")
            # Other work on the machine may disturb some of them.
            took[waiting] = statistics.quantiles(one, n=4)[0]
    assert took[100_000] < 3 * took[200], took


def test_the_api_describes_the_review(web: WebServer) -> None:
    paths = httpx.get(f"{web.url}/api/openapi.json").json()["paths"]
    assert {"/api/jobs/{job}/review/next", "/api/jobs/{job}/corrections", "/api/jobs/{job}/report"} <= set(paths)
