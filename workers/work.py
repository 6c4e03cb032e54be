"""What is handed to those who read, and what comes back. Light to import, since every reading process does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from extractor.values import FailedPage, Kind, Page, PageResult

CHUNK = 16
"""Most pages in one task."""


class PageReader(Protocol):
    """What reads pages; `extractor.reading.Reader` does. `dpi` is for PDF pages that must be drawn,
    `fields` are the names and kinds of the columns."""

    @property
    def dpi(self) -> int: ...

    @property
    def fields(self) -> tuple[tuple[str, Kind], ...]: ...

    def read(self, pages: Sequence[Page | FailedPage]) -> list[PageResult]:
        """One result per page, in the same order."""
        ...


ReaderFactory: TypeAlias = Callable[[], PageReader]
"""Makes a reader, model and all; picklable, because it is called in each reading process."""


class PageKey(NamedTuple):
    """A page to be read: its document's number in the job, its path, its number inside the file from 1."""

    document: int
    file: str
    page: int


class Span(NamedTuple):
    """Consecutive pages of one document, `first` to `last`, both included."""

    document: int
    file: str
    first: int
    last: int


@dataclass(frozen=True)
class CountTask:
    """Documents, as (number, path), whose pages are to be counted. `attempts` counts the tries, this one included."""

    files: tuple[tuple[int, str], ...]
    attempts: int = 1


@dataclass(frozen=True)
class ReadTask:
    """Pages to be read. `attempts` counts the tries, this one included."""

    spans: tuple[Span, ...]
    attempts: int = 1


Task: TypeAlias = CountTask | ReadTask


def units(task: Task) -> list[Task]:
    """The task cut into tasks of one document to count, or one page to read, each to be tried once more."""
    attempts = task.attempts + 1
    if isinstance(task, CountTask):
        return [CountTask((file,), attempts) for file in task.files]
    return [
        ReadTask((span._replace(first=page, last=page),), attempts)
        for span in task.spans
        for page in range(span.first, span.last + 1)
    ]


class Counted(NamedTuple):
    """A document whose pages are counted; one that cannot be opened has one page, which then fails."""

    document: int
    pages: int


class Outcome(NamedTuple):
    """A page that is done, with how many times its reading was begun; `further` where it is one more sheet in the
    picture of another page, so a page that nobody counted."""

    document: int
    result: PageResult
    attempts: int = 1
    further: bool = False


class Trace(NamedTuple):
    """What Python says of an error that nobody foresaw, for whoever mends the program.

    `sentence` is for the user, where no page's reason says it already.
    """

    text: str
    sentence: str = ""


Event: TypeAlias = Counted | Outcome | Trace
TaskRunner: TypeAlias = Callable[[Iterable[Task]], Iterator[list[Event]]]
"""Does tasks, in any order, and yields what came of them as it goes. It draws tasks only as it needs them."""


def chunked(pages: Iterable[PageKey], size: int = CHUNK) -> Iterator[ReadTask]:
    """Tasks of up to `size` pages that follow one another; a long document becomes several."""
    spans: list[Span] = []
    count = 0
    for document, file, page in pages:
        if spans and spans[-1].document == document and spans[-1].last + 1 == page:
            spans[-1] = spans[-1]._replace(last=page)
        else:
            spans.append(Span(document, file, page, page))
        count += 1
        if count == size:
            yield ReadTask(tuple(spans))
            spans, count = [], 0
    if spans:
        yield ReadTask(tuple(spans))
