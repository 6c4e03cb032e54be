"""A job of 100,000 pages with 20 fields each: does everybody still get an answer at once?

    python -m benchmarks.big_job [--pages 100000] [--postgresql] [--only start,next,clicks,behind,corrections,export]

The job is laid out in SQL, 6.8 fields of a hundred doubtful. Measured then, one after the other:

- `start`        from the click that begins its review to the answer, until all fields are up for review, and how long
                 another who writes to the database has to wait meanwhile
- `next`         30 reviewers, each at a window of their own, ask for the next field and answer it, 100 times in all
                 each, while two processes write pages: the time of either request, and how many were refused
- `clicks`       what can be clicked on the job's page
- `export`       the workbook of all of it
- `corrections`  all doubtful fields answered, as JSON Lines
- `behind`       5 pages submitted behind the job, whose pages two processes are reading

Reviewers and clicks go to a real server, `behind` to real workers with a real Redis. Times are this machine's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

from sqlalchemy import Connection, text

from extractor.options import ReadOptions
from extractor.values import FieldStatus, Kind, PageResult, PageStatus, Reading
from tests.queue_services import PostgresServer, Site, wait_until
from tests.test_queue_workers import pages as pictures
from tests.web_site import WebServer, serving
from workers.database.review.corrections import corrections_of, line
from workers.database.review.field_claims import progress
from workers.database.store import Store, open_store
from workers.job import Job
from workers.review.forms import Forms
from workers.work import Outcome

FIELDS = 20
DOUBTFUL = 68
"""Of a thousand fields."""

REVIEWERS, ANSWERS = 30, 100
THINKS_S = 0.5
"""How long a reviewer looks at a field."""

ALL = ("start", "next", "clicks", "export", "corrections", "behind")
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
STATUS = f"CASE WHEN (number * 7919 + i * 104729) % 1000 < {DOUBTFUL} THEN 'review' ELSE 'accepted' END"
QUAD = "[[10.0, 20.0], [110.0, 20.0], [110.0, 60.0], [10.0, 60.0]]"
OTHERS = '[{"value": "157", "probability": 0.1}]'
LAID_OUT = (
    "INSERT INTO documents (job, number, position, file, size, modified, pages) "
    + NUMBERS.format(first=1, last=":pages")
    + "SELECT :job, i, i - 1, '/scans/' || (i / 1000) || '/page' || i || '.png', 1, 1, 1 FROM n",
    "INSERT INTO pages (job, document, page, state, attempts, status, form, fit, reason, rules) "
    "SELECT :job, number, 1, 'done', 1, CASE WHEN number % 500 = 0 THEN 'failed' ELSE 'read' END, 'register', 1.0, "
    "CASE WHEN number % 500 = 0 THEN 'The file is damaged.' ELSE '' END, '[]' FROM documents WHERE job = :job",
    "INSERT INTO readings (job, document, page, position, field, kind, value, written, confidence, status, quad, "
    "alternatives, rules, doubts) "
    + NUMBERS.format(first=0, last=FIELDS - 1)
    + "SELECT :job, number, 1, i, 'field_' || i, 'integer', '57', '57', "
    f"((number * 7919 + i * 104729) % 99000) / 100000.0, {STATUS}, '{QUAD}', '{OTHERS}', '[]', '[]' "
    "FROM documents, n WHERE job = :job AND number % 500 <> 0",
    "UPDATE pages SET accepted = t.accepted, doubtful = t.doubtful FROM (SELECT document, "
    "sum(CASE WHEN status = 'accepted' THEN 1 ELSE 0 END) AS accepted, "
    "sum(CASE WHEN status = 'review' THEN 1 ELSE 0 END) AS doubtful FROM readings WHERE job = :job GROUP BY document) "
    "AS t WHERE pages.job = :job AND pages.document = t.document",
)
ALL_ANSWERED = (
    'INSERT INTO corrections (job, document, page, position, field, "by", person, at, kind, forced, was_status, '
    "was_value, status, value) SELECT job, document, page, position, 'field_' || position, 'Ann', 'ann', 1.0, 'type', "
    "false, 'review', '57', 'accepted', '58' FROM reviews WHERE job = :job AND kind IS NULL",
    "UPDATE reviews SET stage = 3, kind = 'type', status = 'accepted', value = '58', \"by\" = '[\"Ann\"]', at = 1.0, "
    "answers = 1 WHERE job = :job AND kind IS NULL",
)
STILL_TO_READ = (
    "INSERT INTO documents (job, number, position, file, size, modified, pages) "
    + NUMBERS.format(first=1, last=20_000)
    + "SELECT :job, i + 2000000, i + 1999999, '/scans/new.png', 1, 1, 1 FROM n",
    "INSERT INTO pages (job, document, page, state, attempts) "
    "SELECT :job, number, 1, 'waiting', 0 FROM documents WHERE job = :job AND number > 2000000",
)
TO_READ = (
    "INSERT INTO documents (job, number, position, file, size, modified, pages) "
    + NUMBERS.format(first=1, last=":pages")
    + "SELECT :job, i, i - 1, :file, 1, 1, 1 FROM n",
    "INSERT INTO pages (job, document, page, state, attempts, chunk) "
    "SELECT :job, number, 1, 'waiting', 0, (number - 1) / 16 + 1 FROM documents WHERE job = :job",
    "INSERT INTO chunks (job, number, kind, state, tries, claimant, lease, dispatched, size) "
    "SELECT job, chunk, 'read', 'waiting', 0, '', 0, 0, count(*) FROM pages WHERE job = :job GROUP BY job, chunk",
)


def told(what: str, seconds: Sequence[float], more: str = "") -> None:
    """The middle, the slowest twentieth and the slowest, in milliseconds."""
    ordered = sorted(seconds)
    at95 = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    middle = statistics.median(ordered)
    print(
        f"{what:40} {middle * 1e3:8.0f} ms, 95 of 100 within {at95 * 1e3:.0f} ms, all within {ordered[-1] * 1e3:.0f} ms"
    )
    print(more, end="\n" if more else "", flush=True)


def run(connection: Connection, statement: str, **values: object) -> None:
    """The statement with values written out: PostgreSQL cannot tell the type of a parameter that is selected."""
    for name, value in values.items():
        statement = statement.replace(f":{name}", str(value))
    connection.exec_driver_sql(statement.replace("%", "%%") if connection.dialect.name == "postgresql" else statement)


def new_job(store: Store, statements: Sequence[str], state: str = "finished", **values: object) -> str:
    """A job whose rows the statements make."""
    job: Job = store.create(
        "big", ReadOptions.of(["register.yaml"]), [(f"field_{n}", Kind.INTEGER) for n in range(FIELDS)]
    )
    with store.engine.begin() as connection:
        for statement in statements:
            run(connection, statement, job=f"'{job.id}'", **values)
        connection.execute(text("UPDATE jobs SET state = :state WHERE id = :job"), {"job": job.id, "state": state})
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return job.id


def start(server: WebServer, store: Store, job: str) -> None:
    waited: list[float] = []
    ended = threading.Event()

    def others() -> None:
        while not ended.is_set():
            began = time.perf_counter()
            with store.engine.begin() as connection:
                connection.execute(text("UPDATE jobs SET name = :now WHERE id = :job"), {"now": str(began), "job": job})
            waited.append(time.perf_counter() - began)
            time.sleep(0.02)

    beside = threading.Thread(target=others)
    beside.start()
    began = time.perf_counter()
    with server.client() as client:
        assert client.put(f"/api/jobs/{job}/review", json={"second": False, "sample": 0.01}).status_code == 200
    print(f"start of the review: the answer after {time.perf_counter() - began:.2f} s, ", end="")
    before = -1
    while (now := progress(store, job).total) != before:
        before = now
        last = time.perf_counter() - began
        time.sleep(2)
    ended.set()
    beside.join()
    print(f"{now:,} fields are up for review within {last:.1f} s")
    told("  another who writes meanwhile waits", waited)


def reviewed_while_written(server: WebServer, url: str, store: Store, job: str) -> None:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with store.engine.begin() as connection:
        # Pages of the same job that are still to be read: documents behind those that are there.
        for statement in STILL_TO_READ:
            run(connection, statement, job=f"'{job}'")
    writers = [
        context.Process(target=write_range, args=(url, job, 2_000_000 + 10_000 * number, stop)) for number in range(2)
    ]
    for writer in writers:
        writer.start()
    took: dict[str, list[float]] = {"next": [], "answer": []}
    refused: list[int] = []

    def review(number: int) -> None:
        seat = {"name": f"Reviewer {number}", "window": f"window-{number:08}"}
        random = Random(number)
        time.sleep(random.random() * THINKS_S)
        with server.client() as client:
            for _ in range(ANSWERS):
                began = time.perf_counter()
                answer = client.post(f"/api/jobs/{job}/review/next", json={**seat, "count": 1})
                took["next"].append(time.perf_counter() - began)
                if answer.status_code != 200:
                    refused.append(answer.status_code)
                    continue
                for one in answer.json()["fields"]:
                    time.sleep(THINKS_S * (0.5 + random.random()))
                    said = {"kind": "type", "value": "58", "seen": one["answers"], "force": True}
                    began = time.perf_counter()
                    answer = client.post(f"/api/jobs/{job}/review/fields/{one['id']}/answer", json={**seat, **said})
                    took["answer"].append(time.perf_counter() - began)
                    if answer.status_code != 200:
                        refused.append(answer.status_code)

    reviewers = [threading.Thread(target=review, args=[number]) for number in range(REVIEWERS)]
    for one in reviewers:
        one.start()
    for one in reviewers:
        one.join()
    stop.set()
    for writer in writers:
        writer.join()
    told(f"next, {REVIEWERS} reviewers while pages come", took["next"])
    told(
        "  their answers",
        took["answer"],
        f"  {len(refused)} of {sum(map(len, took.values())):,} refused {set(refused) or ''}",
    )


def write_range(url: str, job: str, after: int, stop: object) -> None:
    """As a worker of which the documents begin behind `after`."""
    store, random = open_store(url), Random(after)
    quad = ((10.0, 20.0), (110.0, 20.0), (110.0, 60.0), (10.0, 60.0))
    for document in range(after + 1, after + 10_000 - 16, 16):
        if stop.is_set():  # type: ignore[attr-defined]
            break
        rows = [
            Reading(f"field_{n}", Kind.INTEGER, "57", "57", random.random(), status, quad)
            for n, status in enumerate([FieldStatus.REVIEW] * 2 + [FieldStatus.ACCEPTED] * (FIELDS - 2))
        ]
        result = PageResult("/scans/new.png", 1, "register", PageStatus.READ, tuple(rows), fit=1.0)
        store.save(job, [Outcome(document + n, result) for n in range(16)])
        time.sleep(0.3)
    store.close()


def clicks(server: WebServer, job: str, count: int) -> None:
    middle = f"{count // 2}-1"
    paths = {
        "first pages": "",
        "in the middle": f"?after={middle}",
        "behind 90 of 100": f"?after={count * 9 // 10}-1",
        "one page": f"?show={count // 2}-1&after={middle}",
        "those to review": "?to_review=true",
        "failed ones": "?status=failed",
        "duplicates (none)": "?status=duplicate",
        "unmatched (none)": "?status=unmatched",
        "of a form": "?form=register",
        "marked ones (none)": "?marked=true",
        "jump to the middle": f"?row={count // 2}",
        "search of a file": f"?search=page{count // 2}.png",
        "search that finds nothing": "?search=nothing-is-called-so",
    }
    with server.client() as client:
        for name, query in paths.items():
            took = []
            for _ in range(5):
                began = time.perf_counter()
                answer = client.get(f"/jobs/{job}{query}")
                took.append(time.perf_counter() - began)
                assert answer.status_code == 200, (query, answer.text[:500])
            told(f"click: {name}", took)
        for path in (f"/api/jobs/{job}", f"/api/jobs/{job}/review", f"/review/{job}/plan", "/jobs", "/review"):
            began = time.perf_counter()
            assert client.get(path).status_code == 200
            told(path.replace(job, "JOB"), [time.perf_counter() - began])


def export(server: WebServer, job: str) -> None:
    began = time.perf_counter()
    with server.client() as client:
        answer = client.post(f"/api/jobs/{job}/exports", json={"format": "xlsx"})
        assert answer.status_code in (201, 202), answer.text
        first = time.perf_counter() - began
        wait_until(lambda: client.get(f"/api/jobs/{job}/exports").json()[0]["made"], "the workbook", 1200)
    print(f"workbook: begun within {first:.2f} s, made within {time.perf_counter() - began:.0f} s", flush=True)


def corrected(store: Store, job: str) -> None:
    with store.engine.begin() as connection:
        for statement in ALL_ANSWERED:
            run(connection, statement, job=f"'{job}'")
    began, count, tenth = time.perf_counter(), 0, 0.0
    for one in corrections_of(store, Forms({}), job):
        line(one)
        count += 1
        tenth = tenth or (time.perf_counter() - began if count == 1000 else 0.0)
    print(
        f"corrections: {count:,} in {time.perf_counter() - began:.1f} s, the first 1,000 in {tenth:.2f} s", flush=True
    )


def behind(folder: Path, url: str, store: Store, count: int) -> None:
    one = Site(folder / "site", lease_s=30)
    one.folder.mkdir()
    one.settings["FORMDIGITS_DATABASE_URL"] = url
    with ExitStack() as stack:
        stack.callback(one.end)
        one.redis.start()
        few = pictures(one.folder / "few", 5, "few")
        slow = pictures(one.folder / "many", 1, "slow") / "slow0000.png"
        first = next(iter(sorted((one.folder / "many").iterdir())), slow)
        big = [new_job(store, TO_READ, "running", pages=count // 2, file=f"'{first}'") for _ in range(2)]
        with store.engine.begin() as connection:
            connection.execute(text("UPDATE jobs SET queue = 'formdigits' WHERE state = 'running'"))
        one.worker(2)
        wait_until(lambda: all(one.done(job) > 100 for job in big), "pages of both jobs", 300)
        began = time.perf_counter()
        job = one.submit(few, "--single-field")
        to_id = time.perf_counter() - began
        while one.done(job) < 5 and time.perf_counter() - began < 120:
            time.sleep(0.05)
        print(
            f"5 pages behind {count:,}: read {time.perf_counter() - began - to_id:.1f} s after 'submit' had ended ",
            end="",
        )
        print(f"({to_id:.1f} s); pages of the two big jobs by then: {[one.done(job) for job in big]}", flush=True)


def measure(folder: Path, url: str, count: int, only: Sequence[str]) -> None:
    store = open_store(url)
    began = time.perf_counter()
    job = new_job(store, LAID_OUT, pages=count)
    print(f"{count:,} pages with {FIELDS} fields each, laid out in {time.perf_counter() - began:.0f} s", flush=True)
    (folder / "web").mkdir()
    with serving(folder / "web", real=False, settings={"FORMDIGITS_DATABASE_URL": url}) as server:
        if "start" in only:
            start(server, store, job)
        if "next" in only:
            reviewed_while_written(server, url, store, job)
        if "clicks" in only:
            clicks(server, job, count)
        if "export" in only:
            export(server, job)
    if "corrections" in only:
        corrected(store, job)
    if "behind" in only:
        behind(folder, url, store, count)
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--only", default=",".join(ALL), help="of " + ",".join(ALL))
    asked = parser.parse_args()
    only = asked.only.split(",")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = f"sqlite:///{folder / 'jobs.sqlite'}"
        if asked.postgresql:
            server = PostgresServer(folder / "server")
            stack.callback(server.kill)
            server.start()
            url = server.empty_database()
        measure(folder, url, asked.pages, only)


if __name__ == "__main__":
    main()
