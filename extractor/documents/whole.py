"""Whether a file looks as if all of it were there: who still writes it may pause for longer than anybody waits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Literal

from extractor.documents.sniff import SNIFFED_BYTES, Format, sniff
from extractor.errors import DocumentError

END_BYTES = 4096
"""A file's last bytes, in which its end must be marked: some programs write more behind that."""

TIFF_ENTRY = ((0, 2), (2, 4), (4, 8), (8, 12))
"""Bytes of an entry in a TIFF's list: tag, kind of number, how many, the value or where it is."""

SHORT = 3
"""The kind of a number of two bytes."""

STRIPS = {273: 279, 324: 325}
"""Tags that say where strips or tiles begin, with those that say how long they are."""

SHORTEST_BOX = 8
"""Bytes of a box's own head in HEIC and AVIF."""


def looks_whole(file: str) -> bool:
    """Whether the file has what its format wants at its end. True for what nobody knows the end of, or cannot be
    opened: waiting would help nothing."""
    try:
        with Path(file).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            head = stream.read(SNIFFED_BYTES)
            stream.seek(max(0, size - END_BYTES))
            return _is_whole(sniff(head), head, stream.read(END_BYTES), size, stream)
    except (OSError, DocumentError):
        return True


def _is_whole(kind: Format, head: bytes, end: bytes, size: int, stream: BinaryIO) -> bool:
    match kind:
        case Format.JPEG:
            return b"\xff\xd9" in end
        case Format.PNG:
            return b"IEND" in end
        case Format.PDF:
            return b"%%EOF" in end
        case Format.WEBP:
            return size >= 8 + int.from_bytes(head[4:8], "little")
        case Format.BMP:
            return size >= int.from_bytes(head[2:6], "little")
        case Format.TIFF:
            return _strips_end(head, stream, size) <= size
        case Format.HEIC | Format.AVIF:
            return _boxes_end(stream, size) <= size


def _strips_end(head: bytes, stream: BinaryIO, size: int) -> int:
    """Where the first picture of a TIFF ends: some write the list of what is in it behind the picture, some before."""
    order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
    if head[2:4] in (b"+\0", b"\0+"):
        # Of BigTIFF only where the list begins.
        return int.from_bytes(head[8:16], order) + 1
    start = int.from_bytes(head[4:8], order)
    if not 0 < start < size:
        return size + 1
    stream.seek(start)
    entries = stream.read(12 * int.from_bytes(stream.read(2), order))
    found: dict[int, int] = {}
    for at in range(0, len(entries) - 11, 12):
        tag, kind, count, value = (int.from_bytes(entries[at + a : at + b], order) for a, b in TIFF_ENTRY)
        if tag in STRIPS or tag in STRIPS.values():
            width = 2 if kind == SHORT else 4
            if count * width <= TIFF_ENTRY[3][1] - TIFF_ENTRY[3][0]:
                # It stands in the entry itself, at its beginning.
                found[tag] = int.from_bytes(entries[at + 8 : at + 8 + width], order)
            else:
                stream.seek(value + (count - 1) * width)
                found[tag] = int.from_bytes(stream.read(width), order)
    return max((found[at] + found.get(length, 0) for at, length in STRIPS.items() if at in found), default=0)


def _boxes_end(stream: BinaryIO, size: int) -> int:
    """Where the last box of a HEIC or AVIF file ends, by what the boxes say of their lengths."""
    at = 0
    while at < size:
        stream.seek(at)
        length = int.from_bytes(stream.read(4), "big")
        if length == 1:
            stream.seek(at + 8)
            length = int.from_bytes(stream.read(8), "big")
        if length < SHORTEST_BOX:
            # To the end of the file, or damaged.
            return size
        at += length
    return at
