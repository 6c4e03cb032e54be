"""PNG, JPEG, BMP, WebP and AVIF files: one picture each, whose size and wholeness are checked before it is decoded."""

from __future__ import annotations

import os
import struct
import zlib
from io import BytesIO
from typing import BinaryIO

import cv2
from PIL import Image, ImageOps

from extractor.documents.grey import grey_from_bytes, grey_from_pillow
from extractor.documents.jpeg import jpeg_header
from extractor.documents.limits import MAX_IMAGE_BYTES, check_bytes, check_size
from extractor.documents.sniff import Format
from extractor.errors import DocumentError
from extractor.values import Gray

_PNG_HEADER = 33
"""Bytes of a PNG's signature and of the chunk that states its size and colours (ISO/IEC 15948, 5.2 and 11.2.2)."""

_PNG_DEEP = 16
"""Bits of a sample of a deep PNG."""

_EARLY = "The file ends early; scan or copy it again."


class ImageFile:
    """A file of one picture, read when its page is asked for."""

    count = 1

    def __init__(self, stream: BinaryIO, kind: Format, *, darkest: bool = False) -> None:
        """`stream` is the open file; `darkest` takes the darkest colour of each pixel."""
        self._stream, self._kind, self._darkest = stream, kind, darkest

    def page(self, number: int) -> Gray:
        """The picture (`number` is 1) as grey, shape (height, width). Raises DocumentError or OSError."""
        check_bytes(self._stream.seek(0, os.SEEK_END), MAX_IMAGE_BYTES)
        self._stream.seek(0)
        data = self._stream.read()
        match self._kind:
            case Format.JPEG:
                header = jpeg_header(data)
                check_size(header.width, header.height)
                return grey_from_bytes(data, darkest=self._darkest)
            case Format.AVIF:
                _check_other(data, self._kind)
                return _by_pillow(data, self._kind, darkest=self._darkest)
            case Format.PNG:
                transparent, coloured = _check_png(data)
            case _:
                transparent, coloured = _check_other(data, self._kind), False
        if transparent:
            return _by_pillow(data, self._kind, darkest=self._darkest)
        # Decoded straight to grey, a PNG that states its gamma would come with blue ink as light as pencil.
        flags = cv2.IMREAD_COLOR if coloured else cv2.IMREAD_GRAYSCALE
        return grey_from_bytes(data, flags, darkest=self._darkest)

    def close(self) -> None:
        self._stream.close()


def _check_png(data: bytes) -> tuple[bool, bool]:
    """Whether the PNG `data` has transparency, and colours; raises DocumentError if too large, cut off or damaged."""
    if len(data) < _PNG_HEADER:
        raise DocumentError(_EARLY)
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    check_size(width, height)
    transparent = colour in (4, 6)
    at, view = 8, memoryview(data)
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            break
        # Capitals: a chunk without which the picture is not what it was.
        if name[:1].isupper() and zlib.crc32(view[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            raise DocumentError("The PNG is damaged; scan or copy it again.")
        if name == b"tRNS":
            transparent = depth < _PNG_DEEP
        if name == b"IEND":
            return transparent, colour in (2, 3)
        at = end + 4
    raise DocumentError(_EARLY)


def _check_other(data: bytes, kind: Format) -> bool:
    """Whether the BMP, WebP or AVIF `data` has transparency; raises as `_check_png` does."""
    if kind is Format.WEBP and len(data) < int.from_bytes(data[4:8], "little") + 8:
        raise DocumentError(_EARLY)
    try:
        with Image.open(BytesIO(data), formats=[kind.upper()]) as image:
            check_size(*image.size)
            return kind is Format.WEBP and image.has_transparency_data
    except Image.DecompressionBombError:
        raise DocumentError("The picture is too large to be read; scan it at a lower resolution.") from None
    except (OSError, ValueError, SyntaxError, struct.error):
        raise DocumentError(f"The {kind} is damaged; scan or copy it again.") from None


def _by_pillow(data: bytes, kind: Format, *, darkest: bool) -> Gray:
    try:
        with Image.open(BytesIO(data), formats=[kind.upper()]) as image:
            return grey_from_pillow(ImageOps.exif_transpose(image), darkest=darkest)
    except (OSError, ValueError, SyntaxError, struct.error):
        raise DocumentError(f"The {kind} is damaged; scan or copy it again.") from None
