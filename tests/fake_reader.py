"""A reader for tests of the machinery around readers: quick, exact, and as harmful as a page's file name asks for."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from extractor.errors import ModelError
from extractor.values import FailedPage, FieldStatus, Kind, Page, PageResult, PageStatus, Reading


class FakeReader:
    """Reads the picture's darkness. A file's name says what else happens: see `_do_harm`."""

    dpi = 72
    fields = (("value", Kind.INTEGER),)

    def read(self, pages: Sequence[Page | FailedPage]) -> list[PageResult]:
        for page in pages:
            if isinstance(page, Page):
                _do_harm(Path(page.file))
        return [_result(page) for page in pages]


def _do_harm(file: Path) -> None:
    name = file.name
    if "killed" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "leaves" in name:
        os._exit(7)
    if "hang" in name:
        time.sleep(600)
    if "raise" in name:
        raise ValueError("no such luck")
    if "slow" in name:
        time.sleep(0.05)
    if "once" in name and not (marker := file.with_suffix(".was-here")).exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _result(page: Page | FailedPage) -> PageResult:
    if isinstance(page, FailedPage):
        return PageResult(page.file, page.number, "", PageStatus.FAILED, reason=page.reason)
    if "unmatched" in page.file:
        return PageResult(page.file, page.number, "", PageStatus.UNMATCHED, reason="No template fits this page.")
    value = str(int(page.image.astype(int).sum()) % 100_000)
    status = FieldStatus.REVIEW if int(value) % 7 == 0 else FieldStatus.ACCEPTED
    quad = ((0.0, 0.0), (9.5, 0.0), (9.5, 4.25), (0.0, 4.25))
    reading = Reading("value", Kind.INTEGER, value, value, 0.995, status, quad)
    result = PageResult(page.file, page.number, "", PageStatus.READ, (reading,), fit=1.0)
    return replace(result, beside=(result,)) if "spread" in page.file else result


def open_fake(_options: object = None) -> FakeReader:
    return FakeReader()


def open_without_model(_options: object = None) -> FakeReader:
    raise ModelError("The model is not there; install formdigits again.")


def open_deadly(_options: object = None) -> FakeReader:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
