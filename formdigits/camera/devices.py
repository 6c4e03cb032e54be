"""Which cameras there are, and why one gives no picture."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

DEVICES = Path("/dev")
"""Where Linux has its cameras, as video0, video1, …"""

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


def why_not(number: int) -> str:
    """What keeps the camera of this `number` from being used, and the way out."""
    name, device = f"Camera {number}", DEVICES / f"video{number}"
    if not sys.platform.startswith("linux"):
        # A camera is no file there.
        return f"{name} cannot be used: another program may have it. Close that one; trying again."
    if not device.exists():
        return (
            f"There is no camera {number}: plug it in ('formdigits camera --list' shows what is there), "
            "or give --source. Trying again."
        )
    if not os.access(device, os.R_OK | os.W_OK):
        return (
            f"{name} may not be used by this user: join the group that {device} belongs to (usually 'video') "
            "and log in again. Trying again."
        )
    holder = _holder(device)
    if holder:
        return f"{name} is in use by {holder}. Close that program; trying again."
    return (
        f"{name} cannot be used: another program may have it, or it is stuck. Close that program, or unplug "
        "the camera and plug it in again; trying again."
    )


def _holder(device: Path) -> str:
    """Another program that has `device` open, as far as this user may see; empty without one."""
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        process = handle.parent.parent
        try:
            if process.name == str(os.getpid()) or handle.readlink() != device:
                continue
            return f"'{(process / 'comm').read_text(errors='replace').strip()}' (process {process.name})"
        except OSError:
            # It has ended or belongs to somebody else.
            continue
    return ""
