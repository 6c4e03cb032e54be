"""Which pages there are: who fills each in, and how it is scanned."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from samples.generator import exam, expenses, register, tally
from samples.generator.answers import Unused
from samples.generator.filling import Hand
from samples.generator.scanner import Photo, Scan

SEED = 20250401
BLUE, NAVY, BLACK, GREY, PENCIL = (38, 62, 158), (24, 34, 96), (26, 26, 30), (58, 58, 64), (92, 92, 96)


@dataclass(frozen=True)
class Sample:
    """One page of one file. `mistake` is an error in adding up; `whole_hours` leaves off '.0'; `skipped` is a line of a
    table that was left empty; `turned` is what the file itself says about how the page is to be turned, in degrees with
    the clock; `code` is what its barcode says."""

    file: str
    page: int
    form: str
    hand: Hand
    scan: Scan | Photo
    mistake: bool = False
    whole_hours: bool = False
    skipped: int | None = None
    turned: int = 0
    code: str = ""

    @property
    def rng(self) -> np.random.Generator:
        """Its own, so that a page comes out the same whatever else is made."""
        return np.random.default_rng([SEED, crc32(f"{self.file}#{self.page}".encode())])


def _batch(file: str, *pages: tuple[str, Hand, Scan]) -> list[Sample]:
    return [Sample(file, n, form, hand, scan) for n, (form, hand, scan) in enumerate(pages, 1)]


T, E, R = tally.FORM, expenses.FORM, register.FORM
X, DASH, ZERO = Unused.STRUCK, Unused.DASH, Unused.ZERO


def _bilevel(skew: float, *, dpi: int = 200, margin: float = 0.0, quarters: int = 0) -> Scan:
    """As an office copier's "black and white, text" does it."""
    return Scan(dpi, skew, margin=margin, quarters=quarters, mode="bilevel", noise=7.0, specks=30, threshold=172)


SAMPLES: tuple[Sample, ...] = (
    Sample("tally_01.jpg", 1, T, Hand(347, BLUE), Scan(mode="colour")),
    Sample("tally_02.jpg", 1, T, Hand(336, BLACK, pen=0.62, unused=X), Scan(skew=1.6, margin=5)),
    Sample(
        "tally_03.jpg", 1, T, Hand(343, NAVY, unused=DASH, careless=0.6), Scan(dpi=150, skew=-2.3, margin=8, lid=120)
    ),
    Sample("tally_04.jpg", 1, T, Hand(329, BLUE, height=6.0, unused=ZERO), Scan(dpi=300, noise=1.5, light=0.1)),
    Sample("tally_05.jpg", 1, T, Hand(361, PENCIL, pen=0.5, faint=0.3, grain=0.35), Scan(skew=0.8, through=0.06)),
    Sample(
        "tally_06.jpg", 1, T, Hand(331, BLACK, height=4.6, unused=X), Scan(dpi=150, blur=0.8, noise=4.0), mistake=True
    ),
    Sample("tally_upside_down.jpg", 1, T, Hand(327, NAVY), Scan(quarters=2, skew=-1.1, margin=3)),
    Sample("tally_turned.jpg", 1, T, Hand(366, BLUE, unused=DASH), Scan(quarters=1, skew=0.6, light=0.12)),
    Sample(
        "tally_phone.jpg",
        1,
        T,
        Hand(358, BLACK, pen=0.6, unused=X),
        Photo(((0.085, 0.06), (0.93, 0.085), (0.965, 0.95), (0.04, 0.925))),
    ),
    Sample("tally_bilevel.png", 1, T, Hand(345, BLACK, pen=0.55), _bilevel(-0.7)),
    Sample("tally_grey.png", 1, T, Hand(360, NAVY, careless=0.7), Scan(dpi=150, skew=1.2, noise=1.2, specks=6)),
    *_batch(
        "tally_batch.tif",
        (T, Hand(337, BLACK, unused=X), _bilevel(0.5)),
        (T, Hand(344, NAVY, pen=0.58), _bilevel(-1.4)),
        (T, Hand(370, BLACK, unused=DASH), _bilevel(2.1, margin=7, quarters=2)),
        (T, Hand(332, BLACK, pen=0.65, unused=ZERO), _bilevel(-0.3)),
    ),
    Sample("expenses_01.jpg", 1, E, Hand(350, BLUE, gap=1.0), Scan(mode="colour", skew=0.4)),
    Sample("expenses_02.jpg", 1, E, Hand(371, BLACK, comma=True), Scan(skew=-1.8, margin=6, lid=90)),
    Sample("expenses_03.jpg", 1, E, Hand(338, NAVY, height=6.2, pen=0.6, unused=DASH), Scan(dpi=300, noise=1.5)),
    Sample("expenses_04.jpg", 1, E, Hand(359, GREY, gap=0.55, careless=0.6), Scan(dpi=150, blur=0.6, fold=True)),
    Sample("expenses_05.jpg", 1, E, Hand(342, BLUE), Scan(skew=3.8, margin=12, light=0.15), whole_hours=True),
    Sample("expenses_06.jpg", 1, E, Hand(346, PENCIL, faint=0.28, grain=0.35), Scan(through=0.05, skew=-0.5)),
    Sample("expenses_upside_down.jpg", 1, E, Hand(367, BLACK, comma=True), Scan(quarters=2, skew=1.3, margin=4)),
    Sample("expenses_turned.png", 1, E, Hand(364, BLACK, pen=0.6), _bilevel(0.0, dpi=300, quarters=3)),
    Sample(
        "expenses_phone.jpg",
        1,
        E,
        Hand(334, NAVY, unused=DASH),
        Photo(((0.1, 0.04), (0.91, 0.07), (0.94, 0.965), (0.05, 0.93)), desk=(70, 74, 80), shadow=0.2, light=0.3),
        turned=90,
    ),
    *_batch(
        "expenses_batch.tif",
        (E, Hand(355, BLACK, comma=True), _bilevel(0.9)),
        (E, Hand(351, NAVY, unused=DASH), _bilevel(-2.0, margin=6)),
        (E, Hand(331, BLACK, pen=0.58), _bilevel(0.2, dpi=300)),
    ),
    Sample("mixed_batch.pdf", 1, T, Hand(328, BLUE, unused=X), Scan(skew=-0.6)),
    Sample("mixed_batch.pdf", 2, E, Hand(365, BLACK, gap=0.9), Scan(skew=0.7)),
    Sample("mixed_batch.pdf", 3, T, Hand(368, NAVY), Scan(quarters=2, skew=1.0, through=0.05)),
    Sample("mixed_batch.pdf", 4, E, Hand(335, BLUE, comma=True, unused=DASH), Scan(light=0.12, fold=True)),
    Sample("mixed_batch.pdf", 5, T, Hand(357, BLACK, unused=DASH, careless=0.6), Scan(skew=-1.5, margin=4), turned=90),
    Sample("mixed_batch.pdf", 6, E, Hand(330, NAVY, gap=0.6), Scan(dpi=150, skew=2.6, margin=8)),
    Sample("expenses_tablet.pdf", 1, E, Hand(347, BLUE, pen=0.55, grain=0.0), Scan()),
    Sample("register_01.jpg", 1, R, Hand(343, BLUE, height=4.8), Scan(mode="colour", skew=-0.5)),
    Sample("register_02.jpg", 1, R, Hand(366, BLACK, comma=True), Scan(skew=1.4, margin=5, lid=110), skipped=4),
    Sample("register_03.jpg", 1, R, Hand(358, NAVY, pen=0.58, careless=0.5), Scan(dpi=150, noise=3.0, fold=True)),
    Sample(
        "register_phone.jpg",
        1,
        R,
        Hand(336, BLACK, pen=0.6),
        Photo(((0.06, 0.05), (0.95, 0.075), (0.96, 0.955), (0.035, 0.94)), size=(1680, 2240), shadow=0.2),
    ),
    *_batch(
        "register_batch.tif",
        (R, Hand(344, NAVY, pen=0.55), _bilevel(0.4)),
        (R, Hand(337, BLACK), _bilevel(-1.2, margin=5)),
        (R, Hand(332, BLACK, pen=0.6), _bilevel(0.9, quarters=2)),
    ),
)

A, SEPARATOR = exam.FORM, "separator"

EXAMS: tuple[Sample, ...] = (
    Sample("exam_01.jpg", 1, A, Hand(349, BLUE), Scan(mode="colour", skew=0.7), code="X1-004711"),
    Sample(
        "exam_02.jpg",
        1,
        A,
        Hand(336, PENCIL, pen=0.6, faint=0.3, grain=0.35),
        Scan(skew=-1.3, margin=5),
        code="X1-004712",
    ),
    Sample("exam_upside_down.jpg", 1, A, Hand(366, NAVY), Scan(dpi=150, quarters=2, skew=0.9), code="X1-004713"),
    Sample(
        "exam_phone.jpg",
        1,
        A,
        Hand(358, BLACK, pen=0.6),
        Photo(((0.06, 0.05), (0.95, 0.075), (0.96, 0.955), (0.035, 0.94)), size=(1680, 2240), shadow=0.2),
        code="X1-004714",
    ),
    Sample("exam_batch.tif", 1, SEPARATOR, Hand(331), _bilevel(0.3), code="ROOM-204"),
    Sample("exam_batch.tif", 2, A, Hand(344, NAVY, pen=0.6), _bilevel(-0.6), code="X1-004720"),
    Sample("exam_batch.tif", 3, A, Hand(370, BLACK, pen=0.6), _bilevel(1.1), code="X1-004721"),
    Sample("exam_batch.tif", 4, SEPARATOR, Hand(331), _bilevel(-0.4, quarters=2), code="ROOM-310"),
    Sample("exam_batch.tif", 5, A, Hand(332, BLACK, pen=0.65), _bilevel(0.2), code="X1-004722"),
)
"""The answer sheets, which lie in a folder of their own."""
