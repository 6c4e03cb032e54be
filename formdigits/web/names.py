"""What a job's documents are called where people see them: uploads as their sender calls them, others by folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from extractor.objects import is_object
from extractor.values import PageResult
from formdigits.web.batches import Batches
from formdigits.web.folders import Folders


def showable(text: str) -> str:
    """The text with escapes for what no page can hold: a file's name need not be valid text."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Names:
    """Names for the pages and for what is downloaded; the store keeps paths."""

    def __init__(self, batches: Batches, folders: Folders) -> None:
        self._batches, self._folders = batches, folders

    def of(self, file: str) -> str:
        """The name of the document at the path `file`."""
        return showable(self._batches.shown(file) or self._folders.shown(file) or file)

    def roots_of(self, file: str) -> tuple[str, ...]:
        """Where the document at the path `file` must really be when it is opened: it was found there, and a link may
        have been put in its place since. Empty for documents of the command line, whose owner named them."""
        if is_object(file):
            # There are no links in a store.
            return ()
        if self._batches.shown(file) is not None:
            return (self._batches.root,)
        return self._folders.roots if self._folders.shown(file) is not None else ()

    def called(self, files: Iterable[str], text: str) -> Iterator[str]:
        """Those of the files whose senders have called them by a name with that text in it, in whatever case."""
        wanted = text.casefold()
        for file in files:
            shown = self._batches.shown(file)
            if shown is not None and wanted in shown.casefold():
                yield file

    @property
    def uploads(self) -> str:
        """With what the paths of uploads begin."""
        return f"{self._batches.root}/"

    def named(self, results: Iterable[PageResult]) -> Iterator[PageResult]:
        """The results with such names for their files."""
        for result in results:
            yield replace(result, file=self.of(result.file))
