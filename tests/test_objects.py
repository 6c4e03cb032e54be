"""Forms in an object store: read as from a folder, tables put there, and every fault of the store told or sat out."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from extractor.documents import find_input_files, open_pages
from extractor.errors import InputError, OutputError, ServiceError
from extractor.export import check_writable
from extractor.objects import is_object
from extractor.objects.object_store import copied, list_below, state_of
from extractor.values import FailedPage, Page
from formdigits.actions.queue.watch import Watcher
from formdigits.web.batches import Batches, keep
from formdigits.web.jobs.storage import Storage
from formdigits.web.settings import check_store
from tests.object_server import BUCKET, SETTINGS, ObjectServer
from tests.queue_services import ROOT, missing, site
from tests.test_queue_store import FIELDS, RECIPE, picture, work_off
from workers.database.queue import ledger
from workers.database.store import Store, open_store
from workers.job import FileState
from workers.queue import dispatch

HERE = f"s3://{BUCKET}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/jobs.sqlite")
    yield opened
    opened.close()


def sent(bucket: Any, folder: Path, name: str, grey: int) -> str:
    bucket.put_file(picture(folder / "one.png", grey), f"{BUCKET}/{name}")
    return f"{HERE}/{name}"


@pytest.mark.parametrize("name", ["s3://b/k.png", "gs://b", "az://c/x"])
def test_addresses_of_stores_are_told_from_paths(name: str) -> None:
    assert is_object(name)
    for other in ("scans/a.png", "/s3/a.png", "http://host/a.png", "file:///etc/passwd", "s3"):
        assert not is_object(other)


def test_the_command_reads_a_bucket_as_it_reads_a_folder_and_puts_its_table_there(
    bucket: Any,
    object_server: ObjectServer,
    tmp_path: Path,
) -> None:
    scans = tmp_path / "scans"
    (scans / "more").mkdir(parents=True)
    for name, grey in (("page2.png", 2), ("page10.png", 10), ("more/a.tif", 3), ("broken.png", 0)):
        picture(scans / name, grey)
    (scans / "broken.png").write_bytes(b"no picture")
    (scans / "notes.txt").write_text("nothing to read", encoding="utf-8")
    bucket.put(str(scans) + "/", f"{BUCKET}/scans/", recursive=True)
    object_server.faults = 2

    def read(source: str, out: str) -> None:
        command = [
            sys.executable,
            "-m",
            "tests.run_fake",
            "read",
            source,
            "--single-field",
            "-o",
            out,
            "--processes",
            "1",
        ]
        settings = os.environ | {"PYTHONPATH": str(ROOT), "FORMDIGITS_HOME": str(tmp_path / "home")}
        done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        assert "1 .txt" in done.stderr

    read("scans", "local.csv")
    read(f"{HERE}/scans", f"{HERE}/out/numbers.csv")
    got = bucket.cat_file(f"{BUCKET}/out/numbers.csv").decode("utf-8-sig")
    assert got.replace(f"{HERE}/", "") == (tmp_path / "local.csv").read_text(encoding="utf-8-sig")
    assert bucket.ls(f"{BUCKET}/out", detail=False) == [f"{BUCKET}/out/numbers.csv"]


def test_faults_that_pass_are_sat_out_and_what_is_gone_is_a_failed_page(
    bucket: Any,
    object_server: ObjectServer,
    tmp_path: Path,
) -> None:
    address = sent(bucket, tmp_path, "a.png", 7)
    object_server.faults = 3
    [page] = open_pages(address)
    assert isinstance(page, Page)
    assert page.file == address
    bucket.rm_file(f"{BUCKET}/a.png")
    [gone] = open_pages(address)
    assert isinstance(gone, FailedPage)
    assert gone.reason == "The object is not there any more; put it back and read it again."
    with pytest.raises(InputError, match="no documents at"):
        find_input_files([f"{HERE}/nothing"])
    with pytest.raises(ServiceError, match="cannot be reached"):
        list(list_below("s3://no-such-bucket/scans"))
    with pytest.raises(OutputError, match="cannot be written"):
        check_writable("s3://no-such-bucket/numbers.csv")


def test_a_document_of_many_pages_is_fetched_once_and_again_when_it_changes(
    bucket: Any,
    object_server: ObjectServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for pages in (3, 2):
        images = [Image.new("L", (30, 20), 200 - 9 * n) for n in range(pages)]
        images[0].save(tmp_path / "doc.tif", save_all=True, append_images=images[1:])
        bucket.put_file(str(tmp_path / "doc.tif"), f"{BUCKET}/doc.tif")
        object_server.asked.clear()
        for number in range(1, pages + 1):
            [page] = open_pages(f"{HERE}/doc.tif", first=number, last=number)
            assert isinstance(page, Page)
        assert sum(one.startswith("GET") and one.endswith("doc.tif") for one in object_server.asked) == 1
    assert copied(f"{HERE}/doc.tif", 10**6).parent.stat().st_mode & 0o077 == 0


def test_jobs_know_objects_by_what_their_store_tells(
    bucket: Any,
    object_server: ObjectServer,
    tmp_path: Path,
    store: Store,
) -> None:
    names = [sent(bucket, tmp_path, name, grey) for name, grey in (("a.png", 1), ("b.png", 1), ("c.png", 2))]
    found = find_input_files([HERE]).documents
    assert list(found) == names
    object_server.asked.clear()
    files = [FileState.of(one) for one in found]
    assert object_server.asked == []
    job = ledger.put_in(store, RECIPE, FIELDS, files, queue="q", key="k")
    sent(bucket, tmp_path, "c.png", 3)
    work_off(store, job)
    results = {Path(one.file).name: one for one in store.results(job.id)}
    assert {name: one.status.value for name, one in results.items()} == {
        "a.png": "read", "b.png": "duplicate", "c.png": "failed",
    }  # fmt: skip
    assert results["c.png"].reason == "The object is another one than when it was submitted; submit it again."
    # What was looked at by its ending and its mark alone was not fetched: only what was read is.
    assert [one for one in object_server.asked if one.startswith("GET /forms/") and one.endswith(".png")] == [
        "GET /forms/a.png"
    ]
    assert state_of(f"{HERE}/none.png") is None


def test_a_place_in_a_store_is_watched_as_a_folder_is(bucket: Any, tmp_path: Path, store: Store) -> None:
    class Broker(dispatch.Broker):
        def length(self, queue: str) -> int:
            return 1

        def send(self, queue: str, job: str, numbers: object) -> None:
            return None

    job = ledger.put_in(store, RECIPE, FIELDS, [], queue="q", key="k")
    watcher = Watcher(store, Broker(), job.id, f"{HERE}/inbox", None)
    for name, grey in (("inbox/a.png", 1), ("inbox/again.png", 1), ("inbox/notes.txt", 2), ("elsewhere/b.png", 3)):
        sent(bucket, tmp_path, name, grey)
        watcher.look()
    sent(bucket, tmp_path, "inbox/a.png", 4)
    watcher.look()
    watcher.look()
    assert ledger.looked_at(store, job.id) == (0, 2)
    assert {file for _, file in store.uncounted(job.id)} == {f"{HERE}/inbox/a.png"}


def test_what_is_sent_to_the_web_page_lies_in_the_store_and_goes_with_its_job(
    bucket: Any, tmp_path: Path, store: Store
) -> None:
    batches, elsewhere = (Batches(tmp_path / name, f"{HERE}/web") for name in ("here", "there"))
    batch = batches.begin()
    kept = []
    for grey in (1, 2):
        with Path(picture(tmp_path / "one.png", grey)).open("rb") as stream:
            kept.append(keep(stream, f"{grey}.png", batches.folder(batch), f"{grey:04}"))
    batches.close(batch, kept)
    for server in (batches, elsewhere):
        files = server.files(batch)
        assert files == [f"{HERE}/web/uploads/{batch}/000{grey}.png" for grey in (1, 2)]
        assert [server.shown(file) for file in files] == ["1.png", "2.png"]
        assert server.shown(f"{HERE}/other/{batch}/0001.png") is None
    assert [one.name for one in batches.folder(batch).iterdir()] == ["names.json"]
    assert all(isinstance(next(open_pages(file)), Page) for file in files)
    assert Storage(tmp_path, None, batches.root).uploads > 100
    batches.drop(batch)
    assert list(list_below(f"{HERE}/web")) == []
    for gone in (batch, "0" * 32):
        with pytest.raises(InputError, match="no batch"):
            elsewhere.files(gone)
    with pytest.raises(InputError, match="FORMDIGITS_STORE"):
        check_store("/folder")


@pytest.mark.slow
@pytest.mark.skipif(bool(missing("postgresql")), reason=missing("postgresql") or "-")
def test_workers_that_share_no_folder_read_a_job_whoever_is_killed(
    bucket: Any, object_server: ObjectServer, tmp_path: Path
) -> None:
    for number in range(60):
        sent(bucket, tmp_path, f"scans/slow{number:02}.png", number)
    with site(tmp_path, "postgresql") as one:
        one.settings |= {**SETTINGS, "AWS_ENDPOINT_URL": object_server.url}

        def worker(name: str) -> subprocess.Popen[bytes]:
            one.settings["FORMDIGITS_HOME"] = str(tmp_path / name)
            return one.worker(1)

        first, _ = worker("first"), worker("second")
        job = one.submit(f"{HERE}/scans", "--single-field")
        one.wait(job, 5)
        os.killpg(first.pid, signal.SIGKILL)
        object_server.faults = 2
        worker("third")
        one.wait(job, 60)
        rows = list(csv.DictReader(io.StringIO(one.export(job))))
    assert [row["file"] for row in rows] == [f"{HERE}/scans/slow{number:02}.png" for number in range(60)]
    assert [int(row["value"]) for row in rows] == [12 * 8 * number for number in range(60)]
