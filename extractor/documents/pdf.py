"""PDF files: scans are taken out as they are, all other pages are rendered."""

from __future__ import annotations

import math
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import pikepdf
from pikepdf.settings import set_qpdf_limits

from extractor.documents.embedded import read_scan
from extractor.documents.limits import MAX_PIXELS, check_pages, check_size
from extractor.documents.render import POINTS_PER_INCH, render
from extractor.documents.scan import find_scan, picture_dpi
from extractor.errors import DocumentError
from extractor.values import Box, Gray

_NO_SIZE = "The PDF page states no usable size (MediaBox); print it to a new PDF."

_LEFT_OUT = "Pages tree includes non-dictionary object"

_MOST_MISSING = 1000
"""Pages that a PDF says that it has more than can be opened; a larger number is damaged itself."""

_DRAWN_PIXELS = 0.97 * MAX_PIXELS
"""To so many pixels a page is drawn for the sake of its pictures; poppler rounds up."""

# A few bytes may unpack to gigabytes; no picture within the limits needs more than four bytes per pixel.
set_qpdf_limits(flate_max_memory=4 * MAX_PIXELS, run_length_max_memory=4 * MAX_PIXELS, doc_max_warnings=1000)


class PdfFile:
    """A PDF held open; its pages are decoded one at a time."""

    def __init__(self, stream: BinaryIO, file: str, dpi: int, *, darkest: bool = False) -> None:
        """`stream` is the open `file`; `dpi` is the least for pages that are rendered: all, where `darkest` asks for
        the darkest colour of each pixel.

        Raises DocumentError where no page can be had. Pages of which only the file's list of pages knows are counted
        at the end.
        """
        self._stream, self._file, self._dpi, self._darkest = stream, file, dpi, darkest
        try:
            # Not mapped into memory, where the pages read so far would pile up.
            self._pdf = pikepdf.open(stream, access_mode=pikepdf.AccessMode.stream)
            self._opened = len(self._pdf.pages)
            self.count = self._opened + self._missing()
        except pikepdf.PasswordError:
            raise DocumentError("The PDF needs a password; save it without one and read that.") from None
        except pikepdf.PdfError:
            raise DocumentError("The PDF is damaged beyond repair; scan, export or copy it again.") from None
        check_pages(self.count)

    def _missing(self) -> int:
        stated = _number(self._pdf.Root.Pages.get("/Count", 0), 0.0)
        # qpdf sets the number right when it leaves a page out that is not there, and says so.
        left_out = sum(_LEFT_OUT in str(warning) for warning in self._pdf.get_warnings())
        return int(min(max(0.0, stated - self._opened), _MOST_MISSING)) + left_out

    def page(self, number: int) -> Gray:
        """Page `number` (from 1) as grey, turned as the PDF says: the embedded scan at its own resolution, or the page
        rendered at that of the pictures on it. Raises DocumentError."""
        if number > self._opened:
            raise DocumentError(
                f"Of the {self.count:,} pages that the PDF should have only {self._opened:,} can be opened, which come "
                "before this one; scan, export or copy it again."
            )
        page = self._pdf.pages[number - 1]
        visible = _visible(page)
        unit = _number(page.obj.get("/UserUnit", 1), 1.0)
        rotate = round(_number(page.obj.get("/Rotate", 0), 0.0) / 90) * 90 % 360
        scan = find_scan(page, visible)
        image = read_scan(scan, rotate) if scan and not self._darkest else None
        if image is not None:
            return image
        for picture in page.get_images().values():
            check_size(int(picture.get("/Width", 1)), int(picture.get("/Height", 1)))
        size = (visible.width, visible.height)
        size = size[::-1] if rotate in (90, 270) else size
        finest = math.sqrt(_DRAWN_PIXELS / math.prod(size)) * POINTS_PER_INCH / unit
        dpi = max(self._dpi, math.floor(min(picture_dpi(page, visible) / unit, finest)))
        if self._opened == self.count:
            return render(self._file, number, dpi, size, unit, darkest=self._darkest)
        # Poppler may count the pages in another way.
        with TemporaryDirectory() as folder, pikepdf.new() as alone:
            alone.pages.append(page)
            alone.save(f"{folder}/page.pdf")
            return render(f"{folder}/page.pdf", 1, dpi, size, unit, darkest=self._darkest)

    def close(self) -> None:
        self._pdf.close()
        self._stream.close()


def _visible(page: pikepdf.Page) -> Box:
    """The part of the page that is shown, in its own units, y upwards. Raises DocumentError where it is none."""
    media = _box(page.obj.get("/MediaBox", None))
    if media is None:
        raise DocumentError(_NO_SIZE)
    crop = _box(page.obj.get("/CropBox", None)) or media
    left, bottom = max(media.left, crop.left), max(media.top, crop.top)
    width, height = min(media.right, crop.right) - left, min(media.bottom, crop.bottom) - bottom
    return Box(left, bottom, width, height) if width > 0 and height > 0 else media


def _box(value: Any) -> Box | None:
    try:
        x0, y0, x1, y1 = (float(number) for number in value)
    except (TypeError, ValueError):
        return None
    box = Box(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))
    return box if all(map(math.isfinite, box)) and box.width > 0 and box.height > 0 else None


def _number(value: Any, otherwise: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return otherwise
    return number if math.isfinite(number) else otherwise
