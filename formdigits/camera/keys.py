"""What the keys do, and reading them in a terminal."""

from __future__ import annotations

import sys
from enum import Enum, auto
from typing import Any, Self


class Key(Enum):
    CAPTURE = auto()
    UNDO = auto()
    PAUSE = auto()
    QUIT = auto()


KEYS = {" ": Key.CAPTURE, "c": Key.CAPTURE, "\n": Key.CAPTURE, "u": Key.UNDO, "p": Key.PAUSE, "q": Key.QUIT}


class TerminalKeys:
    """Single keys from the terminal, without the return key; none where standard input is no terminal."""

    def __init__(self) -> None:
        self._before: Any = None

    def __enter__(self) -> Self:
        if sys.stdin is not None and sys.stdin.isatty():
            try:
                import termios
                import tty
            except ImportError:
                return self
            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    def key(self) -> Key | None:
        """The key that was pressed, if any."""
        if self._before is None:
            return None
        import select

        ready, _, _ = select.select([sys.stdin], [], [], 0)
        return KEYS.get(sys.stdin.read(1).lower()) if ready else None
