"""An epoch of training crops: real symbols as they are and changed, marks, junk; made beside the training itself.

Everything drawn is a function of (seed, epoch, chunk), so that a run that was stopped goes on as if it had not been,
and any number of processes makes the same crops.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.pool import Pool
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.recognizer.base import CROSS, DASH, JUNK
from extractor.segmentation.crop import SIZE, mnist_crop
from extractor.values import Crops, Gray
from training.data.hands import Beside
from training.data.junk import junk
from training.data.marks import cross, dash, is_one_stroke
from training.data.pen import CANVAS, ENLARGED, MILD, STEEP, WILD, drawn_large, other_pen, with_width
from training.data.samples import Samples
from training.data.scan import scanned
from training.data.segmented import string_crops
from training.data.styles import in_style

Answers = NDArray[np.int64]
Task = tuple[NDArray[np.int8], NDArray[np.int64], tuple[int, ...]]

Random = np.random.Generator

CROP_CHUNK = 1024

REAL_JUNK = 0.12
"""The share of junk that is real ink rather than composed or drawn."""

FAINTEST_INK = 24
"""What is fainter, after a symbol was drawn anew, is no ink: it would widen its box."""


@dataclass(frozen=True)
class Mixture:
    """How many crops of each sort an epoch has.

    `plain` symbols are changed only a little, as MNIST's own writers differ; `changed` ones go through other pens,
    styles and scanners; `crosses`, `dashes` and `junk` are the classes after the alphabet; `strings` are what the
    segmenter makes of composed strings, about half of it whole symbols.
    """

    plain: int = 60_000
    changed: int = 72_000
    crosses: int = 9_000
    dashes: int = 9_000
    junk: int = 22_000
    strings: int = 20_000

    def __len__(self) -> int:
        return self.plain + self.changed + self.crosses + self.dashes + self.junk + self.strings

    def scaled(self, times: float) -> Mixture:
        """The same mixture, `times` as large."""
        sizes = (self.plain, self.changed, self.crosses, self.dashes, self.junk, self.strings)
        return Mixture(*(round(size * times) for size in sizes))


@dataclass(frozen=True)
class Source:
    """The samples that are drawn from: `classes` is the alphabet and the three marks; `answers` index into it. `beside`
    are real marks and junk, where there are any."""

    samples: Samples
    classes: tuple[str, ...]
    beside: Beside | None = None
    answers: Answers = field(init=False)
    _by_writer: dict[int, NDArray[np.int64]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        place = {symbol: index for index, symbol in enumerate(self.classes)}
        answers = np.array([place[str(symbol)] for symbol in self.samples.labels], np.int64)
        object.__setattr__(self, "answers", answers)
        groups: dict[int, NDArray[np.int64]] = {}
        if self.samples.writers is not None:
            order = np.argsort(self.samples.writers, kind="stable")
            people, starts = np.unique(self.samples.writers[order], return_index=True)
            groups = dict(zip(people.tolist(), np.split(order, starts[1:]), strict=True))
        object.__setattr__(self, "_by_writer", groups)

    def fellows(self, index: int) -> NDArray[np.int64]:
        """Places of the samples by the writer of sample `index`; all samples where that says nothing."""
        if self.samples.writers is not None:
            group = self._by_writer[int(self.samples.writers[index])]
            if len(group) > 1:
                return group
        return np.arange(len(self.samples))


def classes_for(alphabet: tuple[str, ...]) -> tuple[str, ...]:
    """The alphabet's symbols, then `cross`, `dash` and `junk`."""
    return (*alphabet, CROSS, DASH, JUNK)


def plain_crop(image: Gray, rng: np.random.Generator) -> Gray:
    """A symbol nearly as it is: turned, stretched and bent very little; half of them cropped anew."""
    kind = rng.random()
    if kind < 0.25:
        return image
    large = drawn_large(image, rng, MILD)
    if rng.random() < 0.2:
        large = with_width(large, rng.uniform(5, 11))
    if kind < 0.6:
        small = cv2.resize(large, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        if rng.random() < 0.5:
            return np.roll(small, rng.integers(-1, 2, 2), (0, 1))
        return small
    large[large < 16] = 0
    return mnist_crop(large)


def changed_crop(image: Gray, symbol: str, rng: np.random.Generator, *, own_style: bool = False) -> Gray:
    """A symbol in another hand, style (but where it keeps its own) and pen, through some scanner."""
    kind = rng.random()
    # A slanted stroke slanted further would lie down and be a dash.
    steep = kind < 0.25 and not is_one_stroke(image)
    large = drawn_large(image, rng, STEEP if steep else WILD if kind < 0.6 else MILD)
    large = other_pen(large if own_style else in_style(large, symbol, rng), rng)
    large[large < FAINTEST_INK] = 0
    return scanned(large, rng)


class Hand:
    """One writer with one pen: draws sample `index` first, then others by the same writer, at three times their size.

    `places` are the samples drawn so far, in order.
    """

    def __init__(self, source: Source, index: int, rng: np.random.Generator) -> None:
        self._source, self._first, self._rng = source, index, rng
        self._fellows = source.fellows(index)
        self._width = rng.uniform(2.6, 12) if rng.random() < 0.5 else 0.0
        self.places: list[int] = []

    def __call__(self) -> Gray:
        rng, samples = self._rng, self._source.samples
        place = int(self._fellows[rng.integers(len(self._fellows))]) if self.places else self._first
        self.places.append(place)
        large = drawn_large(samples.images[place], rng, MILD)
        if not samples.keeps_style(place):
            large = in_style(large, str(samples.labels[place]), rng)
        if self._width:
            large = with_width(large, self._width)
        large[large < FAINTEST_INK] = 0
        return large if large.any() else np.full((CANVAS // 2, ENLARGED), 255, np.uint8)


def from_string(source: Source, index: int, rng: np.random.Generator) -> list[tuple[Gray, int]]:
    """Crops and classes that the segmenter makes of a string by the writer of sample `index`: symbols and some junk."""
    hand = Hand(source, index, rng)
    found = list(string_crops(hand, int(rng.integers(2, 6)), rng))
    whole = [(crop, int(source.answers[hand.places[place]])) for crop, place in found if place >= 0]
    rest = [(crop, len(source.classes) - 1) for crop, place in found if place < 0]
    return whole + [rest[i] for i in rng.permutation(len(rest))[: max(1, round(1.1 * len(whole)))]]


def _mark(
    beside: Beside | None, name: str, draw: Callable[[np.random.Generator], Gray], rng: np.random.Generator
) -> Gray:
    """A mark in real ink as often as drawn, where there is any."""
    if beside is None or rng.random() < 0.5:
        return draw(rng)
    large = other_pen(beside.mark(name, rng), rng)
    large[large < FAINTEST_INK] = 0
    return large


def make_chunk(
    source: Source, sorts: NDArray[np.int8], places: NDArray[np.int64], key: tuple[int, ...]
) -> tuple[Crops, Answers]:
    """Crops, shape (n, 28, 28), and classes for `sorts`: 0 plain, 1 changed, 2 cross, 3 dash, 4 junk, 5 string."""
    rng = np.random.default_rng(key)
    crops = np.zeros((len(sorts), SIZE, SIZE), np.uint8)
    answers = np.zeros(len(sorts), np.int64)
    samples, after = source.samples, len(source.classes) - 3
    waiting: list[tuple[Gray, int]] = []
    for row, (sort, place) in enumerate(zip(sorts.tolist(), places.tolist(), strict=True)):
        answers[row] = source.answers[place] if sort < 2 else after + sort - 2
        if sort == 0:
            crops[row] = plain_crop(samples.images[place], rng)
        elif sort == 1:
            crops[row] = changed_crop(
                samples.images[place], str(samples.labels[place]), rng, own_style=samples.keeps_style(place)
            )
        elif sort == 2:
            crops[row] = scanned(_mark(source.beside, "X", cross, rng), rng, dirt=0.1)
        elif sort == 3:
            crops[row] = scanned(_mark(source.beside, "-", dash, rng), rng, dirt=0.05)
        elif sort == 4:
            real = source.beside is not None and rng.random() < REAL_JUNK
            ink = source.beside.other(rng) if source.beside and real else junk(Hand(source, place, rng), rng)
            crops[row] = scanned(ink, rng, dirt=0.05)
        else:
            index = place
            while not waiting:
                waiting = from_string(source, index, rng)
                index = int(rng.integers(len(samples)))
            crops[row], answers[row] = waiting.pop()
    return crops, answers


class Epochs:
    """Makes epochs in `processes` other processes, the next one while the last is learned from.

    `mixture_of` gives the mixture of each epoch, counted from 1; all are of one size. A chunk is learned from in `uses`
    epochs on end before it is made anew, in another order each time: making crops costs about as much as learning
    from them. Use as a context manager. The processes are spawned, not forked, and never import TensorFlow.
    """

    def __init__(
        self, source: Source, mixture_of: Callable[[int], Mixture], seed: int, *, processes: int = 1, uses: int = 3
    ) -> None:
        self._source, self._mixture_of, self._seed, self._uses = source, mixture_of, seed, uses
        context = multiprocessing.get_context("spawn")
        self._pool: Pool = context.Pool(processes, _start, (source,))
        self._kept: dict[int, tuple[Crops, Answers]] = {}
        self._ahead: dict[int, tuple[list[int], Iterator[tuple[Crops, Answers]]]] = {}
        self._last = 0

    def __enter__(self) -> Epochs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.terminate()
        self._pool.join()

    def prepare(self, epoch: int) -> None:
        """Begin to make what `epoch` needs beyond the epoch before it, or all of it where that was not made."""
        if epoch in self._ahead:
            return
        tasks: dict[int, list[Task]] = {}
        wanted: list[Task] = []
        new = self._new(epoch)
        for chunk in new:
            made = self._made_in(epoch, chunk)
            if made not in tasks:
                tasks[made] = list(self._tasks(made, self._mixture_of(made)))
            wanted.append(tasks[made][chunk])
        self._ahead[epoch] = new, self._pool.imap(_chunk, wanted)
        self._last = epoch

    def get(self, epoch: int, *, then: int | None = None) -> Iterator[tuple[Crops, Answers]]:
        """`epoch` in chunks as they become ready: crops, shape (n, 28, 28), in random order, and their classes. The
        epoch `then` is begun meanwhile."""
        self.prepare(epoch)
        new, coming = self._ahead.pop(epoch)
        if then is not None:
            self.prepare(then)
        for chunk in range(self._chunks(epoch)):
            if chunk in new:
                self._kept[chunk] = next(coming)
            crops, answers = self._kept[chunk]
            order = np.random.default_rng((self._seed, epoch, chunk, 1)).permutation(len(crops))
            yield crops[order], answers[order]

    def _chunks(self, epoch: int) -> int:
        return -(-len(self._mixture_of(epoch)) // CROP_CHUNK)

    def _made_in(self, epoch: int, chunk: int) -> int:
        """The epoch that a chunk of `epoch` was made in."""
        return max(1, epoch - (epoch - chunk) % self._uses)

    def _new(self, epoch: int) -> list[int]:
        """Chunks to be made for `epoch`: those that the epoch before it does not have, where that was asked for."""
        follows = epoch == self._last + 1 and epoch > 1
        return [
            chunk
            for chunk in range(self._chunks(epoch))
            if not follows or self._made_in(epoch, chunk) != self._made_in(epoch - 1, chunk)
        ]

    def _tasks(self, epoch: int, mixture: Mixture) -> Iterator[Task]:
        rng = np.random.default_rng((self._seed, epoch))
        total = len(mixture)
        counts = (mixture.plain, mixture.changed, mixture.crosses, mixture.dashes, mixture.junk, mixture.strings)
        sorts = np.repeat(np.arange(6, dtype=np.int8), counts)
        places = rng.choice(len(self._source.samples), total, p=self._source.samples.chances)
        order = rng.permutation(total)
        for chunk, start in enumerate(range(0, total, CROP_CHUNK)):
            rows = order[start : start + CROP_CHUNK]
            yield sorts[rows], places[rows], (self._seed, epoch, chunk)


_source: Source | None = None


def _start(source: Source) -> None:
    global _source  # noqa: PLW0603 - sent once to each process instead of with every task
    cv2.setNumThreads(1)
    _source = source


def _chunk(task: Task) -> tuple[Crops, Answers]:
    assert _source is not None
    return make_chunk(_source, *task)
