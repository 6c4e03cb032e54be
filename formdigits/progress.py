"""Progress of a run, on standard error: a bar on a terminal, elsewhere a line every few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PROGRESS_LINE_S = 10.0
"""Seconds between the lines where there is no terminal."""

STAGES = {"files": "Looking at files", "pages": "Reading pages"}


class Progress:
    """Shows a run's stages; `done` and `total` are those of the pages, `failed` may be set to be shown as well."""

    def __init__(self) -> None:
        self.done = self.total = self.failed = 0
        self._bar: Bar | None = None
        self._tasks: dict[str, TaskID] = {}
        self._started: dict[str, tuple[float, int]] = {}
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def update(self, stage: str, done: int, total: int) -> None:
        """Shows that `done` of `total` are finished in `stage`, which is `files` or `pages`."""
        if stage == "pages":
            self.done, self.total = done, total
        now = time.monotonic()
        since, before = self._started.setdefault(stage, (now, done))
        if self._bar:
            if stage not in self._tasks:
                self._tasks[stage] = self._bar.add_task(
                    STAGES[stage], total=total, completed=done, unit=stage, failed=0
                )
            self._bar.update(self._tasks[stage], completed=done, total=total, failed=self.failed)
        elif now - self._last >= PROGRESS_LINE_S:
            self._last = now
            speed = (done - before) / (now - since) if now > since else 0.0
            pace = f", {speed:.1f} {stage}/s, {clock((total - done) / speed)} left" if speed else ""
            click.echo(f"{STAGES[stage]}: {done:,} of {total:,}{pace}", err=True)


@contextmanager
def one_bar(what: str, *, shown: bool = True) -> Iterator[Callable[[int, int], None] | None]:
    """A bar for one thing, with what moves it on (done, total); None without a terminal, or where it is not `shown`."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    with RichProgress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress
    from rich.progress import Task as RichTask
    from rich.text import Text

    class Done(ProgressColumn):
        def render(self, task: RichTask) -> Text:
            failed = f", {task.fields['failed']:,} failed" if task.fields["failed"] else ""
            return Text(f"{task.completed:,.0f} of {task.total or 0:,.0f}{failed}")

    class Speed(ProgressColumn):
        def render(self, task: RichTask) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.1f} {task.fields['unit']}/s" if speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), Done(), Speed(), TimeRemainingColumn())
    return RichProgress(*columns, console=Console(stderr=True), transient=True)


def clock(seconds: float) -> str:
    """`1:05`, `2:00:00`."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
