"""What every format offers: a `with` block into which pages are written one at a time."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TextIO, TypeAlias

from extractor.export.draft import Draft, telling
from extractor.values import Kind, PageResult

FieldColumn: TypeAlias = tuple[str, Kind]
"""Name and kind of a field that has a column of its own in CSV and XLSX."""


class Sink(ABC):
    """Takes pages as they are read and keeps none of them in memory.

    Used as a context manager. A clean exit completes the output; leaving by an exception gives it up, and a file
    that stood there before stays as it was. Entering, writing and a clean exit raise OutputError.
    """

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def write(self, result: PageResult) -> None:
        """Add one page."""

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool: ...


class FileSink(Sink):
    """A sink into a file. A format gives `_begin`, `_add`, `_end` and `_give_up`; this class keeps the file whole."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._draft: Draft | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._draft = Draft(self._out)
        try:
            with telling(self._out):
                self._begin(self._draft)
        except BaseException:
            self._close()
            raise
        return self

    def write(self, result: PageResult) -> None:
        if self._draft is None:
            raise RuntimeError("a sink is written to inside its with block")
        try:
            with telling(self._out):
                self._add(result)
        except BaseException as failure:
            # Whoever carries on after this must not end with a file that lacks a page.
            self._failure = failure
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        try:
            if kind is None and self._failure is not None:
                raise self._failure
            if kind is None and self._draft is not None:
                with telling(self._out):
                    self._end()
                self._draft.publish()
        finally:
            self._close()
        return False

    def _close(self) -> None:
        try:
            self._give_up()
        finally:
            if self._draft is not None:
                self._draft.discard()
            self._draft = None

    @abstractmethod
    def _begin(self, draft: Draft) -> None:
        """Open `draft.path` and write what comes before the first page."""

    @abstractmethod
    def _add(self, result: PageResult) -> None:
        """Write one page."""

    @abstractmethod
    def _end(self) -> None:
        """Write what comes after the last page and close the file."""

    @abstractmethod
    def _give_up(self) -> None:
        """Let go of whatever is still open; called at the end in every case, and raises nothing."""


class TextFileSink(FileSink):
    """A sink into a text file. A format gives `_add`, and more in `_begin` and `_end` where it has a head or a foot."""

    _file: TextIO | None = None

    def _begin(self, draft: Draft) -> None:
        # A file name that is no valid text holds lone surrogates, which UTF-8 cannot hold; this error handler writes
        # them as \udc80 and so on, which is how JSON writes them.
        self._file = draft.path.open("w", encoding="utf-8", errors="backslashreplace", newline="")

    def _end(self) -> None:
        assert self._file is not None
        self._file.close()

    def _give_up(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
