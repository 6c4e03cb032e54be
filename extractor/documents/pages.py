"""Pages out of files, one at a time; what cannot be opened becomes a failed page with a sentence."""

from __future__ import annotations

import io
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path, PurePath
from typing import BinaryIO, Protocol

from extractor.documents.decoder_messages import check_whole, decoder_messages
from extractor.documents.image import ImageFile
from extractor.documents.limits import MAX_DOCUMENT_BYTES, MAX_IMAGE_BYTES, check_bytes
from extractor.documents.negative import black_on_white
from extractor.documents.sniff import SNIFFED_BYTES, Format, sniff
from extractor.documents.tiff import TiffFile
from extractor.errors import DocumentError
from extractor.objects import is_object
from extractor.values import FailedPage, Gray, Page

_ONE_PICTURE = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".webp", ".avif"})
"""Endings by which a file is taken to have one page without being opened."""

_log = logging.getLogger(__name__)


class _Document(Protocol):
    count: int

    def page(self, number: int) -> Gray: ...

    def close(self) -> None: ...


def count_pages(file: str) -> int:
    """How many pages `file` has: 1 for the ending of a picture (PNG, JPEG, BMP, WebP, AVIF), without a look at the
    file; otherwise by its headers.

    Raises DocumentError, one sentence without the file's name, where that cannot be found out.
    """
    if PurePath(file).suffix.lower() in _ONE_PICTURE:
        return 1
    try:
        with decoder_messages(), closing(_open(file, dpi=1)) as document:
            return document.count
    except Exception as error:
        raise DocumentError(_reason(error)) from None


def open_pages(
    file: str, *, dpi: int = 200, first: int = 1, last: int | None = None, darkest: bool = False
) -> Iterator[Page | FailedPage]:
    """Pages `first` to `last` (from 1, both included; None: to the end) of `file`, each decoded when it is asked for.

    `dpi` is the least resolution of PDF pages that have to be rendered; scans keep their own. `darkest` takes the
    darkest of red, green and blue for grey, which shows rulings in pale colours; then all PDF pages are rendered. A
    page that is white on black is turned round. Never raises for a bad file or page: a page that cannot be opened comes
    as FailedPage and the next one follows; where nothing can be had, one FailedPage with the number `first` comes.
    """
    if first < 1:
        raise ValueError(f"pages count from 1, not from {first}")
    try:
        with decoder_messages():
            document = _open(file, dpi, darkest=darkest)
    except Exception as error:
        yield FailedPage(file, first, _reason(error))
        return
    with closing(document):
        if first > document.count:
            yield FailedPage(file, first, _missing(first, document.count))
        for number in range(first, min(document.count if last is None else last, document.count) + 1):
            yield _page(document, file, number)


def open_page(file: str, number: int, *, dpi: int = 200) -> Page | FailedPage:
    """The picture that has page `number` of `file`. Numbers after the last page are those of further sheets on the
    pages, in turn: with two pages, the third is a second sheet in the picture of the first. `dpi` as in `open_pages`.
    """
    page = next(open_pages(file, dpi=dpi, first=number, last=number))
    if isinstance(page, FailedPage):
        with suppress(DocumentError):
            count = count_pages(file)
            if number > count:
                return next(open_pages(file, dpi=dpi, first=(number - 1) % count + 1, last=(number - 1) % count + 1))
    return page


def _missing(number: int, count: int) -> str:
    return f"The file has no page {number} but {count} in all; if it has changed, read it again as a whole."


def _page(document: _Document, file: str, number: int) -> Page | FailedPage:
    try:
        with decoder_messages() as messages:
            image = document.page(number)
        check_whole(messages)
        return Page(file, number, black_on_white(image))
    except Exception as error:
        return FailedPage(file, number, _reason(error))


def _open(file: str, dpi: int, *, darkest: bool = False) -> _Document:
    if is_object(file):
        return _open_object(file, dpi, darkest=darkest)
    path = Path(file)
    # Looked at first, because to open a pipe is to wait for its writer.
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(file)
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError("This is no file but a device or pipe; save what comes out of it and read that.")
    check_bytes(status.st_size, MAX_DOCUMENT_BYTES)
    return _open_stream(path.open("rb"), file, str(path), dpi, darkest=darkest)


def _open_object(address: str, dpi: int, *, darkest: bool) -> _Document:
    # Imported here: only who reads from a store needs it.
    from extractor.objects.object_store import copied, fetched

    if PurePath(address).suffix.lower() in _ONE_PICTURE:
        content = fetched(address, MAX_IMAGE_BYTES)
        check_bytes(len(content), MAX_IMAGE_BYTES)
        return _open_stream(io.BytesIO(content), address, address, dpi, darkest=darkest)
    copy = copied(address, MAX_DOCUMENT_BYTES)
    return _open_stream(copy.open("rb"), address, str(copy), dpi, darkest=darkest)


def _open_stream(stream: BinaryIO, file: str, place: str, dpi: int, *, darkest: bool) -> _Document:
    """The document called `file`, which lies at `place` where it is a PDF."""
    try:
        kind = sniff(stream.read(SNIFFED_BYTES))
        stream.seek(0)
        document = _document(stream, kind, place, dpi, darkest=darkest)
        ending = PurePath(file).suffix.lower()
        if ending in _ONE_PICTURE and document.count > 1:
            # By its ending one page was counted: the others would be lost.
            raise DocumentError(
                f"The file is a {kind} of {document.count} pages, not a {ending}; rename it to .{kind.lower()}."
            )
    except BaseException:
        stream.close()
        raise
    return document


def _document(stream: BinaryIO, kind: Format, file: str, dpi: int, *, darkest: bool) -> _Document:
    match kind:
        case Format.TIFF:
            return TiffFile(stream, darkest=darkest)
        case Format.PDF:
            from extractor.documents.pdf import PdfFile  # only where there is one: it takes as long as OpenCV

            return PdfFile(stream, file, dpi, darkest=darkest)
        case Format.HEIC:
            from extractor.documents.heic import HeicFile  # only where there is one: a quarter of a second

            return HeicFile(stream, darkest=darkest)
        case _:
            return ImageFile(stream, kind, darkest=darkest)


def _reason(error: Exception) -> str:
    match error:
        case DocumentError():
            return str(error)
        case FileNotFoundError():
            return "The file is not there any more; put it back and read it again."
        case PermissionError():
            return "The file may not be read; ask for the right to read it."
        case IsADirectoryError():
            return "This is a folder; name the files in it, or read the whole folder."
        case MemoryError():
            return "There is not enough memory for this page; read fewer pages at once, or scan at a lower resolution."
        case OSError():
            return f"The file cannot be read ({os.strerror(error.errno or 5).lower()}); copy it again."
    _log.debug("unexpected", exc_info=error)
    return "The page is damaged or of a rare kind; scan it again, or save it as PNG."
