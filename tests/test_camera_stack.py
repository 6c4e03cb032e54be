"""Frames of one field laid on each other: noise goes, a faint stroke stays, a closer look begins anew."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from extractor.fields import Cut, cut_out
from extractor.video.stack import MORE_ROOM, Stack
from tests.forms import FORM, blank_sheet

FIELD = FORM.fields[0]


def frame(rng: np.random.Generator, shift: float = 0.0, scale: float = 1.0) -> Cut:
    """The first field of the test form with a faint stroke in it, in a noisy frame."""
    sheet = blank_sheet()
    box = FIELD.box
    x = round(box.left + 0.5 * box.width / (FIELD.cells or 1))
    cv2.line(sheet, (x, round(box.top + 8)), (x, round(box.bottom - 8)), 205, 2)
    matrix = np.array(((scale, 0, shift), (0, scale, shift), (0, 0, 1.0)))
    size = round(scale * sheet.shape[1] + 20), round(scale * sheet.shape[0] + 20)
    seen = cv2.warpAffine(sheet, matrix[:2], size, borderValue=255.0)
    noisy = np.clip(seen + rng.normal(0, 25, seen.shape), 0, 255).astype(np.uint8)
    return cut_out(noisy, matrix, FIELD)


def test_the_mean_of_frames_is_nearer_to_the_sheet_than_any_of_them() -> None:
    rng = np.random.default_rng(3)
    cuts = [frame(rng, shift) for shift in (0.0, 1.5, 3.2, 0.7, 2.4, 4.1)]
    stack = Stack(cuts[0], 1.0)
    for cut in cuts[1:]:
        stack.add(cut, 1.0)
    inside = cuts[0].inside
    rows = slice(round(inside.top) + 12, round(inside.bottom) - 12)
    # Bare paper of the last cell: what differs there from pixel to pixel is noise.
    columns = slice(round(cuts[0].sides[-1, 0]) + 12, round(cuts[0].sides[-1, 1]) - 12)
    assert stack.cut.grey[rows, columns].std() < 0.6 * cuts[0].grey[rows, columns].std()
    assert stack.frames == len(cuts)


def test_a_closer_look_takes_the_place_of_all_before() -> None:
    rng = np.random.default_rng(4)
    far = frame(rng)
    stack = Stack(far, 1.0)
    stack.add(frame(rng), 1.0)
    near = replace(far, room=far.room * MORE_ROOM * 1.1)
    stack.add(near, 1.0)
    assert stack.frames == 1
    assert (stack.cut.grey == near.grey).all()


def test_writing_is_laid_on_writing_where_the_printed_box_was_found_a_little_aside() -> None:
    rng = np.random.default_rng(5)
    cuts = [frame(rng) for _ in range(6)]
    aside = [0, 2, -2, 3, -3, 1]
    stack = Stack(cuts[0], 1.0)
    for cut, shift in zip(cuts[1:], aside[1:], strict=True):
        stack.add(replace(cut, grey=np.roll(cut.grey, shift, axis=1)), 1.0)
    inside = cuts[0].inside
    rows = slice(round(inside.top) + 12, round(inside.bottom) - 12)
    columns = slice(round(cuts[0].sides[0, 0]) + 12, round(cuts[0].sides[0, 1]) - 12)
    alone, together = (one.grey[rows, columns].mean(0) for one in (cuts[0], stack.cut))
    # The stroke is as dark in the mean as in one frame: laid by the box alone it is smeared.
    assert 255 - together.min() > 0.8 * (255 - alone.min())
