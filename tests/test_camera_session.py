"""Sheets under a camera: one row each, the right values, known again when they come back, noticed when swapped."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.camera_video import SAMPLES, Camera, Moment, Shot, film, load
from extractor.fields import boxes_of, clean, cut_out, locate, page_ink_of
from extractor.finding.loose_strings import find_strings
from extractor.observation import Observation, decode
from extractor.options import ReadOptions
from extractor.reading import Reader, open_reader
from extractor.registration import register
from extractor.template import load_template
from extractor.values import FieldStatus, Gray, PageResult
from extractor.video import Guidance, Session, Sight
from extractor.video.fusion import CombEvidence
from extractor.video.held_sheet import HeldSheet
from extractor.video.identity import Repeat, ink_picture, repeat_of

FPS = 12.0


@pytest.fixture(scope="module")
def template() -> str:
    return str(Path(__file__).resolve().parents[1] / "samples" / "templates" / "tally.yaml")


@pytest.fixture(scope="module")
def reader(template: str) -> Reader:
    return open_reader(ReadOptions.of([template]))


@pytest.fixture(scope="module")
def scans() -> Path:
    return Path(__file__).resolve().parents[1] / "samples" / "scans"


def truth(scans: Path, name: str) -> dict[str, str]:
    with (scans.parent / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return {row["field"]: row["value"] for row in csv.DictReader(stream) if row["file"] == f"scans/{name}"}


def values(row: PageResult) -> dict[str, str]:
    return {reading.field: reading.value for reading in row.readings}


def swaps(scans: Path) -> Iterator[Moment]:
    """One sheet, at once another of the same form in its place, then the first once more."""
    one, two = load(scans / "tally_01.jpg"), load(scans / "tally_02.jpg")
    return film(
        [
            Shot(one, rest=2.2, stays=True),
            Shot(two, rest=2.1, swap=True, stays=True),
            Shot(one, rest=1.8, swap=True, stays=True),
        ],
        Camera(fps=FPS, shake=3.0),
    )


@pytest.fixture(scope="module")
def sights(reader: Reader, scans: Path) -> list[tuple[Moment, Sight]]:
    session = Session(reader, "video")
    seen = []
    for moment in swaps(scans):
        sight = session.see(moment.frame, moment.at)
        seen.append((replace(moment, frame=np.zeros((1, 1, 3), np.uint8)), sight))
    return seen


def test_every_sheet_gives_one_row_with_what_is_written_on_it(sights: list[tuple[Moment, Sight]], scans: Path) -> None:
    rows = [(moment.shot, sight.row) for moment, sight in sights if sight.row is not None]
    assert [(shot, row.page, row.file) for shot, row in rows] == [(0, 1, "video"), (1, 2, "video")]
    for (_, row), name in zip(rows, ("tally_01.jpg", "tally_02.jpg"), strict=True):
        assert values(row) == truth(scans, name)
        assert all(one.status is FieldStatus.REVIEW or one.confidence >= 0.99 for one in row.readings)


def test_a_row_comes_within_two_seconds_of_rest(sights: list[tuple[Moment, Sight]]) -> None:
    for shot in (0, 1):
        rested = next(moment.at for moment, _ in sights if moment.shot == shot and moment.rests)
        given = next(moment.at for moment, sight in sights if moment.shot == shot and sight.row is not None)
        assert given - rested <= 2.0


def test_the_same_sheet_again_is_known_and_gives_no_second_row(sights: list[tuple[Moment, Sight]]) -> None:
    last = [sight for moment, sight in sights if moment.shot == 2]
    assert not any(sight.row for sight in last)
    assert last[-1].locked
    assert last[-1].again


def test_boxes_lie_where_the_sheet_is_in_this_very_frame(reader: Reader, scans: Path) -> None:
    session = Session(reader)
    for moment in film([Shot(load(scans / "tally_01.jpg"), rest=1.0, stays=True)], Camera(fps=FPS)):
        sight = session.see(moment.frame, moment.at)
    found = register(cv2.cvtColor(moment.frame, cv2.COLOR_BGR2GRAY), reader.forms)
    assert found is not None
    quads = np.array([reading.quad for reading in sight.readings])
    boxes = np.array([field.box.corners for field in reader.forms[0].fields])
    there = cv2.perspectiveTransform(boxes.reshape(-1, 1, 2), found.matrix).reshape(-1, 4, 2)
    assert np.abs(quads - there).max() < 4


def test_a_row_taken_back_comes_again_only_when_asked_for(reader: Reader, scans: Path) -> None:
    session = Session(reader)
    moments = list(film([Shot(load(scans / "tally_01.jpg"), rest=4.2, swap=True, stays=True)], Camera(fps=FPS)))
    rows, undone_at, asked = [], None, False
    for moment in moments:
        sight = session.see(moment.frame, moment.at)
        if sight.row is not None:
            rows.append((moment.at, sight.row))
        if rows and undone_at is None:
            undone, undone_at = session.undo(), moment.at
            assert undone == rows[0][1]
            assert session.undo() is None
        if undone_at is not None and not asked and moment.at - undone_at > 1.6:
            assert len(rows) == 1
            session.capture()
            asked = True
    assert asked
    assert [row.page for _, row in rows] == [1, 1]


def test_another_size_of_frames_in_the_middle_does_no_harm(reader: Reader, scans: Path) -> None:
    session = Session(reader)
    rows = []
    for number, moment in enumerate(film([Shot(load(scans / "tally_02.jpg"), rest=3.0, swap=True)], Camera(fps=FPS))):
        size = (1280, 720) if number < 4 else (1600, 900)
        frame = cv2.resize(moment.frame, size)
        # Grey frames are frames too.
        sight = session.see(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) if number % 2 else frame, moment.at)
        rows += [sight.row] if sight.row else []
    assert len(rows) == 1
    assert values(rows[0]) == truth(scans, "tally_02.jpg")


def last_guidance(reader: Reader, page: np.ndarray, **how: object) -> Guidance | None:
    session = Session(reader)
    light = how.pop("light", 1.0)
    for moment in film([Shot(page, rest=1.7, swap=True, stays=True, **how)], Camera(fps=6, light=0)):  # type: ignore[arg-type]
        sight = session.see(cv2.convertScaleAbs(moment.frame, alpha=light), moment.at)
    return sight.guidance


def test_guidance_says_what_is_in_the_way(reader: Reader, scans: Path) -> None:
    sheet = load(scans / "tally_01.jpg")
    far = ((0.70, 0.25), (0.70, 0.75), (0.30, 0.75), (0.30, 0.25))
    assert last_guidance(reader, sheet, corners=far) is Guidance.CLOSER
    assert last_guidance(reader, sheet, light=0.2) is Guidance.DARK
    assert last_guidance(reader, load(scans.parent / "other" / "delivery_note.png")) is Guidance.WRONG
    session = Session(reader)
    assert session.see(np.full((720, 1280, 3), 120, np.uint8), 0.0).guidance is Guidance.SHOW


def one_field(reader: Reader, scan: Path, name: str) -> Observation:
    page = load(scan)
    found = register(page, reader.forms)
    assert found is not None
    field = next(field for field in reader.forms[0].fields if field.name == name)
    return reader.observe([(field, locate(page, found.matrix, field))])[0]


def test_the_same_picture_over_and_over_does_not_make_a_doubtful_reading_certain(reader: Reader, scans: Path) -> None:
    seen = one_field(reader, scans / "tally_01.jpg", "votes_2")
    # As sure of a wrong symbol as 0.8 is, in one cell.
    scores = np.full_like(seen.scores, np.log(0.2 / (seen.scores.shape[1] - 1)))
    scores[:, 3] = np.log(0.8)
    doubtful = replace(seen, scores=scores.astype(np.float32))
    evidence = CombEvidence()
    for _ in range(1000):
        evidence.add(doubtful, 1.0)
    alone, fused = decode(doubtful).confidence, decode(evidence.fused()).confidence
    assert alone <= fused < 0.99


def test_small_writing_is_read_from_all_frames_together_better_than_from_any(reader: Reader, scans: Path) -> None:
    page, true = load(scans / "tally_01.jpg"), truth(scans, "tally_01.jpg")
    placed = register(page, reader.forms)
    assert placed is not None
    scale = 0.17
    small = cv2.GaussianBlur(cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), (0, 0), 0.5)
    form, matrix = placed.template, np.diag((scale, scale, 1.0)) @ placed.matrix
    rng, single, sheet = np.random.default_rng(1), [], None
    for number in range(14):
        frame = np.clip(small + rng.normal(0, 15, small.shape), 0, 255).astype(np.uint8)
        cuts = [cut_out(frame, matrix, field, boxes_of(form.fields)) for field in form.fields]
        images = [(cut.field, clean(cut, page_ink_of(cuts))) for cut in cuts]
        seen = [decode(one).meaning.value for one in reader.observe(images)]
        single.append(sum(value == true[field.name] for value, field in zip(seen, form.fields, strict=True)))
        sheet = sheet or HeldSheet(reader, form, {cut.field.name: (cut, 1.0) for cut in cuts})
        sheet.add(cuts, {field.name: ink_picture(image) for field, image in images}, 1.0, number / FPS)
    assert sheet is not None
    fused = sum(reading.value == true[name] for name, reading in sheet.readings.items())
    assert fused > max(single)


def test_one_blurred_frame_among_good_ones_changes_nothing(reader: Reader, scans: Path) -> None:
    seen = one_field(reader, scans / "tally_01.jpg", "votes_2")
    wrong = replace(seen, scores=np.roll(seen.scores, 1, axis=1))
    evidence = CombEvidence()
    for one in (seen, wrong, seen, seen, seen):
        evidence.add(one, 1.0)
    assert decode(evidence.fused()).meaning.value == decode(seen).meaning.value == "33"


def test_ink_is_known_again_and_told_from_other_ink(reader: Reader, scans: Path) -> None:
    pictures = []
    for name, blur in (("tally_01.jpg", 0.0), ("tally_01.jpg", 2.0), ("tally_02.jpg", 0.0)):
        page = load(scans / name)
        if blur:
            page = cv2.GaussianBlur(page, (0, 0), blur)
        found = register(page, reader.forms)
        assert found is not None
        pictures.append({f.name: ink_picture(locate(page, found.matrix, f)) for f in reader.forms[0].fields})
    assert repeat_of(pictures[0], pictures[1]) is Repeat.SAME
    assert repeat_of(pictures[0], pictures[2]) is Repeat.OTHER


def test_without_a_template_numbers_on_plain_paper_are_read() -> None:
    page = _plain_page(
        [
            ("scans/expenses_01.jpg", "employee"),
            ("scans/expenses_03.jpg", "km_total"),
            ("scans/expenses_04.jpg", "km_total"),
        ]
    )
    session = Session(open_reader(ReadOptions()))
    shot = Shot(page, rest=3.0, corners=((0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95)), swap=True, stays=True)
    rows: list[PageResult] = []
    for moment in film([shot], Camera(fps=FPS, shake=2.0)):
        sight = session.see(moment.frame, moment.at)
        rows += [sight.row] if sight.row else []
    read = {reading.value for row in rows for reading in row.readings}
    written = {
        truth(page_folder, name)[field]
        for page_folder in [Path(__file__).resolve().parents[1] / "samples" / "scans"]
        for name, field in (
            ("expenses_01.jpg", "employee"),
            ("expenses_03.jpg", "km_total"),
            ("expenses_04.jpg", "km_total"),
        )
    }
    assert written <= read
    assert len([reading for row in rows for reading in row.readings]) == len(read), "no number is written twice"


def test_numbers_close_together_in_a_row_may_be_one_and_go_to_review() -> None:
    ink = _plain_page([("scans/expenses_03.jpg", "km_total")])[:, :650]
    (found,) = find_strings(ink)
    left, top, right, bottom = (
        round(side) for side in (found.box.left, found.box.top, found.box.right, found.box.bottom)
    )
    number = cv2.resize(ink[top:bottom, left:right], None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    high, wide = number.shape
    page = np.full((800, 1300), 250, np.uint8)
    for x, y in ((60, 100), (60 + wide + round(0.7 * high), 100), (60, 500), (60 + wide + 4 * high, 500)):
        page[y : y + high, x : x + wide] = number
    session = Session(open_reader(ReadOptions()))
    shot = Shot(page, rest=3.0, corners=((0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95)), swap=True, stays=True)
    sights = [session.see(moment.frame, moment.at) for moment in film([shot], Camera(fps=FPS, shake=2.0))]
    shown = sorted(sights[-1].readings, key=lambda reading: reading.box[1])
    assert len(shown) == 4
    assert len({reading.value for reading in shown}) == 1
    close, apart = shown[:2], shown[2:]
    assert all(reading.status is FieldStatus.REVIEW and reading.notes for reading in close)
    assert not any(reading.notes for reading in apart)


def _plain_page(numbers: Sequence[tuple[str, str]], shape: tuple[int, int] = (800, 1300)) -> Gray:
    """White paper of `shape` with numbers from the sample sheets, without their boxes: file and field of each."""
    page = np.full(shape, 250, np.uint8)
    rows = (len(numbers) + 1) // 2
    for place, (file, name) in enumerate(numbers):
        scan = load(SAMPLES / file)
        form = load_template(SAMPLES / "templates" / f"{Path(file).name.split('_')[0]}.yaml")
        registration = register(scan, [form])
        assert registration is not None, f"{file} does not show its form"
        ink = locate(scan, registration.matrix, next(field for field in form.fields if field.name == name)).ink
        left, top = 80 + (place % 2) * shape[1] // 2, 60 + place // 2 * (shape[0] - 100) // rows
        part = page[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.minimum(part, 250 - (ink[: part.shape[0], : part.shape[1]] * 0.85).astype(np.uint8), out=part)
    return page


def test_bubbles_ticks_and_a_code_are_read_before_a_camera_and_tell_sheets_apart(samples: Path) -> None:
    reader = open_reader(ReadOptions.of([str(samples / "templates" / "exam.yaml")]))
    with (samples / "exams" / "truth.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["file"] == "exams/exam_01.jpg"]
    session = Session(reader)
    given = []
    shots = [
        Shot(load(samples / "exams" / "exam_01.jpg"), rest=1.6, stays=True),
        Shot(load(samples / "exams" / "exam_02.jpg"), rest=0.6, swap=True, stays=True),
    ]
    for moment in film(shots, Camera(fps=8.0, shake=2.0)):
        sight = session.see(moment.frame, moment.at)
        given += [sight.row] if sight.row is not None else []
        if moment.shot == 1 and moment.rests and not sight.locked:
            break
    assert values(given[0]) == {row["field"]: row["value"] for row in rows}
    assert len(given) == 1
    # The other sheet is read anew.
    assert not sight.locked
