"""Boxes to tick and bubbles to fill: what is accepted is right, and what was taken back or doubled goes to review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.bubbles.bubble_measures import MEASURES, Measured
from extractor.bubbles.bubble_state import SeenBubble, SeenMarks, probabilities
from extractor.decoding.marked import decode_marks
from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.reading import Reader
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Recognizers
from extractor.registration import register
from extractor.template import Format, PageSize, Template, TemplateField
from extractor.template.mark_group import TICK, Marks
from extractor.template.model import Landmarks
from extractor.values import Box, CheckKind, FieldStatus, Gray, Kind, Page, PageStatus
from training.bubbles.drawn_sheets import drawn_sheets
from workers.review.typed import clear_meaning, fitted, keys_of

EMPTY_INK = np.zeros((40, 40), np.uint8)
QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@pytest.fixture(scope="module")
def model() -> object:
    return Recognizers("litert").of(SHIPPED)


def _form(*extra: TemplateField) -> Template:
    """Nine questions of four bubbles, a number of three columns, and a box to tick."""
    questions = tuple(
        TemplateField(
            name=f"q{i}",
            box=Box(150, 200 + 60 * i, 34 + 3 * 70, 34),
            marks=Marks(labels=tuple("ABCD"), size=(34, 34)),
            format=Format(kind=Kind.MARK),
        )
        for i in range(1, 10)
    )
    roll = TemplateField(
        name="roll",
        box=Box(600, 260, 34 + 2 * 60, 34 + 9 * 50),
        marks=Marks(labels=tuple("0123456789"), direction="down", answers=3, size=(34, 34)),
        format=Format(digits=(3, 3)),
    )
    consent = TemplateField(name="consent", box=Box(620, 840, 36, 36), format=Format(kind=Kind.MARK))
    return Template(
        formdigits=1, form="sheet", page=PageSize(width=1000, height=1400), fields=(*questions, roll, consent, *extra)
    )


def _printed(form: Template) -> Gray:
    page = np.full((1400, 1000), 250, np.uint8)
    for field in form.fields:
        for one in (bubble for answer in field.bubbles for bubble in answer):
            middle = (round(one.box.left + one.box.width / 2), round(one.box.top + one.box.height / 2))
            if field.name == "consent":
                cv2.rectangle(page, (620, 840), (656, 876), 60, 2)
                continue
            cv2.circle(page, middle, 17, 60, 2, cv2.LINE_AA)
            cv2.putText(page, one.label, (middle[0] - 7, middle[1] + 7), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 90, 1)
    return page


def _fill(page: Gray, form: Template, name: str, answer: int, place: int, *, grey: int = 50) -> None:
    box = next(field for field in form.fields if field.name == name).bubbles[answer][place].box
    cv2.circle(page, (round(box.left + box.width / 2), round(box.top + box.height / 2)), 15, grey, -1, cv2.LINE_AA)


def _read(model: object, form: Template, page: Gray) -> dict[str, tuple[str, FieldStatus, tuple[str, ...]]]:
    result = Reader([form], model).read([Page("sheet", 1, page)])[0]  # type: ignore[arg-type]
    assert result.status is PageStatus.READ
    return {one.field: (one.value, one.status, one.notes) for one in result.readings}


def test_bubbles_are_read_as_labels_as_a_number_and_as_ticks(model: object) -> None:
    form = _form()
    page = _printed(form)
    for i, place in enumerate((0, 1, 2, 3, 0, 1, 2), start=1):
        _fill(page, form, f"q{i}", 0, place)
    _fill(page, form, "q9", 0, 1)
    _fill(page, form, "q9", 0, 2)
    for answer, digit in enumerate((0, 4, 7)):
        _fill(page, form, "roll", answer, digit)
    cv2.polylines(page, [np.array([(622, 855), (635, 872), (668, 830)])], False, 40, 3, cv2.LINE_AA)
    read = _read(model, form, page)
    assert [read[f"q{i}"][:2] for i in range(1, 8)] == [(label, FieldStatus.ACCEPTED) for label in "ABCDABC"]
    assert read["q8"][:2] == ("", FieldStatus.BLANK)
    assert read["q9"][:2] == ("BC", FieldStatus.REVIEW)
    assert "more than one is marked: B, C" in read["q9"][2]
    assert read["roll"][:2] == ("047", FieldStatus.ACCEPTED)
    assert read["consent"][:2] == ("1", FieldStatus.ACCEPTED)


def test_a_sheet_upside_down_is_read_the_right_way_up(model: object) -> None:
    form = _form()
    page = _printed(form)
    _fill(page, form, "q1", 0, 3)
    read = _read(model, form, np.ascontiguousarray(page[::-1, ::-1]))
    assert read["q1"][:2] == ("D", FieldStatus.ACCEPTED)
    assert read["consent"][:2] == ("0", FieldStatus.ACCEPTED)


def _ring(page: Gray, middle: tuple[int, int], radius: int) -> Gray:
    """Draws a mark of rings into `page`."""
    for share, grey in ((1.0, 30), (0.75, 255), (0.5, 30), (0.25, 255)):
        cv2.circle(page, middle, round(share * radius), grey, -1, cv2.LINE_AA)
    return page


def test_rings_in_the_corners_place_a_form() -> None:
    rings = ((70, 70), (930, 80), (70, 1330), (930, 1330))
    form = _form().model_copy(update={"landmarks": Landmarks(marks=rings, mark_size=56, rings=True)})
    page = np.maximum(_printed(form), 190).astype(np.uint8)
    for middle in rings:
        _ring(page, middle, 28)
    corners = np.array(((0, 0), (1000, 0), (1000, 1400), (0, 1400)), np.float32)
    there = (corners * 0.5 + ((60, 40), (30, 70), (80, 20), (50, 60))).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, there)
    found = register(as_gray(cv2.warpPerspective(page, matrix, (640, 800), borderValue=250)), [form])
    assert found is not None
    points = np.array(((150.0, 260.0), (900.0, 300.0), (600.0, 800.0)))
    assert np.abs(transform(found.matrix, points) - transform(matrix, points)).max() < 2


def test_bubbles_that_everybody_filled_are_not_taken_for_print(model: object) -> None:
    form = _form()
    page = _printed(form)
    for i in range(1, 10):
        _fill(page, form, f"q{i}", 0, 0, grey=90)
    read = _read(model, form, page)
    assert {read[f"q{i}"][0] for i in range(1, 10)} == {"A"}


def test_boxes_that_are_all_ticked_are_not_taken_for_empty_ones(model: object) -> None:
    boxes = tuple(
        TemplateField(name=f"t{i}", box=Box(800, 300 + 60 * i, 34, 34), format=Format(kind=Kind.MARK)) for i in range(8)
    )
    form = _form(*boxes)
    page = _printed(form)
    for i in range(8):
        _fill(page, form, f"t{i}", 0, 0, grey=120)
    read = _read(model, form, page)
    assert all(read[f"t{i}"][0] == "1" or read[f"t{i}"][1] is FieldStatus.REVIEW for i in range(8))


def test_what_is_accepted_on_drawn_sheets_is_right(model: object) -> None:
    """Ticks, crosses, fills, rubbed out and struck out, by pen and pencil, scanned, photographed, copied."""
    wrong, accepted, count = [], 0, 0
    for sheet in drawn_sheets(2, 5151, bubbles=120):
        result = Reader([sheet.template], model).read([Page("sheet", 1, sheet.image)])[0]  # type: ignore[arg-type]
        for field, reading in zip(sheet.template.fields, result.readings, strict=True):
            truth = [
                "".join(one.label for place, one in enumerate(answer) if sheet.states[field.name, k, place] == "marked")
                for k, answer in enumerate(field.bubbles)
            ]
            said = reading.value if field.marks or reading.value == "1" else ""
            count += 1
            if reading.status is not FieldStatus.REVIEW:
                accepted += 1
                wrong += [] if said.replace(" ", "") == "".join(truth) else [(field.name, truth, said)]
    assert not wrong
    assert accepted > 0.5 * count


def _seen(*answers: Sequence[tuple[str, float]]) -> SeenMarks:
    return SeenMarks(
        tuple(tuple(SeenBubble(label, p, p > 0.1, QUAD, EMPTY_INK) for label, p in answer) for answer in answers)
    )


def test_a_number_of_bubbles_lacks_no_digit_silently() -> None:
    marks = Marks(labels=("1", "2"), direction="down", answers=3)
    one, none = [("1", 0.999), ("2", 0.0)], [("1", 0.0), ("2", 0.0)]
    assert decode_marks(_seen(one, one, one), marks, Format()).meaning.value == "111"
    assert "place 2 of 3" in decode_marks(_seen(one, none, one), marks, Format()).meaning.problem
    assert decode_marks(_seen(none, one, one), marks, Format(kind=Kind.INTEGER)).meaning.value == "11"
    assert decode_marks(_seen(none, none, none), marks, Format()).meaning.missing
    assert "check digit" in decode_marks(_seen(one, one, one), marks, Format(check="luhn")).meaning.problem


def test_what_may_have_been_taken_back_is_not_accepted() -> None:
    half = decode_marks(_seen([("A", 0.999), ("B", 0.4)]), Marks(labels=("A", "B")), Format(kind=Kind.MARK))
    assert half.confidence < 0.99
    assert any("taken back" in doubt.sentence for doubt in half.doubts)
    tick = decode_marks(_seen([("1", 0.001)]), TICK, Format(kind=Kind.MARK))
    assert (tick.meaning.value, tick.confidence > 0.99) == ("0", True)


def test_what_is_plainly_inked_is_never_surely_empty() -> None:
    rng = np.random.default_rng(3)
    wild = rng.uniform(0, 6, (500, len(MEASURES)))
    wild[:, MEASURES.index("spreads")] = 4
    wild[:, MEASURES.index("relative")] = rng.uniform(0.6, 3, 500)
    seen = Measured(wild, np.zeros((500, 1, 1), np.float32), np.ones(500, np.bool_))
    for own in (500, 3):
        part = replace(seen, measures=wild[:own], known=seen.known[:own])
        assert probabilities(part, np.zeros(own, np.intp), ["A"] * own).min() >= 0.05
    unknown = probabilities(replace(seen, known=~seen.known), np.zeros(500, np.intp), ["A"] * 500)
    assert unknown.max() <= 0.95


def test_an_answer_by_hand_is_one_of_the_labels() -> None:
    field = TemplateField(
        name="q",
        box=Box(0, 0, 100, 20),
        marks=Marks(labels=("yes", "no"), size=(20, 20)),
        format=Format(kind=Kind.MARK),
    )
    assert fitted("YES", field) == ("yes", "")
    assert "yes, no" in fitted("maybe", field)[1]
    assert keys_of(field) == {"y": "yes", "n": "no"}
    tick = TemplateField(name="t", box=Box(0, 0, 20, 20), format=Format(kind=Kind.MARK))
    assert clear_meaning(CheckKind.BLANK, tick).value == "0"
    many = TemplateField(
        name="m",
        box=Box(0, 0, 100, 20),
        marks=Marks(labels=tuple("ABC"), choose="any", size=(20, 20)),
        format=Format(kind=Kind.MARK),
    )
    assert fitted("c a", many) == ("AC", "")


def test_omrchecker_templates_become_ours(tmp_path: Path) -> None:
    import json

    from extractor.template import template_yaml
    from extractor.template.load import check_template, parse_yaml
    from extractor.template.omrchecker import import_omrchecker

    tree = {
        "pageDimensions": [1000, 1400],
        "bubbleDimensions": [40, 40],
        "preProcessors": [
            {"name": "CropPage"},
            {"name": "Sharpen"},
            {"name": "CropOnMarkers", "options": {"relativePath": "marker.png", "sheetToMarkerWidthRatio": 20}},
        ],
        "customLabels": {"Roll": ["letter", "roll1..3"]},
        "fieldBlocks": {
            "L": {
                "bubbleValues": ["E", "H"],
                "direction": "vertical",
                "fieldLabels": ["letter"],
                "origin": [50, 100],
                "bubblesGap": 50,
            },
            "R": {
                "fieldType": "QTYPE_INT",
                "fieldLabels": ["roll1..3"],
                "bubblesGap": 50,
                "labelsGap": 60,
                "origin": [100, 100],
            },
            "Q": {
                "fieldType": "QTYPE_MCQ4",
                "fieldLabels": ["q1..2", "file"],
                "bubblesGap": 60,
                "labelsGap": 50,
                "origin": [100, 800],
                "emptyValue": "-",
            },
        },
    }
    path = tmp_path / "template.json"
    path.write_text(json.dumps(tree))
    cv2.imwrite(str(tmp_path / "marker.png"), _ring(np.full((160, 160), 255, np.uint8), (80, 80), 70))
    imported = import_omrchecker(path, "exam")
    fields = {field.name: field for field in imported.template.fields}
    assert list(fields) == ["Roll", "q1", "q2", "f_file"]
    assert [len(answer) for answer in fields["Roll"].bubbles] == [2, 10, 10, 10]
    assert fields["Roll"].bubbles[3][9].box == Box(220, 550, 40, 40)
    assert fields["q2"].bubbles[0][1].box == Box(160, 850, 40, 40)
    assert imported.template.landmarks.rings
    assert imported.template.landmarks.mark_size == 50
    assert any("Sharpen" in sentence for sentence in imported.left_out)
    assert any("f_file" in sentence for sentence in imported.left_out)
    node, read = parse_yaml(template_yaml(imported.template), "t")
    assert check_template(node, read, "t") == imported.template
