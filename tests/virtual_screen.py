"""A keyboard for tests: keys pressed on an X server as if somebody sat there (the XTEST extension)."""

from __future__ import annotations

import ctypes
import ctypes.util


class Keyboard:
    """Presses keys on `screen` (as in DISPLAY); they go to the window under the pointer, which is put in the middle.

    Raises OSError where libX11 or libXtst is missing or no server answers.
    """

    def __init__(self, screen: str, middle: tuple[int, int]) -> None:
        self._x11, self._xtst = (
            ctypes.CDLL(ctypes.util.find_library(name) or f"lib{name}") for name in ("X11", "Xtst")
        )
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XStringToKeysym.restype = ctypes.c_ulong
        display = self._x11.XOpenDisplay(screen.encode())
        if not display:
            raise OSError(f"no X server answers at {screen}")
        self._display = ctypes.c_void_p(display)
        self._xtst.XTestFakeMotionEvent(self._display, -1, *middle, ctypes.c_ulong(0))
        self._x11.XSync(self._display, 0)

    def press(self, name: str) -> None:
        """One key by its X name, such as "u" or "space"."""
        symbol = ctypes.c_ulong(self._x11.XStringToKeysym(name.encode()))
        code = self._x11.XKeysymToKeycode(self._display, symbol)
        for down in (1, 0):
            self._xtst.XTestFakeKeyEvent(self._display, code, down, ctypes.c_ulong(0))
        self._x11.XSync(self._display, 0)

    def close(self) -> None:
        self._x11.XCloseDisplay(self._display)
