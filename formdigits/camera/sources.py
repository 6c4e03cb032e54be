"""Where frames come from: a camera, a video file, a stream. One frame at a time, with its time."""

from __future__ import annotations

import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.errors import InputError
from formdigits.camera.devices import why_not

Image = NDArray[np.uint8]
STREAM = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

ANSWER_MS = 5000
"""How long a stream may take to be opened and to give the next frame."""

USUAL_FPS = 30.0
"""Frames per second of a file that does not say."""


@dataclass(frozen=True)
class Frame:
    """`image` has shape (height, width, 3), BGR; `at` is its time in seconds in the source, `taken` that of
    `time.monotonic` at which it came; `number` counts from 0."""

    image: Image
    at: float
    taken: float
    number: int


class SourceLostError(Exception):
    """The source gives no more frames for now: unplugged, busy, stalled. The text is one sentence for people."""


class Source(Protocol):
    """Frames one after another. `live` says that they come at their own pace and are gone when not taken."""

    name: str
    live: bool

    def open(self) -> None:
        """Raises SourceLostError."""

    def read(self) -> tuple[Image, float] | None:
        """The next frame and its time in seconds; None at the end of a file. Raises SourceLostError."""

    def close(self) -> None: ...


class VideoFile:
    """A video file; the frames' times are those of the file."""

    live = False

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._capture: Any = None
        self._fps, self._count = USUAL_FPS, 0

    def open(self) -> None:
        self._capture = _opened(cv2.VideoCapture(self.name))
        if self._capture is None:
            raise InputError(f"{self.name} is no video that can be read; give an AVI, MP4, MKV or MOV file.")
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        self._fps = fps if 0.1 < fps < 1000 else USUAL_FPS

    def read(self) -> tuple[Image, float] | None:
        image = _next(self._capture)
        if image is None:
            if self._count == 0:
                raise InputError(f"{self.name} holds no picture that can be read; it may be cut off or empty.")
            return None
        self._count += 1
        return image, (self._count - 1) / self._fps

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()


class LiveSource:
    """A camera by its number, or a stream by its address (or a named pipe); times are the clock's."""

    live = True

    def __init__(self, where: int | str) -> None:
        self._where = where
        self.name = f"camera {where}" if isinstance(where, int) else where
        self._capture: Any = None

    def open(self) -> None:
        self.close()
        if isinstance(self._where, int):
            self._capture = _opened(cv2.VideoCapture(self._where))
            if self._capture is not None:
                # The driver's own queue would show the past.
                self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        else:
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, ANSWER_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, ANSWER_MS]
            self._capture = _opened(cv2.VideoCapture(self._where, cv2.CAP_FFMPEG, limits))
        if self._capture is None:
            raise SourceLostError(
                why_not(self._where)
                if isinstance(self._where, int)
                else f"No pictures come from {self.name}; check the address and that the camera is on. Trying again."
            )

    def read(self) -> tuple[Image, float] | None:
        image = _next(self._capture)
        if image is None:
            # At once: while it is held, neither a camera's number nor the other end of a pipe comes back.
            self.close()
            raise SourceLostError(f"No more pictures come from {self.name}; trying again.")
        return image, time.monotonic()

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def open_source(text: str) -> VideoFile | LiveSource:
    """The source that `text` names: a camera's number, a file, an address. Nothing is opened yet.

    Raises InputError where it is none of them.
    """
    _hush()
    if text.isdecimal():
        return LiveSource(int(text))
    if STREAM.match(text):
        return LiveSource(text)
    path = Path(text)
    try:
        mode = path.stat().st_mode
    except OSError:
        raise InputError(
            f"There is no video at {text}; give --source a camera's number, a video file, or an address such as "
            "rtsp://…"
        ) from None
    if stat.S_ISDIR(mode):
        raise InputError(f"{text} is a folder; give --source one video file, or read its pictures with 'read'.")
    if stat.S_ISFIFO(mode):
        return LiveSource(text)
    if stat.S_ISCHR(mode):
        # Cameras have names that stay the same as well, which lead to the numbered ones.
        number = re.fullmatch(r"/dev/video(\d+)", str(path.resolve()))
        if number:
            return LiveSource(int(number[1]))
    if not stat.S_ISREG(mode):
        raise InputError(f"{text} is no camera; 'formdigits camera --list' shows which there are.")
    if not os.access(path, os.R_OK):
        raise InputError(f"{text} may not be read by this user; ask its owner, or give --source another video.")
    return VideoFile(path)


def _hush() -> None:
    """Keeps OpenCV and FFmpeg from saying in their own words, every second, what we say in ours."""
    if not os.environ.get("FORMDIGITS_DEBUG"):
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


def _opened(capture: cv2.VideoCapture) -> cv2.VideoCapture | None:
    return capture if capture.isOpened() else None


def _next(capture: Any) -> Image | None:
    """The next frame; None where there is none, or the driver gives what is none."""
    try:
        ok, image = capture.read()
    except cv2.error:
        return None
    return image if ok else None
