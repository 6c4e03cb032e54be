"""A task done in this process: pages are opened one at a time and read in batches; an error stays with its page."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from extractor.errors import DocumentError, FormdigitsError
from extractor.values import FailedPage, Page, PageResult, PageStatus
from workers.work import Counted, CountTask, Event, Outcome, PageReader, Span, Task, Trace

BATCH = 4
"""Most pages that are decoded and in memory at once: with more the networks gain nothing."""

BATCH_PIXELS = 3_000_000
"""A batch ends when its pages have this many pixels, which an A4 page at 200 dpi has alone: several large ones together
take memory, and are read more slowly, since the processor's caches hold one at most."""


def do_task(
    task: Task, reader: PageReader, overlay: Path | None = None, beat: Callable[[], None] = lambda: None
) -> Iterator[list[Event]]:
    """Counts or reads, and yields what is done as it goes.

    `beat` is called after each page that was opened, to show that this process is alive. A page that surprises the
    program becomes a failed page and a Trace; only a FormdigitsError about something other than a document is raised.
    """
    if isinstance(task, CountTask):
        for number, file in task.files:
            yield [Counted(number, count(file))]
        return
    traces: list[Event] = []
    batch: list[tuple[int, Page | FailedPage]] = []
    pixels = 0
    for span in task.spans:
        for page in _open(span, reader.dpi, traces):
            batch.append((span.document, page))
            pixels += page.image.size if isinstance(page, Page) else 0
            # Not kept while the next one is decoded.
            del page
            beat()
            if len(batch) == BATCH or pixels >= BATCH_PIXELS:
                yield _read(batch, reader, overlay, task.attempts) + traces
                traces, batch, pixels = [], [], 0
    if batch:
        yield _read(batch, reader, overlay, task.attempts) + traces


def failed(file: str, page: int, reason: str) -> PageResult:
    """The result of a page that could not be read."""
    return PageResult(file=file, page=page, form="", status=PageStatus.FAILED, reason=reason)


def count(file: str) -> int:
    """How many pages the file has; one where it cannot be opened."""
    from extractor.documents import count_pages

    try:
        return max(1, count_pages(file))
    except Exception:
        # Its one page will be opened like any other, and that says why it cannot be.
        return 1


def _open(span: Span, dpi: int, traces: list[Event]) -> Iterator[Page | FailedPage]:
    """Every page of the span, whatever happens."""
    from extractor.documents import open_pages

    seen: set[int] = set()
    reason = "This page is no longer in the file; run this again to read the file as it is now."
    try:
        for page in open_pages(span.file, dpi=dpi, first=span.first, last=span.last):
            if isinstance(page, FailedPage):
                # It may stand for the whole file, so for the pages that do not come as well.
                reason = page.reason
            if span.first <= page.number <= span.last and page.number not in seen:
                seen.add(page.number)
                yield page
            del page
    except Exception as error:
        reason = _surprise(error)
        traces.append(Trace(traceback.format_exc()))
    for number in range(span.first, span.last + 1):
        if number not in seen:
            yield FailedPage(span.file, number, reason)


def _read(
    batch: list[tuple[int, Page | FailedPage]], reader: PageReader, overlay: Path | None, attempts: int
) -> list[Event]:
    pages = [page for _, page in batch]
    try:
        results = reader.read(pages)
        if len(results) != len(pages):
            raise ValueError(f"{len(results)} results for {len(pages)} pages")
    except FormdigitsError as error:
        if not isinstance(error, DocumentError):
            raise
        return _read_singly(batch, reader, overlay, attempts, error)
    except Exception as error:
        return _read_singly(batch, reader, overlay, attempts, error)
    events: list[Event] = []
    for (document, page), result in zip(batch, results, strict=True):
        sheets = _sheets(result)
        events += [Outcome(document, sheet, attempts, further=sheet is not sheets[0]) for sheet in sheets]
        events += _draw(overlay, page, sheets) if overlay else []
    return events


def _sheets(result: PageResult) -> list[PageResult]:
    """The results of all sheets in one picture, each under a page's number of its own: those of further sheets follow
    after the last page, as `open_page` counts them."""
    if not result.beside:
        return [result]
    pages = count(result.file)
    further = (replace(sheet, page=result.page + turn * pages) for turn, sheet in enumerate(result.beside, 1))
    return [replace(result, beside=()), *further]


def _read_singly(
    batch: list[tuple[int, Page | FailedPage]],
    reader: PageReader,
    overlay: Path | None,
    attempts: int,
    error: Exception,
) -> list[Event]:
    if len(batch) > 1:
        return [event for one in batch for event in _read([one], reader, overlay, attempts)]
    [(document, page)] = batch
    reason = str(error) if isinstance(error, DocumentError) else _surprise(error)
    trace = "".join(traceback.format_exception(error))
    return [Outcome(document, failed(page.file, page.number, reason), attempts), Trace(trace)]


def _draw(folder: Path, page: Page | FailedPage, sheets: list[PageResult]) -> list[Event]:
    from extractor.overlay import write_overlay

    traces: list[Event] = []
    for result in sheets:
        try:
            if isinstance(page, Page):
                write_overlay(folder, page.image, result)
        except FormdigitsError:
            raise
        except Exception as error:
            # The readings are good; only the picture is missing.
            sentence = f"There is no picture of {page.file}, page {result.page} ({_named(error)}); please report it."
            traces.append(Trace(traceback.format_exc(), sentence))
    return traces


def _named(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _surprise(error: Exception) -> str:
    return (
        f"Reading this page failed unexpectedly ({_named(error)}); "
        "please report it with what 'formdigits read -v' prints."
    )
