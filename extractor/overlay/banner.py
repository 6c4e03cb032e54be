"""The strips above and below the page: what it is, how it went, which rules it breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from extractor.overlay.field_labels import words
from extractor.overlay.text import STATUS_COLOURS, WORDS, Colour, drawable, font, length, percent, wrap
from extractor.values import FieldStatus, PageResult, PageStatus, Reading

STRIP: Colour = (32, 41, 54)
WHITE: Colour = (255, 255, 255)
PALE_TEXT: Colour = (176, 187, 202)
WARN: Colour = (255, 190, 92)
BAD: Colour = (255, 138, 128)
LIGHT = {
    FieldStatus.ACCEPTED: (72, 199, 116),
    FieldStatus.REVIEW: (255, 176, 46),
    FieldStatus.BLANK: (190, 190, 190),
    FieldStatus.VOID: (140, 168, 216),
}
"""The colours of the page, lighter, to stand out on the dark strip."""


@dataclass(frozen=True)
class _Piece:
    """Some words on one line, perhaps with a square of colour before them."""

    text: str
    colour: Colour = WHITE
    square: Colour | None = None

    def width(self, size: int) -> int:
        return length(self.text, size) + (round(0.95 * size) if self.square else 0)


def header(result: PageResult, width: int) -> Image.Image:
    """The strip above a page of this width in pixels."""
    size = _size(width)
    lines: list[tuple[int, list[_Piece]]] = []
    room = width - 2 * size
    where = f"{result.file.replace(chr(92), '/').rpartition('/')[2]} · page {result.page}"
    title = result.form or "no form"
    lines += [(round(1.25 * size), [_Piece(line)]) for line in wrap(title, round(1.25 * size), room)]
    lines += [(size, [_Piece(line, PALE_TEXT)]) for line in wrap(where, size, room)]
    lines += [(size, pieces) for pieces in _flow(_counts(result), size, room)]
    if result.reason:
        lines += [(size, [_Piece(line, WARN)]) for line in wrap(result.reason, size, room)]
    for outcome in result.rules:
        if outcome.outcome in ("broken", "chosen"):
            text, colour = {"broken": ("Broken rule", WARN), "chosen": ("Decided by rule", PALE_TEXT)}[outcome.outcome]
            lines += [(size, [_Piece(line, colour)]) for line in wrap(f"{text}: {outcome.rule}", size, room)]
    return _strip(lines, width, size)


def footer(homeless: Sequence[Reading], readings: Sequence[Reading], width: int) -> Image.Image | None:
    """The strip below the page: those `homeless` readings that have no label on it, those to check first, and what is
    doubtful about which of all `readings`; None where there is neither."""
    size = _size(width)
    room = width - 2 * size
    lines = []
    if homeless:
        pieces = [_Piece("No room on the page:", PALE_TEXT)]
        for reading in sorted(homeless, key=lambda one: one.status is not FieldStatus.REVIEW):
            value, aside = words(reading)
            text = f"{drawable(reading.field)}: {value}" + (f" ({aside})" if aside else "")
            pieces.append(_Piece(text, WHITE, LIGHT[reading.status]))
        lines += _flow(pieces, size, room)
    for sentence, fields in _doubts(readings).items():
        text = drawable(f"{', '.join(fields)}: {sentence}")
        lines += [[_Piece(line, LIGHT[FieldStatus.REVIEW])] for line in wrap(text, size, room)]
    return _strip([(size, line) for line in lines], width, size) if lines else None


def _doubts(readings: Sequence[Reading]) -> dict[str, list[str]]:
    """The sentences about fields to check, each with the names of its fields, in the order of the form."""
    found: dict[str, list[str]] = {}
    for reading in readings:
        if reading.status is FieldStatus.REVIEW:
            for doubt in reading.doubts:
                found.setdefault(doubt.sentence, []).append(reading.field)
    return found


def _size(width: int) -> int:
    return max(13, min(44, round(width / 62)))


def _counts(result: PageResult) -> list[_Piece]:
    if result.status is not PageStatus.READ:
        return [_Piece(result.status.value, BAD, BAD), _Piece(f"fit {percent(result.fit)}", PALE_TEXT)]
    counts = Counter(reading.status for reading in result.readings)
    pieces = [
        _Piece(f"{counts[status]} {WORDS[status]}", WHITE, LIGHT[status]) for status in STATUS_COLOURS if counts[status]
    ]
    return [_Piece(result.status.value), *pieces, _Piece(f"fit {percent(result.fit)}", PALE_TEXT)]


def _flow(pieces: Sequence[_Piece], size: int, width: int) -> list[list[_Piece]]:
    lines: list[list[_Piece]] = []
    used = width + 1
    for piece in pieces:
        if used + piece.width(size) > width:
            lines.append([])
            used = 0
        lines[-1].append(piece)
        used += piece.width(size) + _space(size)
    return lines


def _space(size: int) -> int:
    return round(1.3 * size)


def _strip(lines: Sequence[tuple[int, Sequence[_Piece]]], width: int, margin: int) -> Image.Image:
    height = sum(round(1.5 * size) for size, _ in lines) + margin
    strip = Image.new("RGB", (width, height), STRIP)
    draw = ImageDraw.Draw(strip)
    top = margin // 2
    for size, pieces in lines:
        left, base = margin, top + round(1.1 * size)
        for piece in pieces:
            start = left
            if piece.square:
                side = round(0.66 * size)
                draw.rectangle((start, base - side, start + side, base), piece.square)
                start += round(0.95 * size)
            draw.text((start, base), piece.text, piece.colour, font(size), anchor="ls")
            left += piece.width(size) + _space(size)
        top += round(1.5 * size)
    return strip
