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
    HEIC = "HEIC"
    AVIF = "AVIF"


_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1"))
"""Of the kinds that a file says it keeps to (ISO/IEC 23008-12), those of still pictures as phones write them."""


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
    if head[4:8] == b"ftyp":
        brands = _brands(head)
        if brands & {b"avif", b"avis"}:
            return Format.AVIF
        if brands & _HEIC_BRANDS:
            return Format.HEIC
    raise DocumentError(
        f"By its content the file is {_stranger(head)}, which is not read; save it as PNG, JPEG, TIFF or PDF."
    )


def is_picture(head: bytes) -> bool:
    """Whether a file that begins with `head` is a picture or PDF, one that is read or of a kind that is known not to
    be."""
    try:
        return bool(sniff(head))
    except DocumentError:
        return _other_picture(head) is not None


def _brands(head: bytes) -> set[bytes]:
    end = min(max(int.from_bytes(head[:4], "big"), 16), len(head))
    return {head[at : at + 4] for at in (8, *range(16, end - 3, 4))}


def _other_picture(head: bytes) -> str | None:
    if head.startswith(b"GIF8"):
        return "a GIF"
    if head.startswith((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")):
        return "a JPEG 2000"
    if head.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL ")):
        return "a JPEG XL"
    if head.startswith(b"8BPS"):
        return "a Photoshop picture"
    if head.startswith(b"AT&TFORM"):
        return "a DjVu document"
    return None


def _stranger(head: bytes) -> str:
    picture = _other_picture(head)
    if picture:
        return picture
    if head[4:8] == b"ftyp":
        return "a film"
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
