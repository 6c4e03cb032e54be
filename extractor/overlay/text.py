"""Words in the picture: the one font that comes with Pillow, so that pictures look the same everywhere."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache
from typing import Any

from PIL import ImageFont

from extractor.values import FieldStatus

Colour = tuple[int, int, int]

STATUS_COLOURS: dict[FieldStatus, Colour] = {
    FieldStatus.ACCEPTED: (26, 138, 66),
    FieldStatus.REVIEW: (219, 124, 0),
    FieldStatus.BLANK: (140, 140, 140),
    FieldStatus.VOID: (84, 110, 154),
}
"""Red, green, blue of each status; dark enough to be read as text on white."""

WORDS = {
    FieldStatus.ACCEPTED: "accepted",
    FieldStatus.REVIEW: "to check",
    FieldStatus.BLANK: "blank",
    FieldStatus.VOID: "void",
}

NEARLY_SURE, ALL_SURE = 990, 1000
"""In tenths of a per cent: from the first to below the second, tenths are shown."""

_KNOWN = frozenset("·…“”‘’£")


@lru_cache(maxsize=64)
def font(size: int) -> Any:
    return ImageFont.load_default(size)


def drawable(text: str) -> str:
    """`text` in the letters that the font has: accents dropped, other scripts as question marks."""
    out = []
    for character in text.replace("–", "-").replace("—", "-"):
        if " " <= character <= "~" or character in _KNOWN:
            out.append(character)
        elif character.isspace():
            out.append(" ")
        else:
            base = unicodedata.normalize("NFKD", character)[0]
            if not unicodedata.combining(character):
                out.append(base if " " <= base <= "~" else "?")
    return "".join(out)


def length(text: str, size: int) -> int:
    """Width in pixels."""
    return math.ceil(float(font(size).getlength(text)))


def wrap(text: str, size: int, width: int) -> list[str]:
    """Lines no wider than `width` pixels, broken between words where there are any."""
    lines, line = [], ""
    for word in drawable(text).split():
        longer = f"{line} {word}".strip()
        if length(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while length(word, size) > width and len(word) > 1:
            fits = max(1, next(n for n in range(len(word), 0, -1) if n == 1 or length(word[:n], size) <= width))
            lines.append(word[:fits])
            word = word[fits:]  # noqa: PLW2901
        line = word
    return [*lines, line] if line else lines


def percent(probability: float) -> str:
    """Rounded down, so that only what is certain is shown as 100 %."""
    if not math.isfinite(probability):
        return "0 %"
    tenths = math.floor(probability * 1000 + 1e-6)
    return f"{tenths / 10:.1f} %" if NEARLY_SURE <= tenths < ALL_SURE else f"{tenths // 10} %"
