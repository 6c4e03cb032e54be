"""HEIC photographs, as phones write them: one picture, or several in one file."""

from __future__ import annotations

import os
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from extractor.documents.grey import grey_from_pillow
from extractor.documents.limits import MAX_IMAGE_BYTES, check_bytes, check_pages, check_size
from extractor.errors import DocumentError
from extractor.values import Gray

register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

_ORIENTATION_TAG = 0x112

_PHOTO_DAMAGED = "The photo is damaged or ends early; copy it from the phone again, or save it as JPEG."
_BROKEN_HEIC = (OSError, ValueError, EOFError, SyntaxError, KeyError, TypeError, RuntimeError)
"""What libheif and Pillow are known to raise for files that are not as they should be."""


class HeicFile:
    """A HEIC file held open; its pictures are decoded one at a time. Thumbnails and depths are none."""

    def __init__(self, stream: BinaryIO, *, darkest: bool = False) -> None:
        """`stream` is the open file; `darkest` takes the darkest colour of each pixel. Raises DocumentError."""
        check_bytes(stream.seek(0, os.SEEK_END), MAX_IMAGE_BYTES)
        stream.seek(0)
        self._stream, self._darkest = stream, darkest
        data = stream.read()
        # Where the file has its own way of turning, libheif has done so; else what EXIF says is all that there is.
        self._turned = b"irot" in data or b"imir" in data
        try:
            self._image = Image.open(BytesIO(data), formats=["HEIF"])
        except Image.DecompressionBombError:
            raise DocumentError("The photo is too large to be read; save it smaller.") from None
        except _BROKEN_HEIC:
            raise DocumentError(_PHOTO_DAMAGED) from None
        self.count = int(getattr(self._image, "n_frames", 1))
        check_pages(self.count)

    def page(self, number: int) -> Gray:
        """Picture `number` (from 1) as grey, upright, shape (height, width). Raises DocumentError."""
        try:
            self._image.seek(number - 1)
            check_size(*self._image.size)
            # The plugin takes the orientation out of the EXIF data, whoever is to apply it.
            exif = self._image.getexif()
            exif[_ORIENTATION_TAG] = 1 if self._turned else self._image.info.get("original_orientation") or 1
            return grey_from_pillow(ImageOps.exif_transpose(self._image), darkest=self._darkest)
        except _BROKEN_HEIC:
            raise DocumentError(_PHOTO_DAMAGED) from None

    def close(self) -> None:
        self._image.close()
        self._stream.close()
