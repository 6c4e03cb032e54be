"""The broker's own part: one sentence when it is away, within seconds, and never a password."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.errors import ServiceError
from extractor.options import ReadOptions
from formdigits.actions import doctor as checks
from formdigits.actions.queue.submit import submit_job
from tests.fake_reader import open_fake
from tests.queue_services import RedisServer, missing
from tests.test_read_command import scan
from workers.database.queue import chunk_claims
from workers.database.store import open_store
from workers.queue.app import TASK_LIMIT_S, VISIBILITY_S, app
from workers.queue.dispatch import Broker


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("redis://:secret@127.0.0.1:1/0", "The broker redis://127.0.0.1:1/0 cannot be reached"),
        ("redis://10.255.255.1:6379/0", "cannot be reached"),
        ("nonsense", "FORMDIGITS_BROKER_URL is not the address of a Redis server"),
    ],
)
def test_a_broker_that_is_away_is_one_sentence_and_holds_nothing_up(url: str, sentence: str) -> None:
    with pytest.raises(ServiceError, match=sentence) as error:
        Broker(url).check()
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.skipif(bool(missing()), reason=missing() or "-")
def test_doctor_says_whether_the_broker_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = RedisServer(tmp_path / "redis")
    monkeypatch.setenv("FORMDIGITS_BROKER_URL", server.url)
    [away] = checks.LOOKS["broker"]()
    assert (away.ok, away.needed) == (False, False)
    server.start()
    try:
        [there] = checks.LOOKS["broker"]()
        assert there.ok
        assert f"{server.url}, Redis " in there.found
    finally:
        server.kill()


def test_no_pickle_no_results_and_a_task_ends_before_its_message_is_given_to_another() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.result_backend is None
    assert app.conf.task_ignore_result
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert TASK_LIMIT_S < VISIBILITY_S


def test_sending_to_a_broker_that_is_away_does_not_hang() -> None:
    code = "from workers.queue.dispatch import Broker; Broker().send('q', 'job', [1])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"FORMDIGITS_BROKER_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "ServiceError: The broker redis://127.0.0.1:1/0 cannot be reached" in done.stderr


def test_a_broker_that_goes_away_while_submitting_leaves_the_job_to_be_sent_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("extractor.reading.open_reader", open_fake)
    monkeypatch.setattr(Broker, "check", lambda _: "7")
    monkeypatch.setenv("FORMDIGITS_BROKER_URL", "redis://127.0.0.1:1/0")
    file = scan(tmp_path / "scans", "a.png")
    with pytest.raises(ServiceError, match=r"Job \w{8} is kept, and is read as soon as the broker is back"):
        submit_job([str(file)], ReadOptions.of(single_field=True))
    job = capsys.readouterr().out.strip()
    store = open_store()
    assert chunk_claims.to_send(store, job, lost=False) == [1]
    store.close()
