"""The demo's judgement: what counts as right, as registered, and as a reason to fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from extractor.errors import InputError
from extractor.values import FieldStatus, Kind, PageResult, PageStatus, Reading
from formdigits.actions import demo

TRUTH = """file,page,form,field,value,written,note
scans/a.png,1,tally,votes,57,X57,
scans/a.png,1,tally,paper,,___,
scans/b.pdf,2,tally,votes,8,008,
scans/b.pdf,2,tally,paper,7,007,
"""


def reading(field: str, value: str, status: FieldStatus = FieldStatus.ACCEPTED) -> Reading:
    return Reading(field, Kind.INTEGER, value, value, 0.999, status, ())


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text(TRUTH)
    return path


@pytest.fixture
def perfect(tmp_path: Path) -> list[PageResult]:
    first = (reading("votes", "57"), reading("paper", "", FieldStatus.BLANK))
    second = (reading("votes", "8"), reading("paper", "7"))
    return [
        PageResult(str(tmp_path / "scans/a.png"), 1, "tally", PageStatus.READ, first),
        PageResult(str(tmp_path / "scans/b.pdf"), 2, "tally", PageStatus.READ, second),
    ]


def test_all_right_is_good(truth: Path, perfect: list[PageResult]) -> None:
    compared = demo.compare(perfect, truth)
    assert (compared.pages, compared.registered, compared.fields, compared.right) == (2, 2, 4, 4)
    assert compared.good


def test_an_accepted_field_that_is_wrong_is_named(truth: Path, perfect: list[PageResult]) -> None:
    perfect[0] = replace(perfect[0], readings=(reading("votes", "51"), perfect[0].readings[1]))
    compared = demo.compare(perfect, truth)
    assert not compared.good
    [row] = compared.wrong.itertuples()
    assert (row.file, row.field, row.read, row.value) == ("scans/a.png", "votes", "51", "57")


def test_a_number_called_blank_is_accepted_and_wrong(truth: Path, perfect: list[PageResult]) -> None:
    perfect[0] = replace(perfect[0], readings=(reading("votes", "", FieldStatus.BLANK), perfect[0].readings[1]))
    assert len(demo.compare(perfect, truth).wrong) == 1


def test_a_wrong_field_for_review_is_not_accepted(truth: Path, perfect: list[PageResult]) -> None:
    perfect[0] = replace(perfect[0], readings=(reading("votes", "1", FieldStatus.REVIEW), perfect[0].readings[1]))
    compared = demo.compare(perfect, truth)
    assert (compared.right, compared.review, len(compared.wrong)) == (3, 1, 0)
    assert not compared.good


def test_a_page_that_found_no_form_or_another_one_counts_as_not_registered(
    truth: Path, perfect: list[PageResult]
) -> None:
    lost = [replace(perfect[0], status=PageStatus.UNMATCHED, form="", readings=()), perfect[1]]
    assert demo.compare(lost, truth).registered == 1
    assert not demo.compare(lost, truth).good
    other = [replace(perfect[0], form="other"), perfect[1]]
    assert demo.compare(other, truth).registered == 1
    assert demo.compare([], truth).registered == 0


def test_without_samples_it_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "SAMPLES", tmp_path / "samples")
    with pytest.raises(InputError, match="there are none at"):
        demo.run_demo(str(tmp_path / "out"))
