"""What keeps reading processes honest: patience with the database, a time limit that libraries cannot ignore."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from extractor.errors import ServiceError
from tests.queue_services import wait_until
from workers.queue.alive import patiently


def away(cause: Exception) -> ServiceError:
    error = ServiceError("away")
    error.__cause__ = cause
    return error


def test_a_database_that_comes_back_is_waited_for() -> None:
    answers = iter([away(OperationalError("", None, Exception())), away(OperationalError("", None, Exception())), 57])

    def ask() -> int:
        answer = next(answers)
        if isinstance(answer, ServiceError):
            raise answer
        return answer

    assert patiently(ask) == 57


def test_patience_ends() -> None:
    def ask() -> None:
        raise away(OperationalError("", None, Exception()))

    started = time.monotonic()
    with pytest.raises(ServiceError):
        patiently(ask, 0.3)
    assert time.monotonic() - started < 2


def test_what_would_be_the_same_again_is_not_tried_again() -> None:
    asked = []

    def ask() -> None:
        asked.append(1)
        raise away(IntegrityError("", None, Exception()))

    with pytest.raises(ServiceError):
        patiently(ask)
    assert len(asked) == 1


HANG = """
import time, signal
from workers.queue.alive import limited
with limited(0.5) as beat:
    for _ in range(4):
        time.sleep(0.3)
        beat()
    print("beaten", flush=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    while True:
        sum(range(10**7))
"""


def test_a_page_that_takes_too_long_ends_its_process_even_where_python_is_not_asked() -> None:
    done = subprocess.run([sys.executable, "-c", HANG], capture_output=True, text=True, timeout=60, check=False)
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

    wait_until(gone, "the child's end", 10)
