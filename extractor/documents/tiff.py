"""TIFF files, of one page or many, as scanners and fax machines write them."""

from __future__ import annotations

from typing import BinaryIO, cast

from PIL import Image, TiffImagePlugin

from extractor.documents.grey import grey_from_pillow, squared
from extractor.documents.limits import MAX_PAGES, check_pages, check_size
from extractor.errors import DocumentError
from extractor.values import Gray

_PHOTOMETRIC, _X_RESOLUTION, _Y_RESOLUTION, _ORIENTATION = 262, 282, 283, 274
_KIND, _OLD_KIND = 254, 255
_REDUCED, _OLD_REDUCED = 0b1, 2
"""A picture that is a smaller copy of another one (TIFF 6.0: NewSubfileType, SubfileType)."""
_MUCH_SMALLER = 0.5
"""What is called a smaller copy has no larger share of the pixels of the largest page: some writers call all so."""
_WHITE_IS_ZERO = 0
_ON_ITS_SIDE = 5
"""From this orientation on (TIFF 6.0) a page lies on its side."""
_PAGE_DAMAGED = "The page is damaged or ends early; scan or copy it again."
_BROKEN_TIFF = (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, OverflowError, RuntimeError)
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
        except _BROKEN_TIFF:
            raise DocumentError("The TIFF is damaged or ends early; scan or copy it again.") from None
        self._lost: int | None = None
        self._frames = self._pages()
        self.count = len(self._frames)
        check_pages(self.count)

    def _pages(self) -> list[int]:
        """Which of the file's pictures are pages: all but the smaller copies, such as thumbnails."""
        # Pictures are chained. Where the chain breaks one more is taken, so that the loss shows as a failed page.
        sizes: list[int] = []
        reduced: list[bool] = []
        broken = False
        try:
            while len(sizes) <= MAX_PAGES:
                self._image.seek(len(sizes))
                sizes.append(self._image.width * self._image.height)
                tags = self._image.tag_v2
                reduced.append(bool(_number(tags.get(_KIND)) % 2) or tags.get(_OLD_KIND) == _OLD_REDUCED)
        except EOFError:
            pass
        except (*_BROKEN_TIFF, Image.DecompressionBombError):
            broken = True
        largest = max((size for size, copy in zip(sizes, reduced, strict=False) if not copy), default=0)
        frames = [
            frame
            for frame, size in enumerate(sizes)
            if not (frame < len(reduced) and reduced[frame] and size <= _MUCH_SMALLER * largest)
        ]
        self._lost = len(sizes) if broken else None
        return [*frames, len(sizes)] if broken else frames

    def page(self, number: int) -> Gray:
        """Page `number` (from 1) as grey, upright as its tag says, pixels square. Raises DocumentError."""
        image = self._image
        frame = self._frames[number - 1]
        if frame == self._lost:
            # Asked again, Pillow takes itself to be there already, and would give the page before it once more.
            raise DocumentError(_PAGE_DAMAGED)
        try:
            image.seek(frame)
            check_size(*image.size)
            tags = image.tag_v2
            inverted = image.mode.startswith("I;16") and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
            across, down = (_number(tags.get(tag)) for tag in (_X_RESOLUTION, _Y_RESOLUTION))
            if tags.get(_ORIENTATION, 1) >= _ON_ITS_SIDE:  # Pillow turns it when it loads
                across, down = down, across
            grey = grey_from_pillow(image, darkest=self._darkest)
        except (EOFError, Image.DecompressionBombError, *_BROKEN_TIFF):
            raise DocumentError(_PAGE_DAMAGED) from None
        # Pillow inverts white-is-zero pages of every depth but this one.
        return squared(255 - grey if inverted else grey, across, down)

    def close(self) -> None:
        self._stream.close()


def _number(value: object) -> float:
    try:
        return float(cast(float, value))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
