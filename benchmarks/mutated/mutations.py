"""Ways in which a file is damaged: by disks and cables, by half a copy, and by those who look for a hole."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

Mutation = Callable[[bytes, np.random.Generator], bytes]
MOST_AT_ONCE = 3
EXTREME = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (b"0", b"-1", b"1", b"999999999", b"2147483648", b"1e99", b"", b"null", b"[", b"<<", b"'", b"/Type", b"\xff")


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    """A few bits are others."""
    array = bytearray(content)
    for _ in range(int(rng.integers(1, 33))):
        array[_place(content, rng)] ^= 1 << int(rng.integers(8))
    return bytes(array)


def emptied(content: bytes, rng: np.random.Generator) -> bytes:
    """A stretch is zeros, as where a block of the disk was never written."""
    at, size = _place(content, rng), int(rng.integers(1, 4097))
    return content[:at] + bytes(min(size, len(content) - at)) + content[at + size :]


def cut(content: bytes, rng: np.random.Generator) -> bytes:
    """The end is missing, as after half a copy."""
    return content[: max(1, _place(content, rng))]


def without(content: bytes, rng: np.random.Generator) -> bytes:
    """A stretch is missing."""
    at, size = _place(content, rng), int(rng.integers(1, 513))
    return content[:at] + content[at + size :]


def repeated(content: bytes, rng: np.random.Generator) -> bytes:
    """A stretch is there many times."""
    at, size = _place(content, rng), int(rng.integers(1, 257))
    return content[:at] + content[at : at + size] * int(rng.integers(2, 65)) + content[at + size :]


def inserted(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes that mean nothing are in it."""
    at = _place(content, rng)
    return content[:at] + rng.bytes(int(rng.integers(1, 65))) + content[at:]


def extreme(content: bytes, rng: np.random.Generator) -> bytes:
    """A number of one, two or four bytes is the largest, the smallest, or near it."""
    at, size = _place(content, rng), (1, 2, 4)[int(rng.integers(3))]
    value: int = EXTREME[int(rng.integers(len(EXTREME)))] % 256**size
    return content[:at] + value.to_bytes(size, "big" if rng.integers(2) else "little") + content[at + size :]


def reworded(content: bytes, rng: np.random.Generator) -> bytes:
    """A word or a number that is written in letters is another."""
    words = list(re.finditer(rb"[A-Za-z0-9_.+-]+", content))
    if not words:
        return flipped(content, rng)
    word = words[int(rng.integers(len(words)))]
    others = WORDS if rng.integers(2) else [one.group() for one in words]
    other: bytes = others[int(rng.integers(len(others)))]
    return content[: word.start()] + other + content[word.end() :]


def shuffled(content: bytes, rng: np.random.Generator) -> bytes:
    """Two text lines have changed places, or one is there twice."""
    lines = content.split(b"\n")
    one, other = (int(rng.integers(len(lines))) for _ in range(2))
    if rng.integers(2):
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines.insert(one, lines[other])
    return b"\n".join(lines)


OF_TEXT: tuple[Mutation, ...] = (reworded, shuffled)
MUTATIONS: tuple[Mutation, ...] = (flipped, emptied, cut, without, repeated, inserted, extreme, *OF_TEXT)


def mutated(content: bytes, others: Sequence[bytes], rng: np.random.Generator, *, text: bool = False) -> bytes:
    """`content` damaged in up to three ways; now and then it goes on as one of the `others`.

    Of `text` most get other words alone: all else makes it no text, which is noticed at once.
    """
    if text and rng.integers(4):
        return OF_TEXT[int(rng.integers(len(OF_TEXT)))](content, rng)
    if rng.integers(12) == 0:
        other = others[int(rng.integers(len(others)))]
        content = content[: _place(content, rng)] + other[_place(other, rng) :]
    for _ in range(int(rng.integers(1, MOST_AT_ONCE + 1))):
        content = MUTATIONS[int(rng.integers(len(MUTATIONS)))](content or b"\0", rng)
    return content or b"\0"


def _place(content: bytes, rng: np.random.Generator) -> int:
    """Somewhere in it; half the time near its head or its end, where files say what is in them."""
    near = min(len(content), 600)
    match int(rng.integers(4)):
        case 0:
            return int(rng.integers(near))
        case 1:
            return len(content) - 1 - int(rng.integers(near))
    return int(rng.integers(len(content)))
