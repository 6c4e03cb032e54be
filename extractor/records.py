"""Which pages belong to one record: those with one code of their own, or those after one separator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from extractor.values import SEPARATOR, Kind, PageResult, Reading


def in_records(results: Iterable[PageResult]) -> Iterator[PageResult]:
    """`results`, in the order of their pages, each with the record that it belongs to; none where there is none. What
    people said of a page's code counts.

    A separator holds to the next one: in a file of several pages to its end, else over the files that follow.
    """
    begun: str | None = None
    # Whether the file has several pages.
    several, last = False, ""
    for result in results:
        if result.file != last:
            begun = None if several else begun
            several, last = False, result.file
        several = several or result.page > 1
        if result.form == SEPARATOR and result.record is not None:
            begun = result.record
            yield result
        elif result.record is not None:
            yield replace(result, record=own_code(result.readings) or begun)
        else:
            yield result if begun is None else replace(result, record=begun)


def own_code(readings: Sequence[Reading]) -> str:
    """What the first barcode of a page says; empty where it says nothing."""
    return next((one.value for one in readings if one.kind is Kind.BARCODE), "")
