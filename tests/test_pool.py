"""The pool: every page gets its result, whatever the other pages do to the processes that read them."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from extractor.documents import open_page, open_pages
from extractor.errors import ModelError, ServiceError
from extractor.values import Page, PageResult, PageStatus
from tests.fake_reader import FakeReader, open_deadly, open_fake, open_without_model
from workers.pool import InProcess, Pool
from workers.work import Counted, CountTask, Outcome, PageKey, ReadTask, Span, Task, Trace, chunked


def picture(folder: Path, name: str, pages: int = 1) -> str:
    """A small document whose every page has a darkness of its own."""
    noise = np.random.default_rng(sum(map(ord, name)))
    frames = [Image.fromarray(noise.integers(0, 255, (8, 12), np.uint8)) for _ in range(pages)]
    path = folder / name
    frames[0].save(path, save_all=True, append_images=frames[1:]) if pages > 1 else frames[0].save(path)
    return str(path)


def tasks_for(files: list[str], size: int = 4) -> Iterator[Task]:
    return chunked((PageKey(number, file, 1) for number, file in enumerate(files)), size)


def outcomes(runner: InProcess | Pool, tasks: Iterator[Task]) -> dict[tuple[int, int], Outcome]:
    found: dict[tuple[int, int], Outcome] = {}
    for event in itertools.chain.from_iterable(runner(tasks)):
        if isinstance(event, Outcome):
            key = event.document, event.result.page
            assert key not in found, "a page was told of twice"
            found[key] = event
    return found


def results(runner: InProcess | Pool, tasks: Iterator[Task]) -> list[PageResult]:
    found = outcomes(runner, tasks)
    return [found[key].result for key in sorted(found)]


def test_many_processes_read_what_one_reads(tmp_path: Path) -> None:
    files = [picture(tmp_path, f"{number}.png") for number in range(30)]
    here = results(InProcess(FakeReader()), tasks_for(files))
    with Pool(open_fake, 3) as pool:
        there = results(pool, tasks_for(files))
    assert here == there
    assert [result.file for result in there] == files


def test_a_long_document_is_shared_out_by_pages(tmp_path: Path) -> None:
    file = picture(tmp_path, "long.tiff", pages=40)
    with Pool(open_fake, 2) as pool:
        [[counted]] = list(pool(iter([CountTask(((0, file),))])))
        assert counted == Counted(0, 40)
        read = results(pool, chunked((PageKey(0, file, page) for page in range(1, 41)), 6))
    assert [result.page for result in read] == list(range(1, 41))
    assert len({result.readings[0].value for result in read}) > 30
    assert read == results(InProcess(FakeReader()), iter([ReadTask((Span(0, file, 1, 40),))]))


def test_further_sheets_in_a_picture_have_numbers_after_the_last_page(tmp_path: Path) -> None:
    file = picture(tmp_path, "spread.tiff", pages=3)
    read = results(InProcess(FakeReader()), iter([ReadTask((Span(0, file, 1, 3),))]))
    assert [result.page for result in read] == [1, 2, 3, 4, 5, 6]
    assert [result.readings for result in read[:3]] == [result.readings for result in read[3:]]
    assert not any(result.beside for result in read)
    opened = open_page(file, 5)
    assert isinstance(opened, Page)
    assert (opened.image == next(open_pages(file, first=2)).image).all()


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        ("killed", "killed, most likely because memory ran out"),
        ("crash", "crashed with SIGSEGV"),
        ("leaves", "ended with exit code 7"),
    ],
)
def test_a_page_that_kills_its_process_fails_alone(tmp_path: Path, harm: str, why: str) -> None:
    files = [picture(tmp_path, f"{number}{harm if number == 5 else ''}.png") for number in range(12)]
    with Pool(open_fake, 2) as pool:
        found = outcomes(pool, tasks_for(files))
    assert len(found) == 12
    bad = found.pop((5, 1))
    assert bad.result.status is PageStatus.FAILED
    assert bad.attempts == 2
    assert bad.result.reason.startswith("Reading this page stopped its process")
    assert why in bad.result.reason
    assert all(outcome.result.status is PageStatus.READ for outcome in found.values())


def test_an_innocent_page_is_read_again_after_its_process_died(tmp_path: Path) -> None:
    files = [picture(tmp_path, f"{number}{'once' if number == 2 else ''}.png") for number in range(6)]
    with Pool(open_fake, 2) as pool:
        found = outcomes(pool, tasks_for(files))
    assert all(outcome.result.status is PageStatus.READ for outcome in found.values())
    assert found[2, 1].attempts == 2


def test_a_page_that_hangs_is_stopped(tmp_path: Path) -> None:
    files = [picture(tmp_path, f"{number}{'hang' if number == 1 else ''}.png") for number in range(5)]
    with Pool(open_fake, 2, page_limit_s=4) as pool:
        found = outcomes(pool, tasks_for(files))
    bad = found.pop((1, 1)).result
    assert bad.status is PageStatus.FAILED
    assert "took longer than 4 s" in bad.reason
    assert all(outcome.result.status is PageStatus.READ for outcome in found.values())


@pytest.mark.parametrize("processes", [1, 2])
def test_an_unexpected_error_is_kept_to_its_page_and_can_be_traced(tmp_path: Path, processes: int) -> None:
    files = [picture(tmp_path, f"{number}{'raise' if number == 3 else ''}.png") for number in range(6)]
    with InProcess(FakeReader()) if processes == 1 else Pool(open_fake, processes) as runner:
        events = list(itertools.chain.from_iterable(runner(tasks_for(files))))
    told = {event.document: event.result for event in events if isinstance(event, Outcome)}
    bad = told.pop(3)
    assert bad.status is PageStatus.FAILED
    assert "ValueError: no such luck" in bad.reason
    assert "\n" not in bad.reason
    assert all(result.status is PageStatus.READ for result in told.values())
    [trace] = [event for event in events if isinstance(event, Trace)]
    assert "_do_harm" in trace.text


def test_files_that_cannot_be_opened_fail_with_their_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.pdf").write_text("not a pdf at all")
    files = [picture(tmp_path, "a.png"), str(tmp_path / "empty.png"), str(tmp_path / "text.pdf"), "/no/such.tif"]
    with Pool(open_fake, 2) as pool:
        read = results(pool, tasks_for(files))
    assert [result.status for result in read] == [PageStatus.READ] + 3 * [PageStatus.FAILED]
    assert all(result.reason for result in read[1:])


def test_pages_that_a_file_no_longer_has_fail(tmp_path: Path) -> None:
    file = picture(tmp_path, "short.tiff", pages=3)
    read = results(InProcess(FakeReader()), iter([ReadTask((Span(0, file, 2, 5),))]))
    assert [(result.page, result.status) for result in read] == [
        (2, PageStatus.READ),
        (3, PageStatus.READ),
        (4, PageStatus.FAILED),
        (5, PageStatus.FAILED),
    ]


def test_tasks_are_drawn_only_as_they_are_needed(tmp_path: Path) -> None:
    file = picture(tmp_path, "page.png")
    drawn = 0

    def endless() -> Iterator[Task]:
        nonlocal drawn
        for number in itertools.count():
            drawn += 1
            yield ReadTask((Span(number, file, 1, 1),))

    with Pool(open_fake, 2) as pool:
        told = 0
        for events in pool(endless()):
            told += len(events)
            assert drawn <= told + 2
            if told > 50:
                break


def test_a_missing_model_is_told_to_the_user() -> None:
    with pytest.raises(ModelError, match="install formdigits again"), Pool(open_without_model, 2) as pool:
        list(pool(tasks_for(["a.png"])))


def test_processes_that_never_start_end_the_run() -> None:
    with pytest.raises(ServiceError, match="do not start"), Pool(open_deadly, 2) as pool:
        list(pool(tasks_for(["a.png"])))


def test_an_interrupt_leaves_no_process(tmp_path: Path) -> None:
    files = [picture(tmp_path, f"{number}hang.png") for number in range(4)]
    before = set(psutil.Process().children(recursive=True))
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        with pytest.raises(KeyboardInterrupt), Pool(open_fake, 2) as pool:
            list(pool(tasks_for(files, size=1)))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    left = set(psutil.Process().children(recursive=True)) - before
    assert not [process for process in left if "spawn_main" in " ".join(process.cmdline())]


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    file = picture(tmp_path, "hang.png")
    script = f"""
import sys
from tests.fake_reader import open_fake
from workers.pool import Pool
from workers.work import ReadTask, Span
if __name__ == "__main__":
    with Pool(open_fake, 2) as pool:
        list(pool([ReadTask((Span(n, {file!r}, 1, 1),)) for n in range(2)]))
"""
    path = tmp_path / "parent.py"
    path.write_text(script)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    parent = subprocess.Popen([sys.executable, str(path)], env=environment)
    children: list[psutil.Process] = []
    until = time.monotonic() + 120
    while len(children) < 2 and time.monotonic() < until:
        found = psutil.Process(parent.pid).children(recursive=True)
        children = [child for child in found if "spawn_main" in " ".join(child.cmdline())]
        time.sleep(0.05)
    time.sleep(1)
    parent.kill()
    parent.wait()
    gone, alive = psutil.wait_procs(children, timeout=120)
    assert len(gone) == 2
    assert not alive
