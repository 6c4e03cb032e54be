"""The sound of a new row: a short tone through whatever player there is, else the terminal's bell."""

from __future__ import annotations

import math
import shutil
import struct
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from types import TracebackType
from typing import Self

PLAYERS = ("pw-play", "paplay", "aplay", "afplay")
RATE, HERTZ, SECONDS = 22050, 1320, 0.12


class Sound:
    """Plays without waiting. Used as a context manager."""

    def __init__(self) -> None:
        self._player = next((found for name in PLAYERS if (found := shutil.which(name))), None)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._playing: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self._player is not None:
            self._folder = tempfile.TemporaryDirectory(prefix="formdigits-")
            _tone(Path(self._folder.name) / "row.wav")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._playing is not None:
            self._playing.wait()
        if self._folder is not None:
            self._folder.cleanup()

    def play(self) -> None:
        """A new row. A player that failed once (no sound card) is not tried again."""
        if self._playing is not None and self._playing.poll():
            self._player = None
        if self._player is None or self._folder is None:
            print("\a", end="", file=sys.stderr, flush=True)
        elif self._playing is None or self._playing.poll() is not None:
            self._playing = subprocess.Popen(
                [self._player, str(Path(self._folder.name) / "row.wav")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )


def _tone(path: Path) -> None:
    count = round(RATE * SECONDS)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        # It swells and fades, or it would click.
        out.writeframes(
            b"".join(
                struct.pack(
                    "<h", round(9000 * math.sin(math.pi * i / count) * math.sin(2 * math.pi * HERTZ * i / RATE))
                )
                for i in range(count)
            )
        )
