"""A reading with what led to it: the field's ink, the crops that were cut from it, and what each looks like."""

from __future__ import annotations

from dataclasses import dataclass

from extractor.field_symbols import FieldSymbol, field_symbols
from extractor.reading import Reader
from extractor.values import FailedPage, Gray, Page, PageResult, Reading


@dataclass(frozen=True)
class ExplainedField:
    """`ink`, shape (height, width), is the cleaned field, 255 = ink. `symbols` are those of the reading from left to
    right, then the other candidates, which it does not go through."""

    reading: Reading
    ink: Gray
    symbols: tuple[FieldSymbol, ...]


def explain(reader: Reader, page: Page | FailedPage) -> tuple[PageResult, tuple[ExplainedField, ...]]:
    """What `reader.read` gives for the page, and for each of its readings what led to it, in the same order."""
    result, seen = reader.read_and_observe(page)
    by_name = {one.name: one for one in seen}
    symbols = field_symbols([(by_name[one.field], one.written) for one in result.readings])
    return result, tuple(
        ExplainedField(one, by_name[one.field].image.ink, own)
        for one, own in zip(result.readings, symbols, strict=True)
    )
