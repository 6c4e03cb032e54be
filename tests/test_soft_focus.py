"""Soft pictures are sharpened, sharp ones are left alone, and pale combs are found on a soft one."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.finding import find_fields
from extractor.ink import as_gray
from extractor.soft_focus import SOFT, edge_width, sharpened
from extractor.values import Gray
from tests.test_finding import comb, lettered, sheet


def out_of_focus(page: Gray, radius: int) -> Gray:
    disk = np.zeros((2 * radius + 1,) * 2, np.float32)
    cv2.circle(disk, (radius, radius), radius, 1.0, cv2.FILLED)
    return as_gray(cv2.filter2D(page, -1, disk / disk.sum()))


def test_a_sharp_page_is_left_as_it_is() -> None:
    page = lettered(sheet())
    assert edge_width(page) < SOFT
    assert sharpened(page) is page


def test_a_soft_page_is_sharpened() -> None:
    soft = out_of_focus(lettered(sheet()), 4)
    assert edge_width(soft) > SOFT
    assert edge_width(sharpened(soft)) < edge_width(soft)


def test_an_empty_page_has_no_edges() -> None:
    assert edge_width(sheet()) == 0.0


def test_pale_separate_cells_are_found_on_a_page_out_of_focus() -> None:
    page = lettered(sheet())
    for row in range(8):
        for cell in range(3):
            comb(page, (300 + 50 * cell, 400 + 90 * row, 40, 54), 1, ink=215)
    found = find_fields(out_of_focus(page, 4), labels=False)
    assert [field.cells for field in found] == [3] * 8
