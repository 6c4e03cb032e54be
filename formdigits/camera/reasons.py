"""Why a camera gives no picture, as one sentence for people."""

from __future__ import annotations

import os
import sys
from pathlib import Path

DEVICES = Path("/dev")
"""Where Linux has its cameras, as video0, video1, …"""


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
            f"{name} may not be used by this user: join the group that {device} belongs to (mostly 'video') "
            "and log in anew. Trying again."
        )
    holder = _holder(device)
    if holder:
        return f"{name} is in use by {holder}. Close that program; trying again."
    return (
        f"{name} cannot be used: another program may have it, or it is stuck. Close that program, or plug the camera "
        "out and in; trying again."
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
