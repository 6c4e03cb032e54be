"""The last sheet of a workbook: how many pages and fields came out how. Counts only, however long the job."""

from __future__ import annotations

from collections import Counter
from typing import Any

from extractor.export.xlsx_cells import Looks, printable
from extractor.table_lines import column_of
from extractor.values import FieldStatus, PageResult, PageStatus

REASONS = 200
"""So many different reasons are counted apart; later ones are counted together."""


class Summary:
    def __init__(self) -> None:
        self._pages: Counter[PageStatus] = Counter()
        self._fields: Counter[FieldStatus] = Counter()
        self._by_field: dict[str, Counter[FieldStatus]] = {}
        self._reasons: Counter[str] = Counter()

    def add(self, result: PageResult) -> None:
        self._pages[result.status] += 1
        if result.reason:
            known = result.reason in self._reasons or len(self._reasons) < REASONS
            self._reasons[result.reason if known else "other reasons"] += 1
        if result.status in (PageStatus.READ, PageStatus.DUPLICATE):
            for reading in result.readings:
                self._fields[reading.status] += 1
                # Of a table's fields those of a column are counted together.
                self._by_field.setdefault(column_of(reading.field), Counter())[reading.status] += 1

    def write(self, sheet: Any, looks: Looks) -> None:
        """Fill an empty worksheet."""
        head, bold = looks(bold=True, bg_color="#E7EBF0", bottom=1), looks(bold=True)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 5, 11)
        row = 0

        def line(label: str, *numbers: int, look: Any = None) -> None:
            nonlocal row
            sheet.write_string(row, 0, printable(label), look)
            for column, number in enumerate(numbers, 1):
                sheet.write_number(row, column, number, looks(num_format="#,##0"))
            row += 1

        def heading(*names: str) -> None:
            nonlocal row
            for column, name in enumerate(names):
                sheet.write_string(row, column, name, head)
            row += 1

        heading("pages", "count")
        for page_status in PageStatus:
            line(page_status.value, self._pages[page_status])
        line("all", self._pages.total(), look=bold)
        row += 1
        heading("fields", "all", *FieldStatus)
        for field, counts in self._by_field.items():
            line(field, counts.total(), *(counts[status] for status in FieldStatus))
        line("all", self._fields.total(), *(self._fields[status] for status in FieldStatus), look=bold)
        if self._reasons:
            row += 1
            heading("reason", "pages")
            for reason, pages in self._reasons.most_common():
                line(reason, pages)
