"""JSON and JSON Lines: everything that is known of a page, as `PageResult.from_dict` takes it back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from extractor.export.draft import Draft
from extractor.export.rows import place
from extractor.export.sink import FieldColumn, TextFileSink
from extractor.export.table_rows import TableColumns, tables_of
from extractor.table_lines import lines_of
from extractor.values import PageResult


def tree(result: PageResult, tables: Mapping[str, TableColumns]) -> dict[str, Any]:
    """`result.to_dict()` with the box of every reading (null where it has no place on the page), without NaN, and the
    filled lines of the form's `tables`, where there are any.

    A number that is not finite becomes 0: no confidence, no fit.
    """
    page: dict[str, Any] = _plain(result)
    # Two runs over the same pages give the same file.
    del page["key"]
    for reading, out in zip(result.readings, page["readings"], strict=True):
        out["box"] = place(reading)
    if lines := lines_of(result.readings):
        page["tables"] = {name: tables.get(name, TableColumns(name, ())).tree(result) for name in lines}
    return page


def _line(result: PageResult, tables: Mapping[str, TableColumns]) -> str:
    return json.dumps(tree(result, tables), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """`dataclasses.asdict` and the check for NaN in one go, which is three times as fast."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else 0.0
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, np.integer):
        return int(value)
    return {name: _plain(item) for name, item in vars(value).items()}


class JsonLinesSink(TextFileSink):
    """One page per line."""

    _before, _between, _after = "", "\n", "\n"

    def __init__(self, out: Path, fields: Sequence[FieldColumn]) -> None:
        super().__init__(out)
        self._tables = tables_of(fields)
        self._empty = True

    def _begin(self, draft: Draft) -> None:
        super()._begin(draft)
        assert self._file is not None
        self._file.write(self._before)

    def _add(self, result: PageResult) -> None:
        assert self._file is not None
        line = _line(result, self._tables)
        self._file.write(line if self._empty else self._between + line)
        self._empty = False

    def _end(self) -> None:
        assert self._file is not None
        self._file.write("" if self._empty and not self._before else self._after)
        super()._end()


class JsonSink(JsonLinesSink):
    """One array of all pages, written page by page."""

    _before, _between, _after = "[\n", ",\n", "\n]\n"
