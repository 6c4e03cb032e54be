"""`formdigits read` as people run it: a process with exit codes, that may be stopped at any moment and goes on."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]

TEMPLATE = """
formdigits: 1
form: tally
page: {width: 100, height: 100}
fields:
  - {name: value, box: [10, 10, 50, 20], cells: 3, format: {kind: integer}}
"""


def scan(folder: Path, name: str, pages: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    noise = np.random.default_rng(sum(map(ord, name)))
    frames = [Image.fromarray(noise.integers(0, 255, (8, 12), np.uint8)) for _ in range(pages)]
    path = folder / name
    if pages > 1:
        frames[0].save(path, save_all=True, append_images=frames[1:])
    else:
        frames[0].save(path)
    return path


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "tests.run_fake", "read", *map(str, arguments)]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


def run(folder: Path, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment() | settings,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def start(folder: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(command(*arguments), cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True)


def undisturbed(folder: Path) -> bytes:
    """What a run that nobody stops writes for the same scans, with a store of its own."""
    home = folder / "other-home"
    done = run(folder, "scans", "--single-field", "-o", "whole.csv", FORMDIGITS_HOME=str(home))
    assert done.returncode == 0, done.stderr
    return (folder / "whole.csv").read_bytes()


def wait_for_pages(count: int, process: subprocess.Popen[str], home: Path) -> None:
    """Waits until the store holds so many pages that are done."""
    until = time.monotonic() + 200
    while time.monotonic() < until and process.poll() is None:
        try:
            with sqlite3.connect(f"file:{home / 'jobs.sqlite'}?mode=ro", uri=True) as connection:
                if connection.execute("SELECT count(*) FROM pages WHERE state = 'done'").fetchone()[0] >= count:
                    return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.02)
    raise AssertionError("the run ended, or stood still, before it had read enough")


@pytest.fixture
def slow_scans(tmp_path: Path) -> Path:
    """60 pages in files of one and in one of twenty, a twentieth of a second each."""
    folder = tmp_path / "scans"
    for number in range(40):
        scan(folder, f"slow{number}.png")
    scan(folder, "slow-long.tiff", pages=20)
    return folder


def test_two_sheets_in_one_picture_are_two_rows(tmp_path: Path) -> None:
    scan(tmp_path / "scans", "spread.png")
    scan(tmp_path / "scans", "single.png")
    for _ in range(2):
        done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv")
        assert done.returncode == 0, done.stderr
        rows = list(csv.DictReader((tmp_path / "numbers.csv").open()))
        assert [(row["file"], row["page"]) for row in rows] == [
            *(("scans/single.png", "1"), ("scans/spread.png", "1"), ("scans/spread.png", "2"))
        ]
        assert "3 in all, 3 read" in done.stderr


def test_a_folder_becomes_a_table_with_a_summary(tmp_path: Path) -> None:
    for number in (10, 9, 1):
        scan(tmp_path / "scans", f"page{number}.png")
    scan(tmp_path / "scans", "book.tiff", pages=3)
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv", "--processes", "2")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "numbers.csv").open()))
    assert [(row["file"], row["page"]) for row in rows] == [
        ("scans/book.tiff", "1"),
        ("scans/book.tiff", "2"),
        ("scans/book.tiff", "3"),
        ("scans/page1.png", "1"),
        ("scans/page9.png", "1"),
        ("scans/page10.png", "1"),
    ]
    assert all(row["value"] for row in rows)
    assert done.stdout == ""
    assert "Read 6 pages in" in done.stderr
    assert "Pages: 6 in all, 6 read, 0 failed." in done.stderr
    assert "The numbers are in numbers.csv." in done.stderr
    assert "\x1b" not in done.stderr


def test_one_process_and_several_write_the_same(tmp_path: Path) -> None:
    for number in range(12):
        scan(tmp_path / "scans", f"{number}.png")
    for processes in ("1", "3"):
        done = run(tmp_path, "scans", "--single-field", "-o", f"{processes}.csv", "--processes", processes)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "3.csv").read_bytes()


def test_without_out_csv_goes_down_the_pipe(tmp_path: Path) -> None:
    scan(tmp_path / "scans", "a.png")
    done = run(tmp_path, "scans", "--single-field", "--processes", "1")
    assert done.returncode == 0, done.stderr
    [row] = csv.DictReader(io.StringIO(done.stdout))
    assert row["file"] == "scans/a.png"


def test_on_a_terminal_the_first_rows_are_shown_and_nothing_is_lost(tmp_path: Path) -> None:
    for number in range(25):
        scan(tmp_path / "scans", f"{number}.png")
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def listen() -> None:
        try:
            while block := os.read(ours, 4096):
                shown.append(block)
        except OSError:
            pass

    listener = threading.Thread(target=listen)
    listener.start()
    arguments = command("scans", "--single-field", "--processes", "1")
    done = subprocess.run(
        arguments, cwd=tmp_path, env=environment(), stdout=theirs, stderr=theirs, timeout=600, check=False
    )
    os.close(theirs)
    listener.join()
    text = b"".join(shown).decode()
    assert done.returncode == 0, text
    assert "scans/19.png" in text
    assert "scans/20.png" not in text
    assert "5 pages more are not shown" in text
    kept = run(tmp_path, "scans", "--single-field", "--processes", "1", "-o", "numbers.csv")
    assert "Continuing: 25 of 25 pages were already read." in kept.stderr
    assert len((tmp_path / "numbers.csv").read_text().splitlines()) == 26


def test_pages_that_cannot_be_read_are_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    scan(tmp_path / "scans", "a.png")
    scan(tmp_path / "scans", "b-unmatched.png")
    (tmp_path / "scans" / "c.png").touch()
    scan(tmp_path / "scans", "d-killed.png")
    scan(tmp_path / "scans", "e-raise.png")
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv", "-v", "--processes", "2")
    assert done.returncode == 1
    assert "1 read, 3 failed, 1 unmatched" in done.stderr
    assert "scans/b-unmatched.png, page 1: No template fits this page." in done.stderr
    assert "scans/c.png, page 1: The file is empty" in done.stderr
    assert "scans/d-killed.png, page 1: Reading this page stopped its process" in done.stderr
    assert "ValueError: no such luck" in done.stderr
    assert "_do_harm" in done.stderr
    rows = {row["file"]: row for row in csv.DictReader((tmp_path / "numbers.csv").open())}
    assert rows["scans/a.png"]["status"] == "read"
    assert rows["scans/d-killed.png"]["status"] == "failed"


def test_without_v_no_traceback_is_shown(tmp_path: Path) -> None:
    scan(tmp_path / "scans", "raise.png")
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_only_the_first_failures_are_named(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    for number in range(33):
        (tmp_path / "scans" / f"{number}.png").touch()
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv", "--processes", "1")
    assert done.stderr.count("The file is empty") == 20
    assert "and 13 more; they are in the output." in done.stderr


@pytest.mark.parametrize("processes", [pytest.param("1", marks=pytest.mark.slow), "2"])
def test_killed_in_the_middle_it_continues_to_the_same_bytes(slow_scans: Path, own_home: Path, processes: str) -> None:
    folder = slow_scans.parent
    arguments = ("scans", "--single-field", "-o", "numbers.csv", "--processes", processes)
    for pages in (5, 25):
        process = start(folder, *arguments)
        wait_for_pages(pages, process, own_home)
        process.kill()
        process.communicate()
    assert not (folder / "numbers.csv").exists()
    done = run(folder, *arguments)
    assert done.returncode == 0, done.stderr
    assert re.search(r"Continuing: \d\d of 60 pages were already read.", done.stderr)
    assert (folder / "numbers.csv").read_bytes() == undisturbed(folder)


@pytest.mark.parametrize(
    ("number", "code", "processes"),
    [
        (signal.SIGINT, 130, "2"),
        pytest.param(signal.SIGTERM, 143, "1", marks=pytest.mark.slow),
    ],
)
def test_stopped_it_says_how_to_continue_and_leaves_no_process(
    slow_scans: Path, own_home: Path, number: signal.Signals, code: int, processes: str
) -> None:
    folder = slow_scans.parent
    arguments = ("scans", "--single-field", "-o", "numbers.csv", "--processes", processes)
    process = start(folder, *arguments)
    wait_for_pages(5, process, own_home)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, said = process.communicate(timeout=600)
    assert process.returncode == code
    assert re.search(r"Stopped after \d+ of 60 pages; give the same command again to continue.", said)
    assert "Traceback" not in said
    assert not psutil.wait_procs(children, timeout=600)[1]
    done = run(folder, *arguments)
    assert "Continuing: " in done.stderr
    assert (folder / "numbers.csv").read_bytes() == undisturbed(folder)


@pytest.mark.slow
def test_restart_forgets_what_was_read(slow_scans: Path, own_home: Path) -> None:
    process = start(slow_scans.parent, "scans", "--single-field", "-o", "numbers.csv")
    wait_for_pages(5, process, own_home)
    process.kill()
    process.communicate()
    done = run(slow_scans.parent, "scans", "--single-field", "-o", "numbers.csv", "--restart")
    assert "Continuing" not in done.stderr
    assert "Read 60 pages" in done.stderr


def test_a_finished_job_starts_afresh_and_keeps_one_set_of_rows(tmp_path: Path) -> None:
    scan(tmp_path / "scans", "a.png")
    for _ in range(2):
        done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv", "--processes", "1")
        assert "Read 1 page in" in done.stderr
        assert "Continuing" not in done.stderr
    with sqlite3.connect(Path(os.environ["FORMDIGITS_HOME"]) / "jobs.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM readings").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM jobs").fetchone() == (1,)


@pytest.mark.slow
def test_between_two_runs_documents_may_change_come_and_go(slow_scans: Path, own_home: Path) -> None:
    folder = slow_scans.parent
    arguments = ("scans", "--single-field", "-o", "numbers.csv", "--processes", "1")
    process = start(folder, *arguments)
    wait_for_pages(30, process, own_home)
    process.kill()
    process.communicate()
    (slow_scans / "slow1.png").unlink()
    scan(folder / "other", "new.png").replace(slow_scans / "slow2.png")
    scan(slow_scans, "a-new-one.png")
    done = run(folder, *arguments)
    assert done.returncode == 0, done.stderr
    assert (folder / "numbers.csv").read_bytes() == undisturbed(folder)


@pytest.mark.slow
def test_other_options_are_another_job(slow_scans: Path, own_home: Path) -> None:
    process = start(slow_scans.parent, "scans", "--single-field", "-o", "numbers.csv")
    wait_for_pages(5, process, own_home)
    process.kill()
    process.communicate()
    done = run(slow_scans.parent, "scans", "--single-field", "-o", "numbers.csv", "--accept", "0.9")
    assert "Continuing" not in done.stderr


@pytest.mark.slow
def test_a_changed_template_is_another_job(tmp_path: Path, own_home: Path) -> None:
    for number in range(30):
        scan(tmp_path / "scans", f"slow{number}.png")
    (tmp_path / "form.yaml").write_text(TEMPLATE)
    arguments = ("scans", "-t", "form.yaml", "-o", "numbers.csv", "--processes", "1")
    process = start(tmp_path, *arguments)
    wait_for_pages(5, process, own_home)
    process.kill()
    process.communicate()
    (tmp_path / "form.yaml").write_text(TEMPLATE + "rules:\n  - value <= 500\n")
    assert "Continuing" not in run(tmp_path, *arguments).stderr


def test_the_same_job_twice_at_once_is_refused(tmp_path: Path, own_home: Path) -> None:
    for number in range(8):
        scan(tmp_path / "scans", f"{number}.png")
    scan(tmp_path / "scans", "9hang.png")
    arguments = ("scans", "--single-field", "-o", "numbers.csv", "--processes", "1")
    process = start(tmp_path, *arguments)
    wait_for_pages(8, process, own_home)
    second = run(tmp_path, *arguments)
    process.kill()
    process.communicate()
    assert second.returncode == 2
    assert second.stderr.splitlines() == [
        "The same job is being read by another process; wait until it has finished, or stop it."
    ]


def test_a_file_name_that_is_no_text_is_read_and_resumed(tmp_path: Path) -> None:
    scan(tmp_path / "scans", "a.png").rename(tmp_path / "scans" / os.fsdecode(b"caf\xe9.png"))
    (tmp_path / "scans" / os.fsdecode(b"empty\xe9.png")).touch()
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv", "--processes", "2")
    assert done.returncode == 1
    assert "empty\\udce9.png, page 1" in done.stderr
    assert len((tmp_path / "numbers.csv").read_text().splitlines()) == 3


@pytest.mark.slow
def test_a_thousand_small_files_do_not_pile_up(tmp_path: Path) -> None:
    first = scan(tmp_path / "scans", "0.png")
    for number in range(1, 1000):
        (tmp_path / "scans" / f"{number}.png").hardlink_to(first)
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv", "--processes", "2")
    assert done.returncode == 0, done.stderr
    assert "1,000 in all, 1,000 read" in done.stderr


def test_nothing_in_a_folder_is_left_out_without_a_word(tmp_path: Path) -> None:
    scan(tmp_path / "scans", "a.png")
    scan(tmp_path / "scans", "b.jfif").rename(tmp_path / "scans" / "b.JFIF")
    scan(tmp_path / "scans", "c.gif")
    for name in ("notes.txt", "more.txt", ".DS_Store"):
        (tmp_path / "scans" / name).touch()
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv")
    assert done.returncode == 1
    assert "3 in all, 2 read, 1 failed" in done.stderr
    assert "c.gif, page 1: By its content the file is a GIF" in done.stderr
    assert "3 files (2 .txt, 1 hidden)" in done.stderr
    assert len((tmp_path / "numbers.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nowhere", "--single-field"], 2, "There is no file or folder nowhere"),
        (["empty", "--single-field"], 2, "The folder empty holds no documents"),
        (["scans", "--long", "-o", "x.doc"], 2, "x.doc"),
        (["scans", "-t", "form.yaml", "--single-field"], 2, "not both"),
        (["scans", "-t", "nothing.yaml"], 2, "nothing.yaml; give the path of a template"),
        (["scans", "-t", "bad.yaml"], 2, "bad.yaml"),
        (["scans", "-t", "empty"], 2, "The folder empty holds no template"),
        (["scans", "--single-field", "-o", "no/folder/x.csv"], 2, "There is no folder no/folder"),
        (["scans", "--single-field", "-o", "numbers.doc"], 2, "numbers.doc"),
        (["scans", "--single-field", "-o", "x.csv", "--accept", "2"], 2, "accept"),
        (["scans", "--single-field", "-o", "x.csv", "--processes", "0"], 2, "processes"),
        (["scans", "--single-field", "-o", "x.csv", "--overlay", "form.yaml/x"], 2, "Pictures cannot be written"),
        (["scans", "--single-field", "--bogus"], 2, "--bogus"),
        ([], 2, "INPUT"),
    ],
)
def test_wrong_usage_is_one_sentence_before_anything_is_read(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    scan(tmp_path / "scans", "a.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "form.yaml").write_text(TEMPLATE)
    (tmp_path / "bad.yaml").write_text(TEMPLATE.replace("width: 100", "width: none"))
    done = run(tmp_path, *arguments)
    assert done.returncode == code
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert not list(tmp_path.glob("*.csv"))


def test_a_database_that_cannot_be_used_is_exit_3(tmp_path: Path, own_home: Path) -> None:
    scan(tmp_path / "scans", "a.png")
    (own_home / "jobs.sqlite").write_bytes(b"no database at all, and long enough to see" * 50)
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv")
    assert done.returncode == 3
    assert "is damaged" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_database_that_does_not_answer_is_exit_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan(tmp_path / "scans", "a.png")
    monkeypatch.setenv("FORMDIGITS_DATABASE_URL", f"sqlite:///{tmp_path}/no/such/folder/jobs.sqlite")
    done = run(tmp_path, "scans", "--single-field", "-o", "numbers.csv")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
