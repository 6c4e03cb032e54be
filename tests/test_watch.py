"""A watched folder: files at rest go in once, whatever happens to files, names and processes."""

from __future__ import annotations

import csv
import io
import os
import signal
import time
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from extractor.values import Kind
from formdigits.actions.queue import watch as watching
from formdigits.actions.queue.watch import Watcher
from tests.queue_services import missing, site, wait_until
from tests.test_queue_store import RECIPE, picture, work_off
from tests.test_read_command import scan
from workers.database.queue import ledger
from workers.database.store import Store, open_store
from workers.job import Job
from workers.queue import dispatch


class Broker(dispatch.Broker):
    """Takes messages, and loses them: `work_off` does the chunks."""

    def length(self, queue: str) -> int:
        return 1

    def send(self, queue: str, job: str, numbers: object) -> None:
        return None


class Folder:
    """A watched folder, its job and a watcher that is looked through by hand."""

    def __init__(self, root: Path, move_to: Path | None) -> None:
        self.path = root / "in"
        self.path.mkdir()
        self.store: Store = open_store(f"sqlite:///{root}/jobs.sqlite")
        self.job: Job = ledger.put_in(self.store, RECIPE, (("value", Kind.INTEGER),), [], queue="q", key="k")
        self.move_to = move_to
        self.restart()

    def restart(self) -> None:
        self.watcher = Watcher(self.store, Broker(), self.job.id, self.path, self.move_to)

    def look(self) -> None:
        """Looks twice, long enough apart that what does not change is at rest, and lets workers read."""
        self.watcher.look()
        time.sleep(watching.REST_S)
        self.watcher.look()
        # What was sent is lost, as far as `to_send` knows; so it is sent anew.
        with self.store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE chunks SET dispatched = 0 WHERE state = 'waiting'")
        work_off(self.store, self.job)
        self.watcher.look()

    def read(self) -> dict[str, str]:
        return {Path(one.file).name: one.status.value for one in self.store.results(self.job.id)}


def drawn(path: Path) -> None:
    """A picture in the format of the file's ending."""
    image = Image.effect_noise((64, 64), 90)
    if path.suffix == ".heic":
        pillow_heif.from_pillow(image.convert("RGB")).save(path)
    else:
        image.save(path)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "REST_S", 0.2)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, None)


@pytest.fixture
def moving(tmp_path: Path) -> Folder:
    return Folder(tmp_path, tmp_path / "in" / "done")


def test_what_comes_is_read_once(folder: Folder) -> None:
    picture(folder.path / "a.png", 1)
    folder.look()
    picture(folder.path / "b.png", 2)
    folder.look()
    folder.look()
    assert folder.read() == {"a.png": "read", "b.png": "read"}


def test_a_file_that_still_grows_is_left_alone(folder: Folder) -> None:
    whole = Path(picture(folder.path.parent / "whole.png", 1)).read_bytes()
    file = folder.path / "a.png"
    for end in (10, 20, 30, 40):
        file.write_bytes(whole[:end])
        folder.watcher.look()
        time.sleep(watching.REST_S / 2)
    assert folder.read() == {}
    assert ledger.looked_at(folder.store, folder.job.id) == (0, 0)
    file.write_bytes(whole)
    folder.look()
    assert folder.read() == {"a.png": "read"}


def test_the_same_content_is_not_read_again_under_another_name_or_after_a_restart(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    picture(folder.path / "a.png", 1)
    folder.look()
    picture(folder.path / "again.png", 1)
    folder.look()
    folder.restart()
    folder.look()
    assert folder.read() == {"a.png": "read"}
    assert "again.png has the content of" in capsys.readouterr().err


def test_new_content_under_an_old_name_is_read(folder: Folder) -> None:
    picture(folder.path / "scan.png", 1)
    folder.look()
    picture(folder.path / "scan.png", 2)
    folder.look()
    assert [one.file for one in folder.store.results(folder.job.id)] == [str(folder.path / "scan.png")] * 2


def test_bad_files_fail_once_and_do_not_stop_the_others(folder: Folder) -> None:
    (folder.path / "bad.png").write_bytes(b"no picture at all")
    (folder.path / "empty.png").touch()
    (folder.path / "note.txt").write_text("no document")
    picture(folder.path / "good.png", 1)
    folder.look()
    folder.restart()
    folder.look()
    assert folder.read() == {"bad.png": "failed", "good.png": "read"}


@pytest.mark.parametrize("kind", ["png", "jpg", "tif", "pdf", "bmp", "webp", "heic"])
def test_a_file_whose_end_is_missing_is_waited_for_as_long_as_a_pause_lasts(folder: Folder, kind: str) -> None:
    whole = folder.path.parent / f"whole.{kind}"
    drawn(whole)
    file = folder.path / f"a.{kind}"
    file.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    folder.look()
    assert ledger.looked_at(folder.store, folder.job.id) == (0, 0)
    file.write_bytes(whole.read_bytes())
    folder.look()
    assert folder.read() == {f"a.{kind}": "read"}


def test_many_files_at_once_are_all_taken_and_few_are_named(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watching, "TAKEN_AT_ONCE", 8)
    monkeypatch.setattr("workers.database.queue.arrivals.CONTENTS_AT_ONCE", 3)
    for grey in range(20):
        picture(folder.path / f"{grey}.png", grey)
    folder.look()
    assert folder.read() == {f"{grey}.png": "read" for grey in range(20)}
    assert "8 files added: 0.png, 1.png, 2.png, 3.png, 4.png and 3 more\n" in capsys.readouterr().err


def test_read_files_move_aside_failed_ones_stay(moving: Folder) -> None:
    assert moving.move_to
    (moving.path / "bad.png").write_bytes(b"no picture at all")
    picture(moving.path / "good.png", 1)
    moving.look()
    assert (moving.path / "bad.png").exists()
    assert not (moving.path / "good.png").exists()
    assert (moving.move_to / "good.png").exists()
    [good] = [one for one in moving.store.results(moving.job.id) if one.status.value == "read"]
    assert good.file == str(moving.move_to / "good.png")
    picture(moving.path / "good.png", 2)
    moving.look()
    assert (moving.move_to / "good (2).png").exists()
    moving.restart()
    moving.look()
    assert sorted(one.status.value for one in moving.store.results(moving.job.id)) == ["failed", "read", "read"]


def test_a_move_that_was_cut_short_is_finished(moving: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert moving.move_to
    picture(moving.path / "a.png", 1)
    with monkeypatch.context() as crash:
        crash.setattr(watching, "_moved", lambda *_: None)
        moving.look()
    assert (moving.path / "a.png").exists()
    moving.restart()
    moving.look()
    assert not (moving.path / "a.png").exists()
    assert (moving.move_to / "a.png").exists()
    assert moving.read() == {"a.png": "read"}


def test_a_folder_that_is_away_for_a_while_is_waited_for(folder: Folder) -> None:
    picture(folder.path / "a.png", 1)
    folder.look()
    folder.path.rename(folder.path.parent / "elsewhere")
    folder.look()
    (folder.path.parent / "elsewhere").rename(folder.path)
    picture(folder.path / "b.png", 2)
    folder.look()
    assert folder.read() == {"a.png": "read", "b.png": "read"}


def test_the_system_tells_of_what_comes_and_the_folder_is_not_listed_meanwhile(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "TICK_S", 0.05)
    looks: list[int] = []
    ticks = iter(range(60))

    def look() -> None:
        looks.append(next(ticks))

    def stopped() -> bool:
        at = next(ticks, None)
        if at == 20:
            picture(folder.path / "a.png", 1)
        return at is None

    monkeypatch.setattr(folder.watcher, "look", look)
    folder.watcher.run(stopped)
    assert 2 <= len(looks) < 10
    assert looks[0] < 3
    assert looks[1] > 20


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=missing() or "-")
def test_the_command_watches_survives_its_death_and_moves(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    scan(inbox, "a.png")
    with site(tmp_path) as one:
        one.worker(1)
        arguments = ("watch", "inbox", "--single-field", "--move-to", "done")
        first = one.start(*arguments)
        wait_until((tmp_path / "done" / "a.png").exists, "a.png")
        first.kill()
        first.wait()
        scan(inbox, "b.png")
        second = one.start(*arguments)
        wait_until((tmp_path / "done" / "b.png").exists, "b.png")
        os.kill(second.pid, signal.SIGTERM)
        assert second.wait(10) == 0
        [job] = {line for line in one.log().splitlines() if len(line) == 8}
        found = list(csv.DictReader(io.StringIO(one.export(job))))
        assert [(Path(row["file"]).name, row["status"]) for row in found] == [("a.png", "read"), ("b.png", "read")]
