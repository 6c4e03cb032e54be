"""Decoding turns paths into values that the format allows, with probabilities that are probabilities."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.decoding import MAY_BE_MARKED, MAY_BE_NO_DIGIT, decode_ctc, decode_lattice
from extractor.decoding.ctc_search import Transcript
from extractor.decoding.meaning import judge
from extractor.decoding.unread import unread_cells
from extractor.decoding.written import Written, plain, written_in
from extractor.recognizer import Calibration
from extractor.segmentation import Candidate, Lattice
from extractor.template import Format
from extractor.values import Box, Kind

CLASSES = (*"0123456789", "cross", "dash", "junk")


def comb(*cells: str | None) -> tuple[Lattice, np.ndarray]:
    """A comb whose cells the recogniser is sure of: a digit, `X`, `-`, `?`, or None for an empty cell."""
    rows, candidates = [], []
    for i, cell in enumerate(cells):
        crop = None
        if cell is not None:
            crop = len(rows)
            row = np.full(len(CLASSES), 1e-5)
            row["0123456789X-?".index(cell)] = 1 - 12e-5
            rows.append(np.log(row))
        candidates.append(Candidate(i, i + 1, crop, Box(30 * i, 0, 30, 40)))
    lattice = Lattice(len(cells) + 1, tuple(candidates), np.zeros((len(rows), 28, 28), np.uint8), comb=True)
    return lattice, np.array(rows, np.float32).reshape(-1, len(CLASSES))


def read(form: Format, *cells: str | None):
    lattice, scores = comb(*cells)
    return decode_lattice(lattice, scores, CLASSES, form, Calibration())


INTEGER = Format(kind="integer", blank="zero", struck="zero", dash="missing")


@pytest.mark.parametrize(
    ("cells", "value", "written"),
    [
        (("1", "2", "7"), "127", "127"),
        (("0", "1", "2"), "12", "012"),
        (("X", "5", "7"), "57", "X57"),
        ((None, "5", "7"), "57", "_57"),
        (("-", "-", "7"), "7", "--7"),
        ((None, None, None), "0", "___"),
        (("X", "X", "X"), "0", "XXX"),
    ],
)
def test_cells_that_hold_no_digit_are_understood(cells, value: str, written: str) -> None:
    decoded = read(INTEGER, *cells)
    assert decoded.meaning.value == value
    assert decoded.written == written
    assert not decoded.meaning.problem
    assert decoded.confidence > 0.99


def test_dashes_mean_what_the_format_says() -> None:
    assert read(INTEGER, "-", "-", "-").meaning.missing
    assert read(Format(kind="integer", dash="void"), "-", "-", "-").meaning.void
    assert read(Format(kind="integer", struck="void"), "X", "X", "X").meaning.void


def test_a_hole_between_digits_is_a_problem_not_a_number() -> None:
    decoded = read(INTEGER, "1", "-", "2")
    assert decoded.meaning.problem
    assert read(INTEGER, "1", None, "2").meaning.problem
    assert read(INTEGER, "5", "7", "X").meaning.problem


def test_what_is_no_symbol_is_never_a_confident_number() -> None:
    decoded = read(INTEGER, "1", "?", "2")
    assert decoded.meaning.problem
    assert decoded.confidence < 0.5


def test_a_value_outside_the_range_is_shown_with_the_reason() -> None:
    decoded = read(Format(kind="integer", min=1, max=31), "4", "5")
    assert decoded.meaning.value == "45"
    assert "31" in decoded.meaning.problem
    assert decoded.confidence < 0.5


def test_a_check_digit_that_holds_makes_the_reading_surer() -> None:
    lattice, scores = comb(*"79927398713")
    scores[0, 7], scores[0, 1] = np.log(0.9), np.log(0.09)
    plain = decode_lattice(lattice, scores, CLASSES, Format(), Calibration())
    checked = decode_lattice(lattice, scores, CLASSES, Format(check="luhn"), Calibration())
    assert plain.confidence == pytest.approx(0.9, abs=0.01)
    assert checked.confidence > 0.98
    assert checked.meaning.value == plain.meaning.value == "79927398713"


def test_the_range_decides_between_two_likely_readings() -> None:
    lattice, scores = comb("4", "1")
    scores[0, 4], scores[0, 1] = np.log(0.55), np.log(0.44)
    decoded = decode_lattice(lattice, scores, CLASSES, Format(kind="integer", min=1, max=31), Calibration())
    assert decoded.meaning.value in {"11", "41"}
    assert decoded.meaning.problem or decoded.confidence < 0.99


@pytest.mark.parametrize(
    ("text", "form", "is_comb", "value"),
    [
        ("0042", Format(), True, "0042"),
        ("1250", Format(kind="decimal", decimals=2), True, "12.50"),
        ("_5", Format(kind="decimal", decimals=2), True, "0.05"),
        ("7.5", Format(kind="decimal", decimals=1), False, "7.5"),
        ("8", Format(kind="decimal", decimals=1), False, "8.0"),
        ("1.305.-", Format(kind="amount"), False, "1305.00"),
        ("1.305.50", Format(kind="amount"), False, "1305.50"),
        ("12.50", Format(kind="amount"), False, "12.50"),
        ("17042019", Format(kind="date"), True, "2019-04-17"),
        ("04172019", Format(kind="date", order="mdy"), True, "2019-04-17"),
        ("20190417", Format(kind="date", order="ymd"), True, "2019-04-17"),
        ("17.4.19", Format(kind="date"), False, "2019-04-17"),
        ("17042019", Format(kind="date", min="2019-04-17", max="2019-04-17"), True, "2019-04-17"),
        ("17.4.45", Format(kind="date", max="2020-12-31"), False, "1945-04-17"),
        ("29.2.00", Format(kind="date"), False, "2000-02-29"),
        ("0930", Format(kind="time"), True, "09:30"),
        ("9.30", Format(kind="time"), False, "09:30"),
        ("12.-", Format(), False, "12"),
        ("79927398713", Format(check="luhn"), True, "79927398713"),
        ("1350.00", Format(kind="decimal"), False, "1350.00"),
        ("96.5", Format(kind="decimal"), False, "96.5"),
        ("1.350.000", Format(kind="decimal"), False, "1350000"),
        ("1.350,5", Format(kind="decimal"), False, "1350.5"),
        ("1.250", Format(kind="integer"), False, "1250"),
        ("1 250", Format(kind="integer"), False, "1250"),
        ("-96", Format(kind="integer", signed=True), False, "-96"),
        ("-96", Format(kind="integer", min=-200), False, "-96"),
        ("+96", Format(kind="integer", signed=True), False, "96"),
        ("(512)", Format(kind="integer", signed=True), False, "-512"),
        ("-1.5", Format(kind="decimal", signed=True), False, "-1.5"),
        ("(040)123-45", Format(), False, "04012345"),
        ("6/8", Format(marks="/"), False, "68"),
        ("120/80", Format(kind="ratio"), False, "120/80"),
        ("61/2", Format(kind="decimal", halves=True), False, "6.5"),
        ("6 1/2", Format(kind="decimal", halves=True), False, "6.5"),
        ("1/2", Format(kind="decimal", halves=True), False, "0.5"),
        ("12-50", Format(kind="amount"), False, "12.50"),
        ("$45.-", Format(kind="amount"), False, "45.00"),
    ],
)
def test_values_are_canonical(text: str, form: Format, is_comb: bool, value: str) -> None:
    meaning = judge(written_in(text, comb=is_comb), form)
    assert meaning.problem == ""
    assert meaning.value == value


@pytest.mark.parametrize(
    ("text", "form", "is_comb"),
    [
        ("31022019", Format(kind="date"), True),
        ("31122019", Format(kind="date", min="2020-01-01"), True),
        ("01012021", Format(kind="date", max="2020-12-31"), True),
        ("17.4.45", Format(kind="date", min="2019-01-01", max="2020-12-31"), False),
        ("2575", Format(kind="time"), True),
        ("12.5", Format(kind="amount"), False),
        ("79927398710", Format(check="luhn"), True),
        ("12", Format(digits=3), False),
        ("12", Format(values=["11", "13"]), True),
        ("12", Format(pattern="1[3-9]"), True),
        ("X5X", Format(), False),
        (".", Format(), False),
        ("96.5", Format(kind="integer"), False),
        ("9-6", Format(kind="integer"), False),
        ("-96", Format(kind="integer"), False),
        ("96-", Format(kind="integer"), False),
        ("96-", Format(kind="integer", signed=True), False),
        ("1/2", Format(kind="integer"), False),
        ("6/8", Format(), False),
        ("(512)", Format(kind="integer"), False),
        ("12%", Format(kind="integer"), False),
        ("12:30", Format(kind="integer"), False),
        ("-45.00", Format(kind="amount"), False),
        ("12080", Format(kind="ratio"), False),
        ("120-80", Format(kind="ratio"), False),
        ("6/8", Format(kind="decimal", halves=True), False),
    ],
)
def test_what_the_format_forbids_has_a_reason(text: str, form: Format, is_comb: bool) -> None:
    assert judge(written_in(text, comb=is_comb), form).problem


@pytest.mark.parametrize(
    ("text", "form", "doubted"),
    [
        ("1250", Format(kind="amount"), True),
        ("1250.-", Format(kind="amount"), False),
        ("12.50", Format(kind="amount"), False),
        ("8", Format(kind="decimal", decimals=1), False),
        ("08", Format(kind="decimal", decimals=1), True),
        ("1.350", Format(kind="decimal"), True),
        ("0.350", Format(kind="decimal"), False),
        ("1.350", Format(kind="decimal", decimals=3), False),
    ],
)
def test_a_point_that_may_be_lost_or_may_part_thousands_is_a_doubt(text: str, form: Format, doubted: bool) -> None:
    meaning = judge(written_in(text, comb=False), form)
    assert not meaning.problem
    assert bool(meaning.doubts) is doubted


@pytest.mark.parametrize(
    ("text", "is_comb", "says"),
    [
        ("1.305.-", False, Written(("1", "305"), ("", ".", ".-"))),
        ("X57", True, plain("57", comb=True)),
        ("5_7", True, plain("57", problem="a cell between the digits is empty or struck", comb=True)),
        ("57X", True, plain("57", problem="cells after the digits are struck", comb=True)),
        ("5X7", False, plain("57", problem="part of it is struck")),
        ("_X_", True, Written(instead="struck")),
        ("--", True, Written(instead="dash")),
        ("___", True, Written(instead="blank")),
        ("", False, Written(instead="blank")),
        (".", False, Written(problem="only '.' is written here")),
        ("1?", False, Written(problem="something here is no symbol")),
    ],
)
def test_what_the_ink_says_is_known_before_any_format(text: str, is_comb: bool, says: Written) -> None:
    assert written_in(text, comb=is_comb) == says


@given(st.data())
def test_probabilities_of_a_field_sum_to_at_most_one(data: st.DataObject) -> None:
    nodes = data.draw(st.integers(2, 6))
    candidates, rows = [], 0
    for start in range(nodes - 1):
        for end in range(start + 1, min(nodes, start + 3)):
            candidates.append(Candidate(start, end, rows, Box(20 * start, 0, 20 * (end - start), 30), end - start))
            rows += 1
    scores = data.draw(st.lists(st.lists(st.floats(-12, 0), min_size=13, max_size=13), min_size=rows, max_size=rows))
    table = np.array(scores, np.float64)
    table -= np.log(np.exp(table).sum(1, keepdims=True))
    lattice = Lattice(nodes, tuple(candidates), np.zeros((rows, 28, 28), np.uint8), comb=False, line_height=30)
    decoded = decode_lattice(lattice, table.astype(np.float32), CLASSES, Format(), Calibration())
    assert 0 <= decoded.confidence <= 1
    assert decoded.confidence + sum(a.probability for a in decoded.alternatives) <= 1 + 1e-6


@given(
    st.text("0123456789_X-.,/():+#$%= ?", max_size=9),
    st.sampled_from(list(Format.model_fields["kind"].annotation)),
    st.booleans(),
)
def test_no_text_makes_the_formats_stumble(text: str, kind: str, is_comb: bool) -> None:
    meaning = judge(written_in(text, comb=is_comb), Format(kind=kind))
    assert meaning.problem or meaning.value or meaning.missing or meaning.void


def test_of_two_ways_to_read_a_date_the_one_within_its_range_is_taken_but_not_accepted() -> None:
    lattice, scores = comb(*"17042019")
    scores[6] = np.log(1e-5)
    scores[6, [1, 7]] = np.log((0.4, 0.5))
    seen = decode_lattice(
        lattice, scores, CLASSES, Format(kind="date", min="2019-01-01", max="2020-12-31"), Calibration()
    )
    assert (seen.meaning.value, seen.meaning.problem) == ("2019-04-17", "")
    assert seen.confidence < 0.99


def test_a_cell_written_over_allows_any_digit_and_the_others_what_they_look_like() -> None:
    lattice, scores = comb("X", "?", "9")
    scores[2, [4, 9]] = np.log((0.02, 0.97))
    cells = unread_cells(lattice, scores, CLASSES, INTEGER)
    assert cells is not None
    assert [cells.spell(Decimal(n)) is not None for n in (19, 24, 25, 819, 1019)] == [True, True, False, False, False]
    spelled = cells.spell(Decimal(24))
    assert spelled is not None
    assert spelled[:2] == ("24", "X24")
    assert 0 < spelled[2] < 0.01


def test_only_whole_numbers_in_combs_that_cannot_be_read_are_open_to_arithmetic() -> None:
    lattice, scores = comb("1", "?")
    assert unread_cells(lattice, scores, CLASSES, INTEGER) is not None
    assert unread_cells(lattice, scores, CLASSES, Format(kind="digits")) is None
    assert unread_cells(*comb("1", "2"), CLASSES, INTEGER) is None


def test_marks_that_a_format_does_not_explain_leave_a_number_in_doubt() -> None:
    form = Format(kind=Kind.INTEGER)
    sure = [Transcript("96", math.log(0.97), (1.0, 4.0))]
    slash = [*sure, Transcript("9/6", math.log(0.02), (1.0, 3.0, 4.0))]
    sign = [Transcript("96", math.log(0.6), (1.0, 4.0)), Transcript("-96", math.log(0.3), (0.0, 1.0, 4.0))]
    assert decode_ctc(sure, form, Calibration()).doubts == ()
    assert decode_ctc(slash, form, Calibration()).doubts == (MAY_BE_NO_DIGIT,)
    assert decode_ctc(sign, form, Calibration()).doubts == (MAY_BE_MARKED,)


def test_a_dash_that_stands_apart_counts_where_it_would_change_the_value() -> None:
    said = [Transcript("96", math.log(0.999), (1.0, 4.0))]
    before = (True, False)
    assert decode_ctc(said, Format(kind=Kind.INTEGER), Calibration(), before).doubts == (MAY_BE_MARKED,)
    assert decode_ctc(said, Format(kind=Kind.INTEGER, signed=True), Calibration(), before).doubts == (MAY_BE_MARKED,)
    assert decode_ctc(said, Format(kind=Kind.DIGITS), Calibration(), before).doubts == ()
