"""Numbers written by one hand on some paper, as the product's CTC networks get to see them, and what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields.single_field import as_single_field
from extractor.ink import as_gray
from extractor.segmentation.text_line import text_line_of
from extractor.values import Box, Crops, Floats, Gray
from training.ctc.string_marks import DIGIT_TALL, mark_ink
from training.ctc.texts import DIGITS, GAP, OTHER, STRUCK, WORD, text
from training.data.drawn.zeros import row_of_zeros
from training.data.hands import Beside
from training.data.junk import tight
from training.data.marks import cross, curve, draw_stroke
from training.data.paper import paper
from training.data.pen import MILD, WILD, drawn_large, with_width
from training.data.samples import Samples
from training.data.styles import in_style

LETTERS = "EFHKMNRWdfkmrw"
"""Letters that nobody takes for a digit."""


@dataclass(frozen=True)
class Trouble:
    """How hard composed strings are to read: writing, paper and scanner at their worst, or `EASY` as they mostly are.
    `steady` is the share of writers who write a digit in the same style throughout; `smallest` how many pixels high
    the smallest digits are; `faint` the share of the light that the faintest pen takes; `packed` the lowest quality of
    JPEG."""

    spread: float = 0.13
    fall: float = 5.0
    wild: float = 0.15
    overlap: float = 0.28
    smallest: float = 9.0
    blur: float = 1 / 28
    noise: float = 0.035
    view: float = 1.0
    no_number: float = 0.07
    steady: float = 0.75
    faint: float = 0.3
    packed: int = 25


HARD = Trouble()
EASY = Trouble(
    spread=0.08,
    fall=3.0,
    wild=0.05,
    overlap=0.2,
    smallest=11.0,
    blur=1 / 50,
    noise=0.016,
    view=0.6,
    no_number=0.04,
    faint=0.4,
    packed=40,
)


@dataclass(frozen=True)
class Writers:
    """Samples by writer and digit: `places[w][d]` are indices into `samples` of digit d by writer w, never empty: what
    a writer never wrote is taken from all. `weights` says how often each writer is drawn; `letters` are no digits, and
    neither is what is `beside` them, where that is there."""

    samples: Samples
    places: tuple[tuple[NDArray[np.int64], ...], ...]
    weights: NDArray[np.float64]
    letters: Crops
    beside: Beside | None = None


def by_writer(samples: Samples, letters: Crops, beside: Beside | None = None, *, fewest: int = 20) -> Writers:
    """`samples` by writer, who is drawn as often as his samples are. Those whose writers gave fewer than `fewest` count
    together as one more writer."""
    labels = samples.labels.astype(int)
    people = samples.writers if samples.writers is not None else np.zeros(len(samples), np.int64)
    names, counts = np.unique(people, return_counts=True)
    large = names[counts >= fewest]
    groups = [np.flatnonzero(people == name) for name in large]
    rest = np.flatnonzero(~np.isin(people, large))
    if len(rest):
        groups.append(rest)
    weights = np.array([samples.chances[group].sum() for group in groups])
    anyone = [np.flatnonzero(labels == digit) for digit in range(10)]
    places = tuple(
        tuple(own if len(own := group[labels[group] == digit]) else anyone[digit] for digit in range(10))
        for group in groups
    )
    return Writers(samples, places, weights / weights.sum(), letters, beside)


@dataclass(frozen=True)
class Composition:
    """A string in `ink`, 255 = ink, tightly cut. `said` is what it says, symbol by symbol from left to right (zeros
    that run into each other, and words, are one piece of several characters); `symbols` are these alone, each tightly
    cut, and `places` the column and row in `ink` where each begins."""

    ink: Gray
    said: tuple[str, ...]
    symbols: tuple[Gray, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def text(self) -> str:
        return "".join(self.said)

    def alone(self) -> list[Gray]:
        """Each of the symbols alone on the same paper, shape that of `ink`."""
        found = []
        for (x, y), symbol in zip(self.places, self.symbols, strict=True):
            paper_of_one = np.zeros_like(self.ink)
            paper_of_one[y : y + symbol.shape[0], x : x + symbol.shape[1]] = symbol
            found.append(paper_of_one)
        return found


def written(what: str, writers: Writers, rng: np.random.Generator, trouble: Trouble = HARD) -> Composition:
    """`what`, digits about DIGIT_TALL high, by one writer with one pen."""
    hand = writers.places[int(rng.choice(len(writers.weights), p=writers.weights))]
    pen = rng.uniform(2.4, 11) if rng.random() < 0.6 else 0.0
    bend = WILD if rng.random() < trouble.wild else MILD
    own = int(rng.integers(1 << 31)) if rng.random() < trouble.steady else None
    lean = rng.uniform(-0.1, 0.55) if rng.random() < 0.35 else 0.0
    spread = 0.05 + trouble.spread * rng.random() ** 2
    small_zeros = rng.uniform(0.3, 0.85) if rng.random() < 0.25 else 1.0
    tall_ones = rng.uniform(1.1, 1.8) if rng.random() < 0.2 else 1.0
    sizes = {"0": small_zeros, "1": tall_ones}
    smaller = rng.uniform(0.5, 1) if rng.random() < 0.15 else 1.0  # towards the end
    drift, fall = rng.normal(0, 0.03), 2 + trouble.fall * rng.random()
    symbols: list[tuple[Gray, float, float]] = []
    stroke = pen or 6.0
    pieces = re.findall("0{2,}|.", what) if rng.random() < 0.35 else list(what)
    marks = [piece for piece in pieces if piece != GAP]
    apart = {len([piece for piece in pieces[:i] if piece != GAP]) for i, one in enumerate(pieces) if one == GAP}
    for index, mark in enumerate(marks):
        if mark == WORD:
            ink, marks[index] = _word(writers, rng)
            symbols.append((ink, DIGIT_TALL - ink.shape[0] + rng.normal(0, fall), 0.0))
        elif len(mark) > 1:
            tall = DIGIT_TALL * rng.uniform(0.55, 1.05) * max(small_zeros, 0.5)
            ink = row_of_zeros(len(mark), tall, stroke * rng.uniform(0.8, 1.1), rng)
            symbols.append((tight(ink), rng.normal(0, fall), 0.0))
        elif mark in DIGITS:
            place = int(rng.choice(hand[int(mark)]))
            ink = drawn_large(writers.samples.images[place], rng, bend)
            if not writers.samples.keeps_style(place):
                ink = in_style(ink, mark, rng, own)
            if pen:
                ink = with_width(ink, pen)
            ink = np.where(ink >= 24, ink, 0).astype(np.uint8)
            if not ink.any():
                ink = np.full((DIGIT_TALL, 5), 255, np.uint8)
            times = float(np.clip(rng.normal(1, spread), 0.6, 1.35)) * sizes.get(mark, 1.0)
            times *= 1 - (1 - smaller) * index / len(marks)
            symbols.append((_leaning(_scaled(tight(ink), times), lean), rng.normal(0, fall), 0.0))
        elif mark in STRUCK + OTHER:
            ink = _no_digit(mark, writers, hand, rng)
            symbols.append((_scaled(tight(ink), rng.uniform(0.7, 1.1)), rng.normal(0, fall), 0.0))
        else:
            ink, low = mark_ink(mark, stroke * rng.uniform(0.7, 1.2), writers.beside, rng)
            symbols.append((_leaning(ink, lean) if mark in "/()$%" else ink, low, 1.0))
    ink, places = _set(symbols, marks, rng, drift=drift, overlap=trouble.overlap, apart=apart)
    return Composition(ink, tuple(marks), tuple(one for one, _, _ in symbols), places)


def _word(writers: Writers, rng: np.random.Generator) -> tuple[Gray, str]:
    """A word or a part of one, and OTHER for each letter that it has room for; a letter where there are no words."""
    if writers.beside is None:
        return tight(drawn_large(writers.letters[rng.integers(len(writers.letters))], rng, MILD)), OTHER
    word = writers.beside.part_of_word(rng, 1.0, 3.5)
    ink = tight(_scaled(word, DIGIT_TALL * rng.uniform(0.9, 1.4) / word.shape[0]))
    return ink, OTHER * max(1, round(ink.shape[1] / (0.55 * ink.shape[0])))


def _no_digit(mark: str, writers: Writers, hand: tuple[NDArray[np.int64], ...], rng: np.random.Generator) -> Gray:
    """A struck-out symbol or a letter, with ink, at three times MNIST's size."""
    if mark == OTHER:
        return drawn_large(writers.letters[rng.integers(len(writers.letters))], rng, MILD)
    if rng.random() < 0.6:
        real = writers.beside is not None and rng.random() < 0.5
        return writers.beside.mark(STRUCK, rng) if writers.beside and real else cross(rng)
    place = int(rng.choice(hand[int(rng.integers(10))]))
    ink = drawn_large(writers.samples.images[place], rng, MILD)
    left, top, wide, high = cv2.boundingRect((ink > 100).astype(np.uint8))
    pen = rng.uniform(3, 8)
    if rng.random() < 0.6:  # scribbled over
        at = [
            (left + wide * rng.uniform(-0.2, 1.2), top + high * rng.uniform(0, 1))
            for _ in range(int(rng.integers(5, 9)))
        ]
        for a, b in pairwise(at):
            draw_stroke(ink, curve(a, b, rng, 0.2), pen, rng)
        return ink
    return np.maximum(ink, cross(rng))


def _set(
    symbols: list[tuple[Gray, float, float]],
    marks: list[str],
    rng: np.random.Generator,
    *,
    drift: float,
    overlap: float,
    apart: set[int],
) -> tuple[Gray, tuple[tuple[int, int], ...]]:
    """The symbols one after the other on a baseline, and the column and row where each begins; each comes with how much
    lower it stands, and 1 for a mark. There is more room before those at the places `apart`."""
    places: list[tuple[int, int]] = []
    close = rng.random()  # some writers leave room, some run everything together
    x = 0.0
    pitch = rng.uniform(6, 60) if rng.random() < 0.15 else 0.0  # spread out, as into invisible cells
    raised = rng.uniform(0.1, 0.4) * DIGIT_TALL if rng.random() < 0.06 else 0.0
    for index, (ink, low, delimiter) in enumerate(symbols):
        high, wide = ink.shape
        if delimiter:
            y = low
        else:
            # What is taller than the others reaches up beyond them, or down as well.
            up = rng.uniform(0.3, 1.0) if high > DIGIT_TALL else 0.5 if rng.random() < 0.3 else 1.0
            y = (DIGIT_TALL - high) * up + low
            if raised and index >= len(symbols) - 2 and len(symbols) > 3:
                y -= raised
        places.append((round(x), round(y + drift * x)))
        following = symbols[index + 1] if index + 1 < len(symbols) else None
        chance = rng.random()
        if chance < 0.55 * (1 - close) + 0.2:
            gap = rng.uniform(4, 22)
        elif chance < 0.75:
            gap = rng.uniform(-1, 5)
        else:
            gap = -rng.uniform(0, overlap) * min(wide, following[0].shape[1] if following else wide)
        if delimiter or (following is not None and following[2]):
            gap = rng.uniform(-6, 16) if rng.random() < 0.7 else rng.uniform(10, 34)
        elif rng.random() < 0.05:
            gap = rng.uniform(25, 100)
        if index + 1 in apart:
            gap += rng.uniform(10, 50)
        x = max(x + 3, x + wide + gap + pitch)
    left, top = min(p[0] for p in places), min(p[1] for p in places)
    right = max(p[0] + s[0].shape[1] for p, s in zip(places, symbols, strict=True))
    bottom = max(p[1] + s[0].shape[0] for p, s in zip(places, symbols, strict=True))
    out = np.zeros((bottom - top, right - left), np.uint8)
    for (px, py), (ink, _, _) in zip(places, symbols, strict=True):
        view = out[py - top : py - top + ink.shape[0], px - left : px - left + ink.shape[1]]
        np.maximum(view, ink, out=view)
    if rng.random() < 0.25:
        boxes = [Box(x - left, y - top, *ink.shape[::-1]) for (x, y), (ink, _, _) in zip(places, symbols, strict=True)]
        _join_zeros(out, marks, boxes, rng)
    return out, tuple((x - left, y - top) for x, y in places)


def _join_zeros(out: Gray, marks: list[str], boxes: list[Box], rng: np.random.Generator) -> None:
    """The stroke by which a quick hand runs into the next zero, over from the top of a round digit or up from the foot
    of a 1; `boxes` are those of the symbols."""
    for (mark, box), (following, to) in pairwise(zip(marks, boxes, strict=True)):
        if mark not in "0168" or following != "0" or rng.random() > 0.7:
            continue
        if mark == "1":
            along, down, to_down = rng.uniform(0.1, 0.6), rng.uniform(0.8, 1.0), rng.uniform(0.06, 0.5)
        else:
            along, down, to_down = rng.uniform(0.5, 0.95), 0.1, 0.06
        start = box.left + box.width * along, box.top + down * box.height
        end = to.left + rng.uniform(0.1, 0.5) * to.width, to.top + to_down * to.height
        draw_stroke(out, curve(start, end, rng, 0.2), rng.uniform(2, 5), rng)


def _scaled(ink: Gray, times: float) -> Gray:
    size = max(2, round(ink.shape[1] * times)), max(2, round(ink.shape[0] * times))
    return as_gray(cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR))


def _leaning(ink: Gray, lean: float) -> Gray:
    if abs(lean) < 0.02:
        return ink
    height, width = ink.shape
    extra = abs(lean) * height
    matrix = np.array(((1.0, -lean, max(lean, 0.0) * height), (0.0, 1.0, 0.0)))
    return tight(as_gray(cv2.warpAffine(ink, matrix, (width + int(np.ceil(extra)), height))))


@dataclass(frozen=True)
class Frame:
    """How ink comes to lie in a picture: its digits `tall` pixels high, with `edges` of paper around it (top, bottom,
    left, right; less than none cuts the ends of strokes off), turned by `degrees`."""

    tall: float
    edges: tuple[int, ...]
    degrees: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, trouble: Trouble = HARD) -> Frame:
        tall = float(np.exp(rng.uniform(np.log(trouble.smallest), np.log(60))))
        tight_cut = rng.random() < 0.35
        room = rng.uniform(-0.04, 0.12, 4) if tight_cut else rng.uniform(0.05, 0.8, 4)
        degrees = rng.normal(0, 2.2) if rng.random() < 0.3 else 0.0
        return cls(tall, tuple(round(float(r) * tall) for r in room), degrees)

    def of(self, ink: Gray) -> Gray:
        """`ink` as it lies in the picture."""
        scale = self.tall / DIGIT_TALL
        size = max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale))
        small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        top, bottom, left, right = (max(0, edge) for edge in self.edges)
        small = cv2.copyMakeBorder(small, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
        # The ends of some strokes are cut off, but not all that is there of a dash.
        sides = np.repeat(small.shape, 2)
        ends = (max(0, min(-edge, length // 4)) for edge, length in zip(self.edges, sides, strict=True))
        top, bottom, left, right = ends
        small = small[top : small.shape[0] - bottom, left : small.shape[1] - right]
        return _turned(as_gray(small), self.degrees) if self.degrees else as_gray(small)


def photographed(ink: Gray, rng: np.random.Generator, trouble: Trouble = HARD, frame: Frame | None = None) -> Gray:
    """`ink` on paper, through a scanner or camera: grey, dark on light, with some paper around it, as `frame` says."""
    frame = frame or Frame.drawn(rng, trouble)
    tall = frame.tall
    strength: Floats = frame.of(ink).astype(np.float32) / np.float32(255)
    if rng.random() < 0.25:  # a pen that runs dry
        flow = rng.uniform(0.4, 1.3, (3, max(3, strength.shape[1] // 20))).astype(np.float32)
        strength *= cv2.resize(flow, strength.shape[::-1], interpolation=cv2.INTER_LINEAR).clip(0.2, 1)
    pen = rng.uniform(trouble.faint, 0.92)
    sheet = paper(strength.shape, tall, pen, rng)
    if rng.random() < 0.12:
        _neighbours(strength, tall, rng)
    page: Floats = (sheet * (1 - strength * pen)).astype(np.float32)
    if rng.random() < 0.65:
        page[:] = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.25, 0.3 + tall * trouble.blur))
    if rng.random() < 0.5:
        page += rng.normal(0, rng.uniform(0.003, trouble.noise), page.shape).astype(np.float32)
    picture = (page * 255).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        packed = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(trouble.packed, 96))))[1]
        picture = as_gray(np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)))
    return picture


def _turned(ink: Gray, degrees: float) -> Gray:
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    grow = round(abs(np.tan(np.deg2rad(degrees))) * width / 2)
    matrix[1, 2] += grow
    return as_gray(cv2.warpAffine(ink, matrix, (width, height + 2 * grow)))


def _neighbours(strength: Floats, tall: float, rng: np.random.Generator) -> None:
    """Ends of what is written or printed around the field, in at its edges."""
    height, width = strength.shape
    for _ in range(int(rng.integers(1, 3))):
        y = 0 if rng.random() < 0.5 else height - 1
        x = rng.uniform(0, width)
        reach = rng.uniform(0.05, 0.25) * tall * (1 if y == 0 else -1)
        mask = np.zeros(strength.shape, np.uint8)
        end = round(x + rng.normal(0, 0.2) * tall), round(y + reach)
        cv2.line(mask, (round(x), y), end, 255, max(1, round(tall * rng.uniform(0.03, 0.1))), cv2.LINE_AA)
        np.maximum(strength, mask.astype(np.float32) / 255, out=strength)


def composed(writers: Writers, rng: np.random.Generator, trouble: Trouble = HARD) -> tuple[Gray, str]:
    """A picture of one number, and what it says: digits, STRING_MARKS, STRUCK and OTHER."""
    one = written(text(rng, trouble.no_number), writers, rng, trouble)
    return photographed(one.ink, rng, trouble), one.text


def composed_text_line(writers: Writers, rng: np.random.Generator, trouble: Trouble = HARD) -> tuple[Gray, str]:
    """A text line as the product cuts it out of a composed picture; sometimes of its ink alone, as out of a printed
    box."""
    while True:
        picture, what = composed(writers, rng, trouble)
        field = as_single_field(picture)
        view = {
            "size": float(np.clip(rng.normal(1, 0.09 * trouble.view), 0.75, 1.3)),
            "lean": float(rng.normal(0, 0.12 * trouble.view)),
        }
        line = text_line_of(replace(field, grey=None) if rng.random() < 0.25 else field, **view)
        if line is not None:
            return line, what
