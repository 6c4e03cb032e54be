"""Barcodes: what is sure is right, the code chooses the template and the way up, and what cannot be read is said."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp

from extractor.barcodes.code_field import FieldCodes, field_codes
from extractor.barcodes.code_reader import SeenCode, page_codes, read_codes
from extractor.barcodes.sheet_code import chosen_by_code, lies_upright
from extractor.decoding.coded import NOT_TEXT, UNREAD, decode_code
from extractor.template import Format, PageSize, Template, TemplateField
from extractor.template.model import SheetCode
from extractor.values import Box, Gray, Kind

BOX = Box(700, 100, 300, 220)


def _page(text: str, kind: str) -> Gray:
    code = np.array(zxingcpp.create_barcode(text, getattr(zxingcpp, kind)).to_image(scale=4, add_quiet_zones=False))
    height = max(code.shape[0], 80) if code.shape[1] > 3 * code.shape[0] else code.shape[0]
    scale = min(1.0, 280 / code.shape[1])
    code = cv2.resize(code, (round(code.shape[1] * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    page = np.full((1400, 1100), 245, np.uint8)
    page[120 : 120 + code.shape[0], 710 : 710 + code.shape[1]] = code
    return page


def _form(name: str, pattern: str | None) -> Template:
    fields = (
        TemplateField(name="number", box=BOX, format=Format(kind=Kind.BARCODE)),
        TemplateField(name="votes", box=Box(100, 600, 300, 80), cells=4),
    )
    sheet = SheetCode(code=pattern) if pattern else None
    return Template(formdigits=1, form=name, page=PageSize(width=1100, height=1400), sheet=sheet, fields=fields)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("QRCode", "T1-004711"),
        ("DataMatrix", "T1-004711"),
        ("PDF417", "T1-004711"),
        ("Code128", "T1-004711"),
        ("Code39", "T1-4711"),
        ("EAN13", "4006381333931"),
        ("ITF", "0012345678"),
    ],
)
def test_each_kind_is_read_at_every_turn(kind: str, text: str) -> None:
    page = _page(text, kind)
    for turn in range(4):
        image = np.ascontiguousarray(np.rot90(page, -turn))
        steps = [
            ((1, 0, 0), (0, 1, 0)),
            ((0, -1, 1400), (1, 0, 0)),
            ((-1, 0, 1100), (0, -1, 1400)),
            ((0, 1, 0), (-1, 0, 1100)),
        ]
        matrix = np.array((*steps[turn], (0, 0, 1.0)), float)
        (code,) = field_codes(image, matrix, BOX).codes
        assert (code.text, code.confidence > 0.99) == (text, True)


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix"])
def test_a_code_whose_corners_are_dirty_is_read_if_the_rest_holds_and_not_if_it_does_not(kind: str) -> None:
    page = _page("T1-004711", kind)
    ys, xs = np.nonzero(page < 128)
    left, top, right, bottom = xs.min(), ys.min(), xs.max(), ys.max()
    # A scratch through the corner by which it is found.
    corner = (int(left), int(top)) if kind == "QRCode" else (int(left), int(bottom))
    cv2.circle(page, corner, int(0.12 * (right - left)), 245, -1)
    field = field_codes(page, np.eye(3), BOX)
    assert [one.text for one in field.codes] == ["T1-004711"]
    page[int(top + 0.35 * (bottom - top)) : bottom - 3, int(left + 5) : right] = 20
    assert field_codes(page, np.eye(3), BOX) == FieldCodes()


def test_the_code_chooses_the_template_and_the_way_up() -> None:
    first, second, other = _form("a", "T1-*"), _form("b", "T2-*"), _form("c", None)
    codes = page_codes(_page("T2-77", "QRCode"))
    assert [form.form for form in chosen_by_code(codes, [first, second, other])] == ["b"]
    assert [form.form for form in chosen_by_code([], [first, second, other])] == ["a", "b", "c"]
    foreign = page_codes(_page("ZZ", "QRCode"))
    assert [form.form for form in chosen_by_code(foreign, [first, second, other])] == ["c"]
    assert lies_upright(np.eye(3), second, codes)
    assert not lies_upright(np.array(((-1, 0, 1100), (0, -1, 1400), (0, 0, 1.0))), second, codes)


def test_what_is_no_code_or_not_the_forms_goes_to_review() -> None:
    assert decode_code(FieldCodes(), Format(kind=Kind.BARCODE)).meaning.problem == UNREAD
    code = SeenCode("T1-4711", "QRCode", np.zeros((4, 2)), 0.999)
    assert decode_code(FieldCodes((code,)), Format(kind=Kind.BARCODE)).confidence > 0.99
    assert "pattern" in decode_code(FieldCodes((code,)), Format(kind=Kind.BARCODE, pattern="T2-.*")).meaning.problem
    two = FieldCodes((code, SeenCode("T1-4712", "QRCode", np.zeros((4, 2)), 0.999)))
    assert decode_code(two, Format(kind=Kind.BARCODE)).confidence == 0
    assert not field_codes(np.full((1400, 1100), 245, np.uint8), np.eye(3), BOX).codes


def test_what_cannot_be_shown_of_a_code_is_a_persons_to_decide() -> None:
    codes = FieldCodes(tuple(read_codes(_page("T1\x00-\x1b[2J", "QRCode"))))
    assert [one.text for one in codes.codes] == ["T1\ufffd-\ufffd[2J"]
    decoded = decode_code(codes, Format(kind=Kind.BARCODE))
    assert (decoded.meaning.problem, decoded.confidence) == (NOT_TEXT, 0)
