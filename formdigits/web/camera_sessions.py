"""The browser's camera: frames that it sends go through the same session as those of `formdigits camera`."""

from __future__ import annotations

import io
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from extractor import reading as extractor_reading
from extractor.errors import DocumentError, InputError
from extractor.options import ReadOptions
from extractor.video import Session, Sight
from workers.sandbox import Sandbox

FRAME_PIXELS = 10_000_000
"""Of a frame."""

SESSIONS_KEPT = 8
"""Sessions that are kept; of more, the one that was not used for longest is forgotten."""

SOURCE = "camera"


@dataclass
class Viewer:
    """One browser's session: how it reads, the columns of its table, and how many rows it has given. The rows
    themselves are the browser's."""

    options: ReadOptions
    fields: tuple[str, ...]
    rows: int


class Live:
    """The sessions of a server, whose frames are read in a process beside it."""

    def __init__(self) -> None:
        self._sandbox = Sandbox(limit_s=20)
        self._lock = threading.Lock()
        self._viewers: OrderedDict[str, Viewer] = OrderedDict()

    def begin(self, options: ReadOptions, rows: int = 0) -> str:
        """A new session's id, whose rows are numbered from `rows` + 1. Raises TemplateError or ModelError."""
        fields = self._sandbox.ask(_fields, options)
        name = secrets.token_hex(16)
        with self._lock:
            self._viewers[name] = Viewer(options, fields, rows)
            while len(self._viewers) > SESSIONS_KEPT:
                self._viewers.popitem(last=False)
        return name

    def see(self, name: str, jpeg: bytes, at: float) -> tuple[Sight, tuple[int, int]]:
        """What is seen after one more frame, and its width and height. Raises InputError or DocumentError."""
        viewer = self._viewer(name)
        sight, size = self._sandbox.ask(_see, name, viewer.options, viewer.rows, jpeg, at)
        if sight.row is not None:
            with self._lock:
                viewer.rows += 1
        return sight, size

    def capture(self, name: str) -> None:
        """Takes the sheet as it reads now, with the next frame. Raises InputError."""
        viewer = self._viewer(name)
        self._sandbox.ask(_capture, name, viewer.options, viewer.rows)

    def undo(self, name: str) -> None:
        """Takes the last row back. Raises InputError."""
        viewer = self._viewer(name)
        self._sandbox.ask(_undo, name, viewer.options, viewer.rows)
        with self._lock:
            viewer.rows = max(0, viewer.rows - 1)

    def viewer(self, name: str) -> Viewer:
        """The session itself. Raises InputError where there is none."""
        return self._viewer(name)

    def close(self) -> None:
        self._sandbox.close()

    def _viewer(self, name: str) -> Viewer:
        with self._lock:
            viewer = self._viewers.get(name)
            if viewer is None:
                raise InputError("This camera session is over; start the camera again.")
            self._viewers.move_to_end(name)
            return viewer


# What follows is called in the process beside the server.

_sessions: OrderedDict[str, Session] = OrderedDict()


def _session(name: str, options: ReadOptions, rows: int) -> Session:
    """The session, which has given so many rows, though another process may have read them."""
    if name not in _sessions:
        _sessions[name] = Session(extractor_reading.open_reader(options), SOURCE, rows)
        while len(_sessions) > SESSIONS_KEPT:
            _sessions.popitem(last=False)
    _sessions.move_to_end(name)
    return _sessions[name]


def _fields(options: ReadOptions) -> tuple[str, ...]:
    return tuple(name for name, _ in extractor_reading.open_reader(options).fields)


def _see(name: str, options: ReadOptions, rows: int, jpeg: bytes, at: float) -> tuple[Sight, tuple[int, int]]:
    frame = _frame(jpeg)
    return _session(name, options, rows).see(frame, at), (frame.shape[1], frame.shape[0])


def _capture(name: str, options: ReadOptions, rows: int) -> None:
    _session(name, options, rows).capture()


def _undo(name: str, options: ReadOptions, rows: int) -> None:
    if _session(name, options, rows).undo() is None:
        # Another process gave the row; this session begins anew, so that it counts the rows that are left.
        del _sessions[name]


def _frame(jpeg: bytes) -> np.ndarray:
    """The frame, grey. Its size is checked before a pixel is decoded."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as head:
            width, height = head.size
    except (OSError, ValueError, Image.DecompressionBombError):
        raise DocumentError("A frame must be a JPEG; this is none.") from None
    if width * height > FRAME_PIXELS or min(width, height) < 16:
        raise DocumentError(f"A frame of {width} x {height} pixels is not read; send one of 1280 x 720.")
    frame = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    if frame is None:
        raise DocumentError("The frame is damaged; send the next one.")
    return frame
