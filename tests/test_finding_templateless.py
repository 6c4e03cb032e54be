"""Reading without a template: found fields as pictures, and which of them hold handwritten digits."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.decoding.ctc_search import Transcript
from extractor.documents import open_pages
from extractor.finding import find_fields
from extractor.finding.templateless import lattice_holds_digits, page_fields, string_holds_digits
from extractor.recognizer import load_recognizer
from extractor.recognizer.string_views import StringReading, StringView
from extractor.segmentation import Candidate, Lattice, segment
from extractor.segmentation.lattice import stack_crops
from extractor.values import Box, Gray, Page

CLASSES = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "cross", "dash", "junk")
DATA = Path(os.environ.get("FORMDIGITS_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data"))


def drawn(background: int = 255, ink: int = 0) -> Gray:
    page = np.full((1754, 1240), background, np.uint8)
    for row in range(4):
        cv2.putText(page, "one figure in each cell", (150, 120 + 40 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, ink, 2)
    cv2.rectangle(page, (300, 600), (460, 656), ink, 2)
    for k in (1, 2, 3):
        cv2.line(page, (300 + 40 * k, 600), (300 + 40 * k, 656), ink, 2)
    cv2.putText(page, "7", (348, 645), cv2.FONT_HERSHEY_SIMPLEX, 1.3, ink, 3)
    return page


@pytest.mark.parametrize(("background", "ink"), [(255, 0), (0, 255)])
def test_a_found_comb_is_cut_out_with_its_cells_and_without_its_rulings(background: int, ink: int) -> None:
    (one,) = page_fields(drawn(background, ink))
    assert len(one.image.cells) == 5
    lattice = segment(one.image, comb=True)
    assert [candidate.crop is not None for candidate in lattice.candidates] == [False, True, False, False]


def test_the_picture_knows_where_it_lies_on_a_turned_page() -> None:
    matrix = cv2.getRotationMatrix2D((620, 877), 8, 0.9)
    turned = cv2.warpAffine(drawn(), matrix, (1240, 1754), flags=cv2.INTER_AREA, borderValue=255).astype(np.uint8)
    (one,) = page_fields(turned)
    expected = cv2.transform(Box(301, 601, 158, 54).corners[None], matrix)[0]
    assert np.abs(np.array(one.image.quad) - expected).max() < 5


def lattice_of(*symbols: str, comb: bool, sure: float = 0.97) -> tuple[Lattice, np.ndarray]:
    """A lattice that reads as `symbols` (None for an empty cell is written '_') with probability `sure` each."""
    rows, candidates = [], []
    for k, symbol in enumerate(symbols):
        crop = None if symbol == "_" else len(rows)
        candidates.append(Candidate(k, k + 1, crop, Box(30 * k, 0, 20, 30), ink=100))
        if crop is not None:
            row = np.full(len(CLASSES), (1 - sure) / (len(CLASSES) - 1))
            row[CLASSES.index(symbol)] = sure
            rows.append(np.log(row))
    lattice = Lattice(len(symbols) + 1, tuple(candidates), stack_crops([]), comb=comb, line_height=30)
    return lattice, np.array(rows, np.float32).reshape(-1, len(CLASSES))


@pytest.mark.parametrize(
    ("symbols", "comb", "expected"),
    [
        (("4", "0", "7"), False, True),
        (("cross", "cross", "9"), True, True),
        (("_", "1", "2"), True, True),
        (("cross", "cross", "cross"), True, False),
        (("_", "_"), True, False),
        (("4", "junk", "junk", "7"), True, False),
        (tuple("123456789012345678901234567"), False, False),
    ],
)
def test_digits_beside_empty_and_struck_cells_are_a_number_and_words_are_not(
    symbols: tuple[str, ...], comb: bool, expected: bool
) -> None:
    lattice, scores = lattice_of(*symbols, comb=comb)
    assert lattice_holds_digits(lattice, scores, CLASSES) is expected


def test_symbols_that_look_a_little_like_digits_are_no_number() -> None:
    lattice, scores = lattice_of("4", "0", "7", comb=False, sure=0.4)
    assert not lattice_holds_digits(lattice, scores, CLASSES)


@pytest.mark.parametrize(
    ("text", "each", "expected"),
    [
        ("803797", 0.95, True),
        ("1.250.-", 0.9, True),
        ("803797", 0.7, False),  # as sure of digits as of words
        ("1" * 18 + "??X", 0.95, False),  # too much of it
        ("1??7", 0.95, False),
    ],
)
def test_a_string_read_whole_is_a_number_where_its_network_is_sure_of_digits(
    text: str, each: float, expected: bool
) -> None:
    said = Transcript(text, len(text) * math.log(each), tuple(range(len(text))))
    nothing = StringView(None, np.zeros((0, 2), np.float32), ())
    assert string_holds_digits(StringReading((said,), first_pass_only=False, first_view=nothing)) is expected
    assert not string_holds_digits(StringReading((), first_pass_only=True, first_view=nothing))


def test_nothing_written_is_no_number() -> None:
    assert not lattice_holds_digits(Lattice(1, (), stack_crops([]), comb=False), np.zeros((0, 13), np.float32), CLASSES)


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "nist_hsf").is_dir(), reason=f"no real handwriting at {DATA}")
def test_on_a_real_form_all_number_fields_are_found_and_hardly_anything_else() -> None:
    page = next(iter(open_pages(str(DATA / "nist_hsf" / "nist_hsf_a.png"))))
    assert isinstance(page, Page)
    truth = json.loads((DATA / "nist_hsf" / "truth.json").read_text(encoding="utf-8"))["pages"]["nist_hsf_a"]
    recognizer = load_recognizer()
    kept = []
    for one in page_fields(page.image, find_fields(page.image, labels=False)):
        lattice = segment(one.image, comb=one.found.cells is not None)
        if lattice_holds_digits(lattice, recognizer.log_probabilities(lattice.crops), recognizer.classes):
            kept.append(one.found.box)
    matched = [
        any(max(abs(a - b) for a, b in zip(box, entry["box"], strict=True)) < 12 for box in kept) for entry in truth
    ]
    assert sum(matched) == 28
    assert len(kept) - sum(matched) <= 2
