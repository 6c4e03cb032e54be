"""Two sheets are the same only if nothing contradicts it; one in doubt gives its row, and says so everywhere."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.camera_video import Camera, Shot, film, load
from extractor.options import ReadOptions
from extractor.reading import Reader, open_reader
from extractor.registration import register
from extractor.values import Alternative, FieldStatus, Kind, PageResult, PageStatus, Reading
from extractor.video import Session, Sight
from extractor.video.identity import Repeat, contradict, differs, repeat_of
from formdigits.camera.overlay import Status, draw
from formdigits.camera.rows import RowFile
from formdigits.web.schemas.live_schema import SightAnswer

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FPS = 8.0
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(ReadOptions.of([str(SAMPLES / "templates" / "tally.yaml")]))


@pytest.fixture(scope="module")
def sheet() -> Picture:
    return load(SAMPLES / "scans" / "tally_01.jpg")


def box_of(reader: Reader, page: Picture, name: str) -> tuple[NDArray[np.float64], tuple[int, int, int, int]]:
    """The matrix of the form on `page`, and left, top, right and bottom of a field."""
    found = register(page, reader.forms)
    assert found is not None
    box = next(field.box for field in reader.forms[0].fields if field.name == name)
    corners = cv2.perspectiveTransform(box.corners.reshape(-1, 1, 2), found.matrix).reshape(-1, 2)
    (left, top), (right, bottom) = np.rint(corners.min(0)).astype(int), np.rint(corners.max(0)).astype(int)
    return found.matrix, (int(left), int(top), int(right), int(bottom))


def with_field_of(reader: Reader, page: Picture, other: Picture, name: str) -> Picture:
    """`page` with what is written in that field of the `other`."""
    own, (left, top, right, bottom) = box_of(reader, page, name)
    there, _ = box_of(reader, other, name)
    laid = cv2.warpPerspective(other, own @ np.linalg.inv(there), (page.shape[1], page.shape[0]))
    out = page.copy()
    out[top - 4 : bottom + 4, left - 4 : right + 4] = laid[top - 4 : bottom + 4, left - 4 : right + 4]
    return out


def scribbled(reader: Reader, page: Picture, name: str) -> Picture:
    """`page` with a zigzag over that field, so that nobody can read it."""
    _, (left, top, right, bottom) = box_of(reader, page, name)
    across = np.linspace(left + 0.1 * (right - left), right - 0.1 * (right - left), 10)
    down = np.where(np.arange(10) % 2, top + 0.25 * (bottom - top), bottom - 0.25 * (bottom - top))
    out = page.copy()
    cv2.polylines(out, [np.rint(np.column_stack((across, down))).astype(np.int32)], False, 40, 7, cv2.LINE_AA)
    return out


def rows_of(reader: Reader, shots: Sequence[Shot]) -> list[PageResult]:
    session = Session(reader, "video")
    sights = [session.see(moment.frame, moment.at) for moment in film(shots, Camera(fps=FPS, shake=3.0))]
    return [sight.row for sight in sights if sight.row is not None]


def reading(value: str, confidence: float, status: FieldStatus = FieldStatus.ACCEPTED, **more: object) -> Reading:
    return Reading("votes", Kind.INTEGER, value, value, confidence, status, (), **more)  # type: ignore[arg-type]


def drawn(text: str, width: int = 160, shift: int = 0) -> Picture:
    """Ink of a field, as small as it is kept."""
    picture = np.zeros((80, 4 * width), np.uint8)
    for place, symbol in enumerate(text):
        cv2.putText(picture, symbol, (10 + 80 * place + shift, 66), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 255, 9)
    return cv2.GaussianBlur(cv2.resize(picture, (width, 20), interpolation=cv2.INTER_AREA), (0, 0), 1.0)  # type: ignore[return-value]


@pytest.mark.parametrize("swapped", [False, True])
def test_sheets_that_differ_in_one_field_give_two_rows(reader: Reader, sheet: Picture, swapped: bool) -> None:
    other = with_field_of(reader, sheet, load(SAMPLES / "scans" / "tally_02.jpg"), "votes_2")
    rows = rows_of(reader, [Shot(sheet, rest=2.8, stays=swapped), Shot(other, rest=3.2, swap=swapped)])
    assert [row.status for row in rows] == [PageStatus.READ] * 2
    assert [row["votes_2"].value for row in rows] == ["33", "217"]
    assert len({row["station"].value for row in rows}) == 1


def test_a_sheet_that_was_taken_away_and_comes_back_gives_one_row(reader: Reader, sheet: Picture) -> None:
    rows = rows_of(reader, [Shot(sheet, rest=2.8), Shot(sheet, rest=3.2)])
    assert [(row.page, row.status) for row in rows] == [(1, PageStatus.READ)]


def test_readings_contradict_each_other_only_beyond_doubt() -> None:
    assert contradict(reading("125", 0.99), reading("128", 0.99))
    assert contradict(reading("", 0.99, FieldStatus.BLANK), reading("128", 0.99))
    # What a broken rule sends to review may still be as plain as can be.
    assert contradict(reading("125", 0.99), reading("128", 0.99, FieldStatus.REVIEW))
    assert not contradict(reading("125", 0.99), reading("125", 0.99))
    assert not contradict(reading("125", 0.99), reading("128", 0.6, FieldStatus.REVIEW))
    torn = reading("128", 0.7, FieldStatus.REVIEW, alternatives=(Alternative("125", 0.29),))
    assert not contradict(reading("125", 0.99), torn)


def test_one_other_digit_is_other_ink_however_much_is_shared() -> None:
    assert not differs(drawn("20192019"), drawn("20192019", shift=4))
    assert differs(drawn("20192019"), drawn("20192009"))
    # The box is found to a pixel of the frame, and its picture is so much wider or narrower.
    assert not differs(drawn("20192019"), drawn("20192019", 159))
    assert differs(drawn("20192019", 158), drawn("20192009"))


def test_what_ink_says_of_sheets_with_the_same_numbers() -> None:
    one = {"a": drawn("20192019"), "b": drawn("3141")}
    assert repeat_of(one, {"a": drawn("20192019", shift=4), "b": drawn("3141")}) is Repeat.SAME
    assert repeat_of(one, {**one, "b": drawn("3041")}) is Repeat.POSSIBLE
    assert (
        repeat_of(one, {name: drawn("0000", picture.shape[1], shift=30) for name, picture in one.items()})
        is Repeat.OTHER
    )
    # A single stroke may be anybody's, and an empty sheet is like every other.
    assert repeat_of({"a": drawn("1")}, {"a": drawn("1")}) is Repeat.POSSIBLE
    assert repeat_of({"a": drawn("")}, {"a": drawn("")}) is Repeat.POSSIBLE


@pytest.fixture(scope="module")
def doubtful(reader: Reader, sheet: Picture) -> list[Sight]:
    """What is seen of a sheet, and then of one that has nothing else on it but a scribble over a number."""
    session = Session(reader, "video", rows=4)
    shots = [Shot(sheet, rest=2.5, stays=True), Shot(scribbled(reader, sheet, "ballot_box"), rest=3.0, swap=True)]
    return [session.see(moment.frame, moment.at) for moment in film(shots, Camera(fps=FPS, shake=3.0))]


def test_a_sheet_in_doubt_gives_its_row_and_says_which_it_may_repeat(doubtful: list[Sight], tmp_path: Path) -> None:
    rows = [sight.row for sight in doubtful if sight.row is not None]
    assert [(row.page, row.status) for row in rows] == [(5, PageStatus.READ), (6, PageStatus.DUPLICATE)]
    assert "repeat of row 5" in rows[1].reason
    assert rows[1].readings
    out = tmp_path / "rows.csv"
    with RowFile(str(out), [(one.field, one.kind) for one in rows[0].readings]) as file:
        for row in rows:
            file.write(row)
    with out.open(encoding="utf-8", newline="") as stream:
        assert [row["status"] for row in csv.DictReader(stream)] == ["read", "duplicate"]
    with RowFile(str(tmp_path / "rows.jsonl"), []) as file:
        file.write(rows[1])
    assert json.loads((tmp_path / "rows.jsonl").read_text(encoding="utf-8"))["reason"] == rows[1].reason


def test_the_window_and_the_live_page_show_that_a_row_may_be_a_repeat(doubtful: list[Sight]) -> None:
    at = next(index for index, sight in enumerate(doubtful) if sight.row is not None and sight.row.page == 6)
    sight = doubtful[at]
    assert sight.repeats == 5
    answer = SightAnswer.of(sight, (1280, 720))
    assert answer.repeats == 5
    assert answer.row is not None
    assert answer.row.status is PageStatus.DUPLICATE
    picture = draw(np.full((720, 1280, 3), 128, np.uint8), sight, Status())
    foot = picture[-40:].astype(int)
    assert ((foot[..., 2] > 200) & (foot[..., 0] < 60)).any(), "the foot is amber"
