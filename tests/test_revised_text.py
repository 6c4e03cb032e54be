"""A hand-made template that is changed elsewhere keeps its comments, its order and the way it is written."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.template.load import parse_yaml
from extractor.template.revised_text import revised_text, same, with_rule_texts

TEXT = """\
# The sheet of the waterworks
formdigits: 1   # version
form: meter-sheet
page: {width: 2100,  height: 2970}        # tenths of a millimetre

# its fields
fields:
  # the old one
  - name: old    # as last year
    box: [470, 450, 390, 85]             # left, top
    cells: 6
    format: {kind: integer,  blank: missing}  # six digits

  # the new one
  - name: new
    box: [470, 600, 390, 85]
    format: {kind: integer}
  # what was used
  - name: used
    box: [470, 750, 390, 85]
    format: {kind: integer, min: 0, max: 99999}
lists:
  both: [old, new]   # for later
rules:
  # the sum
  - used = new - old   # always
  # the end
"""
TREE = parse_yaml(TEXT, "x")[1]
Change = Callable[[dict[str, Any]], object]


def revised(change: Change, text: str = TEXT) -> list[str]:
    """The lines that the change took out and put in, with - and + before them; what is left says what it should."""
    tree = parse_yaml(text, "x")[1]
    wanted = copy.deepcopy(tree)
    change(wanted)
    after = revised_text(text, wanted)
    assert same(parse_yaml(after, "x")[1], wanted)
    old, new = text.splitlines(), after.splitlines()
    return [f"-{one}" for one in old if one not in new] + [f"+{one}" for one in new if one not in old]


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (lambda t: None, []),
        (lambda t: t["page"].update(height=2970.0), []),
        (
            lambda t: t["fields"][0].update(box=[470, 450.5, 390, 85]),
            [
                "-    box: [470, 450, 390, 85]             # left, top",
                "+    box: [470, 450.5, 390, 85]             # left, top",
            ],
        ),
        (
            lambda t: t["fields"][0]["format"].update(kind="amount"),
            [
                "-    format: {kind: integer,  blank: missing}  # six digits",
                "+    format: {kind: amount,  blank: missing}  # six digits",
            ],
        ),
        (lambda t: t["fields"][1].update(cells=6, gap=2), ["+    gap: 2"]),
        (
            lambda t: t["fields"].pop(1),
            ["-  - name: new", "-    box: [470, 600, 390, 85]", "-    format: {kind: integer}"],
        ),
        (
            lambda t: t["fields"].insert(1, {"name": "x", "box": [1, 2, 3, 4.5], "format": {"kind": "ratio"}}),
            ["+  - name: x", "+    box: [1, 2, 3, 4.5]", "+    format: {kind: ratio}"],
        ),
        (lambda t: t["rules"].append("old <= new"), ["+  - old <= new"]),
        (
            lambda t: t["rules"].__setitem__(0, "new - old = used"),
            ["-  - used = new - old   # always", "+  - new - old = used   # always"],
        ),
        (lambda t: t["fields"].reverse(), []),
    ],
)
def test_only_the_lines_that_change_are_touched(change: Change, lines: list[str]) -> None:
    assert revised(change) == lines


def test_comments_of_what_went_stay_above_what_follows() -> None:
    wanted = copy.deepcopy(TREE)
    del wanted["fields"][0]
    after = revised_text(TEXT, wanted)
    assert after.index("# the old one") < after.index("# the new one") < after.index("- name: new")
    assert "# the end" in after


def test_a_table_is_put_where_people_would(tmp_path: Path) -> None:
    wanted = copy.deepcopy(TREE)
    column = {"name": "fee", "left": 4, "width": 30, "format": {"kind": "amount"}}
    wanted["tables"] = [
        {"name": "patients", "rows": {"first": [4, 2, 99, 4], "count": 3, "pitch": 4.5}, "columns": [column]}
    ]
    after = revised_text(TEXT, wanted)
    assert after.index("max: 99999") < after.index("tables:") < after.index("lists:")
    assert "      - {name: fee, left: 4, width: 30, format: {kind: amount}}\n" in after
    del wanted["tables"][0]["columns"][0]["format"]
    wanted["tables"][0]["rows"]["count"] = 5
    wanted["tables"][0]["columns"].append({"name": "day", "left": 40, "width": 30})
    assert same(parse_yaml(revised_text(after, wanted), "x")[1], wanted)


def test_rules_of_lines_are_written_as_people_do() -> None:
    text = TEXT.replace("  # the end", "  - patients: total = fee + drugs  # in each line\n  # the end")
    wanted = with_rule_texts(parse_yaml(text, "x")[1])
    assert revised_text(text, wanted) == text
    wanted["rules"][1:] = ["patients: total = fee", "patients: fee <= 9"]
    after = revised_text(text, wanted)
    assert "  - patients: total = fee  # in each line\n  - patients: fee <= 9\n  # the end\n" in after


def test_other_line_ends_and_seldom_ways_of_writing_stay_right() -> None:
    windows = TEXT.replace("\n", "\r\n")
    wanted = copy.deepcopy(TREE)
    wanted["fields"][2]["name"] = "usage"
    wanted["rules"] = ["usage = new - old"]
    assert revised_text(windows, wanted).count("\r\n") == windows.count("\r\n")
    anchored = TEXT.replace("box: [470, 600, 390, 85]", "box: &b [470, 600, 390, 85]")
    assert same(parse_yaml(revised_text(anchored, wanted), "x")[1], wanted)


field = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["old", "new", "used", "a", "b_1"]),
        "box": st.lists(st.integers(1, 99) | st.floats(1, 99).map(lambda v: round(v, 1)), min_size=4, max_size=4),
    },
    optional={
        "cells": st.integers(2, 9),
        "format": st.fixed_dictionaries({"kind": st.sampled_from(["integer", "date"])}),
    },
)


@settings(max_examples=60, deadline=None)
@given(
    fields=st.lists(field, min_size=1, max_size=5, unique_by=lambda one: one["name"]),
    rules=st.lists(st.sampled_from(["a = b", "used = new - old", "x <= 3"]), max_size=3),
)
def test_whatever_is_wanted_is_what_is_read_again(fields: list[dict[str, Any]], rules: list[str]) -> None:
    wanted = {**copy.deepcopy(TREE), "fields": fields}
    wanted.pop("rules")
    if rules:
        wanted["rules"] = rules
    tree = parse_yaml(revised_text(TEXT, wanted), "x")[1]
    assert same(tree, wanted)
