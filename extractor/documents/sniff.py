"""What a file is by its first bytes: endings lie."""

from __future__ import annotations

from enum import StrEnum

from extractor.errors import DocumentError

SNIFFED_BYTES = 1024
"""How many of a file's first bytes `sniff` wants: a PDF's header may stand anywhere among them."""


class Format(StrEnum):
    PNG = "PNG"
    JPEG = "JPEG"
    BMP = "BMP"
    WEBP = "WebP"
    TIFF = "TIFF"
    PDF = "PDF"


def sniff(head: bytes) -> Format:
    """The format of a file that begins with `head`; raises DocumentError, naming what it is, for all others."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return Format.TIFF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format.WEBP
    if b"%PDF-" in head[:SNIFFED_BYTES]:
        return Format.PDF
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return Format.BMP
    raise DocumentError(
        f"The file is {_stranger(head)}, whatever its name says; save it as PNG, JPEG, TIFF or PDF and read that."
    )


def _stranger(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return "a HEIC or AVIF photo" if head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif") else "a film"
    if head.startswith(b"GIF8"):
        return "a GIF"
    if head.startswith((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")):
        return "a JPEG 2000"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "an office document or an archive"
    if b"\0" in head:
        return "of no kind that is known here"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # otherwise the last character was cut in two
            return "of no kind that is known here"
    return "text"
