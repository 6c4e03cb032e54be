"""The window: what is seen, and the keys."""

from __future__ import annotations

import os
import subprocess
import sys

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.errors import InputError
from formdigits.camera.keys import KEYS, Key

NAME = "formdigits"
CODES = {ord(letter): key for letter, key in KEYS.items()} | {13: Key.CAPTURE, 8: Key.UNDO, 27: Key.QUIT}


class Window:
    """A window of its own. Raises InputError on opening where there is no screen."""

    def __init__(self) -> None:
        self._shown = False

    def open(self) -> None:
        """Tried in another process first, since Qt ends the process where it finds no screen."""
        tried = subprocess.run(
            [sys.executable, "-c", "import cv2; cv2.namedWindow('x'); cv2.waitKey(1)"],
            capture_output=True,
            env=_environment(),
            check=False,
        )
        if tried.returncode != 0:
            raise InputError(
                "There is no screen to show the camera's window on; give --no-window to read in the terminal, or use "
                "'formdigits serve' and a browser."
            )
        os.environ.update(_environment())
        cv2.namedWindow(NAME, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)

    def show(self, image: NDArray[np.uint8]) -> None:
        """Shows a picture; the window takes its size from the first."""
        if not self._shown:
            cv2.resizeWindow(NAME, image.shape[1], image.shape[0])
            self._shown = True
        cv2.imshow(NAME, image)

    def key(self) -> Key | None:
        """The key that was pressed, if any; closing the window is quitting. Also lets the window draw itself."""
        code = cv2.waitKey(1)
        if self._shown and cv2.getWindowProperty(NAME, cv2.WND_PROP_VISIBLE) < 1:
            return Key.QUIT
        return CODES.get(code & 0xFF) if code >= 0 else None

    def close(self) -> None:
        cv2.destroyAllWindows()
        cv2.waitKey(1)


def _environment() -> dict[str, str]:
    """On Wayland the window goes through its X server: the Qt that comes with OpenCV knows no other."""
    environment = dict(os.environ)
    if sys.platform.startswith("linux"):
        environment["QT_QPA_PLATFORM"] = "xcb"
        # It brings no fonts, and says so at length.
        environment.setdefault("QT_LOGGING_RULES", "*.debug=false;qt.qpa.fonts=false;*.warning=false")
    return environment
