"""The queue with a real Redis and real worker processes, of which any may be killed at any time."""

from __future__ import annotations

import csv
import io
import os
import pty
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import redis
from PIL import Image

from tests.queue_services import Site, missing, site, wait_until
from tests.test_read_command import scan

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")

postgres = pytest.param(
    "postgresql",
    marks=[
        pytest.mark.slow,
        pytest.mark.skipif(bool(missing("postgresql")), reason=missing("postgresql") or "-"),
    ],
)


def pages(folder: Path, count: int, name: str = "slow") -> Path:
    """Pictures of distinct content; with `slow` in their names they take a twentieth of a second each."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        # Its number in three grey levels: no two alike.
        picture = Image.new("L", (12, 8), number % 256)
        picture.putpixel((0, 0), number // 256 % 256)
        picture.putpixel((1, 0), number // 65536)
        picture.save(folder / f"{name}{number}.png")
    return folder


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("database", ["sqlite", postgres])
def test_a_folder_is_read_by_two_processes_and_exported_in_order(tmp_path: Path, database: str) -> None:
    pages(tmp_path / "scans", 40, "page")
    scan(tmp_path / "scans", "book.tiff", pages=5)
    with site(tmp_path, database) as one:
        one.worker(2)
        done = one.run("submit", "scans", "--single-field", "--wait", "-o", "numbers.csv")
        assert done.returncode == 0, done.stderr
        found = rows((tmp_path / "numbers.csv").read_text(encoding="utf-8"))
        assert [(Path(row["file"]).name, row["page"]) for row in found] == [
            *(("book.tiff", str(n)) for n in range(1, 6)),
            *((f"page{n}.png", "1") for n in range(40)),
        ]
        assert {row["status"] for row in found} == {"read"}
        assert all(Path(row["file"]).is_absolute() for row in found)
        job = done.stdout.strip()
        assert "finished, 45 of 45 pages (100%)" in one.run("status", job).stdout
        assert job in one.run("jobs").stdout
        again = one.run("submit", "scans", "--single-field")
        assert again.stdout.strip() == job
        assert "already (finished); nothing was added" in again.stderr


def harm(one: Site, job: str, total: int, *, seed: int, kills: int, brokers: int, databases: int) -> None:
    """Kills workers, the broker and the database at random times until all that was asked for has happened."""
    chance = random.Random(seed)
    acts = ["worker", "child"] * (kills // 2) + ["broker"] * brokers + ["database"] * databases
    chance.shuffle(acts)
    for number, act in enumerate(acts, 1):
        one.wait(job, number * total // (len(acts) + 4))
        time.sleep(chance.uniform(0, 0.3))
        if act == "worker":
            victim = chance.choice([process for process in one.workers if process.poll() is None])
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            one.worker(2)
        elif act == "child":
            alive = [process for process in one.workers if process.poll() is None]
            children = [child for process in alive for child in psutil.Process(process.pid).children()]
            with suppress(psutil.NoSuchProcess, IndexError):
                chance.choice(children).kill()
        elif act == "broker":
            one.redis.kill()
            time.sleep(chance.uniform(0, 1))
            one.redis.start()
        else:
            one.postgres.kill()  # type: ignore[attr-defined]
            time.sleep(chance.uniform(0, 1))
            one.postgres.start()  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", postgres])
def test_killed_again_and_again_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path, database: str) -> None:
    total = 150
    pages(tmp_path / "scans", total)
    with site(tmp_path, database) as one:
        one.worker(2)
        calm = one.submit("scans", "--single-field")
        one.wait(calm, total)
        expected = one.export(calm, "calm.csv")
        job = one.submit("scans", "--single-field", "--again")
        harm(one, job, total, seed=7, kills=4, brokers=1, databases=int(database == "postgresql"))
        one.wait(job, total)
        assert one.counts(job) == {"read": total}, one.log()[-4000:]
        assert one.export(job) == expected


@pytest.mark.slow
def test_a_page_that_kills_its_worker_is_set_aside_and_the_rest_is_read(tmp_path: Path) -> None:
    pages(tmp_path / "scans", 99, "page")
    scan(tmp_path / "scans", "killed.png")
    with site(tmp_path) as one:
        one.worker(2)
        job = one.submit("scans", "--single-field")
        one.wait(job, 100)
        assert one.counts(job) == {"read": 99, "failed": 1}
        [bad] = [row for row in rows(one.export(job)) if row["status"] == "failed"]
        assert Path(bad["file"]).name == "killed.png"
        said = one.run("status", job).stderr
        assert "killed.png, page 1: Reading this page ended its process 3 times" in said
        assert '"page failed: Reading this page ended' in one.log()
        assert f'"job": "{job}"' in one.log()


@pytest.mark.slow
def test_chunks_that_the_broker_forgot_are_sent_again(tmp_path: Path) -> None:
    pages(tmp_path / "scans", 60, "page")
    with site(tmp_path) as one:
        job = one.submit("scans", "--single-field")
        redis.Redis.from_url(one.redis.url).flushall()
        one.worker(1)
        one.wait(job, 60)
        assert one.counts(job) == {"read": 60}


@pytest.mark.slow
def test_cancel_stops_within_a_chunk_export_shows_the_half_and_retry_does_the_rest(tmp_path: Path) -> None:
    pages(tmp_path / "scans", 200)
    with site(tmp_path) as one:
        one.worker(1)
        job = one.submit("scans", "--single-field")
        one.wait(job, 10)
        half = one.export(job)
        assert 10 <= len(rows(half)) < 200
        assert one.run("cancel", job).returncode == 0
        time.sleep(0.5)
        stopped = one.done(job)
        time.sleep(1)
        assert one.done(job) == stopped < 200
        assert "cancelled" in one.run("jobs").stdout
        assert "ended already" in one.run("cancel", job).stderr
        done = one.run("retry", job)
        assert f"{200 - stopped} pages of job {job} taken up again" in done.stderr
        one.wait(job, 200)
        whole = one.export(job)
        assert whole.startswith(half.splitlines()[0])
        assert set(half.splitlines()) <= set(whole.splitlines())


@pytest.mark.slow
def test_workers_wait_for_a_broker_that_goes_away_and_end_when_told(tmp_path: Path) -> None:
    pages(tmp_path / "scans", 20, "page")
    pages(tmp_path / "more", 30, "other")
    with site(tmp_path) as one:
        worker = one.worker(1)
        one.wait(one.submit("scans", "--single-field"), 20)
        one.redis.kill()
        for command in (["submit", "more", "--single-field"], ["status"], ["worker"], ["retry", "x"]):
            away = one.run(*command)
            assert away.returncode in ((2, 3) if command[0] == "retry" else (3,))
            assert len(away.stderr.splitlines()) == 1
        assert "cannot be reached" in one.run("status").stderr
        one.redis.start()
        job = one.submit("more", "--single-field", "--again")
        one.wait(job, 30)
        os.kill(worker.pid, signal.SIGTERM)
        assert worker.wait(20) == 0


@pytest.mark.slow
def test_a_database_that_is_away_is_one_sentence_and_exit_3(tmp_path: Path) -> None:
    pages(tmp_path / "scans", 2)
    with site(tmp_path) as one:
        one.settings["FORMDIGITS_DATABASE_URL"] = "postgresql+psycopg://nobody@127.0.0.1:1/none"
        for command in (["submit", "scans", "--single-field"], ["jobs"], ["export", "x", "-o", "x.csv"], ["worker"]):
            away = one.run(*command)
            assert away.returncode == 3, away.stderr
            assert len(away.stderr.splitlines()) == 1
            assert "Traceback" not in away.stderr


@pytest.mark.slow
def test_a_watched_job_shows_a_bar_with_its_failures_to_the_end(tmp_path: Path) -> None:
    pages(tmp_path / "scans", 160)
    (tmp_path / "scans" / "a-bad.png").write_bytes(b"no picture")
    with site(tmp_path) as one:
        job = one.submit("scans", "--single-field")
        ours, theirs = pty.openpty()
        shown: list[bytes] = []
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.run_queue_fake", "status", job, "--watch"],
            cwd=tmp_path,
            env=one.environment() | {"TERM": "xterm", "COLUMNS": "120"},
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        one.worker(1)
        with suppress(OSError):
            while block := os.read(ours, 4096):
                shown.append(block)
        assert process.wait() == 0
        text = b"".join(shown).decode()
        assert "Reading pages" in text
        assert "pages/s" in text
        assert "of 161, 1 failed" in text
        assert f"Job {job}: finished, 161 of 161 pages (100%)" in text


@pytest.mark.slow
def test_the_real_reader_reads_samples_as_read_does(tmp_path: Path, samples: Path) -> None:
    scans = sorted(path for path in (samples / "scans").rglob("*") if path.suffix in {".png", ".jpg", ".tif", ".tiff"})
    template = samples / "templates"
    chosen = [str(path) for path in scans[:2]]
    with site(tmp_path, real=True) as one:
        one.worker(1)
        queued = one.run("submit", *chosen, "-t", template, "--wait", "-o", "queue.csv")
        assert queued.returncode in (0, 1), queued.stderr
        here = one.run("read", *chosen, "-t", template, "-o", "here.csv", "--processes", "1")
        assert here.returncode == queued.returncode
        assert rows((tmp_path / "queue.csv").read_text()) == rows((tmp_path / "here.csv").read_text())
        assert len(rows((tmp_path / "queue.csv").read_text())) == 2
        # Without a template, the fields are found on the page, by both in the same way.
        one.run("submit", chosen[0], "--wait", "-o", "queue.csv")
        one.run("read", chosen[0], "-o", "here.csv", "--processes", "1")
        assert (tmp_path / "queue.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


@pytest.mark.slow
def test_metrics_tell_jobs_pages_failures_and_seconds(tmp_path: Path) -> None:
    import urllib.request

    from tests.queue_services import free_port

    pages(tmp_path / "scans", 10, "page")
    (tmp_path / "scans" / "empty.png").touch()
    with site(tmp_path) as one:
        port = free_port()
        one.worker(2, "--metrics-port", str(port))
        job = one.submit("scans", "--single-field")
        one.wait(job, 11)

        def told() -> str:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                return str(answer.read(), "utf-8")
            return ""

        wait_until(lambda: 'formdigits_worker_pages_total{status="read"} 10.0' in told(), "the figures")
        text = told()
        assert 'formdigits_jobs{state="finished"} 1.0' in text
        assert 'formdigits_pages{status="failed"} 1.0' in text
        assert 'formdigits_worker_pages_total{status="failed"} 1.0' in text
        assert "formdigits_page_seconds_count 11.0" in text
