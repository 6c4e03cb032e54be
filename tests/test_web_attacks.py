"""What people with bad intentions send: each is refused, or harmless, and the others are answered meanwhile.

Of the same kind: `test_web_safety.py` (hosts, origins, tokens), `test_web_crowds.py` (connections, bodies, queues),
`test_web_sessions.py` (sessions, guesses, links, what others find on the disk), `test_compose.py` (what each service
of a cluster may). `web_siege.py` has all that once stopped a server, to be made over and over.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import openpyxl
import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from playwright.sync_api import Browser, BrowserContext, expect

from extractor.template import Format, TemplateField
from extractor.values import Box, Kind
from formdigits.web.batches import keep, plain_name
from formdigits.web.forms import Forms
from formdigits.web.sent_template import summary_of
from tests.queue_services import ROOT, wait_until
from tests.reviewed_job import field, job_of_pages
from tests.web_siege import ATTACKS, TOKEN, Siege, attacked, health_s, lay
from tests.web_site import WebServer, begin, finished, pictures, serving
from workers.database.review.plans import set_plan
from workers.review.typed import fitted
from workers.sandbox import Sandbox

PNG = cv2.imencode(".png", np.full((20, 30), 200, np.uint8))[1].tobytes()
EVIL = "<img src=x onerror=window.hit=1><svg onload=window.hit=1>'-alert(1)-'.png"
TEMPLATE = """formdigits: 1
form: {form}
page: {{width: 100, height: 100}}
landmarks: {{reference: {reference}}}
fields:
  - {{name: a, box: [10, 10, 50, 20]}}
"""


@pytest.fixture(scope="module")
def fake(fake_web: WebServer) -> WebServer:
    """The server with the quick reader; beside the folder that it may read lies one that it may not."""
    scans = pictures(fake_web.folder / "scans" / "linked", 2, "page").parent
    pictures(fake_web.folder / "scans-private", 2, "secret")
    (scans / "way-out").symlink_to(fake_web.folder / "scans-private")
    (scans / "linked" / "way-out.png").symlink_to(fake_web.folder / "scans-private" / "secret000.png")
    return fake_web


@pytest.mark.parametrize(
    "path",
    [
        "scans/..",
        "scans/../scans-private",
        "scans/../../../../etc",
        "scans//etc",
        "scans/way-out",
        "scans-private",
        "/etc",
        "..",
        ".",
        "scans/\0",
        "s3://scans",
        "file:///etc",
        "scans/" + "a/" * 3000,
        "~",
        "scans\\..\\scans-private",
    ],
)
def test_no_folder_outside_is_read_or_told_of(fake: WebServer, path: str) -> None:
    with fake.client() as client:
        looked = client.get("/api/folders", params={"in": path})
        submitted = client.post("/api/jobs", json={"folder": path, "single_field": True})
    if path == "scans//etc":
        path = "scans/etc"  # Which is not there either.
    assert looked.status_code == submitted.status_code == 400
    assert "secret" not in looked.text + submitted.text


def test_a_link_out_of_the_folder_is_left_out(fake: WebServer) -> None:
    with fake.client() as client:
        job = begin(client, folder="scans/linked", single_field=True)
        assert finished(client, job)["documents"] == 2


@pytest.mark.parametrize("job", ["../../../etc", "aaaaaaa", "aaaaaaaa'--", "AAAAAAAA", "%2e%2e%2f%2e%2e", "a" * 5000])
def test_a_job_is_an_id_and_nothing_else(fake: WebServer, job: str) -> None:
    with fake.client() as client:
        for path in (f"/api/jobs/{job}", f"/api/jobs/{job}/export", f"/jobs/{job}"):
            assert client.get(path).status_code in (404, 422), path


@pytest.mark.parametrize("batch", ["../../jobs", "a" * 32, "", "0" * 31, "../" * 10])
def test_a_batch_is_an_id_and_nothing_else(fake: WebServer, batch: str) -> None:
    with fake.client() as client:
        assert client.post("/api/jobs", json={"uploads": [batch], "single_field": True}).status_code == 400


@pytest.mark.parametrize(
    "name", ["../../evil.png", "/etc/passwd.png", "C:\\evil.png", "a\0b.png", "\u202egnp.exe", "." * 300, "", "-rf"]
)
def test_an_upload_is_kept_under_a_name_of_ours(fake: WebServer, name: str) -> None:
    before = {path for path in fake.folder.parent.rglob("*") if path.is_file()}
    with fake.client() as client:
        answer = client.post("/api/uploads", files=[("files", (name, PNG)), ("files", ("other.png", PNG))])
    assert answer.status_code in (201, 422), answer.text
    if answer.status_code == 201:
        new = {path for path in fake.folder.parent.rglob("*") if path.is_file()} - before
        assert {path.name for path in new if path.suffix == ".png"} <= {"0001.png", "0002.png"}
        assert all(path.is_relative_to(fake.home) for path in new)
        assert all("/" not in one["name"] and "\\" not in one["name"] for one in answer.json()["files"])


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil", "x")
    return packed.getvalue()


MISLABELLED = {
    "page.png": b"<html><script>alert(1)</script>",
    "picture.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "scan.pdf": _zip(),
    "scan.jpg": b"MZ\x90\0" + bytes(200),
    "program.tif": b"\x7fELF" + bytes(200),
    "empty.png": b"",
    "anim.png": b"GIF89a" + bytes(100),
}


@pytest.mark.parametrize("name", sorted(MISLABELLED))
def test_what_is_not_what_its_name_says_is_refused(fake: WebServer, name: str) -> None:
    with fake.client() as client:
        for path, field in (("/api/uploads", "files"), ("/api/read", "file")):
            answer = client.post(path, files={field: (name, MISLABELLED[name])})
            assert answer.status_code == 400, answer.text
            assert answer.json()["error"].startswith(name)
        mixed = client.post("/api/uploads", files=[("files", (name, MISLABELLED[name])), ("files", ("good.png", PNG))])
    assert mixed.status_code == 201
    assert ([one["name"] for one in mixed.json()["files"]], len(mixed.json()["refused"])) == (["good.png"], 1)


@pytest.mark.parametrize(("kind", "ending"), [("HEIF", ".heic"), ("AVIF", ".avif")])
def test_photos_of_phones_are_taken_and_kept_by_what_they_are(tmp_path: Path, kind: str, ending: str) -> None:
    register_heif_opener()
    photo = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(photo, kind)
    photo.seek(0)
    assert keep(photo, "IMG_1.JPG", tmp_path, "0001").path.name == f"0001{ending}"


def test_what_is_too_large_is_refused_and_leaves_nothing(fake: WebServer) -> None:
    connection = HTTPConnection("127.0.0.1", fake.port)
    connection.putrequest("POST", "/api/read")
    connection.putheader("Content-Length", "99000000000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    with fake.client() as client:
        many = [("files", (f"{number}.png", PNG)) for number in range(501)]
        assert client.post("/api/uploads", files=many).status_code == 413
    assert not any((fake.home / "trying").glob("*"))


def test_a_picture_that_would_fill_the_memory_is_refused(fake: WebServer) -> None:
    # 60,000 x 60,000 pixels of nothing in a few hundred bytes.
    head = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d49484452 0000ea60 0000ea60 08 00 00 00 00") + bytes(4)
    with fake.client() as client:
        answer = client.post("/api/read", files={"file": ("bomb.png", head)}, data={"single_field": "true"})
    assert answer.status_code == 200
    [page] = answer.json()["pages"]
    assert page["status"] == "failed"
    assert page["readings"] == []


def test_names_with_html_run_nothing(fake: WebServer, context: BrowserContext) -> None:
    with fake.client() as client:
        batch = client.post("/api/uploads", files=[("files", (EVIL, PNG))]).json()
        job = begin(client, uploads=[batch["id"]], single_field=True)
        finished(client, job)
    page = context.new_page()
    for path in (
        f"/jobs/{job}",
        "/jobs",
        f"/jobs/{job}?form=<script>window.hit=1</script>",
        "/<script>window.hit=1</script>",
    ):
        page.goto(f"{fake.url}{path}")
        assert page.evaluate("window.hit") is None
        assert page.locator("script:not([src])").count() == 0
    page.goto(f"{fake.url}/jobs/{job}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=x onerror=")


def test_the_policy_stops_even_a_script_that_got_into_a_page(fake: WebServer, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(fake.url)
    tried = """() => {
      const script = document.createElement("script");
      try { script.text = "window.hit = 1"; } catch { return "refused"; }
      document.body.append(script);
      return window.hit ?? "refused";
    }"""
    assert page.evaluate(tried) == "refused"
    outside = "() => fetch('http://192.0.2.1/').then(() => 'sent', () => 'refused')"
    assert page.evaluate(outside) == "refused"
    page.close()


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_stays_text(fake: WebServer) -> None:
    name = "=1+cmd|'calc'!A0.png"
    with fake.client() as client:
        batch = client.post("/api/uploads", files=[("files", (name, PNG))]).json()
        assert batch["files"][0]["name"] == name
        job = begin(client, uploads=[batch["id"]], single_field=True)
        finished(client, job)
        csv = client.get(f"/api/jobs/{job}/export?format=csv").text
        xlsx = client.get(f"/api/jobs/{job}/export?format=xlsx").content
    assert not any(cell.lstrip('"').startswith("=") for line in csv.splitlines() for cell in [line])
    cell: Any = openpyxl.load_workbook(io.BytesIO(xlsx)).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)


@pytest.mark.parametrize("reference", ["../../../../etc/passwd", "/etc/passwd", "missing.png", "./blank.png"])
def test_a_template_reaches_no_file_but_its_own(fake: WebServer, reference: str) -> None:
    text = TEMPLATE.format(form="evil", reference=reference).encode()
    files = [("files", ("evil.yaml", text)), ("files", ("blank.png", PNG))]
    with fake.client() as client:
        before = client.get("/api/templates").json()
        answer = client.post("/api/templates", files=files)
        assert answer.status_code == 400
        assert client.get("/api/templates").json() == before


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nfields: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
        "[" * 20_000,
        "formdigits: !!python/object/apply:os.system ['touch /tmp/formdigits-was-here']",
        "formdigits: 1",
        "\0",
        "{a: " * 20_000,
        "- " * 50_000,
        "formdigits: 1\nform: [1, 2]\nlandmarks: 7\n",
    ],
)
def test_a_template_that_is_none_is_refused_at_once(fake: WebServer, text: str) -> None:
    with fake.client() as client:
        answer = client.post("/api/templates", files={"files": ("evil.yaml", text.encode())})
    assert answer.status_code == 400, answer.text
    assert len(answer.text) < 3000
    assert not os.path.exists("/tmp/formdigits-was-here")  # noqa: PTH110


def test_a_good_template_with_its_picture_is_kept_once_under_names_of_ours(fake: WebServer) -> None:
    text = TEMPLATE.format(form="<b>good</b>", reference="blank form.png").encode()
    files = [("files", ("good.yaml", text)), ("files", ("blank form.png", PNG))]
    with fake.client() as client:
        first, second = (client.post("/api/templates", files=files) for _ in range(2))
        assert first.status_code == second.status_code == 201, first.text
        assert first.json() | {"at": 0} == second.json() | {"at": 0}
        assert [one["form"] for one in client.get("/api/templates").json()].count("<b>good</b>") == 1
        assert "<b>good</b>" not in client.get("/jobs").text
        assert "<b>good</b>" not in client.get("/").text
    kept = sorted(path.name for path in (fake.home / "forms" / first.json()["id"]).iterdir())
    assert kept == ["blank.png", "form.yaml", "summary.json"]


@pytest.mark.parametrize("pattern", [r"(\\d+)+x", r"(\\d|\\d\\d)*x", r"(((1*)*)*)*x"])
def test_no_pattern_stops_the_server(fake: WebServer, tmp_path: Path, pattern: str) -> None:
    template = tmp_path / "slow.yaml"
    text = TEMPLATE.replace("landmarks: {{reference: {reference}}}\n", "").format(form="slow")
    template.write_text(
        text.replace("20]}", f'20], format: {{kind: digits, pattern: "{pattern}"}}}}'), encoding="utf-8"
    )
    store = fake.store()
    doubtful = [field("a", "1", 0.5, kind=Kind.DIGITS)]
    job = job_of_pages(store, [doubtful], form="slow", file="/nowhere.png", template=str(template)).id
    set_plan(store, job, second=False, sample=0.0)
    store.close()
    seat = {"name": "Eve", "window": "w" * 8}
    with fake.client() as client:
        [given] = client.post(f"/api/jobs/{job}/review/next", json=seat).json()["fields"]
        answer = {**seat, "kind": "type", "value": "1" * 150, "seen": given["answers"]}
        typed = client.post(f"/api/jobs/{job}/review/fields/{given['id']}/answer", json=answer)
        assert typed.status_code == 422, typed.text
        assert "pattern" in typed.json()["error"]
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize("pattern", [r"(?=1)1", r"(1)\\1", "(1{1000}){1000}", "1" * 501, "("])
def test_a_pattern_that_cannot_be_matched_in_time_is_refused_with_its_line(fake: WebServer, pattern: str) -> None:
    text = TEMPLATE.replace("landmarks: {{reference: {reference}}}\n", "").format(form="slow")
    text = text.replace("20]}", f'20], format: {{kind: digits, pattern: "{pattern}"}}}}')
    with fake.client() as client:
        answer = client.post("/api/templates", files={"files": ("slow.yaml", text.encode())})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("slow.yaml, line 5: ")
    assert "pattern" in answer.json()["error"]


def test_an_alphabet_is_no_regular_expression() -> None:
    field = TemplateField(name="a", box=Box(0, 0, 9, 9), alphabet="](1+)+x[", format=Format())
    assert fitted("1x", field)[1] == ""
    assert "belongs here" in fitted("1" * 60 + "y", field)[1]


def _sent(client: httpx.Client, text: str, **pictures: bytes) -> httpx.Response:
    named = [("files", (f"{name}.png", content)) for name, content in pictures.items()]
    return client.post(
        "/api/templates", files=[("files", ("sent.yaml", text.encode("utf-8", "surrogatepass"))), *named]
    )


PLAIN = TEMPLATE.replace("landmarks: {{reference: {reference}}}\n", "")
UNSHOWN = ('"\\ud800"', '"a\\0b"', '"\\e[2J"', '"\\udfff"', "\ud800")


@pytest.mark.parametrize("name", UNSHOWN)
@pytest.mark.parametrize("where", ["form", "field", "list", "rule", "value", "key"])
def test_nothing_is_kept_that_cannot_be_shown(fake: WebServer, name: str, where: str) -> None:
    text = PLAIN.format(form=name if where == "form" else "fine")
    text = {
        "field": text.replace("name: a,", f"name: {name},"),
        "list": text + f"lists: {{{name}: [a]}}\n",
        "rule": text + f"rules: [{name}]\n",
        "value": text.replace("20]}", f"20], format: {{values: [{name}]}}}}"),
        "key": text + f"{name}: 1\n",
    }.get(where, text)
    with fake.client() as client:
        before = client.get("/api/templates").json()
        answer = _sent(client, text)
        assert answer.status_code == 400, answer.text
        assert client.get("/api/templates").json() == before


def test_one_bad_thing_that_was_stored_breaks_no_list(tmp_path: Path) -> None:
    # As an earlier version kept it, and as a disk may spoil it.
    bad = {"0" * 16: 'form: "\\ud800"\nformdigits: 1\n', "1" * 16: "\0", "2" * 16: "rules: " + "[" * 5000, "3" * 16: ""}
    for name, text in bad.items():
        folder = tmp_path / "home" / "forms" / name
        folder.mkdir(parents=True)
        (folder / "form.yaml").write_text(text, encoding="utf-8")
    (folder / "summary.json").write_text('{"form": 7}', encoding="utf-8")
    scans = tmp_path / "scans"
    pictures(scans, 1, "page")
    (scans / "page000.png").rename(os.fsdecode(os.fsencode(scans) + b"/\xff\xed\xa0\x80.png"))
    with serving(tmp_path, "--folder", scans, real=False) as server, server.client() as client:
        assert _sent(client, PLAIN.format(form="good")).status_code == 201
        assert [one["form"] for one in client.get("/api/templates").json()] == ["good"]
        job = begin(client, folder="scans", single_field=True)
        finished(client, job)
        paths = (
            "/",
            "/live",
            "/jobs",
            "/review",
            "/api/jobs",
            f"/jobs/{job}",
            f"/api/jobs/{job}/pages",
            "/api/folders",
        )
        paths += (f"/jobs/{job}/report", f"/review/{job}", f"/api/jobs/{job}/export?format=json")
        assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_a_template_is_parsed_once(fake: WebServer) -> None:
    asked: list[object] = []

    class Counting(Sandbox):
        def ask(self, question: Any, *args: Any, **options: Any) -> Any:
            asked.append(question)
            return question(*args, **options)

    forms = Forms(fake.home, (ROOT / "samples/templates/tally.yaml",), Counting())
    kept = forms.add("sent.yaml", PLAIN.format(form="once").encode(), {})
    first = forms.all()
    count = len(asked)
    assert forms.all() == first
    assert forms.path(kept.id) == kept.path
    assert len(asked) == count
    # Nor after a restart, for those that were sent.
    asked.clear()
    assert kept in Forms(fake.home, (), Counting()).all()
    assert summary_of not in asked


LARGE = {
    "fields": "".join(f"  - {{name: f{number}, box: [10, 10, 50, 20]}}\n" for number in range(1001)),
    "rules": "rules: [" + "a = a, " * 400 + "a = a]\n",
    "a long rule": f"rules: ['a = {'a + ' * 1000} a']\n",
    "a deep rule": f"rules: ['a = {'-' * 1900} a']\n",
    "a wide rule": f"rules: ['a = {'a+' * 900}a']\n",
    "a deep bracket": f"rules: ['a = {'(' * 900}a{')' * 900}']\n",
    "a large number": "rules: ['a = 0x" + "f" * 1900 + "']\n",
    "an endless number": "rules: ['a = 1e999']\n",
    "a name": f"  - {{name: {'n' * 101}, box: [10, 10, 50, 20]}}\n",
    "values": f"  - {{name: b, box: [10, 10, 50, 20], format: {{values: [{'a,' * 5001}]}}}}\n",
    "digits": f"  - {{name: b, box: [10, 10, 50, 20], format: {{digits: 0x{'f' * 5000}}}}}\n",
    "a box": "  - {name: b, box: [.nan, 10, 50, 20]}\n",
    "bubbles of a field": "  - {name: b, box: [10, 10, 50, 20], marks: {labels: 0..99, answers: 64}}\n",
    "bubbles": "".join(
        f"  - {{name: b{number}, box: [10, 10, 50, 20], marks: {{labels: 0..9, answers: 64}}}}\n"
        for number in range(40)
    ),
    "an alphabet": '  - {name: b, box: [10, 10, 50, 20], alphabet: "ª-\\U000323AF"}\n',
    "bytes": "#" * 200_000,
}


@pytest.mark.parametrize("what", sorted(LARGE))
def test_a_template_is_bounded_in_each_way(fake: WebServer, what: str) -> None:
    with fake.client() as client:
        answer = _sent(client, PLAIN.format(form="large") + LARGE[what])
    assert answer.status_code == 400, answer.text
    assert len(answer.text) < 5000


NAMED = {
    "binary": "landmarks: {reference: !!binary L2V0Yy9wYXNzd2Q=}\n",
    "absolute": "landmarks: {reference: /etc/passwd}\n",
    "a parent": "landmarks: {reference: ../../jobs.sqlite}\n",
    "its own file": "landmarks: {reference: form.yaml}\n",
    "merged": "landmarks: {<<: {reference: /etc/passwd}}\n",
    "twice": "landmarks: {reference: blank.png, reference: /proc/kmsg}\n",
    "a list": "landmarks: {reference: [blank.png]}\n",
    "models": "models: [/etc]\n",
    "binary models": "models: [!!binary L2V0Yw==]\n",
    "a set": "models: !!set {/etc}\n",
}


@pytest.mark.parametrize("what", sorted(NAMED))
def test_a_template_that_is_sent_names_nothing_but_what_was_sent_with_it(fake: WebServer, what: str) -> None:
    with fake.client() as client:
        before = client.get("/api/templates").json()
        answer = _sent(client, PLAIN.format(form="named") + NAMED[what], blank=PNG)
        assert answer.status_code == 400, answer.text
        assert client.get("/api/templates").json() == before
    assert not list((fake.home / "forms").glob(".*"))


def test_names_are_text_without_folders_or_control_characters() -> None:
    assert plain_name("a/b\\c.png") == "c.png"
    assert plain_name("\x1b[31mred\n.png") == "[31mred.png"
    assert plain_name(None) == plain_name("") == plain_name("..\\") == "unnamed"
    assert plain_name("Übersicht (2).pdf") == "Übersicht (2).pdf"
    assert len(plain_name("x" * 1000)) == 200


@pytest.mark.parametrize(
    "charset", ["punycode", "unicode_escape", "utf-7", "idna", "raw_unicode_escape", "zip", "\xff"]
)
def test_no_form_is_taken_that_is_slow_to_take_in(fake: WebServer, charset: str) -> None:
    # One of 160 kB in Punycode took the loop four seconds, one of 1 MB minutes; whoever logs in may be anybody.
    parts = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800a-a\r\n--b--\r\n'
    kind = f"multipart/form-data; boundary=b; charset={charset}".encode("latin-1")
    with fake.client() as client:
        for path in ("/login", "/api/uploads", "/api/editor/draft"):
            assert client.post(path, content=parts, headers={b"Content-Type": kind}).status_code == 415
        many = client.post(
            "/login", content=b"&" * 200_000, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert many.status_code == 413
        assert "0.1 MB" in many.text


def test_what_is_refused_is_quoted_as_text(fake: WebServer) -> None:
    body = b'{"folder": "scans/\\ud800", "single_field": true}'
    with fake.client() as client:
        answer = client.post("/api/jobs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "'scans/\\ud800'" in answer.json()["error"]


ASKED = 12
"""Questions to `/health` during an attack."""

PATIENCE_S = 60
"""Beyond it the server hangs; `python -m benchmarks.attacks` says how long the longest answer took."""


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """A server with the real reader that only attackers know."""
    with serving(tmp_path_factory.mktemp("siege"), settings={"FORMDIGITS_TOKEN": TOKEN}) as server:
        yield lay(server)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ATTACKS))
def test_health_is_answered_during_every_attack(siege: Siege, name: str) -> None:
    with attacked(siege, name) as made:
        for _ in range(ASKED):
            health_s(siege.server, PATIENCE_S)
        # It was one indeed, and is gone through rather than waited for.
        wait_until(lambda: made() > 0, name)
        health_s(siege.server, PATIENCE_S)
    with siege.client() as client:
        wait_until(lambda: client.get("/jobs").status_code == 200, "the pages")
    assert "Traceback" not in siege.server.log()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_a_server_that_is_attacked_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with serving(tmp_path, settings={"FORMDIGITS_TOKEN": TOKEN}) as server:
        one = lay(server)
        with attacked(one, "a_pattern") as made:
            wait_until(lambda: made() > 3, "the attack")
            server.terminate()
