"""The overlay shows what was read without covering what was written, and its files never meet."""

from __future__ import annotations

import errno
import math
import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from extractor.errors import OutputError
from extractor.export.draft import page_name
from extractor.overlay import draw_overlay, write_overlay
from extractor.overlay.field_labels import Label, label_size, outlines, place_labels, plate, words
from extractor.overlay.text import STATUS_COLOURS, length, percent, wrap
from extractor.values import (
    Box,
    Doubt,
    DoubtKind,
    FieldStatus,
    Kind,
    PageResult,
    PageStatus,
    Points,
    Reading,
    RuleOutcome,
)

HEIGHT, WIDTH = 700, 520


def quad_of(box: Box) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in box.corners.tolist())


def reading(
    box: Box | tuple[tuple[float, float], ...], status: FieldStatus = FieldStatus.ACCEPTED, value: str = "1250"
) -> Reading:
    quad = quad_of(box) if isinstance(box, Box) else box
    return Reading("votes", Kind.INTEGER, value, value, 0.987, status, quad)


def page(*readings: Reading, file: str = "scan.png") -> PageResult:
    return PageResult(file, 1, "tally", PageStatus.READ, readings, fit=0.9)


def blank(height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    return np.full((height, width), 255, np.uint8)


def below_header(picture: NDArray[np.uint8], height: int = HEIGHT) -> NDArray[np.uint8]:
    """The page itself, of a picture that has no strip below it."""
    return picture[-height:]


def near(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Where a blue-green-red picture has about this red-green-blue colour."""
    return (np.abs(picture.astype(int) - np.array(colour[::-1])) < 12).all(axis=2)


def test_cells_that_stand_apart_are_outlined_one_by_one() -> None:
    one = replace(reading(Box(100, 300, 300, 40)), cells=((0.0, 0.3), (0.35, 0.65), (0.7, 1.0)))
    drawn = near(below_header(draw_overlay(blank(), page(one))), STATUS_COLOURS[FieldStatus.ACCEPTED])
    lines = drawn[310:330].all(0)
    uprights = np.flatnonzero(lines[1:] & ~lines[:-1]) + 1
    # Each cell's left and right; the paper between two cells is not tinted.
    assert (uprights - 100) / 300 == pytest.approx([0.0, 0.3, 0.35, 0.65, 0.7, 1.0], abs=0.02)
    assert (below_header(draw_overlay(blank(), page(one)))[320, 198] == 255).all()
    assert page(one) == PageResult.from_dict(page(one).to_dict())


@pytest.mark.parametrize("status", FieldStatus)
def test_a_field_is_outlined_in_the_colour_of_its_status(status: FieldStatus) -> None:
    box = Box(200, 300, 120, 40)
    drawn = below_header(draw_overlay(blank(), page(reading(box, status))))
    found = near(drawn, STATUS_COLOURS[status])
    for line in (found[292:301, 205:315].any(axis=0), found[339:346, 205:315].any(axis=0)):
        assert line.all()
    for other in set(FieldStatus) - {status}:
        assert not near(drawn, STATUS_COLOURS[other])[292:301, 205:315].any()


boxes = st.builds(Box, st.integers(0, 440), st.integers(0, 640), st.integers(20, 200), st.integers(14, 70))


def overlap(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


@st.composite
def layouts(draw: st.DrawFn) -> list[Points]:
    """Up to a dozen fields that do not touch, together turned by any angle."""
    kept: list[Box] = []
    for box in draw(st.lists(boxes, min_size=1, max_size=12)):
        room = Box(box.left - 8, box.top - 8, box.width + 16, box.height + 16)
        if not any(overlap(room, other) for other in kept):
            kept.append(box)
    angle = math.radians(draw(st.sampled_from([0, 0, 90, 180, 270, 2, -7, 40])))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    middle = np.array([WIDTH / 2, HEIGHT / 2])
    return [(box.corners - middle) @ turn + middle for box in kept]


@settings(deadline=None, max_examples=60)
@given(layouts(), st.sampled_from(["7", "1250", "2019-04-17", ""]))
def test_nothing_is_ever_drawn_over_the_inside_of_a_field(quads: list[Points], value: str) -> None:
    image = blank()
    inside = np.zeros_like(image)
    for quad in quads:
        cv2.fillConvexPoly(image, np.rint(quad).astype(np.int32), (0,))
        cv2.fillConvexPoly(inside, np.rint(quad).astype(np.int32), (1,))
    inside = cv2.erode(inside, np.ones((5, 5), np.uint8))
    readings = [reading(tuple((x, y) for x, y in quad.tolist()), value=value) for quad in quads]
    picture = draw_overlay(image, page(*readings))
    top = draw_overlay(image, page(*readings[:0])).shape[0] - HEIGHT  # a header of the same height, no strip below
    drawn = picture[top : top + HEIGHT]
    assert drawn[inside == 1].max(initial=0) <= 40


@settings(deadline=None, max_examples=60)
@given(layouts())
def test_labels_overlap_neither_each_other_nor_the_edge(quads: list[Points]) -> None:
    readings = [reading(tuple((x, y) for x, y in quad.tolist())) for quad in quads]
    labels, homeless = place_labels(blank(), readings, quads, label_size(blank(), quads))
    assert len(labels) + len(homeless) == len(readings)
    taken = np.zeros((HEIGHT, WIDTH), np.uint8)
    for label in labels:
        one = np.zeros_like(taken)
        corners = corners_of(label, shrink=2)
        assert corners.min() >= 0
        assert (corners < (WIDTH, HEIGHT)).all()
        cv2.fillConvexPoly(one, np.rint(corners).astype(np.int32), (1,))
        assert not (taken & one).any()
        taken |= one


def corners_of(label: Label, shrink: float = 0) -> Points:
    width, height = plate(label.value, label.aside, label.size)
    u = np.array([math.cos(label.angle), math.sin(label.angle)])
    v = np.array([-u[1], u[0]])
    u, v = u * (width / 2 - shrink), v * (height / 2 - shrink)
    return np.array(label.centre) + np.array([-u - v, u - v, u + v, v - u])


@pytest.mark.parametrize("turns", range(4))
def test_labels_follow_the_direction_of_the_writing(turns: int) -> None:
    """The picture of a turned page is the turned picture of the page, but for the strip above it."""
    image = blank(500, 500)
    cv2.putText(image, "1250", (210, 240), cv2.FONT_HERSHEY_SIMPLEX, 1, (0,), 2)
    box = Box(200, 210, 120, 40)
    upright = below_header(draw_overlay(image, page(reading(box))), 500)
    turned = np.rot90(image, -turns)
    quad = tuple((x, y) for x, y in np.array(quad_of(box)).tolist())
    for _ in range(turns):
        quad = tuple((499 - y, x) for x, y in quad)
    drawn = below_header(draw_overlay(np.ascontiguousarray(turned), page(reading(quad))), 500)
    quads = [box.corners]
    [label], _ = place_labels(image, [reading(box)], quads, label_size(image, quads))
    (left, top), (right, bottom) = corners_of(label)[[0, 2]].astype(int)
    back = np.ascontiguousarray(np.rot90(drawn, turns))
    seen = cv2.matchTemplate(back, upright[top:bottom, left:right], cv2.TM_CCOEFF_NORMED)
    _, alike, _, where = cv2.minMaxLoc(seen)
    assert alike > 0.9
    assert np.abs(np.array(where) - (left, top)).max() <= 1


def test_a_label_keeps_off_ink_where_it_can() -> None:
    image = blank()
    box = Box(200, 300, 100, 40)
    for left, top, right, bottom in ((180, 250, 340, 295), (180, 345, 340, 390), (100, 300, 196, 340)):
        image[top:bottom:3, left:right] = 0
    quads = [box.corners]
    [label], homeless = place_labels(image, [reading(box)], quads, label_size(image, quads))
    assert not homeless
    assert label.centre[0] > box.right


def test_readings_without_room_are_listed_below_the_page() -> None:
    full = Box(0, 0, WIDTH, HEIGHT)
    roomy = draw_overlay(blank(), page(reading(Box(200, 300, 100, 40))))
    crowded = draw_overlay(blank(), page(reading(full)))
    lost = draw_overlay(blank(), page(reading(())))
    nowhere = draw_overlay(blank(), page(reading(((math.nan, 1.0),) * 4)))
    assert roomy.shape[0] < crowded.shape[0] == lost.shape[0] == nowhere.shape[0]


def test_what_is_doubtful_about_a_field_to_check_is_told_below_the_page() -> None:
    doubt = Doubt(DoubtKind.STRUCK, "a stroke runs through it; it may be struck out")
    sure, unsure = (
        replace(reading(Box(200, 300, 100, 40), status), doubts=(doubt,))
        for status in (FieldStatus.ACCEPTED, FieldStatus.REVIEW)
    )
    plain, told, twice = (draw_overlay(blank(), page(*read)) for read in ((sure,), (unsure,), (unsure, unsure)))
    assert plain.shape[0] < told.shape[0] == twice.shape[0]


def test_the_picture_is_the_page_below_a_strip_and_the_page_stays_as_it_was() -> None:
    image = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH), dtype=np.uint8)
    before = image.copy()
    picture = draw_overlay(image, page())
    assert (image == before).all()
    assert picture.dtype == np.uint8
    assert (below_header(picture) == image[:, :, None]).all()


def test_the_strip_says_which_rules_are_broken_and_why_a_page_was_not_read() -> None:
    read = page(reading(Box(200, 300, 100, 40)))
    plain = draw_overlay(blank(), read).shape[0]
    kept = draw_overlay(blank(), replace(read, rules=(RuleOutcome("a = b", "confirmed"),))).shape[0]
    broken = draw_overlay(blank(), replace(read, rules=(RuleOutcome("a = b", "broken"),))).shape[0]
    assert plain == kept < broken
    heights = [
        draw_overlay(blank(), PageResult("a.png", 1, "", status, reason=reason)).shape[0]
        for status in (PageStatus.UNMATCHED, PageStatus.FAILED)
        for reason in ("", "No form was found.", "No form was found on this page; scan the whole of it. " * 6)
    ]
    assert heights[0] < heights[1] < heights[2]
    assert heights[:3] == heights[3:]


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200), st.integers(30, 600))
def test_any_text_in_any_script_can_be_drawn(file: str, value: str, reason: str, width: int) -> None:
    result = replace(page(reading(Box(2, 2, 20, 20), value=value), file=file), form=reason, reason=reason)
    assert draw_overlay(blank(200, width), result).shape[1] == width


@given(st.text(max_size=200), st.integers(9, 40), st.integers(60, 900))
def test_wrapped_lines_fit_and_lose_no_letters(text: str, size: int, width: int) -> None:
    lines = wrap(text, size, width)
    assert all(length(line, size) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(wrap(text, size, 10**9)).replace(" ", "")


def test_words_tell_blank_and_void_apart_from_a_value_that_could_not_be_read() -> None:
    box = Box(0, 0, 9, 9)
    assert words(reading(box)) == ("1250", "98 %")
    assert words(reading(box, FieldStatus.REVIEW, "")) == ("?", "98 %")
    assert words(reading(box, FieldStatus.BLANK, "")) == ("blank", "")
    assert words(reading(box, FieldStatus.BLANK, "0")) == ("0", "blank")
    assert words(reading(box, FieldStatus.VOID, "")) == ("void", "")


@pytest.mark.parametrize(
    ("probability", "shown"), [(1, "100 %"), (0.99999, "99.9 %"), (0.99, "99.0 %"), (0.989, "98 %"), (math.nan, "0 %")]
)
def test_only_certainty_is_shown_as_a_hundred(probability: float, shown: str) -> None:
    assert percent(probability) == shown


def test_readings_that_lie_nowhere_are_told_from_those_on_the_page() -> None:
    here, gone = reading(Box(1, 2, 3, 4)), reading(((math.inf, 0.0),) * 4)
    placed, quads, lost = outlines([gone, here])
    assert (placed, lost) == ([here], [gone])
    assert quads[0].shape == (4, 2)


def test_a_written_picture_can_be_opened_and_is_no_larger_than_asked(tmp_path: Path) -> None:
    image = blank(3000, 2000)
    box = Box(1000, 1500, 400, 120)
    path = write_overlay(tmp_path / "new" / "pictures", image, page(reading(box)), max_side=900)
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert path.suffix == ".jpg"
    assert picture is not None
    assert picture.shape[1] == 600
    green = np.argwhere(
        np.abs(below_header(picture, 900).astype(int) - STATUS_COLOURS[FieldStatus.ACCEPTED][::-1]).max(axis=2) < 60
    )
    assert abs(green[:, 1].min() - 300) < 8
    assert abs(green[:, 1].max() - 420) < 8
    assert list(path.parent.iterdir()) == [path]


def test_names_never_meet_and_are_the_same_again(tmp_path: Path) -> None:
    files = [
        "a/scan.png", "b/scan.png", "a/scan.pdf", "scan.png", "a/Scan.png", "a scan.png", "a_scan.png", "表.png",
        "票.png", "scan-p1.png", "\udcff.png", "\udcfe.png", "..png", "x" * 250 + ".png", "é" * 120 + ".png",
    ]  # fmt: skip
    paths = [write_overlay(tmp_path, blank(60, 80), page(file=file)) for file in files]
    paths += [write_overlay(tmp_path, blank(60, 80), replace(page(file=files[0]), page=2))]
    assert len({path.name.lower() for path in paths}) == len(files) + 1 == len(list(tmp_path.iterdir()))
    assert paths[0].name.startswith("scan-p1-")
    assert write_overlay(tmp_path, blank(60, 80), page(file=files[0])) == paths[0]


@given(st.text(max_size=300), st.integers(1, 10**6))
def test_any_document_gives_a_name_that_any_disk_takes(file: str, number: int) -> None:
    name = f"{page_name(file, number)}.jpg"
    assert Path(name).name == name
    assert len(name.encode()) < 200
    assert not set(name) & set('<>:"/\\|?*\0\n')
    assert name[0] != "-"


def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        write_overlay(tmp_path / "file", blank(), page())
    with pytest.raises(OutputError):
        write_overlay(tmp_path / "file" / "below", blank(), page())


def test_a_full_disk_leaves_the_old_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_overlay(tmp_path, blank(), page())
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="no space left"):
        write_overlay(tmp_path, blank(), page(reading(Box(10, 10, 50, 50))))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("height", "width", "times"), [(900, 500, 2), (490, 367, 4), (100, 60, 4), (1357, 822, 1)])
def test_a_small_page_is_drawn_larger_with_its_fields_where_they_are(
    tmp_path: Path, height: int, width: int, times: int
) -> None:
    box = Box(20, 40, 30, 16)
    picture = cv2.imread(str(write_overlay(tmp_path, blank(height, width), page(reading(box)))))
    assert picture is not None
    assert picture.shape[1] == times * width
    tinted = below_header(picture, times * height)[round(times * 48), round(times * 35)]
    assert (tinted < 250).any()
    assert (below_header(picture, times * height)[round(times * 48), round(times * 58)] > 250).all()
