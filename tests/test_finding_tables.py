"""Tables of a page that no template describes: their lines, their columns, and what is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.finding import FoundTable, find_page
from extractor.finding.tables import FoundColumn
from extractor.recognizer.second_reader import second_reader
from extractor.reference.table_draft import draft_tables, table_rows
from extractor.values import Box, Gray

HEADS = ("Patient", "Age", "Fee")
EDGES = (60, 110, 360, 560, 740)
"""Of the printed numbers and the columns."""


def letters(page: Gray, words: str, left: int, foot: int, size: float = 0.7) -> None:
    cv2.putText(page, words, (left, foot), cv2.FONT_HERSHEY_SIMPLEX, size, 20, 2, cv2.LINE_AA)


def register(
    count: int = 12, *, uprights: bool = True, outer: bool = True, left: int = 0, first: int = 1, names: str = ""
) -> Gray:
    page = np.full((1100, 800 + left), 245, np.uint8)
    edges = [left + x for x in EDGES]
    for heading, x in zip(HEADS, edges[1:], strict=False):
        letters(page, heading, x + 20, 190)
    for line in range(count + 1):
        y = 210 + 50 * line
        cv2.line(page, (edges[0], y), (edges[-1], y), 60, 2)
        if line < count:
            letters(page, names or str(first + line), edges[0] + 8, y + 34, 0.6 if not names else 0.4)
    cv2.line(page, (edges[0], 150), (edges[-1], 150), 60, 2)
    for x in edges if outer else edges[1:-1]:
        if uprights:
            cv2.line(page, (x, 150), (x, 210 + 50 * count), 60, 2)
    return page


def only_table(page: Gray) -> FoundTable:
    (table,) = find_page(page, labels=False).tables
    return table


@pytest.mark.parametrize(
    ("uprights", "outer"), [(True, True), (True, False), (False, False)], ids=["ruled", "open sides", "level rulings"]
)
def test_lines_are_counted_and_columns_are_between_rulings_or_under_headings(uprights: bool, outer: bool) -> None:
    table = only_table(register(uprights=uprights, outer=outer))
    assert len(table.lines) == 12
    assert len(table.columns) == len(HEADS)
    assert np.abs(np.array([line.top for line in table.lines]) - (210 + 50 * np.arange(12))).max() < 4
    if uprights:
        assert np.abs(np.array([column.left for column in table.columns]) - EDGES[1:-1]).max() < 4


def test_writing_that_hides_the_ends_of_rulings_costs_no_line() -> None:
    page = register(uprights=False)
    for line in (4, 5, 6, 9):
        page[200 + 50 * line : 220 + 50 * line, 620:] = 245
    assert len(only_table(page).lines) == 12


def test_columns_without_rulings_begin_with_their_headings_where_writing_goes_on_beyond_them() -> None:
    page = np.full((1100, 900), 245, np.uint8)
    begins = (60, 230, 560, 860)
    for heading, x in zip(HEADS, begins, strict=False):
        letters(page, heading, x + 4, 190)
    for line in range(13):
        cv2.line(page, (begins[0], 210 + 50 * line), (begins[-1], 210 + 50 * line), 60, 2)
    for line, x in enumerate((0, 1, 0, 1, 0, 1)):
        for left in begins[:-1]:
            letters(page, "4321", left + 10 + 80 * x, 245 + 50 * line, 1.0)
    table = only_table(page)
    assert np.abs(np.array([column.left for column in table.columns]) - begins[:-1]).max() < 8


def test_two_blocks_side_by_side_are_one_table() -> None:
    page = np.concatenate((register(), register(first=13)), 1)
    table = only_table(page)
    assert len(table.lines) == 24
    assert len(table.columns) == len(HEADS)
    rows = draft_tables([table], page.shape, [[None] * len(HEADS)])[0].rows
    assert [round(box.left, -1) for box in rows.boxes] == [110] * 12 + [910] * 12


def test_a_column_that_rulings_part_in_most_lines_is_none() -> None:
    lines = tuple(Box(100, 50 * n, 300, 50) for n in range(4))
    table = FoundTable(
        lines, (FoundColumn("a", 100, 100, None), FoundColumn("b", 200, 200, None)), Box(100, 0, 300, 200)
    )
    whole = [Box(left, line.top, 90, 45) for line in lines for left in (105, 255)]
    assert not table.is_parted(whole)
    assert not table.is_parted([*whole, Box(330, 0, 60, 45)]), "in one line alone"
    assert table.is_parted([*whole, *(Box(330, line.top, 60, 45) for line in lines[:3])])


def test_lines_that_have_names_are_no_register() -> None:
    found = find_page(register(names="Malaria"), labels=False)
    assert found.tables == ()
    assert len(found.fields) > 12


def test_boxes_beside_a_table_stay_fields() -> None:
    page = register()
    cv2.rectangle(page, (60, 40), (300, 100), 60, 2)
    found = find_page(page, labels=False)
    assert len(found.tables) == 1
    assert [field.shape for field in found.fields] == ["box"]


def test_headings_name_columns() -> None:
    if second_reader() is None:
        pytest.skip("the second reader is not installed")
    (table,) = find_page(register()).tables
    assert [column.name for column in table.columns] == ["patient", "age", "fee"]


def test_lines_at_one_pitch_are_first_count_and_pitch() -> None:
    even = table_rows([Box(10, 100 + 50.3 * k, 400, 46) for k in range(20)])
    assert (even.first, even.count, even.pitch) == (Box(10, 100, 400, 46), 20, 50.3)
    uneven = table_rows([Box(10, 100 + 50 * k + 20 * (k > 4), 400, 46) for k in range(20)])
    assert len(uneven.boxes) == 20


def test_a_last_line_that_begins_with_a_word_and_headings_between_rulings_are_no_lines() -> None:
    if second_reader() is None:
        pytest.skip("the second reader is not installed")
    page = register(first=0)
    # Over the numbers of the lines, and before the totals.
    page[212:258, 63:108] = page[762:808, 63:108] = 245
    letters(page, "No", 66, 245, 0.6)
    letters(page, "Sum", 66, 795, 0.5)
    (table,) = find_page(page).tables
    assert [round(table.lines[k].top, -1) for k in (0, -1)] == [260, 710]


def test_spaces_that_no_upright_crosses_are_no_lines_and_part_no_table() -> None:
    page = register(count=13)
    for row in (0, 6):
        # Neither uprights nor numbers.
        page[212 + 50 * row : 258 + 50 * row, 50:760] = 245
    table = only_table(page)
    places = [round((line.top - 210) / 50) for line in table.lines]
    assert places == [row for row in range(13) if row not in (0, 6)]
    assert np.abs(np.array([column.left for column in table.columns]) - EDGES[1:-1]).max() < 4
