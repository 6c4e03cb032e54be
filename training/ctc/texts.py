"""What people write into a field for a number."""

from __future__ import annotations

import numpy as np

DIGITS = "0123456789"
DELIMITERS = ".-=#/"
"""Point (also comma), dash, double dash (also colon), number sign, slash."""

STRUCK, OTHER = "X", "?"
"""A struck-out symbol, and one that is no digit."""


def text(rng: np.random.Generator, no_number: float) -> str:
    """What somebody may write into a field for a number: digits, and points, dashes, slashes where people put them;
    with the probability `no_number` something else."""
    if rng.random() < no_number:
        return _no_number(rng)
    kind = rng.random()
    count = int(rng.integers(1, 11)) if rng.random() < 0.6 else int(rng.integers(3, 8))
    digits = "".join(str(d) for d in rng.integers(0, 10, count))
    if kind < 0.45:
        return digits
    if kind < 0.5:  # a run of one digit
        at, run = int(rng.integers(0, count)), int(rng.integers(2, 5))
        return digits[:at] + str(rng.integers(0, 10)) * run + digits[at + run :]
    if kind < 0.55:
        day, month, year = rng.integers(1, 32), rng.integers(1, 13), rng.integers(1930, 2040)
        mark = "/" if rng.random() < 0.5 else str(rng.choice([".", "-"]))
        return f"{day:02d}{mark}{month:02d}{mark}{year if rng.random() < 0.6 else year % 100:02d}"
    if rng.random() < 0.6:  # amounts begin with small digits (F. Benford, 1938)
        digits = str(int(10 ** rng.random())) + digits[1:]
    if rng.random() < 0.45 and count > 2:  # a round amount
        zeros = int(rng.integers(1, min(count, 6)))
        digits = digits[:-zeros] + "0" * zeros
    if rng.random() < 0.6 and count > 3:
        digits = f"{digits[:-3]}.{digits[-3:]}"
        if count > 6 and rng.random() < 0.7:
            digits = f"{digits[:-7]}.{digits[-7:]}"
    elif rng.random() < 0.4 and count > 2:
        digits = digits[:-2] + "." + digits[-2:]
    end = rng.random()
    tail = "" if end < 0.5 else str(rng.choice([".", "-", "=", ".-", ".=", "#", "-", ".", "=", "=-", "--"]))
    head = "" if rng.random() < 0.95 else str(rng.choice(["#", "-", "=", "."]))
    return head + digits + tail


def _no_number(rng: np.random.Generator) -> str:
    """A field that is struck, dashed, or holds letters besides its number."""
    kind = rng.random()
    count = int(rng.integers(1, 7))
    digits = "".join(str(d) for d in rng.integers(0, 10, count))
    if kind < 0.3:
        return STRUCK * count
    if kind < 0.4:
        at = int(rng.integers(0, count))
        return digits[:at] + STRUCK + digits[at:]
    if kind < 0.5:
        return str(rng.choice(["-", "--", "---", ".", "/"]))
    word = OTHER * int(rng.integers(1, 4))
    if kind < 0.75:
        return word + digits
    return digits + word if kind < 0.95 else word
