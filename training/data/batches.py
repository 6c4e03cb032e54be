"""An epoch of training crops: real symbols as they are and changed, marks, junk; made beside the training itself.

Everything drawn is a function of (seed, epoch, chunk), so that a run that was stopped goes on as if it had not been,
and any number of processes makes the same crops.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.pool import AsyncResult, Pool
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.recognizer.base import CROSS, DASH, JUNK
from extractor.segmentation.crop import mnist_crop
from extractor.values import Crops, Gray
from training.data.junk import junk
from training.data.marks import cross, dash, in_style
from training.data.pen import CANVAS, MILD, SIZE, TIMES, WILD, drawn_large, other_pen, with_width
from training.data.samples import Samples
from training.data.scan import scanned

Answers = NDArray[np.int64]
Task = tuple[NDArray[np.int8], NDArray[np.int64], tuple[int, ...]]

CHUNK = 1024


@dataclass(frozen=True)
class Mixture:
    """How many crops of each sort an epoch has.

    `plain` symbols are changed only a little, as MNIST's own writers differ; `changed` ones go through other pens,
    styles and scanners; `crosses`, `dashes` and `junk` are the classes after the alphabet.
    """

    plain: int = 60_000
    changed: int = 84_000
    crosses: int = 9_000
    dashes: int = 9_000
    junk: int = 30_000

    def __len__(self) -> int:
        return self.plain + self.changed + self.crosses + self.dashes + self.junk

    def scaled(self, times: float) -> Mixture:
        """The same mixture, `times` as large."""
        sizes = (self.plain, self.changed, self.crosses, self.dashes, self.junk)
        return Mixture(*(round(size * times) for size in sizes))


@dataclass(frozen=True)
class Source:
    """The samples that are drawn from: `classes` is the alphabet and the three marks; `answers` index into it.

    `weights`, shape (n,), say how often each sample is drawn relative to the others.
    """

    samples: Samples
    classes: tuple[str, ...]
    weights: NDArray[np.float64]
    extra: Samples | None = None
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


def changed_crop(image: Gray, symbol: str, rng: np.random.Generator) -> Gray:
    """A symbol in another hand, style and pen, through some scanner."""
    large = drawn_large(image, rng, WILD if rng.random() < 0.6 else MILD)
    large = other_pen(in_style(large, symbol, rng), rng)
    large[large < 24] = 0
    return scanned(large, rng)


def junk_crop(source: Source, index: int, rng: np.random.Generator) -> Gray:
    """Something that is not one whole symbol, by the writer of sample `index`."""
    fellows = source.fellows(index)
    width = rng.uniform(2.6, 12) if rng.random() < 0.5 else 0.0
    waiting = [index]

    def draw() -> Gray:
        place = waiting.pop() if waiting else int(fellows[rng.integers(len(fellows))])
        large = drawn_large(source.samples.images[place], rng, MILD)
        large = in_style(large, str(source.samples.labels[place]), rng)
        if width:
            large = with_width(large, width)
        large[large < 24] = 0
        return large if large.any() else np.full((CANVAS // 2, TIMES), 255, np.uint8)

    return scanned(junk(draw, rng), rng, dirt=0.05)


def make_chunk(
    source: Source, sorts: NDArray[np.int8], places: NDArray[np.int64], key: tuple[int, ...]
) -> tuple[Crops, Answers]:
    """Crops, shape (n, 28, 28), and their classes for `sorts` (0 plain, 1 changed, 2 cross, 3 dash, 4 junk)."""
    rng = np.random.default_rng(key)
    crops = np.zeros((len(sorts), SIZE, SIZE), np.uint8)
    answers = np.zeros(len(sorts), np.int64)
    samples, after = source.samples, len(source.classes) - 3
    for row, (sort, place) in enumerate(zip(sorts.tolist(), places.tolist(), strict=True)):
        if sort == 0:
            crops[row] = plain_crop(samples.images[place], rng)
        elif sort == 1:
            crops[row] = changed_crop(samples.images[place], str(samples.labels[place]), rng)
        elif sort == 2:
            crops[row] = scanned(cross(rng), rng, dirt=0.1)
        elif sort == 3:
            crops[row] = scanned(dash(rng), rng, dirt=0.05)
        else:
            crops[row] = junk_crop(source, place, rng)
        answers[row] = source.answers[place] if sort < 2 else after + sort - 2
    return crops, answers


class Epochs:
    """Makes epochs in `processes` other processes, the next one while the last is learned from.

    Use as a context manager. The processes are spawned, not forked, and never import TensorFlow.
    """

    def __init__(self, source: Source, mixture: Mixture, seed: int, processes: int = 1) -> None:
        self._source, self._mixture, self._seed = source, mixture, seed
        context = multiprocessing.get_context("spawn")
        self._pool: Pool = context.Pool(processes, _start, (source,))
        self._ahead: dict[int, AsyncResult[list[tuple[Crops, Answers]]]] = {}

    def __enter__(self) -> Epochs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.terminate()
        self._pool.join()

    def prepare(self, epoch: int, mixture: Mixture | None = None) -> None:
        """Begin to make `epoch` in the background, of another mixture where one is given."""
        if epoch not in self._ahead:
            tasks = list(self._tasks(epoch, mixture or self._mixture))
            self._ahead[epoch] = self._pool.map_async(_chunk, tasks, chunksize=1)

    def get(self, epoch: int, mixture: Mixture | None = None) -> tuple[Crops, Answers]:
        """The crops of `epoch`, shape (n, 28, 28), in random order, and their classes, shape (n,)."""
        self.prepare(epoch, mixture)
        chunks = self._ahead.pop(epoch).get()
        return np.concatenate([crops for crops, _ in chunks]), np.concatenate([answers for _, answers in chunks])

    def _tasks(self, epoch: int, mixture: Mixture) -> Iterator[Task]:
        rng = np.random.default_rng((self._seed, epoch))
        total = len(mixture)
        counts = (mixture.plain, mixture.changed, mixture.crosses, mixture.dashes, mixture.junk)
        sorts = np.repeat(np.arange(5, dtype=np.int8), counts)
        chances = self._source.weights / self._source.weights.sum()
        places = rng.choice(len(chances), total, p=chances)
        # Every plain symbol once before any comes twice.
        turns = -(-mixture.plain // len(chances))
        places[: mixture.plain] = np.concatenate([rng.permutation(len(chances)) for _ in range(turns)])[: mixture.plain]
        order = rng.permutation(total)
        for chunk, start in enumerate(range(0, total, CHUNK)):
            rows = order[start : start + CHUNK]
            yield sorts[rows], places[rows], (self._seed, epoch, chunk)


_source: Source | None = None


def _start(source: Source) -> None:
    global _source  # noqa: PLW0603 - sent once to each process instead of with every task
    cv2.setNumThreads(1)
    _source = source


def _chunk(task: Task) -> tuple[Crops, Answers]:
    assert _source is not None
    return make_chunk(_source, *task)
