"""The queue, with a real Redis and real workers on this machine.

    python -m benchmarks.queue overhead [--pages 500]     against `read --processes 2`, and two processes against one
    python -m benchmarks.queue growth [--files 100000]    many small files: time, memory, Redis, pace to the end
    python -m benchmarks.queue chaos [--pages 1000]       killed workers, Redis and database: is the export the same?

`overhead` reads the sample tally scans with the real reader, each copy of distinct content. `growth` and `chaos` read
tiny pictures with the tests' fake reader, so that the queue itself is what is measured. `--postgresql` takes
PostgreSQL in place of SQLite.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from tests.queue_services import Site, site
from tests.test_queue_workers import harm, pages
from workers.database.schema import chunks
from workers.database.store import open_store
from workers.job import READ
from workers.queue.dispatch import Broker

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "samples" / "templates" / "tally.yaml"


def distinct_scans(folder: Path, count: int) -> Path:
    """Copies of the sample tally scans, each with a comment of its own in its JPEG."""
    folder.mkdir()
    samples = sorted((ROOT / "samples" / "scans").glob("tally_*.jpg"))
    for number in range(count):
        content = samples[number % len(samples)].read_bytes()
        comment = f"{number:08}".encode()
        marked = content[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + content[2:]
        (folder / f"{number:05}.jpg").write_bytes(marked)
    return folder


def seconds(command: list[str | Path], one: Site) -> float:
    """How long the command takes, which must go well or find pages that cannot be read."""
    started = time.monotonic()
    done = one.run(*command, patience_s=3600)
    assert done.returncode in (0, 1), done.stderr
    return time.monotonic() - started


def overhead(folder: Path, count: int, database: str) -> None:
    scans = distinct_scans(folder / "scans", count)
    with site(folder, database, real=True, lease_s=30) as one:
        took: dict[str, float] = {}
        took["read --processes 2"] = seconds(["read", scans, "-t", TEMPLATE, "-o", "read.csv", "--processes", "2"], one)
        for processes in (2, 1):
            worker = one.worker(processes)
            # Ready before the clock starts, as a worker is that runs all day.
            warm = one.submit(next(iter(scans.iterdir())), "-t", TEMPLATE, "--again")
            one.wait(warm, 1)
            asked: list[str | Path] = ["submit", scans, "-t", TEMPLATE, "--again", "--wait", "-o", "queue.csv"]
            took[f"queue, {processes} processes"] = seconds(asked, one)
            worker.terminate()
            worker.wait()
    for name, time_taken in took.items():
        print(f"{name:22} {time_taken:7.1f} s  {count / time_taken:6.2f} pages/s")
    print(f"queue / read: {took['queue, 2 processes'] / took['read --processes 2']:.3f}")
    print(f"2 processes / 1: {took['queue, 1 processes'] / took['queue, 2 processes']:.2f} times the pages")


def growth(folder: Path, count: int, database: str) -> None:
    scans = pages(folder / "scans", count, "page")
    with site(folder, database, lease_s=30) as one:
        started = time.monotonic()
        command = [sys.executable, "-m", "tests.run_queue_fake", "submit", str(scans), "--single-field"]
        process = subprocess.Popen(
            command, cwd=folder, env=one.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        job = process.stdout.readline().decode().strip()
        to_id = time.monotonic() - started
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0
        print(
            f"submit of {count:,} files: id after {to_id:.1f} s, done after {time.monotonic() - started:.1f} s, ",
            end="",
        )
        print(f"most memory {used.ru_maxrss / 1024:.0f} MB")
        broker = Broker(one.redis.url)
        began = time.monotonic()
        one.worker(2)
        most = broker.memory()
        while one.done(job) < count:
            most = max(most, broker.memory())
            time.sleep(1)
        print(f"looked at and read in {time.monotonic() - began:.0f} s; most Redis memory {most / 2**20:.1f} MB")
        store = open_store(one.settings.get("FORMDIGITS_DATABASE_URL") or f"sqlite:///{folder}/home/jobs.sqlite")
        query = select(chunks.c.finished).where(chunks.c.job == job, chunks.c.kind == READ).order_by(chunks.c.finished)
        with store.engine.connect() as connection:
            times = list(connection.execute(query).scalars())
        gaps = [after - before for before, after in pairwise(times)]
        few = max(2, 1000 * len(times) // count)
        first, last = statistics.mean(gaps[:few]), statistics.mean(gaps[-few:])
        each = count / len(times)
        print(f"a page: {first / each * 1000:.2f} ms over the first 1,000, {last / each * 1000:.2f} ms over the last")


def chaos(folder: Path, count: int, database: str) -> None:
    pages(folder / "scans", count)
    with site(folder, database, lease_s=10) as one:
        one.worker(2)
        calm = one.submit("scans", "--single-field")
        one.wait(calm, count, 1200)
        expected = one.export(calm, "calm.csv")
        job = one.submit("scans", "--single-field", "--again")
        started = time.monotonic()
        harm(one, job, count, seed=int(started), kills=10, brokers=2, databases=int(database == "postgresql"))
        one.wait(job, count, 1200)
        print(f"{count:,} pages with 10 kills of workers, 2 of Redis", end="")
        print(", 1 of PostgreSQL" if database == "postgresql" else "", end="")
        print(f": {one.counts(job)} after {time.monotonic() - started:.0f} s; ", end="")
        print("the export is the same" if one.export(job) == expected else "THE EXPORT DIFFERS")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["overhead", "growth", "chaos"])
    parser.add_argument("--pages", "--files", type=int)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    do, usual = {"overhead": (overhead, 500), "growth": (growth, 100_000), "chaos": (chaos, 1000)}[asked.what]
    with tempfile.TemporaryDirectory() as folder:
        do(Path(folder), asked.pages or usual, "postgresql" if asked.postgresql else "sqlite")


if __name__ == "__main__":
    main()
