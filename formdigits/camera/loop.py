"""`formdigits camera`: frames through a session, onto a window or the terminal, and rows into a file."""

from __future__ import annotations

import contextlib
import math
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2

from extractor.errors import OutputError
from extractor.options import ReadMode, ReadOptions
from extractor.reading import open_reader
from extractor.values import PageResult, PageStatus
from extractor.video.session import Session
from extractor.video.sight import Sight
from formdigits.actions.read import made_folder
from formdigits.camera.devices import devices
from formdigits.camera.grabber import EveryFrame, Frames, Grabber
from formdigits.camera.keys import Key, TerminalKeys
from formdigits.camera.overlay import ROW_EXISTS, Status, draw
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
class CameraOptions:
    """What the user asked for. `out` is where rows go (None: nowhere but the screen), `realtime` leaves out frames of a
    file that come too fast, `save_frames` is a folder for the frame of each row."""

    reading: ReadOptions
    source: str
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
        """Frames per second, over the last ones."""
        span = self.shown[-1] - self.shown[0] if len(self.shown) > 1 else 0.0
        return (len(self.shown) - 1) / span if span > 0 else 0.0


def run_camera(options: CameraOptions) -> None:
    """Runs until the source ends or the user quits.

    Raises InputError (no such source, no screen), OutputError, TemplateError, ModelError.
    """
    source = open_source(options.source)
    with hushed():
        reader = open_reader(options.reading)
    saved = None
    if options.save_frames is not None:
        reason = "Frames cannot be saved in {}; give --save-frames a folder that you may write to."
        saved = made_folder(options.save_frames, reason)
    frames: Frames = Grabber(source) if options.realtime or source.live else EveryFrame(source)
    with ExitStack() as stack:
        rows = None
        if options.out is not None:
            rows = stack.enter_context(RowFile(options.out, reader.fields, long=options.reading.mode is ReadMode.FOUND))
        sound = stack.enter_context(Sound())
        keys: Window | TerminalKeys
        if options.window:
            keys = Window()
            keys.open()
            stack.callback(keys.close)
        else:
            keys = stack.enter_context(TerminalKeys())
        stack.enter_context(frames)
        before = rows.rows if rows is not None else 0
        live = _Live(options.out, Session(reader, source.name, before), frames, rows, keys, sound, saved, before)
        with contextlib.suppress(KeyboardInterrupt):
            live.run()
        live.sum_up()


@dataclass
class _Live:
    """The loop's state between two frames. `before` are the rows that the file held already, `note` is what was last
    announced, at the time `noted_at`; `said` and `told` are the last hint and trouble, which are not repeated."""

    out: str | None
    session: Session
    frames: Frames
    rows: RowFile | None
    keys: Window | TerminalKeys
    sound: Sound
    saved: Path | None
    before: int
    timing: Timing = field(default_factory=Timing)
    given: list[PageResult] = field(default_factory=list)
    frame: Frame | None = None
    sight: Sight | None = None
    paused: bool = False
    note: str = ""
    noted_at: float = -math.inf
    said: str = ""
    told: str = ""

    @property
    def window(self) -> Window | None:
        return self.keys if isinstance(self.keys, Window) else None

    def run(self) -> None:
        """Until the source ends or somebody quits."""
        while not self.frames.ended:
            frame = None if self.paused else self.frames.take(WAIT_S)
            if self.paused:
                time.sleep(0.02)
            elif frame is not None:
                self._see(frame)
            self._tell_trouble()
            if self.window is not None:
                self._show(frame)
            key = self.keys.key()
            if key is Key.QUIT:
                return
            if key is not None:
                self._press(key)

    def _see(self, frame: Frame) -> None:
        self.frame = frame
        self.sight = self.session.see(frame.image, frame.at)
        if self.sight.row is not None:
            self._take(self.sight.row, frame)
        elif self.window is None:
            self._hint(self.sight)
        if self.window is None:
            self.timing.add(frame)

    def _take(self, row: PageResult, frame: Frame) -> None:
        if self.saved is not None:
            path = self.saved / f"{row.page:04d}.jpg"
            if not cv2.imwrite(str(path), frame.image, [cv2.IMWRITE_JPEG_QUALITY, 92]):
                raise OutputError(f"{path} cannot be written; give --save-frames another folder, or make room.")
            row = replace(row, file=str(path))
        if self.rows is not None:
            self.rows.write(row)
        self.given.append(row)
        self.sound.play()
        review = f", to check: {', '.join(row.review)}" if row.review else ""
        repeat = f". {row.reason}" if row.status is PageStatus.DUPLICATE else ""
        self._announce(f"Row {row.page}: {row.form or counted(len(row.readings), 'number')}{review}{repeat}")
        if self.window is None and self.out != "-":
            values = "  ".join(f"{one.field} {one.value or '-'}" for one in row.readings)
            say(f"  {values}")

    def _announce(self, note: str) -> None:
        self.note, self.noted_at, self.said = note, time.monotonic(), ""
        if self.window is None:
            say(note)

    def _hint(self, sight: Sight) -> None:
        """In the terminal: what would help, when that changes; not what flickers."""
        words = sight.guidance.sentence if sight.guidance is not None else ""
        if sight.locked:
            words = ROW_EXISTS if sight.again else ""
        if words and words != self.said and time.monotonic() - self.noted_at > FLASH_S:
            self.said, self.noted_at = words, time.monotonic()
            say(words)

    def _tell_trouble(self) -> None:
        trouble = self.frames.trouble
        # Without the seconds, which go on counting.
        plain = trouble.split(" for ", maxsplit=1)[0]
        if plain != self.told:
            self.told = plain
            say(trouble if trouble else "Pictures are coming again.")

    def _press(self, key: Key) -> None:
        if key is Key.PAUSE:
            self.paused = not self.paused
            self._announce("Paused; press P to go on." if self.paused else "Going on.")
        elif key is Key.CAPTURE:
            self.session.capture()
        elif self.rows is not None and not self.rows.can_undo:
            self._announce("A row on standard output cannot be taken back.")
        elif self.session.undo() is None:
            self._announce("There is no row to take back.")
        else:
            row = self.given.pop()
            if self.rows is not None:
                self.rows.undo()
            if self.saved is not None:
                Path(row.file).unlink(missing_ok=True)
            self._announce(f"Row {row.page} has been taken back.")

    def _show(self, frame: Frame | None) -> None:
        assert self.window is not None
        if self.frame is None:
            return
        flash = time.monotonic() - self.noted_at < FLASH_S
        rows = self.before + len(self.given)
        status = Status(self.timing.fps, rows, self.note, self.frames.trouble, self.paused, flash)
        self.window.show(draw(self.frame.image, self.sight, status))
        if frame is not None:
            self.timing.add(frame)

    def sum_up(self) -> None:
        """Says what came of it, on standard error."""
        where = f"; they are in {self.out}" if self.out not in (None, "-") and self.given else ""
        say(f"{counted(len(self.given), 'row')} from {counted(self.timing.frames, 'frame')}{where}.")
        if self.timing.latencies:
            late = sorted(self.timing.latencies)
            mean = self.timing.frames / max(1e-3, time.monotonic() - self.timing.begun)
            say(
                f"{mean:.1f} frames/s; from frame to overlay {1000 * late[len(late) // 2]:.0f} ms (median), "
                f"{1000 * late[-1]:.0f} ms at most."
            )


def listing() -> Iterator[str]:
    """The lines of `--list`."""
    with hushed():
        found = list(devices())
    for device in found:
        yield f"{device.number}: {device.name} ({device.gives})"
    if not found:
        yield "No camera is there: plug one in, or give --source a video file or a stream's address (rtsp://…, http://…)."
