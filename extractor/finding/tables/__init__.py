"""Finding tables: the same columns in line after line, such as a register."""

from extractor.finding.tables.found_table import FoundColumn, FoundTable
from extractor.finding.tables.table_search import find_tables

__all__ = ["FoundColumn", "FoundTable", "find_tables"]
