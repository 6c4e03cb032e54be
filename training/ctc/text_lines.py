"""Composed text lines for training, made in other processes beside it, and packed into batches of like widths."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.pool import Pool
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.recognizer.ctc import STRIDE, frames_of
from extractor.segmentation.text_line import HEIGHT
from extractor.values import Gray
from training.ctc.compose import EASY, HARD, Trouble, Writers, composed_text_line
from training.ctc.texts import DIGITS, OTHER, STRING_MARKS, STRUCK

CLASSES = (*DIGITS, *STRING_MARKS, STRUCK, OTHER)
"""What a frame may say; after these comes CTC's blank."""

FOLDED = {",": ".", ":": "="}
"""What older networks, which know fewer marks, say for one."""

TEXT_LINE_CHUNK = 512


@dataclass(frozen=True)
class TextLines:
    """Text lines, each of shape (HEIGHT, its width), and what each says, in symbols of `classes`."""

    images: tuple[Gray, ...]
    texts: tuple[str, ...]
    classes: tuple[str, ...] = CLASSES


Batch = tuple[NDArray[np.uint8], NDArray[np.int32]]
"""Text lines, shape (n, HEIGHT, width, 1), padded with paper on the right; and what they say, shape (n, 1 + longest):
how many frames of each count, then its text in classes, padded with -1."""


def make_text_lines(
    writers: Writers,
    count: int,
    key: tuple[int, ...],
    trouble: Trouble = HARD,
    classes: tuple[str, ...] = CLASSES,
) -> TextLines:
    """`count` composed text lines, a function of `key`; none with marks that are not in `classes`."""
    rng = np.random.default_rng(key)
    images: list[Gray] = []
    texts: list[str] = []
    while len(images) < count:
        line, what = composed_text_line(writers, rng, trouble)
        what = "".join(mark if mark in classes else FOLDED.get(mark, mark) for mark in what)
        if fits(line.shape[1], what) and set(what) <= set(classes):
            images.append(line)
            texts.append(what)
    return TextLines(tuple(images), tuple(texts), classes)


def fits(width: int, what: str) -> bool:
    """Whether CTC can say `what` in the frames of a text line so wide: a blank must part the same symbol twice."""
    return frames_of(width) >= len(what) + sum(a == b for a, b in pairwise(what)) + 1


def packed(lines: TextLines, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """`lines` in batches of up to `size` of like widths, in random order."""
    widths = np.array([image.shape[1] for image in lines.images])
    order = np.argsort(widths + rng.uniform(0, 12, len(widths)), kind="stable")
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    for index in rng.permutation(len(groups)):
        group = groups[index]
        yield pack([lines.images[i] for i in group], [lines.texts[i] for i in group], lines.classes)


def pack(images: list[Gray], texts: list[str], classes: tuple[str, ...] = CLASSES) -> Batch:
    """One batch of `images` and what they say."""
    width = -(-max(image.shape[1] for image in images) // STRIDE) * STRIDE
    stack = np.zeros((len(images), HEIGHT, width, 1), np.uint8)
    answers = np.full((len(images), 1 + max(1, *map(len, texts))), -1, np.int32)
    for row, (image, what) in enumerate(zip(images, texts, strict=True)):
        stack[row, :, : image.shape[1], 0] = image
        answers[row, 0] = frames_of(image.shape[1])
        answers[row, 1 : 1 + len(what)] = [classes.index(mark) for mark in what]
    return stack, answers


class TextLineEpochs:
    """Makes chunks of text lines in `processes` other processes; each chunk is learned from `uses` times before it is
    made anew. From epoch `settle` on they are EASY. Everything is a function of (seed, chunk, round), so that a run
    that was stopped goes on as if it had not been. Use as a context manager.
    """

    def __init__(
        self,
        writers: Writers,
        seed: int,
        chunks: int,
        settle: int,
        *,
        classes: tuple[str, ...] = CLASSES,
        processes: int = 1,
        uses: int = 3,
    ) -> None:
        self._classes = classes
        self._seed, self._chunks, self._settle, self._uses = seed, chunks, settle, uses
        self._pool: Pool = multiprocessing.get_context("spawn").Pool(processes, _start, (writers,))
        self._kept: dict[tuple[int, int], TextLines] = {}
        self._ahead: dict[tuple[int, int], object] = {}

    def __enter__(self) -> TextLineEpochs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.terminate()
        self._pool.join()

    def get(self, epoch: int, batch: int) -> Iterator[Batch]:
        """Epoch `epoch` (from 1) in batches of `batch` text lines."""
        for chunk in range(self._chunks):
            for later in range(6):  # a few chunks ahead, so that training never waits
                then = epoch + (chunk + later) // self._chunks
                self._ask(*self._of(then, (chunk + later) % self._chunks), then >= self._settle)
            key = self._of(epoch, chunk)
            if key not in self._kept:
                self._kept = {k: v for k, v in self._kept.items() if k[0] != key[0]}
                self._kept[key] = self._ahead.pop(key).get()  # type: ignore[attr-defined]
            rng = np.random.default_rng((self._seed, epoch, chunk, 2))
            yield from packed(self._kept[key], batch, rng)

    def _of(self, epoch: int, chunk: int) -> tuple[int, int]:
        """The chunk and the round in which what is learned then was made; rounds are staggered over the chunks."""
        return chunk, (epoch + chunk) // self._uses

    def _ask(self, chunk: int, turn: int, easy: bool) -> None:
        key = chunk, turn
        if key not in self._kept and key not in self._ahead:
            self._ahead[key] = self._pool.apply_async(_chunk, ((self._seed, *key), easy, self._classes))


_writers: Writers | None = None


def _start(writers: Writers) -> None:
    global _writers  # noqa: PLW0603 - sent once to each process instead of with every task
    cv2.setNumThreads(1)
    _writers = writers


def _chunk(key: tuple[int, ...], easy: bool, classes: tuple[str, ...]) -> TextLines:
    assert _writers is not None
    return make_text_lines(_writers, TEXT_LINE_CHUNK, key, EASY if easy else HARD, classes)
