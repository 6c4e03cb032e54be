"""The review with many fields waiting: what the next field costs the server, and when it is on the screen.

    python -m benchmarks.review store [--fields 100000] [--postgresql]   one answer and the next field, in the store
    python -m benchmarks.review page  [--fields 100000]                  from the key to the picture, in Chromium

Times of the processor are given beside those of the clock, since other work on the machine disturbs the latter. `page`
shows one sample scan for every field and presses B and Enter by turns, four times a second.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from extractor.values import CheckKind
from tests.queue_services import PostgresServer
from tests.reviewed_job import job_of_many
from tests.web_site import chromium, serving
from workers.database.review.answers import Answer, answer
from workers.database.review.field_claims import claim
from workers.database.review.plans import set_plan
from workers.database.store import Store, open_store
from workers.review.forms import Forms
from workers.review.values import Seat

SCAN = str(Path(__file__).resolve().parents[1] / "samples" / "scans" / "tally_grey.png")
TIMES = 100
SEEN = "Promise.all([...document.querySelectorAll('#picture img')].map((one) => one.decode().catch(() => {})))"
"""Waits for the picture, before which the page takes no answer."""


def told(what: str, seconds: Sequence[float]) -> None:
    """The middle and the slowest twentieth, in milliseconds."""
    ordered = sorted(seconds)
    print(f"{what:34} median {statistics.median(ordered) * 1000:6.1f} ms, ", end="")
    print(f"95 of 100 within {ordered[len(ordered) * 95 // 100 - 1] * 1000:6.1f} ms")


def in_store(store: Store, fields: int) -> None:
    job = job_of_many(store, fields, SCAN).id
    began = time.process_time()
    set_plan(store, job, second=False, sample=0)
    print(f"{fields:,} fields put up for review in {time.process_time() - began:.1f} s of the processor")
    ann, clock, processor = Seat("Ann", "window"), [], []
    for _ in range(TIMES):
        began, used = time.perf_counter(), time.process_time()
        [item] = claim(store, job, ann, 1)
        answer(store, Forms({}), item.key, ann, Answer(CheckKind.ACCEPT, "", item.answers))
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    told("next field and answer, clock", clock)
    told("the same, processor of this side", processor)


def on_page(folder: Path, fields: int) -> None:
    with serving(folder) as server:
        store = open_store(f"sqlite:///{server.home / 'jobs.sqlite'}")
        job = job_of_many(store, fields, SCAN).id
        set_plan(store, job, second=False, sample=0)
        with chromium() as browser:
            page = browser.new_page()
            page.goto(f"{server.url}/review/{job}")
            page.get_by_label("Your name").fill("Ann")
            page.keyboard.press("Enter")
            page.wait_for_selector("#picture img")
            page.wait_for_timeout(2000)
            for number in range(TIMES):
                page.evaluate(SEEN)
                page.keyboard.press("Enter" if number % 2 else "b")
                page.wait_for_timeout(250)
            took = page.evaluate("performance.getEntriesByName('next-field').map((one) => one.duration)")
        store.close()
    within = sum(one < 100 for one in took)
    print(f"{fields:,} fields waiting, {len(took)} keys, {within} of them within 100 ms")
    told("key to the next field's picture", [one / 1000 for one in took])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["store", "page"])
    parser.add_argument("--fields", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.what == "page":
            on_page(folder, asked.fields)
            return
        if not asked.postgresql:
            in_store(open_store(f"sqlite:///{folder / 'jobs.sqlite'}"), asked.fields)
            return
        server = PostgresServer(folder / "server")
        server.start()
        try:
            in_store(open_store(server.empty_database()), asked.fields)
        finally:
            server.kill()


if __name__ == "__main__":
    main()
