"""TIFF files, of one page or many, as scanners and fax machines write them."""

from __future__ import annotations

from typing import BinaryIO, cast

from PIL import Image, TiffImagePlugin

from extractor.documents.grey import grey_from_pillow, squared
from extractor.documents.limits import MAX_PAGES, check_pages, check_size
from extractor.errors import DocumentError
from extractor.values import Gray

_PHOTOMETRIC, _X_RESOLUTION, _Y_RESOLUTION, _ORIENTATION = 262, 282, 283, 274
_WHITE_IS_ZERO = 0
_ON_ITS_SIDE = 5
"""From this orientation on (TIFF 6.0) a page lies on its side."""
_DAMAGED = "The page is damaged or ends early; scan or copy it again."
_BROKEN = (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, OverflowError, RuntimeError)
"""What Pillow is known to raise for files that are not as they should be."""


class TiffFile:
    """A TIFF held open; its pages are decoded one at a time."""

    def __init__(self, stream: BinaryIO, *, darkest: bool = False) -> None:
        """`stream` is the open file. Raises DocumentError where not even the first page's header can be read."""
        self._darkest = darkest
        self._stream = stream
        try:
            # Given a name, Pillow would map an uncompressed file into memory and mix up pages that lie on their side.
            self._image = cast(TiffImagePlugin.TiffImageFile, Image.open(stream, formats=["TIFF"]))
        except Image.DecompressionBombError:
            raise DocumentError("The page is too large to be read; scan it at a lower resolution.") from None
        except _BROKEN:
            raise DocumentError("The TIFF is damaged or ends early; scan or copy it again.") from None
        self.count = self._pages()
        check_pages(self.count)

    def _pages(self) -> int:
        # Pages are chained. Where the chain breaks one more is counted, so that the loss shows as a failed page.
        count = 1
        try:
            while count <= MAX_PAGES:
                self._image.seek(count)
                count += 1
        except EOFError:
            return count
        except (*_BROKEN, Image.DecompressionBombError):
            return count + 1
        return count

    def page(self, number: int) -> Gray:
        """Page `number` (from 1) as grey, upright as its tag says, pixels square. Raises DocumentError."""
        image = self._image
        try:
            image.seek(number - 1)
            check_size(*image.size)
            tags = image.tag_v2
            inverted = image.mode.startswith("I;16") and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
            across, down = (_number(tags.get(tag)) for tag in (_X_RESOLUTION, _Y_RESOLUTION))
            if tags.get(_ORIENTATION, 1) >= _ON_ITS_SIDE:  # Pillow turns it when it loads
                across, down = down, across
            grey = grey_from_pillow(image, darkest=self._darkest)
        except (EOFError, Image.DecompressionBombError, *_BROKEN):
            raise DocumentError(_DAMAGED) from None
        # Pillow inverts white-is-zero pages of every depth but this one.
        return squared(255 - grey if inverted else grey, across, down)

    def close(self) -> None:
        self._stream.close()


def _number(value: object) -> float:
    try:
        return float(cast(float, value))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
