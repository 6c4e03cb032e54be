"""The sound of a new row: a short tone through whatever player there is, else the terminal's bell."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from typing import Self

import numpy as np

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

    def __exit__(self, *_: object) -> None:
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
    at = np.arange(count)
    # It swells and fades, or it would click.
    swing = 9000 * np.sin(np.pi * at / count) * np.sin(2 * np.pi * HERTZ * at / RATE)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.rint(swing).astype("<i2").tobytes())
