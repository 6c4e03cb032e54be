"""`formdigits camera`: frames through a session, onto a window or the terminal, and rows into a file."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2

from extractor.errors import OutputError
from extractor.export import FieldColumn
from extractor.options import ReadMode, ReadOptions
from extractor.reading import open_reader
from extractor.values import PageResult
from extractor.video.session import Session
from extractor.video.sight import Sight
from formdigits.actions.read import made_folder
from formdigits.camera.grabber import EveryFrame, Frames, Grabber
from formdigits.camera.keys import Key, TerminalKeys
from formdigits.camera.overlay import Status, draw
from formdigits.camera.rows import RowFile
from formdigits.camera.sound import Sound
from formdigits.camera.sources import Frame, open_source
from formdigits.camera.window import Window
from formdigits.messages import counted, hushed, say

FLASH_S = 1.2
"""How long a new row is announced."""

WAIT_S = 0.1
"""How long a new frame is waited for before the keys are looked at."""


@dataclass(frozen=True)
class Request:
    """What the user asked for. `out` is where rows go (None: nowhere but the screen)."""

    source: str
    options: ReadOptions
    out: str | None
    window: bool
    realtime: bool
    save_frames: str | None


@dataclass
class Timing:
    """How fast it went: `latencies` are the seconds from taking a frame to its overlay, of the last frames."""

    frames: int = 0
    begun: float = field(default_factory=time.monotonic)
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
    shown: deque[float] = field(default_factory=lambda: deque(maxlen=30))

    def add(self, frame: Frame) -> None:
        now = time.monotonic()
        self.frames += 1
        self.latencies.append(now - frame.taken)
        self.shown.append(now)

    @property
    def fps(self) -> float:
        """Frames a second, over the last ones."""
        span = self.shown[-1] - self.shown[0] if len(self.shown) > 1 else 0.0
        return (len(self.shown) - 1) / span if span > 0 else 0.0


def carry_out(request: Request) -> int:
    """Runs until the source ends or the user quits, and returns the exit code.

    Raises InputError (no such source, no screen), OutputError, TemplateError, ModelError.
    """
    source = open_source(request.source)
    with hushed():
        reader = open_reader(request.options)
    session = Session(reader, source.name)
    fields = [FieldColumn(name, kind) for name, kind in reader.fields]
    saved = _folder(request.save_frames)
    frames: Frames = Grabber(source) if request.realtime or source.live else EveryFrame(source)
    with ExitStack() as stack:
        rows = None
        if request.out is not None:
            rows = stack.enter_context(RowFile(request.out, fields, long=request.options.mode is ReadMode.FOUND))
        sound = stack.enter_context(Sound())
        keys: Window | TerminalKeys
        if request.window:
            keys = Window()
            keys.open()
            stack.callback(keys.close)
        else:
            keys = stack.enter_context(TerminalKeys())
        stack.enter_context(frames)
        live = _Live(request=request, session=session, frames=frames, rows=rows, keys=keys, sound=sound, saved=saved)
        with contextlib.suppress(KeyboardInterrupt):
            live.run()
        live.sum_up()
    return 0


class _Live:
    """The loop's state between two frames."""

    def __init__(
        self,
        *,
        request: Request,
        session: Session,
        frames: Frames,
        rows: RowFile | None,
        keys: Window | TerminalKeys,
        sound: Sound,
        saved: Path | None,
    ) -> None:
        self._request, self._session, self._frames, self._rows = request, session, frames, rows
        self._keys, self._sound, self._saved = keys, sound, saved
        self._window = keys if isinstance(keys, Window) else None
        self._timing = Timing()
        self._before = rows.rows if rows is not None else 0
        self._given: list[PageResult] = []
        self._frame: Frame | None = None
        self._sight: Sight | None = None
        self._paused = False
        self._note, self._noted_at, self._said, self._told = "", -1e9, "", ""

    def run(self) -> None:
        """Until the source ends or somebody quits."""
        while not self._frames.ended:
            frame = None if self._paused else self._frames.take(WAIT_S)
            if self._paused:
                time.sleep(0.02)
            elif frame is not None:
                self._see(frame)
            self._tell_trouble()
            if self._window is not None:
                self._show(frame)
            key = self._keys.key()
            if key is Key.QUIT:
                return
            if key is not None:
                self._press(key)

    def _see(self, frame: Frame) -> None:
        self._frame = frame
        self._sight = self._session.see(frame.image, frame.at)
        if self._sight.row is not None:
            self._take(self._sight.row, frame)
        elif self._window is None:
            self._hint(self._sight)
        if self._window is None:
            self._timing.add(frame)

    def _take(self, row: PageResult, frame: Frame) -> None:
        row = replace(row, page=row.page + self._before)
        if self._saved is not None:
            path = self._saved / f"{row.page:04d}.jpg"
            if not cv2.imwrite(str(path), frame.image, [cv2.IMWRITE_JPEG_QUALITY, 92]):
                raise OutputError(f"{path} cannot be written; give --save-frames another folder, or make room.")
            row = replace(row, file=str(path))
        if self._rows is not None:
            self._rows.write(row)
        self._given.append(row)
        self._sound.play()
        review = f", to check: {', '.join(row.review)}" if row.review else ""
        self._announce(f"Row {row.page}: {row.form or counted(len(row.readings), 'number')}{review}")
        if self._window is None and self._request.out != "-":
            values = "  ".join(f"{one.field} {one.value or '-'}" for one in row.readings)
            say(f"  {values}")

    def _announce(self, note: str) -> None:
        self._note, self._noted_at, self._said = note, time.monotonic(), ""
        if self._window is None:
            say(note)

    def _hint(self, sight: Sight) -> None:
        """In the terminal: what would help, when that changes; not what flickers."""
        words = sight.guidance.sentence if sight.guidance is not None else ""
        if sight.locked:
            words = "This sheet has its row already." if sight.again else ""
        if words and words != self._said and time.monotonic() - self._noted_at > FLASH_S:
            self._said, self._noted_at = words, time.monotonic()
            say(words)

    def _tell_trouble(self) -> None:
        trouble = self._frames.trouble
        # Without the seconds, which go on counting.
        plain = trouble.split(" for ", maxsplit=1)[0]
        if plain != self._told:
            self._told = plain
            say(trouble if trouble else "Pictures come again.")

    def _press(self, key: Key) -> None:
        if key is Key.PAUSE:
            self._paused = not self._paused
            self._announce("Paused; P goes on." if self._paused else "Going on.")
        elif key is Key.CAPTURE:
            self._session.capture()
        elif self._rows is not None and not self._rows.can_undo:
            self._announce("What is on standard output cannot be taken back.")
        elif self._session.undo() is None:
            self._announce("There is no row to take back.")
        else:
            row = self._given.pop()
            if self._rows is not None:
                self._rows.undo()
            if self._saved is not None:
                Path(row.file).unlink(missing_ok=True)
            self._announce(f"Row {row.page} is taken back.")

    def _show(self, frame: Frame | None) -> None:
        assert self._window is not None
        if self._frame is None:
            return
        flash = time.monotonic() - self._noted_at < FLASH_S
        rows = self._before + len(self._given)
        status = Status(self._timing.fps, rows, self._note, self._frames.trouble, self._paused, flash)
        self._window.show(draw(self._frame.image, self._sight, status))
        if frame is not None:
            self._timing.add(frame)

    def sum_up(self) -> None:
        """What it came to, on standard error."""
        where = f"; they are in {self._request.out}" if self._request.out not in (None, "-") and self._given else ""
        say(f"{counted(len(self._given), 'row')} from {counted(self._timing.frames, 'frame')}{where}.")
        if self._timing.latencies:
            late = sorted(self._timing.latencies)
            mean = self._timing.frames / max(1e-3, time.monotonic() - self._timing.begun)
            say(
                f"{mean:.1f} frames/s; from frame to overlay {1000 * late[len(late) // 2]:.0f} ms (median), "
                f"{1000 * late[-1]:.0f} ms at most."
            )


def _folder(name: str | None) -> Path | None:
    if name is None:
        return None
    return made_folder(name, "Frames cannot be saved in {}; give --save-frames a folder that you may write to.")


def listing() -> Iterator[str]:
    """The lines of `--list`."""
    from formdigits.camera.devices import devices

    with hushed():
        found = list(devices())
    for device in found:
        yield f"{device.number}: {device.name} ({device.gives})"
    if not found:
        yield "No camera is there: plug one in, or give --source a video file or a stream's address (rtsp://…, http://…)."
