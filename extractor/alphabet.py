"""Alphabets as people write them: `0-9`, `A-Z`, `0-9A-F`."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_RANGE = 255
"""From the first to the last symbol of a range."""

SHORTEST_RANGE = 3
"""Neighbours that are written as a range; fewer are written out."""


def symbols(text: str) -> tuple[str, ...]:
    """The symbols of the alphabet `text`, in order, each once: single characters, and ranges such as `A-Z`.

    A hyphen at either end stands for itself. Raises ValueError with the way out.
    """
    found: set[str] = set()
    place = 0
    while place < len(text):
        first = text[place]
        if text[place + 1 : place + 2] == "-" and place + 2 < len(text):
            last = text[place + 2]
            if not _is_range(first, last):
                raise ValueError(f"alphabet '{text}': {first}-{last} is no range; write one such as A-Z, a-z or 0-9")
            found.update(map(chr, range(ord(first), ord(last) + 1)))
            place += 3
        else:
            found.add(first)
            place += 1
    if not found or any(symbol.isspace() for symbol in found):
        raise ValueError(f"alphabet '{text}' must be symbols without spaces, such as 0-9, A-Z or 0-9A-F")
    return tuple(sorted(found))


def short(alphabet: Iterable[str]) -> str:
    """`alphabet` as `symbols` takes it, runs of neighbours written as ranges."""
    left = sorted(set(alphabet) - {"-"})
    parts = []
    while left:
        count = 1
        while count < len(left) and _is_range(left[0], left[count]) and ord(left[count]) == ord(left[0]) + count:
            count += 1
        parts.append(f"{left[0]}-{left[count - 1]}" if count >= SHORTEST_RANGE else "".join(left[:count]))
        left = left[count:]
    return "".join(parts) + ("-" if "-" in alphabet else "")


def _is_range(first: str, last: str) -> bool:
    alike = (first.isdigit() and last.isdigit()) or (
        first.isalpha() and last.isalpha() and first.isupper() == last.isupper()
    )
    return alike and 0 <= ord(last) - ord(first) <= LONGEST_RANGE
