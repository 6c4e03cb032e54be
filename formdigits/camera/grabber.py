"""The newest frame of a source and nothing older: a thread takes frames as they come; a slow reader misses some."""

from __future__ import annotations

import threading
import time
from typing import Self, TypeAlias

from extractor.errors import FormdigitsError
from formdigits.camera.sources import Frame, Source, SourceLostError

SOURCE_STALLED_S = 2.0
"""Seconds without a frame after which a live source has stalled."""

AGAIN_S = 1.0
"""Seconds between two attempts to open a source that was lost."""


class Grabber:
    """Keeps only the newest frame of `source`, in a thread of its own; a source that is lost is opened again.

    A file plays at its own speed. `grabbed` counts the frames that came, `dropped` those that nobody took.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._fresh = threading.Condition()
        self._frame: Frame | None = None
        self._failure: FormdigitsError | None = None
        self._lost = ""
        self._ended = self._stop = False
        self._last = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="grabber", daemon=True)
        self.grabbed = self.dropped = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._fresh:
            self._stop = True
            self._fresh.notify_all()
        # A source that hangs inside a driver is left to the process's end.
        self._thread.join(timeout=2.0)

    @property
    def ended(self) -> bool:
        """Whether no frame will come any more."""
        with self._fresh:
            return self._ended and self._frame is None

    @property
    def trouble(self) -> str:
        """Why no frame comes at present, as one sentence; empty while all is well."""
        with self._fresh:
            if self._lost:
                return self._lost
            quiet = time.monotonic() - self._last
            if self._source.live and not self._ended and quiet > SOURCE_STALLED_S:
                return f"{self._source.name.capitalize()} has given no picture for {quiet:.0f} s; waiting for it."
            return ""

    def take(self, timeout: float) -> Frame | None:
        """The newest frame that was not taken yet; None where none comes in `timeout` seconds.

        Raises FormdigitsError where the source can never be read.
        """
        with self._fresh:
            if self._frame is None and not self._ended:
                self._fresh.wait(timeout)
            if self._failure is not None:
                raise self._failure
            frame, self._frame = self._frame, None
            return frame

    def _run(self) -> None:
        try:
            while not self._stop:
                try:
                    self._source.open()
                    self._pump()
                    break
                except SourceLostError as lost:
                    self._say(str(lost))
                self._wait(AGAIN_S)
        except FormdigitsError as failure:
            self._failure = failure
        finally:
            self._source.close()
            with self._fresh:
                self._ended = True
                self._fresh.notify_all()

    def _pump(self) -> None:
        """Takes frames until the source ends. Raises SourceLostError."""
        begun: float | None = None
        while not self._stop:
            read = self._source.read()
            if read is None:
                return
            image, at = read
            if not self._source.live:
                begun = time.monotonic() - at if begun is None else begun
                self._wait(begun + at - time.monotonic())
            with self._fresh:
                self.dropped += self._frame is not None
                self._last = time.monotonic()
                self._frame = Frame(image, at, self._last, self.grabbed)
                self.grabbed += 1
                self._lost = ""
                self._fresh.notify_all()

    def _wait(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while not self._stop and (left := ends - time.monotonic()) > 0:
            time.sleep(min(0.2, left))

    def _say(self, sentence: str) -> None:
        with self._fresh:
            self._lost = sentence
            self._fresh.notify_all()


class EveryFrame:
    """Every frame of a file, as fast as they are taken: nothing is dropped."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = 0
        self.ended = False
        self.trouble = ""

    def __enter__(self) -> Self:
        self._source.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def take(self, timeout: float) -> Frame | None:
        read = self._source.read()
        if read is None:
            self.ended = True
            return None
        self._count += 1
        return Frame(read[0], read[1], time.monotonic(), self._count - 1)


Frames: TypeAlias = Grabber | EveryFrame
