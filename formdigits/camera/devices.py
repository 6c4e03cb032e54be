"""Which cameras there are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

MOST_TRIED = 6
"""Numbers that are tried where the system gives no list of its cameras."""


@dataclass(frozen=True)
class Device:
    """One camera: its number for --source, its name, and what it gives (or why it cannot be used)."""

    number: int
    name: str
    gives: str


def devices(folder: Path = Path("/sys/class/video4linux")) -> Iterator[Device]:
    """The cameras of this machine, each opened for a moment. `folder` is where Linux lists them."""
    if sys.platform.startswith("linux"):
        found = sorted((int(path.name[5:]), path) for path in folder.glob("video*") if path.name[5:].isdecimal())
        for number, path in found:
            try:
                name = (path / "name").read_text(encoding="utf-8", errors="replace").strip()
            except OSError:
                name = "camera"
            yield Device(
                number, name, _gives(number) or "cannot be used: it gives no picture, or another program has it"
            )
        return
    for number in range(MOST_TRIED):
        gives = _gives(number)
        if gives:
            yield Device(number, "camera", gives)


def _gives(number: int) -> str:
    capture = cv2.VideoCapture(number)
    try:
        ok, image = capture.read() if capture.isOpened() else (False, None)
        if not ok or image is None:
            return ""
        fps = capture.get(cv2.CAP_PROP_FPS)
        return f"{image.shape[1]}x{image.shape[0]}" + (f", {fps:.0f} frames/s" if fps > 0 else "")
    finally:
        capture.release()
