"""The queue's tables without a broker: who gets a chunk, what is a duplicate, and what happens to what was lost."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from PIL import Image
from sqlalchemy import Connection, text

import workers.database.migrations
from extractor.errors import InputError
from extractor.options import ReadMode, ReadOptions
from extractor.values import Kind
from tests.fake_reader import FakeReader
from tests.reviewed_job import field, job_of_pages
from workers.database.jobs import find_same, put_aside, put_aside_here, queued_job
from workers.database.queue import chunk_claims, ledger
from workers.database.queue.planning import advance, stalled
from workers.database.review.field_claims import claim
from workers.database.review.plans import set_plan
from workers.database.schema import VERSION, metadata
from workers.database.store import Store, open_store
from workers.job import FileState, Job
from workers.queue.chunks import POISON, Done, content_hash, do_chunk
from workers.queue.recipe import Recipe, make_recipe, unpacked
from workers.review.values import Seat
from workers.work import Outcome

RECIPE = Recipe("r" * 64, ReadOptions.of(single_field=True), {})
FIELDS = (("value", Kind.INTEGER),)


class Readers:
    def of(self, store: object, job: object) -> FakeReader:
        return FakeReader()


def picture(path: Path, grey: int) -> str:
    Image.new("L", (12, 8), grey).save(path)
    return str(path)


def put(store: Store, files: list[str], **more: bool) -> Job:
    states = [FileState(file, 1, 1) for file in files]
    return ledger.put_in(store, RECIPE, FIELDS, states, queue="q", key="k", **more)


def numbers(store: Store, job: Job, *, lost: bool = False) -> list[int]:
    found: list[int] = []
    while some := chunk_claims.to_send(store, job.id, lost=lost):
        found += some
    return found


def work_off(store: Store, job: Job) -> list[Done]:
    """What workers do with everything that is sent until nothing more is."""
    done: list[Done] = []
    for stuck in stalled(store):
        advance(store, stuck)
    while some := numbers(store, job):
        done += [one for number in some if (one := do_chunk(store, Readers(), job.id, number, f"m{number}"))]
    return done


def statuses(store: Store, job: Job) -> dict[str, str]:
    return {Path(result.file).name: result.status.value for result in store.results(job.id)}


def test_a_job_is_looked_at_cut_read_and_finished(store: Store, tmp_path: Path) -> None:
    files = [picture(tmp_path / f"{grey}.png", grey) for grey in range(100)]
    job = put(store, files)
    assert job.state == "queued"
    work_off(store, job)
    assert queued_job(store, job.id).state == "finished"
    assert [result.file for result in store.results(job.id)] == files
    assert ledger.page_counts(store, job.id) == {job.id: {"read": 100}}
    assert numbers(store, job, lost=True) == []


def test_the_first_of_the_same_content_is_read_whoever_was_looked_at_first(store: Store, tmp_path: Path) -> None:
    files = [picture(tmp_path / f"{n}.png", n % 70) for n in range(140)]
    job = put(store, files)
    first, *rest = numbers(store, job)
    for number in [*rest, first]:
        do_chunk(store, Readers(), job.id, number, f"m{number}")
    work_off(store, job)
    assert list(statuses(store, job).values()) == ["read"] * 70 + ["duplicate"] * 70
    last = list(store.results(job.id))[-1]
    assert last.reason == f"It has the content of {files[69]}."


def test_what_an_earlier_job_has_read_is_a_duplicate_unless_it_failed_there(store: Store, tmp_path: Path) -> None:
    good, bad = picture(tmp_path / "good.png", 1), picture(tmp_path / "raise.png", 2)
    first = put(store, [good, bad])
    work_off(store, first)
    second = put(store, [good, bad])
    work_off(store, second)
    assert statuses(store, second) == {"good.png": "duplicate", "raise.png": "failed"}
    third = put(store, [good], again=True)
    work_off(store, third)
    assert statuses(store, third) == {"good.png": "read"}


def test_empty_files_are_not_each_others_duplicates(store: Store, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    job = put(store, [str(tmp_path / "a.png"), str(tmp_path / "b.png"), str(tmp_path / "gone.png")])
    work_off(store, job)
    assert set(statuses(store, job).values()) == {"failed"}


def test_a_chunk_is_in_one_pair_of_hands(store: Store, tmp_path: Path) -> None:
    job = put(store, [picture(tmp_path / "a.png", 1)])
    [number] = numbers(store, job)
    assert chunk_claims.claim(store, job.id, number, "one")
    assert chunk_claims.claim(store, job.id, number, "two") is None


def test_a_message_that_comes_again_takes_its_chunk_over_at_once(store: Store, tmp_path: Path) -> None:
    job = put(store, [picture(tmp_path / "a.png", 1)])
    [number] = numbers(store, job)
    chunk_claims.claim(store, job.id, number, "one")
    again = chunk_claims.claim(store, job.id, number, "one")
    assert again
    assert again.tries == 2


def test_a_claim_that_ran_out_passes_on_and_its_owner_may_not_save(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = picture(tmp_path / "a.png", 1)
    job = put(store, [file])
    [number] = numbers(store, job)
    monkeypatch.setattr(chunk_claims, "CHUNK_LEASE_S", -1.0)
    late = chunk_claims.claim(store, job.id, number, "one")
    monkeypatch.setattr(chunk_claims, "CHUNK_LEASE_S", 30.0)
    assert late
    now = chunk_claims.claim(store, job.id, number, "two")
    assert now
    assert not chunk_claims.save_counts(store, late, [(1, 7, None)], last=True)
    assert chunk_claims.save_counts(store, now, [(1, 1, "x" * 64)], last=True)
    assert not chunk_claims.save_counts(store, now, [(1, 7, None)], last=True)
    advance(store, job.id)
    assert store.counts(job.id).pages == 1


def test_what_was_sent_and_lost_is_sent_again_but_not_what_is_in_hands(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = put(store, [picture(tmp_path / f"{n}.png", n) for n in range(200)])
    sent = numbers(store, job)
    assert len(sent) == 4
    assert numbers(store, job, lost=True) == []
    monkeypatch.setattr(chunk_claims, "GRACE_S", -1.0)
    chunk_claims.claim(store, job.id, sent[0], "one")
    assert chunk_claims.to_send(store, job.id, lost=False) == []
    assert chunk_claims.to_send(store, job.id, lost=True) == sent[1:]


def test_a_step_that_nobody_took_is_found(store: Store, tmp_path: Path) -> None:
    job = put(store, [picture(tmp_path / "a.png", 1)])
    [number] = numbers(store, job)
    one = chunk_claims.claim(store, job.id, number, "m")
    assert one
    chunk_claims.save_counts(store, one, [(1, 1, None)], last=True)
    assert stalled(store) == [job.id]
    advance(store, job.id)
    assert stalled(store) == []


def test_a_page_that_ends_its_process_is_set_aside_after_three_attempts(store: Store, tmp_path: Path) -> None:
    job = put(store, [picture(tmp_path / f"{n}.png", n) for n in range(8)])
    [number] = numbers(store, job)
    do_chunk(store, Readers(), job.id, number, "count")
    first, *others = numbers(store, job)
    for _ in range(3):
        # As if the process had died over the page each time: begun, and never saved.
        taken = chunk_claims.claim(store, job.id, first, "m")
        assert taken
        if taken.tries > 1:
            chunk_claims.begin(store, taken, taken.open[0])
    done = do_chunk(store, Readers(), job.id, first, "m")
    assert done
    [outcome] = done.outcomes
    assert (outcome.attempts, outcome.result.reason) == (3, POISON)
    for other in others:
        do_chunk(store, Readers(), job.id, other, f"m{other}")
    assert sorted(statuses(store, job).values()) == ["failed"] + ["read"] * 7


def test_a_file_that_ends_every_process_that_looks_at_it_has_one_page_which_then_fails(
    store: Store, tmp_path: Path
) -> None:
    job = put(store, [picture(tmp_path / "bad.png", 1), picture(tmp_path / "good.png", 2)])
    [number] = numbers(store, job)
    for _ in range(4):
        taken = chunk_claims.claim(store, job.id, number, "m")
        assert taken
        if taken.tries > 1:
            chunk_claims.begin(store, taken, taken.open[0])
    (tmp_path / "bad.png").unlink()
    do_chunk(store, Readers(), job.id, number, "m")
    work_off(store, job)
    assert statuses(store, job) == {"bad.png": "failed", "good.png": "read"}


def test_cancelled_nothing_is_begun_or_saved_and_retry_takes_up_the_rest(store: Store, tmp_path: Path) -> None:
    job = put(store, [picture(tmp_path / f"{n}.png", n) for n in range(40)])
    [number] = numbers(store, job)
    do_chunk(store, Readers(), job.id, number, "count")
    some = numbers(store, job)
    do_chunk(store, Readers(), job.id, some[0], "m0")
    at_hand = chunk_claims.claim(store, job.id, some[1], "m1")
    assert at_hand
    assert ledger.cancel(store, job.id)
    assert not ledger.cancel(store, job.id)
    assert not chunk_claims.save(store, at_hand, [], last=True)
    assert chunk_claims.claim(store, job.id, some[2], "m2") is None
    assert store.counts(job.id).done == 1
    assert ledger.retry(store, job.id) == 39
    work_off(store, job)
    assert ledger.page_counts(store, job.id)[job.id] == {"read": 40}
    assert queued_job(store, job.id).state == "finished"


def test_cancelled_before_it_was_looked_at_retry_takes_all_of_it(store: Store, tmp_path: Path) -> None:
    job = put(store, [picture(tmp_path / f"{n}.png", n) for n in range(3)])
    ledger.cancel(store, job.id)
    assert ledger.retry(store, job.id) == 3
    work_off(store, job)
    assert store.counts(job.id).read == 3


def test_retry_takes_failed_pages_only_and_a_better_file_in_place(store: Store, tmp_path: Path) -> None:
    good, bad = picture(tmp_path / "a.png", 1), tmp_path / "b.tiff"
    bad.touch()
    job = put(store, [good, str(bad)])
    work_off(store, job)
    assert statuses(store, job) == {"a.png": "read", "b.tiff": "failed"}
    frames = [Image.new("L", (12, 8), grey) for grey in (5, 6)]
    frames[0].save(bad, format="TIFF", save_all=True, append_images=frames[1:])
    assert ledger.retry(store, job.id) == 1
    assert sum(len(done.outcomes) for done in work_off(store, job)) == 2
    assert store.counts(job.id).read == 3
    assert ledger.retry(store, job.id) == 0


def test_retry_leaves_further_sheets_as_they_are_and_finds_those_of_what_is_read_anew(
    store: Store, tmp_path: Path
) -> None:
    good, bad = picture(tmp_path / "spread.png", 1), tmp_path / "spread.tiff"
    bad.touch()
    job = put(store, [good, str(bad)])

    def pages() -> list[tuple[str, int, str]]:
        return [(Path(one.file).suffix, one.page, one.status.value) for one in store.results(job.id)]

    work_off(store, job)
    kept = [(".png", 1, "read"), (".png", 2, "read")]
    assert pages() == [*kept, (".tiff", 1, "failed")]
    frames = [Image.new("L", (12, 8), grey) for grey in (5, 6)]
    frames[0].save(bad, format="TIFF", save_all=True, append_images=frames[1:])
    assert ledger.retry(store, job.id) == 1
    work_off(store, job)
    assert pages() == [*kept, *((".tiff", page, "read") for page in range(1, 5))]
    # One page alone, of which the further sheet is known already.
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE pages SET status = 'failed' WHERE document = 2 AND page = 2"))
    assert ledger.retry(store, job.id) == 1
    assert [one.result.page for done in work_off(store, job) for one in done.outcomes] == [2, 4]
    assert pages() == [*kept, *((".tiff", page, "read") for page in range(1, 5))]
    assert queued_job(store, job.id).state == "finished"


def test_documents_join_a_finished_job(store: Store, tmp_path: Path) -> None:
    one, two = picture(tmp_path / "1.png", 1), picture(tmp_path / "2.png", 2)
    job = put(store, [])
    for file in (one, two):
        ledger.add(store, job.id, [FileState(file, 1, 1)], [content_hash(file) or ""])
        work_off(store, job)
        assert queued_job(store, job.id).state == "finished"
    assert [result.file for result in store.results(job.id)] == [one, two]


def test_a_job_that_is_not_there_is_one_sentence(store: Store) -> None:
    with pytest.raises(InputError, match="There is no job nothing"):
        queued_job(store, "nothing")


def test_saving_twice_in_a_chunk_is_saving_once(store: Store, tmp_path: Path) -> None:
    job = put(store, [picture(tmp_path / "a.png", 1)])
    work_off(store, job)
    [result] = store.results(job.id)
    store.save(job.id, [Outcome(1, result)])
    assert list(store.results(job.id)) == [result]


def test_a_template_travels_with_its_picture_and_may_change_meanwhile(
    store: Store, tmp_path: Path, samples: Path
) -> None:
    text = (next(iter(sorted((samples / "templates").glob("*.yaml"))))).read_text(encoding="utf-8")
    template = tmp_path / "form.yaml"
    template.write_text(text, encoding="utf-8")
    recipe = make_recipe(ReadOptions.of([template]))
    states = [FileState("a.png", 1, 1)]
    job = ledger.put_in(store, recipe, FIELDS, states, queue="q", key="k")
    template.write_text("nothing of the kind", encoding="utf-8")
    for _ in range(2):
        [path] = unpacked(store, job).templates
        assert Path(path).read_text(encoding="utf-8") == text


# What version 1 made, before there were steps.
OLD = """
CREATE TABLE formdigits_schema (version INTEGER NOT NULL PRIMARY KEY);
INSERT INTO formdigits_schema VALUES (1);
CREATE TABLE jobs (id VARCHAR(24) NOT NULL PRIMARY KEY, key VARCHAR(64) NOT NULL, state VARCHAR(16) NOT NULL,
  options JSON NOT NULL, fields JSON NOT NULL, created DOUBLE PRECISION NOT NULL, finished DOUBLE PRECISION);
CREATE INDEX ix_jobs_key ON jobs (key);
CREATE TABLE documents (job VARCHAR(24) NOT NULL, number INTEGER NOT NULL,
  position INTEGER NOT NULL, file TEXT NOT NULL, size BIGINT NOT NULL, modified BIGINT NOT NULL, pages INTEGER,
  PRIMARY KEY (job, number), FOREIGN KEY(job) REFERENCES jobs (id) ON DELETE CASCADE);
CREATE INDEX documents_in_order ON documents (job, position);
CREATE TABLE pages (job VARCHAR(24) NOT NULL, document INTEGER NOT NULL, page INTEGER NOT NULL,
  state VARCHAR(16) NOT NULL, attempts INTEGER NOT NULL, status VARCHAR(16), form TEXT, fit DOUBLE PRECISION,
  reason TEXT, rules JSON, PRIMARY KEY (job, document, page),
  FOREIGN KEY (job, document) REFERENCES documents (job, number) ON DELETE CASCADE);
CREATE TABLE readings (job VARCHAR(24) NOT NULL, document INTEGER NOT NULL, page INTEGER NOT NULL,
  position INTEGER NOT NULL, field TEXT NOT NULL, kind VARCHAR(16) NOT NULL, value TEXT NOT NULL, written TEXT NOT NULL,
  confidence DOUBLE PRECISION NOT NULL, status VARCHAR(16) NOT NULL, quad JSON NOT NULL, alternatives JSON NOT NULL,
  rules JSON NOT NULL, notes JSON NOT NULL, PRIMARY KEY (job, document, page, position),
  FOREIGN KEY (job, document, page) REFERENCES pages (job, document, page) ON DELETE CASCADE);
INSERT INTO jobs VALUES ('old', 'k', 'running', '{}', '[["value", "integer"]]', 1.0, NULL);
INSERT INTO documents VALUES ('old', 1, 0, 'a.png', 1, 1, 1);
INSERT INTO pages VALUES ('old', 1, 1, 'done', 1, 'read', '', 1.0, '', '[]');
INSERT INTO readings VALUES ('old', 1, 1, 0, 'value', 'integer', '57', '57', 0.99, 'accepted',
  '[[0, 0], [1, 0], [1, 1], [0, 1]]', '[]', '[]', '[]');
"""


def assert_as_the_tables_say(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == VERSION


def test_a_database_of_the_first_version_is_brought_up_with_all_that_is_in_it(store: Store) -> None:
    url = store.engine.url
    metadata.drop_all(store.engine)
    with store.engine.begin() as connection:
        for statement in OLD.split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    again = open_store(url.render_as_string(hide_password=False))
    assert_as_the_tables_say(again)
    [result] = again.results("old")
    assert result.readings[0].value == "57"
    assert find_same(again, "k")
    again.close()
    with store.engine.begin() as connection:
        assert not connection.dialect.has_table(connection, "formdigits_schema")


def test_a_database_from_before_the_review_is_brought_up_and_can_be_reviewed(store: Store) -> None:
    job = job_of_pages(store, [[field("total", "57", 0.4)]]).id
    url = store.engine.url
    with store.engine.begin() as connection:
        undo_steps_from_fourteen(connection)
        for table in ("corrections", "reviews", "review_plans"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("DROP INDEX pages_to_review")
        connection.exec_driver_sql("ALTER TABLE pages DROP COLUMN reviewed")
        undo_steps_from_four(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    again = open_store(url.render_as_string(hide_password=False))
    assert_as_the_tables_say(again)
    assert again.counts(job).review == 1
    assert set_plan(again, job, second=False, sample=0).doubtful == 1
    [item] = claim(again, job, Seat("Ann", "window"), 1)
    assert item.reading.value == "57"
    again.close()


def undo_steps_from_fourteen(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TABLE model_versions")
    for name in ("pages_counted", "pages_doubtful", "pages_partly", "chunks_open", "chunks_by_claimant"):
        connection.exec_driver_sql(f"DROP INDEX {name}")
    for name, columns in (("pages_by_chunk", "job, chunk"), ("pages_to_review", "job, reviewed, state")):
        connection.exec_driver_sql(f"DROP INDEX {name}")
        connection.exec_driver_sql(f"CREATE INDEX {name} ON pages ({columns})")
    added = {
        "pages": ("accepted", "blank", "void", "doubtful", "record"),
        "jobs": ("priority", "served"),
        "review_plans": ("raised", "further"),
    }
    for table, columns_added in added.items():
        for column in columns_added:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")


def undo_steps_from_four(connection: Connection) -> None:
    for table in ("sessions", "accounts", "page_marks", "promises", "job_forms"):
        connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql("ALTER TABLE readings RENAME COLUMN doubts TO notes")
    for table, column in (
        ("documents", "given"),
        ("jobs", "home"),
        ("jobs", "again"),
        ("jobs", "name"),
        ("readings", "symbols"),
    ):
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")


def test_jobs_from_before_read_options_go_on(store: Store, tmp_path: Path) -> None:
    """Theirs was a tree without a mode, which told whose jobs they were and whether to read contents again."""
    aside = put_aside(store, RECIPE, FIELDS, [FileState("/scans/a.png", 1, 1)], home=str(tmp_path)).id
    again = ledger.put_in(store, RECIPE, FIELDS, [], queue="q", key="k").id
    old = {
        aside: {
            "single_field": False,
            "accept": 0.9,
            "templates": ["0.yaml"],
            "engine": "litert",
            "home": str(tmp_path),
        },
        again: {"single_field": True, "accept": 0.8, "templates": [], "again": True},
    }
    with store.engine.begin() as connection:
        for job, options in old.items():
            connection.execute(text("UPDATE jobs SET options = :o WHERE id = :j"), {"o": json.dumps(options), "j": job})
        undo_steps_from_fourteen(connection)
        undo_steps_from_four(connection)
        connection.exec_driver_sql("DROP INDEX reviews_mended")
        connection.exec_driver_sql("ALTER TABLE reviews DROP COLUMN mended")
        connection.exec_driver_sql("ALTER TABLE review_plans DROP COLUMN blind")
        connection.exec_driver_sql("DROP INDEX corrections_by_person")
        connection.exec_driver_sql("ALTER TABLE corrections DROP COLUMN person")
        connection.exec_driver_sql('CREATE INDEX corrections_by_person ON corrections (job, "by", id)')
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    upgraded = open_store(store.engine.url.render_as_string(hide_password=False))
    assert_as_the_tables_say(upgraded)
    [job] = put_aside_here(upgraded, str(tmp_path))
    assert (job.id, job.options.mode, job.options.accept) == (aside, ReadMode.TEMPLATES, 0.9)
    assert unpacked(upgraded, job).templates[0].endswith("/0.yaml")
    other = queued_job(upgraded, again)
    assert other.again
    assert other.options == ReadOptions.of(single_field=True, accept=0.8)
    assert [file for _, file in upgraded.uncounted(aside)] == ["/scans/a.png"]
    upgraded.close()


def test_a_new_database_is_as_the_steps_would_make_it(store: Store) -> None:
    assert_as_the_tables_say(store)


def test_the_newest_step_is_the_version_that_the_program_wants() -> None:
    scripts = ScriptDirectory(str(Path(workers.database.migrations.__file__).parent))
    assert scripts.get_heads() == [VERSION]


def test_a_step_that_fails_leaves_the_old_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(OLD + "CREATE TABLE chunks (in_the_way INTEGER);")
    with pytest.raises(Exception, match="chunks"):
        open_store(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE chunks")
        assert connection.execute("SELECT version FROM formdigits_schema").fetchone() == (1,)
    open_store(f"sqlite:///{path}").close()


def test_many_that_start_at_once_make_the_tables_once(store: Store) -> None:
    metadata.drop_all(store.engine)
    url = store.engine.url.render_as_string(hide_password=False)
    code = f"from workers.database.store import open_store; open_store({url!r}).close()"
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(6)]
    assert [process.wait() for process in started] == [0] * 6
