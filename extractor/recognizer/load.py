"""A recogniser by the name of its engine."""

from __future__ import annotations

from pathlib import Path

from extractor.errors import ModelError
from extractor.recognizer.base import Recognizer
from extractor.recognizer.card import SHIPPED

ENGINES = ("litert", "keras")


def load_recognizer(folder: Path | None = None, engine: str = "litert", threads: int = 1) -> Recognizer:
    """The model in `folder` (the shipped digits where None), ready to read.

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
