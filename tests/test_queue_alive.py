"""What keeps reading processes honest: patience with the database, a time limit that libraries cannot ignore."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from itertools import repeat

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from extractor.errors import ServiceError
from tests.queue_services import wait_until
from workers.database.patience import retried


def away(cause: Exception) -> ServiceError:
    error = ServiceError("away")
    error.__cause__ = cause
    return error


class Patient:
    """What `retried` needs of a store."""

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s


def asked_of(store: Patient, answers: Iterable[Exception | int]) -> int:
    """What comes of asking for one answer after another until one is no error."""
    following = iter(answers)

    @retried
    def ask(_: object) -> int:
        answer = next(following)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask(store)  # type: ignore[arg-type]


def test_a_database_that_comes_back_is_waited_for() -> None:
    gone = away(OperationalError("", None, Exception()))
    assert asked_of(Patient(600), [gone, gone, 57]) == 57


def test_patience_ends() -> None:
    with pytest.raises(ServiceError):
        asked_of(Patient(0.3), repeat(away(OperationalError("", None, Exception()))))


def test_a_store_without_patience_says_so_at_once() -> None:
    with pytest.raises(ServiceError):
        asked_of(Patient(0), [away(OperationalError("", None, Exception())), 57])


def test_what_would_be_the_same_again_is_not_tried_again() -> None:
    with pytest.raises(ServiceError):
        asked_of(Patient(600), [away(IntegrityError("", None, Exception())), 57])


HANG = """
import time, signal
from workers.queue.alive import limited
with limited(2.0) as beat:
    for _ in range(9):
        time.sleep(0.3)
        beat()
    print("beaten", flush=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    while True:
        sum(range(10**7))
"""


def test_a_page_that_takes_too_long_ends_its_process_even_where_python_is_not_asked() -> None:
    done = subprocess.run([sys.executable, "-c", HANG], capture_output=True, text=True, timeout=600, check=False)
    assert done.stdout == "beaten\n"
    assert done.returncode == -signal.SIGALRM


PARENT = """
import os, subprocess, sys, time
code = "import time; from workers.queue.alive import end_with_parent; end_with_parent(); print('up', flush=True); "
child = subprocess.Popen([sys.executable, "-c", code + "time.sleep(600)"], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""


def test_a_process_whose_parent_is_killed_ends() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()

    def gone() -> bool:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return True
        with open(f"/proc/{child}/stat", encoding="ascii") as stat:  # noqa: PTH123
            return stat.read().split()[2] == "Z"

    wait_until(gone, "the child's end")
