"""Jobs and templates are found, named and deleted in the browser; what is too old or too much goes or is refused."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import BrowserContext, expect

from extractor.errors import InputError
from extractor.values import CheckKind, FieldStatus
from formdigits.web.editing.stored import tree_of
from formdigits.web.forms import Forms as TemplatesSent
from formdigits.web.jobs.storage import Storage
from formdigits.web.settings import duration, size
from tests.reviewed_job import field, job_of_pages
from tests.web_site import WebServer, begin, finished, pictures, serving
from workers.accounts.account import Role
from workers.accounts.passwords import hashed
from workers.database.jobs import find_job, list_jobs
from workers.database.people import add_account
from workers.database.removal import expired_jobs
from workers.database.review.answers import Answer
from workers.database.review.mending import mend
from workers.review.forms import Forms
from workers.review.values import FieldKey
from workers.sandbox import Sandbox

PNG = cv2.imencode(".png", np.full((20, 30), 200, np.uint8))[1].tobytes()
TEMPLATE = (
    "formdigits: 1\nform: {form}\npage: {{width: 900, height: 600}}\n"
    "fields: [{{name: {name}, box: [90, 90, 200, 60]}}]\n"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("removal")
    pictures(folder / "scans" / "2024", 3, "page")
    with serving(folder, "--folder", folder / "scans", real=False) as one:
        yield one


def sent(server: WebServer, form: str, name: str = "a") -> str:
    with server.client() as client:
        text = TEMPLATE.format(form=form, name=name).encode()
        answer = client.post("/api/templates", files={"files": ("form.yaml", text)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


def test_a_deleted_job_is_gone_with_its_files(server: WebServer, context: BrowserContext) -> None:
    with server.client() as client:
        batches = [
            client.post("/api/uploads", files=[("files", (f"{name}.png", PNG))]).json()["id"] for name in ("a", "both")
        ]
        template = sent(server, "deleted")
        job = begin(client, uploads=batches, templates=[template])
        other = begin(client, uploads=batches[1:], templates=[template])
        for one in (job, other):
            finished(client, one)
        store = server.store()
        recipe = (find_job(store, job) or pytest.fail("no job")).recipe
        mend(store, Forms({}), FieldKey(job, 1, 1, 0), "Ann", Answer(CheckKind.BLANK, "", 0))
        page = context.new_page()
        page.goto(f"{server.url}/jobs/{job}")
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Delete").click()
        expect(page).to_have_url(f"{server.url}/jobs")
        assert client.get(f"/api/jobs/{job}").status_code == 404
        assert client.get(f"/api/jobs/{job}/pages/1/1/picture").status_code == 404
        uploads = server.home / "uploads"
        # What another job was sent as well stays for it.
        assert not (uploads / batches[0]).exists()
        again = client.post("/api/jobs", json={"uploads": batches[:1], "single_field": True})
        assert (again.status_code, "send the files anew" in again.json()["error"]) == (400, True)
        assert (uploads / batches[1]).is_dir()
        assert client.get(f"/api/jobs/{other}/pages/1/1/picture").status_code == 200
        with store.engine.connect() as connection:
            for table in ("documents", "pages", "readings", "reviews", "corrections"):
                query = f"SELECT count(*) FROM {table} WHERE job = '{job}'"
                assert connection.exec_driver_sql(query).scalar() == 0, table
            left = "SELECT count(*) FROM recipes WHERE recipe = ?"
            assert connection.exec_driver_sql(left, (recipe,)).scalar()
            assert client.delete(f"/api/jobs/{other}").status_code == 204
            assert not connection.exec_driver_sql(left, (recipe,)).scalar()
        assert not (uploads / batches[1]).exists()
        assert not (server.home / "recipes" / str(recipe)).exists()
        assert client.delete(f"/api/jobs/{other}").status_code == 404
        store.close()


def test_a_job_that_is_being_read_is_stopped_and_deleted(server: WebServer) -> None:
    pictures(server.folder / "scans" / "long", 300, "slow")
    with server.client() as client:
        job = begin(client, folder="scans/long", single_field=True)
        assert client.delete(f"/api/jobs/{job}").status_code == 204
        after = begin(client, folder="scans/2024", single_field=True)
        finished(client, after)
        assert client.get(f"/api/jobs/{job}").status_code == 404
    assert len(list((server.folder / "scans" / "long").iterdir())) == 300


def test_jobs_have_names_and_are_found_by_them(server: WebServer, context: BrowserContext) -> None:
    with server.client() as client:
        named = begin(client, folder="scans/2024", single_field=True, name="  Ballots  of\tMarch ")
        plain = begin(client, folder="scans/2024", single_field=True)
        upload = client.post("/api/uploads", files=[("files", ("Größe_50%.png", PNG))]).json()["id"]
        own = begin(client, uploads=[upload], single_field=True)
        for one in (named, plain, own):
            finished(client, one)

        def found(search: str) -> set[str]:
            return {one["id"] for one in client.get("/api/jobs", params={"search": search}).json()} & {
                named,
                plain,
                own,
            }

        assert found("ballots of") == {named}
        assert found("2024/PAGE001") == {named, plain}
        assert found("größe_50%") == {own}
        assert found("%") == {own}
        assert found(plain) == {plain}
        assert found("no such thing") == set()
        assert client.get(f"/api/jobs/{plain}").json()["title"] == "scans/2024, 3 files"
        page = context.new_page()
        page.goto(f"{server.url}/jobs")
        page.get_by_label("Search jobs").fill("march")
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_role("link", name=named).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ballots of March")
        page.once("dialog", lambda dialog: dialog.accept("Ballots of April"))
        page.get_by_role("button", name="Rename").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ballots of April")
        client.put(f"/api/jobs/{named}", json={"name": ""})
        assert client.get(f"/api/jobs/{named}").json()["title"] == "scans/2024, 3 files"


def test_only_what_is_to_review_is_shown_where_that_is_asked_for(server: WebServer, context: BrowserContext) -> None:
    store = server.store()
    sure, doubtful = field("votes", "57", 0.999, FieldStatus.ACCEPTED), field("votes", "61", 0.5)
    job = job_of_pages(store, [[sure], [doubtful], [sure], [doubtful]]).id
    fine = job_of_pages(store, [[sure]]).id
    assert {job, fine} <= {one.id for one in list_jobs(store, 100)}
    assert {job, fine} & {one.id for one in list_jobs(store, 100, to_review=True)} == {job}
    page = context.new_page()
    page.goto(f"{server.url}/jobs/{job}")
    page.get_by_role("link", name="To review").click()
    expect(page.locator("#table tbody tr")).to_have_count(2)
    for document in (2, 4):
        mend(store, Forms({}), FieldKey(job, document, 1, 0), "Ann", Answer(CheckKind.TYPE, "62", 0))
    page.reload()
    expect(page.locator("#table tbody tr")).to_have_count(0)
    assert job not in {one.id for one in list_jobs(store, 100, to_review=True)}
    store.close()


def test_templates_of_one_name_are_versions_looked_at_and_deleted(server: WebServer, context: BrowserContext) -> None:
    first, second = sent(server, "versioned", "a"), sent(server, "versioned", "b")
    with server.client() as client:

        def versions() -> list[tuple[str, int, bool]]:
            all_of_them = client.get("/api/templates").json()
            return [(one["id"], one["version"], one["newest"]) for one in all_of_them if one["form"] == "versioned"]

        assert versions() == [(second, 2, True), (first, 1, False)]
        # The first sent once more is the newest again.
        assert sent(server, "versioned", "a") == first
        assert versions() == [(first, 2, True), (second, 1, False)]
        page = context.new_page()
        page.goto(f"{server.url}/jobs")
        # It was sent by somebody else, as far as this browser knows.
        box = page.get_by_role("checkbox", name="versioned 1 field, version 2")
        expect(box).not_to_be_checked()
        page.get_by_label("Preview of versioned").first.click()
        picture = page.get_by_role("dialog").locator("img")
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("naturalWidth", 900)
        page.get_by_role("button", name="Close").click()
        page.get_by_text("Earlier versions").click()
        page.once("dialog", lambda dialog: dialog.accept())
        page.locator(f"button[data-template='{second}'][data-act=delete]").click()
        expect(page.locator(f"[data-template='{second}']")).to_have_count(0)
        assert versions() == [(first, 1, True)]
        assert not (server.home / "forms" / second).exists()
        page.locator("#template").set_input_files(
            {"name": "own.yaml", "mimeType": "text/yaml", "buffer": TEMPLATE.format(form="own", name="c").encode()}
        )
        expect(page.get_by_role("checkbox", name="own")).to_be_checked()
        page.reload()
        expect(page.get_by_role("checkbox", name="own")).to_be_checked()
        expect(page.get_by_role("checkbox", name="versioned")).not_to_be_checked()
        for wrong in ("nothing", "../jobs.sqlite"):
            assert client.delete(f"/api/templates/{wrong}").status_code in (400, 404)


def test_no_template_of_another_person_is_ticked_or_deleted(
    tmp_path_factory: pytest.TempPathFactory, context: BrowserContext
) -> None:
    with serving(tmp_path_factory.mktemp("people"), real=False) as server:
        store = server.store()
        kept = hashed("four words in a row")
        for name, role in (("Ada", Role.ADMIN), ("Mona", Role.MANAGER), ("Max", Role.MANAGER)):
            add_account(store, name, role, kept)
        store.close()
        ids = {}
        for name in ("Mona", "Max"):
            with server.client() as client:
                client.post("/login", data={"name": name, "password": "four words in a row"})
                text = TEMPLATE.format(form=f"of{name}", name="a").encode()
                answer = client.post("/api/templates", files={"files": ("form.yaml", text)}).json()
                assert answer["by"] == name
                ids[name] = answer["id"]
                if name == "Max":
                    assert client.delete(f"/api/templates/{ids['Mona']}").status_code == 403
        page = context.new_page()
        page.goto(f"{server.url}/jobs")
        page.get_by_label("Name").fill("mona")
        page.get_by_label("Password").fill("four words in a row")
        page.keyboard.press("Enter")
        expect(page.get_by_role("checkbox", name="ofMona")).to_be_checked()
        expect(page.get_by_role("checkbox", name="ofMax")).not_to_be_checked()
        with server.client() as client:
            client.post("/login", data={"name": "Ada", "password": "four words in a row"})
            assert client.delete(f"/api/templates/{ids['Max']}").status_code == 204


def test_what_a_person_has_sent_or_drafted_stays_theirs(tmp_path: Path) -> None:
    class Here(Sandbox):
        def ask(self, question: Any, *args: Any, **options: Any) -> Any:
            return question(*args, **options)

    forms, text = TemplatesSent(tmp_path, (), Here()), TEMPLATE.format(form="same", name="a").encode()
    monas = forms.add("form.yaml", text, {}, "Mona")
    others = forms.add("form.yaml", text, {}, "Max")
    assert forms.get(monas.id).by == "Mona"
    assert (others.id != monas.id, others.version) == (True, 2)
    assert forms.add("form.yaml", text, {}, "MONA").id == monas.id
    draft = forms.add("form.yaml", text, {}, "Mona", draft=True)
    tree = tree_of(draft.path)
    forms.revise(draft, tree, "Max", lambda _: None)
    assert forms.get(draft.id).draft
    forms.revise(draft, tree, "mona", lambda _: None)
    assert forms.drafts() == []


def test_what_nobody_has_used_for_so_long_is_deleted_by_itself(tmp_path: Path) -> None:
    server = WebServer(tmp_path, "--keep", "2d", real=False)
    long_ago = time.time() - 3 * 24 * 3600
    try:
        server.start()
        with server.client() as client:
            uploads = [client.post("/api/uploads", files=[("files", ("a.png", PNG))]).json()["id"] for _ in range(4)]
            forms = [sent(server, name) for name in ("old", "used")]
            jobs = [begin(client, uploads=[batch], single_field=True) for batch in uploads[:3]]
            for job in jobs:
                finished(client, job)
            assert client.get("/api/storage").json()["keep_s"] == 2 * 24 * 3600
        server.kill()
        store = server.store()
        with store.engine.begin() as connection:
            for job in jobs[:2]:
                connection.exec_driver_sql(
                    "UPDATE jobs SET created = ?, finished = ? WHERE id = ?", (long_ago, long_ago, job)
                )
        # Somebody has worked on it since.
        mend(store, Forms({}), FieldKey(jobs[1], 1, 1, 0), "Ann", Answer(CheckKind.BLANK, "", 0))
        assert expired_jobs(store, time.time() - 2 * 24 * 3600) == [jobs[0]]
        store.close()
        for path in (*(server.home / "uploads").iterdir(), server.home / "forms" / forms[0]):
            os.utime(path, (long_ago, long_ago))
        server.start()
        with server.client() as client:
            until = time.monotonic() + 120
            while {one["id"] for one in client.get("/api/jobs").json()} != set(jobs[1:]) or (
                server.home / "forms" / forms[0]
            ).exists():
                assert time.monotonic() < until, client.get("/api/jobs").text
                time.sleep(0.2)
            assert [one["form"] for one in client.get("/api/templates").json()] == ["used"]
        assert {path.name for path in (server.home / "uploads").iterdir()} == set(uploads[1:3])
    finally:
        server.kill()


def test_more_than_the_quota_is_refused_until_something_is_deleted(tmp_path: Path) -> None:
    with serving(tmp_path, "--quota", "1MB", real=False) as server, server.client() as client:
        noise = np.random.default_rng(0).integers(0, 255, (600, 1000), np.uint8)
        large = cv2.imencode(".png", noise)[1].tobytes()
        assert 500_000 < len(large) < 1_000_000
        first = client.post("/api/uploads", files=[("files", ("a.png", large))]).json()["id"]
        refused = client.post("/api/uploads", files=[("files", ("b.png", large))])
        assert (refused.status_code, "no room" in refused.json()["error"]) == (503, True)
        assert client.post("/api/uploads", files=[("files", ("c.png", PNG))]).status_code == 201
        job = begin(client, uploads=[first], single_field=True)
        finished(client, job)
        assert client.get("/api/storage").json()["uploads"] > 500_000
        client.delete(f"/api/jobs/{job}")
        assert client.post("/api/uploads", files=[("files", ("b.png", large))]).status_code == 201


def test_times_and_sizes_are_given_in_plain_words(tmp_path: Path) -> None:
    assert [duration(text) for text in ("12h", "30d", " 8W ")] == [43_200, 2_592_000, 4_838_400]
    assert [size(text) for text in ("500MB", "20 gb", "1tb")] == [500_000_000, 20_000_000_000, 1_000_000_000_000]
    for wrong in ("", "30", "d", "0d", "-1d", "1e9d", "5m"):
        with pytest.raises(InputError):
            duration(wrong)
        with pytest.raises(InputError):
            size(wrong)
    assert Storage(tmp_path, None, str(tmp_path / "nowhere")).uploads == 0
