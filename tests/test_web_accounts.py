"""People with accounts in the browser: what each role sees and may do, and names that nobody takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from extractor.values import CheckKind
from formdigits.web.security.guesses import FREE_GUESSES
from tests.reviewed_job import field, job_of_pages
from tests.web_site import WebServer, serving
from workers.accounts.account import Role
from workers.accounts.passwords import hashed
from workers.database.people import add_account, change_account, remove_account
from workers.database.review.answers import Answer
from workers.database.review.mending import mend
from workers.database.review.plans import set_plan
from workers.review.forms import Forms
from workers.review.values import FieldKey

PASSWORD = "four words in a row"
PEOPLE = (("Rita", Role.REVIEWER), ("Mona", Role.MANAGER), ("Ada", Role.ADMIN))


@pytest.fixture(scope="module")
def kept() -> str:
    """A hash takes its time: all have the same password."""
    return hashed(PASSWORD)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, kept: str) -> Iterator[WebServer]:
    """A server of which three people have accounts."""
    with serving(tmp_path_factory.mktemp("accounts"), real=False) as one:
        store = one.store()
        for name, role in PEOPLE:
            add_account(store, name, role, kept)
        store.close()
        yield one


def logged_in(context: BrowserContext, server: WebServer, name: str, password: str = PASSWORD) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/jobs")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    return page


def test_three_roles_see_what_each_may(server: WebServer, context: BrowserContext) -> None:
    store = server.store()
    job = job_of_pages(store, [[field("votes", "57", 0.5)]]).id
    set_plan(store, job, second=False, sample=0)
    store.close()
    sections = {"Rita": ["Jobs", "Review"], "Mona": ["Try it", "Live", "Templates", "Jobs", "Review"]}
    for name, role in PEOPLE:
        page = logged_in(context, server, name.upper())
        expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        links = page.get_by_role("navigation", name="Sections").get_by_role("link")
        expect(links).to_have_text(sections.get(name, sections["Mona"]))
        assert page.locator("#new").count() == (role is not Role.REVIEWER)
        assert page.get_by_role("link", name="People").count() == (role is Role.ADMIN)
        page.goto(f"{server.url}/people")
        expected = "People" if role is Role.ADMIN else "That cannot be done"
        expect(page.get_by_role("heading", level=1)).to_have_text(expected)
        page.goto(f"{server.url}/")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Review" if role is Role.REVIEWER else "Handwritten numbers, read"
        )
        # Whose answer it is, is known.
        page.goto(f"{server.url}/review/{job}")
        expect(page.locator("#name")).to_have_text(name)
        expect(page.locator("#who")).to_be_disabled()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Name")).to_be_focused()


def test_an_admin_adds_a_person_who_changes_the_password(server: WebServer, context: BrowserContext) -> None:
    page = logged_in(context, server, "ada")
    page.get_by_role("link", name="People").click()
    page.get_by_label("Name").fill("Ben")
    page.get_by_label("Role", exact=True).select_option("manager")
    page.get_by_label("Password", exact=True).fill("short word")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("tr[data-name=Ben]")).to_contain_text("manager")
    page.get_by_label("Name").fill("BEN")
    page.get_by_label("Password", exact=True).fill("another one")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("account of Ben already")
    page.get_by_role("button", name="Log out").click()
    page = logged_in(context, server, "Ben", "short word")
    page.get_by_role("link", name="Ben", exact=True).click()
    page.get_by_label("The password until now").fill("short word")
    page.get_by_label("The new one").fill("a longer password")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("status")).to_contain_text("It is changed")
    page.goto(f"{server.url}/jobs")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")
    with server.client() as client:
        assert client.post("/login", data={"name": "Ben", "password": "short word"}).status_code == 401
        assert client.post("/login", data={"name": "bEn", "password": "a longer password"}).status_code == 303


def test_what_a_role_may_not_is_refused_to_programs_too(server: WebServer) -> None:
    with server.client() as client:
        assert client.get("/api/jobs").status_code == 401
        client.post("/login", data={"name": "Rita", "password": PASSWORD})
        assert client.get("/api/account").json() == {"name": "Rita", "role": "reviewer"}
        assert client.get("/api/jobs").status_code == 200
        for method, path in (
            ("POST", "/api/jobs"),
            ("POST", "/api/uploads"),
            ("POST", "/api/templates"),
            ("POST", "/api/read"),
            ("POST", "/api/live"),
            ("GET", "/api/folders"),
            ("GET", "/api/people"),
            ("POST", "/api/people"),
            ("PUT", "/api/people"),
            ("DELETE", "/api/people?name=Ada"),
        ):
            answer = client.request(method, path)
            assert (answer.status_code, list(answer.json())) == (403, ["error"]), path
        client.post("/login", data={"name": "Mona", "password": PASSWORD})
        assert client.get("/api/folders").status_code == 200
        assert client.get("/api/people").status_code == 403


def test_a_session_ends_with_the_role_or_the_account(server: WebServer) -> None:
    store = server.store()
    with server.client() as mona, server.client() as rita:
        for client, name in ((mona, "Mona"), (rita, "Rita")):
            client.post("/login", data={"name": name, "password": PASSWORD})
            assert client.get("/api/jobs").status_code == 200
        change_account(store, "Mona", role=Role.REVIEWER)
        remove_account(store, "Rita")
        assert [client.get("/api/jobs").status_code for client in (mona, rita)] == [401, 401]
        assert rita.post("/login", data={"name": "Rita", "password": PASSWORD}).status_code == 401
    store.close()


def test_answers_are_kept_under_the_accounts_name_whatever_is_sent(server: WebServer) -> None:
    store = server.store()
    job = job_of_pages(store, [[field("votes", "57", 0.5)]]).id
    set_plan(store, job, second=False, sample=0)
    with server.client() as client:
        client.post("/login", data={"name": "Rita", "password": PASSWORD})
        seat = {"name": "Ada", "window": "a-window-of-rita"}
        [shown] = client.post(f"/api/jobs/{job}/review/next", json=seat).json()["fields"]
        told = client.post(
            f"/api/jobs/{job}/review/fields/{shown['id']}/answer", json={**seat, "kind": "accept", "seen": 0}
        )
        assert told.status_code == 200
        assert client.get(f"/api/jobs/{job}/review/answers", params={"name": "Ada"}).json()[0]["by"] == "Rita"
    [result] = store.results(job)
    checked = result.readings[0].checked
    assert checked is not None
    assert checked.by == ("Rita",)
    store.close()


def test_whoever_has_the_token_cannot_answer_as_somebody_with_an_account(
    tmp_path_factory: pytest.TempPathFactory, kept: str
) -> None:
    token = "a-token-that-nobody-guesses"
    with serving(tmp_path_factory.mktemp("both"), real=False, settings={"FORMDIGITS_TOKEN": token}) as server:
        store = server.store()
        add_account(store, "Rita", Role.REVIEWER, kept)
        job = job_of_pages(store, [[field("votes", "57", 0.5)]]).id
        set_plan(store, job, second=False, sample=0)
        store.close()
        with server.client(headers={"Authorization": f"Bearer {token}"}) as client:
            asked = {"window": "a-window-of-somebody"}
            for name, code in (("rita", 400), ("Guest", 200)):
                answer = client.post(f"/api/jobs/{job}/review/next", json={"name": name, **asked})
                assert answer.status_code == code, answer.text
            # Under a name that is not theirs they see what anybody may, and not what that person said.
            assert client.get(f"/api/jobs/{job}/fields/1-1-0").status_code == 200
            store = server.store()
            set_plan(store, job, second=True, sample=0)
            mend(store, Forms({}), FieldKey(job, 1, 1, 0), "Rita", Answer(CheckKind.TYPE, "58", 0))
            store.close()
            for name in ("Rita", "rita", ""):
                assert client.get(f"/api/jobs/{job}/fields/1-1-0", params={"name": name}).json()["history"] == []
        # Guesses at either count together.
        with server.client() as client:
            codes = [
                client.post("/login", data={"token": "x"} if n % 2 else {"name": "Rita", "password": "x"}).status_code
                for n in range(FREE_GUESSES + 2)
            ]
            assert codes == [401] * FREE_GUESSES + [429] * 2
            assert client.post("/login", data={"name": "Rita", "password": PASSWORD}).status_code == 429


def test_the_first_account_closes_a_server_that_runs_and_the_last_one_opens_it(
    tmp_path_factory: pytest.TempPathFactory, kept: str
) -> None:
    with serving(tmp_path_factory.mktemp("first"), real=False) as server, server.client() as client:
        assert client.get("/api/jobs").status_code == 200
        store = server.store()
        add_account(store, "Ada", Role.ADMIN, kept)
        assert client.get("/api/jobs").status_code == 401
        assert client.get("/jobs").headers["location"] == "/login?next=/jobs"
        remove_account(store, "Ada", last=True)
        assert client.get("/api/jobs").status_code == 200
        store.close()


def test_with_accounts_other_addresses_need_no_token_and_without_any_nobody_gets_in(
    tmp_path_factory: pytest.TempPathFactory, kept: str
) -> None:
    folder = tmp_path_factory.mktemp("network")
    server = WebServer(folder, "--host", "0.0.0.0", real=False)
    server.home.mkdir(parents=True)
    store = server.store()
    add_account(store, "Ada", Role.ADMIN, kept)
    try:
        server.start()
        assert "token" not in server.log()
        with server.client() as client:
            assert client.get("/api/jobs").status_code == 401
            remove_account(store, "Ada", last=True)
            assert client.get("/api/jobs").status_code == 401
            page = client.post("/login", data={"name": "Ada", "password": PASSWORD})
            assert page.status_code == 401
            assert "no accounts" in page.text
    finally:
        store.close()
        server.kill()
