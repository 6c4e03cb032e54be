"""What a JPEG's markers say, read without decoding it (ITU-T T.81, annex B)."""

from __future__ import annotations

from typing import NamedTuple

from extractor.errors import DocumentError

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9


class JpegHeader(NamedTuple):
    """Size in pixels as stored (before EXIF turns it), and the number of colour components."""

    width: int
    height: int
    components: int


def jpeg_header(data: bytes) -> JpegHeader:
    """The header of the JPEG `data`, of which the end is checked too.

    A decoder fills the rest of a cut-off JPEG with grey, which would read as blank fields. Inside the pixel data no
    two bytes look like the end marker, so there is one behind the start of the pixel data if, and only if, the file
    goes on to its end; phones may add data of their own behind it.

    Raises DocumentError where the file ends early or is no JPEG after all.
    """
    frame: JpegHeader | None = None
    at = 0
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker in (0x00, 0xFF):  # padding
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        elif marker == _START_OF_SCAN and frame:
            if data.rfind(b"\xff\xd9", at) < 0:
                break
            return frame
        elif marker in (_START_OF_SCAN, _END_OF_IMAGE):
            raise DocumentError("The JPEG holds no picture; scan or copy it again.")
        else:
            if marker in _FRAMES and at + 10 <= len(data):
                height, width = (int.from_bytes(data[at + i : at + i + 2], "big") for i in (5, 7))
                frame = JpegHeader(width, height, data[at + 9])
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise DocumentError("The file ends early; scan or copy it again.")
