"""Results written where people use them: CSV, XLSX, JSON and JSON Lines, a page at a time."""

from extractor.export.formats import check_writable, holds_symbols, open_sink, write_table
from extractor.export.sink import FieldColumn, Sink

__all__ = ["FieldColumn", "Sink", "check_writable", "holds_symbols", "open_sink", "write_table"]
