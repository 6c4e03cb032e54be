"""The networks of a model, loaded on the engine of a given name."""

from __future__ import annotations

from pathlib import Path

from extractor.errors import ModelError
from extractor.recognizer.base import Recognizer
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.ctc import CTC_FOLDER, CtcRecognizer

ENGINES = ("litert", "keras")


def load_recognizer(folder: Path | None = None, engine: str = "litert", threads: int = 1) -> Recognizer:
    """The network for symbols in `folder` (the shipped digits where None), ready to read.

    `engine` is `litert` (int8, `threads` threads) or `keras` (float, TensorFlow's own threads). Load it in the process
    that uses it, never before a fork. Raises ModelError with one sentence.
    """
    folder = Path(folder) if folder is not None else SHIPPED
    if engine == "litert":
        from extractor.recognizer.litert import LitertRecognizer

        return LitertRecognizer(folder, threads)
    if engine == "keras":
        from extractor.recognizer.keras import KerasRecognizer

        return KerasRecognizer(folder)
    raise ModelError(f"There is no engine '{engine}'; use {' or '.join(ENGINES)}.")


def load_ctc(folder: Path, engine: str = "litert", threads: int = 1, *, name: str = CTC_FOLDER) -> CtcRecognizer | None:
    """The CTC network `name` of the model in `folder`, on an engine as above; None where it has none. Raises
    ModelError."""
    inside = folder / name
    if not inside.is_dir():
        return None
    if engine == "keras":
        from extractor.recognizer.keras import KerasCtc

        return KerasCtc(inside)
    from extractor.recognizer.litert import LitertCtc

    return LitertCtc(inside, threads)
