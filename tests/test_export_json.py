"""JSON and JSON Lines hold everything that is known of a page, and give it back."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.export import open_sink
from extractor.export.jsonfile import tree
from extractor.values import (
    Alternative,
    Doubt,
    DoubtKind,
    FieldStatus,
    Kind,
    PageResult,
    PageStatus,
    Reading,
    RuleOutcome,
)

READING = Reading(
    "total",
    Kind.INTEGER,
    "351",
    "351",
    0.6125,
    FieldStatus.REVIEW,
    ((10.25, 20.0), (110.0, 22.0), (109.0, 60.6), (9.6, 58.0)),
    (Alternative("361", 0.31), Alternative("851", 0.02)),
    ("total = a + b",),
    (Doubt(DoubtKind.FORMAT, "the second digit is unclear"),),
)
READ = PageResult(
    "Zürich 表.png",
    3,
    "tally",
    PageStatus.READ,
    (READING,),
    fit=0.875,
    rules=(RuleOutcome("total = a + b", "broken"),),
)
FAILED = PageResult("wahl \udcff.pdf", 1, "", PageStatus.FAILED, reason='The file "x" is cut short;\nscan it again.')


def written(out: Path, *pages: PageResult) -> str:
    with open_sink(out, fields=[]) as sink:
        for page in pages:
            sink.write(page)
    return out.read_bytes().decode("utf-8")


def test_json_is_one_list_and_gives_every_page_back(tmp_path: Path) -> None:
    text = written(tmp_path / "out.json", READ, FAILED, READ)
    pages = json.loads(text)
    assert [PageResult.from_dict(page) for page in pages] == [READ, FAILED, READ]
    assert pages[0]["readings"][0]["box"] == list(READING.box)
    assert "Zürich 表" in text
    assert text.endswith("\n")


@pytest.mark.parametrize("ending", [".jsonl", ".ndjson"])
def test_json_lines_is_one_page_a_line(tmp_path: Path, ending: str) -> None:
    text = written(tmp_path / f"out{ending}", READ, FAILED)
    lines = text.removesuffix("\n").split("\n")
    assert [PageResult.from_dict(json.loads(line)) for line in lines] == [READ, FAILED]


def test_no_pages_at_all_is_an_empty_list_or_an_empty_file(tmp_path: Path) -> None:
    assert json.loads(written(tmp_path / "out.json")) == []
    assert written(tmp_path / "out.jsonl") == ""


def test_numbers_that_are_none_become_nought_and_numpy_numbers_become_plain(tmp_path: Path) -> None:
    odd: Any = np.float32(0.5)
    reading = Reading(
        "a", Kind.DIGITS, "1", "1", math.nan, FieldStatus.REVIEW, ((odd, math.inf), (np.int64(2), 3.0)),  # type: ignore[arg-type]
        (Alternative("7", np.float32("nan")),),  # type: ignore[arg-type]
    )  # fmt: skip
    page = PageResult("a.png", 1, "t", PageStatus.READ, (reading,), fit=odd)
    text = written(tmp_path / "out.json", page)
    [got] = json.loads(text, parse_constant=pytest.fail)
    assert got["fit"] == 0.5
    assert got["readings"][0]["confidence"] == 0.0
    assert got["readings"][0]["alternatives"] == [{"value": "7", "probability": 0.0}]
    assert got["readings"][0]["quad"] == [[0.5, 0.0], [2, 3.0]]
    assert got["readings"][0]["box"] is None


probability = st.floats(0, 1)
readings = st.builds(
    Reading,
    field=st.text(),
    kind=st.sampled_from(Kind),
    value=st.text(),
    written=st.text(),
    confidence=probability,
    status=st.sampled_from(FieldStatus),
    quad=st.lists(st.tuples(*[st.floats(-1e4, 1e4)] * 2), min_size=4, max_size=4).map(tuple),
    alternatives=st.lists(st.builds(Alternative, st.text(), probability), max_size=3).map(tuple),
    rules=st.lists(st.text(), max_size=2).map(tuple),
    doubts=st.lists(st.builds(Doubt, st.sampled_from(DoubtKind), st.text()), max_size=2).map(tuple),
)
results = st.builds(
    PageResult,
    file=st.text(),
    page=st.integers(1, 10**6),
    form=st.text(),
    status=st.sampled_from(PageStatus),
    readings=st.lists(readings, max_size=3).map(tuple),
    reason=st.text(),
    fit=probability,
    rules=st.lists(st.builds(RuleOutcome, st.text(), st.text()), max_size=2).map(tuple),
)


@given(results)
def test_every_page_comes_back_as_it_was(result: PageResult) -> None:
    text = json.dumps(tree(result, {}), ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")
    assert PageResult.from_dict(json.loads(text)) == result
