"""The second reader: somebody else's network, trained by others on other data, which reads a string as one picture.

It is PP-OCRv6 small recognition (PaddleOCR authors, Apache-2.0) as the package `rapidocr` carries it, run by ONNX
Runtime: the extra `second`. Only its file is used, so that nothing is downloaded and no other OpenCV is loaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from extractor.errors import ModelError
from extractor.values import Floats, Gray

SECOND_CARD = Path(__file__).resolve().parents[1] / "models" / "second_reader.json"
"""What the second reader is, and how much its word counts: fitted by `python -m training calibrate-second`."""

ROWS, WIDTHS, LEAST_WIDE, MOST_WIDE = 48, 32, 160, 960
"""Rows of its pictures; what their width is a multiple of, and its bounds. So few widths are made ready."""

PRINT_LEAST_WIDE = 64
"""The same for print, of which there is much and all of it short, such as the numbers of a table's lines."""

COLUMNS_TOGETHER = 640
"""Columns of the pictures of one width that go through it together: more cost more each, and need much memory, since it
knows 18,708 characters."""

TINIEST = 1e-12
"""Probabilities below this count as this much, so that they have a logarithm."""

INSTALL = "pip install 'formdigits[second]'"


@dataclass(frozen=True)
class Weights:
    """How much two readers' words count. Where both read a value, the log-odds that it is right are `ours` times those
    that our networks give it, `other` times those of the other reader, and `offset`; where one of them reads otherwise,
    the same with the three weights for readers that are apart."""

    ours: float
    other: float
    offset: float
    ours_apart: float
    other_apart: float
    offset_apart: float


@dataclass(frozen=True)
class Choice:
    """How much counts for a value of a string: the log-probabilities that our networks and the other reader give it,
    and how `usual` it is on a form of which something was learned."""

    ours: float
    other: float
    usual: float = 0.0


@dataclass(frozen=True)
class SecondCard:
    """What the card of the second reader says: its name, where its file lies in which version of which package, the
    file's SHA-256, the `classes` that its answers are narrowed down to, how much its word counts for which value is
    read (`choice`), and for how sure that is (`weights`)."""

    name: str
    package: str
    version: str
    file: str
    sha256: str
    classes: str
    choice: Choice
    weights: Weights


def read_second_card() -> SecondCard:
    """The card that comes with the program."""
    tree = json.loads(SECOND_CARD.read_text(encoding="utf-8"))
    choice, weights = Choice(**tree["choice"]), Weights(**tree["weights"])
    plain = {name: str(tree[name]) for name in ("name", "package", "version", "file", "sha256", "classes")}
    return SecondCard(**plain, choice=choice, weights=weights)


class SecondReader:
    """The network in `file`, on one thread. Raises ModelError where it is not the one that `card` describes."""

    def __init__(self, file: Path, card: SecondCard) -> None:
        import onnxruntime

        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != card.sha256:
            raise ModelError(f"{file} is not the network that {SECOND_CARD.name} describes; {INSTALL} anew.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        known = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        # Its blank stands first; here as everywhere it is put last.
        self._columns = [known.index(one) + 1 for one in card.classes] + [0]
        # A space is not on its list, but comes last.
        self._characters = ["", *known, " "]
        self.classes = card.classes

    def log_probabilities(self, pictures: Sequence[Gray]) -> list[Floats]:
        """Natural log of each class's probability in each frame, shape (frames, classes + 1), the blank last, for each
        of `pictures`, dark on white, of any size."""
        rows = self._answers(pictures, lambda answers: answers[:, :, self._columns])
        return [np.log(np.maximum(one / one.sum(1, keepdims=True), TINIEST)).astype(np.float32) for one in rows]

    def letters(self, pictures: Sequence[Gray]) -> list[list[tuple[str, float]]]:
        """What it reads in each of `pictures`, of all the characters that it knows: print rather than digits. With each
        letter its place, as a share of the picture's width."""
        best = self._answers(pictures, lambda answers: answers.argmax(2)[:, :, None], PRINT_LEAST_WIDE)
        found = []
        for picture, one in zip(pictures, best, strict=True):
            path = one[:, 0].astype(int)
            begins = np.flatnonzero(np.diff(path, prepend=0))
            ends = np.append(begins, len(path))[1:]
            wide, padded = _widths(picture, PRINT_LEAST_WIDE)
            share = padded / max(1, len(path)) / wide
            found.append(
                [
                    (self._characters[path[a]], (a + b) / 2 * share)
                    for a, b in zip(begins, ends, strict=True)
                    if 0 < path[a] < len(self._characters)
                ]
            )
        return found

    def _answers(
        self, pictures: Sequence[Gray], kept: Callable[[Floats], Floats], least: int = LEAST_WIDE
    ) -> list[Floats]:
        """What is `kept` of the network's answers, shape (pictures, frames, characters), for each picture, `least` wide
        at least."""
        drawn = [_drawn(one, least) for one in pictures]
        found: list[Floats] = [np.zeros((0, 1), np.float32)] * len(drawn)
        by_width = sorted(range(len(drawn)), key=lambda i: drawn[i].shape[2])
        start = 0
        while start < len(by_width):
            width = drawn[by_width[start]].shape[2]
            most = max(1, COLUMNS_TOGETHER // width)
            own = [i for i in by_width[start : start + most] if drawn[i].shape[2] == width]
            [answers] = self._session.run(None, {"x": np.stack([drawn[i] for i in own])})
            for i, row in zip(own, kept(answers), strict=True):
                found[i] = row
            start += len(own)
        return found


def second_reader_file() -> Path | None:
    """Where the network of the second reader lies; None where the extra `second` is not installed."""
    card = read_second_card()
    package, engine = (importlib.util.find_spec(name) for name in (card.package, "onnxruntime"))
    if package is None or package.origin is None or engine is None:
        return None
    file = Path(package.origin).parent / card.file
    return file if file.is_file() else None


@cache
def second_reader() -> SecondReader | None:
    """The second reader, loaded when a process first asks for it, and once; None where it is not installed."""
    file = second_reader_file()
    return None if file is None else SecondReader(file, read_second_card())


def _drawn(picture: Gray, least: int) -> Floats:
    """`picture` as the network takes it, shape (3, ROWS, width), -1 = black, 1 = white, 0 beside it."""
    wide, room = _widths(picture, least)
    how = cv2.INTER_AREA if picture.shape[0] > ROWS else cv2.INTER_LINEAR
    padded = np.zeros((3, ROWS, room), np.float32)
    padded[:, :, :wide] = cv2.resize(picture, (wide, ROWS), interpolation=how).astype(np.float32) / 127.5 - 1
    return padded


def _widths(picture: Gray, least: int) -> tuple[int, int]:
    """How wide the network takes `picture`, and with the room beside it, `least` at least."""
    height, width = picture.shape
    wide = min(MOST_WIDE, max(1, round(width * ROWS / height)))
    return wide, max(least, -(-wide // WIDTHS) * WIDTHS)
