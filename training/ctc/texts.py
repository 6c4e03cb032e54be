"""What people write into a field for a number."""

from __future__ import annotations

import numpy as np

DIGITS = "0123456789"
STRING_MARKS = ".,-/():+#$%="
"""Every mark that stands in numbers; the last is the double dash that ends an amount."""

STRUCK, OTHER = "X", "?"
"""A struck-out symbol, and one that is no digit and no mark."""

GAP, WORD = " ", "w"
"""Room between two symbols, of which nothing is said; and a word, which is as many times OTHER as it is long."""


def text(rng: np.random.Generator, no_number: float) -> str:
    """What somebody may write into a field for a number: digits, and marks where people put them; with the
    probability `no_number` something else."""
    if rng.random() < no_number:
        return _no_number(rng)
    kind = rng.random()
    count = int(rng.integers(1, 11)) if rng.random() < 0.6 else int(rng.integers(3, 8))
    digits = _digits(count, rng)
    if kind < 0.30:
        return digits
    if kind < 0.33:  # a run of one digit
        at, run = int(rng.integers(0, count)), int(rng.integers(2, 5))
        return digits[:at] + str(rng.integers(0, 10)) * run + digits[at + run :]
    if kind < 0.41:
        return _date(rng)
    if kind < 0.44:
        hours, minutes = rng.integers(0, 24), rng.integers(0, 60)
        mark = ":" if rng.random() < 0.75 else "."
        return f"{hours:02d}{mark}{minutes:02d}" if rng.random() < 0.5 else f"{hours}{mark}{minutes:02d}"
    if kind < 0.475:  # 120/80, 3/4
        return f"{_digits(int(rng.integers(1, 4)), rng)}/{_digits(int(rng.integers(1, 4)), rng)}"
    if kind < 0.60:
        return _telephone(rng)
    if kind < 0.68:
        return _marked(digits[: int(rng.integers(1, 6))], rng)
    if kind < 0.70:  # what no format expects
        marks = rng.choice(list(STRING_MARKS.replace("/", "")), int(rng.integers(1, 3)))
        for mark in marks:
            at = int(rng.integers(0, len(digits) + 1))
            digits = digits[:at] + str(mark) + digits[at:]
        return digits
    return _amount(digits, rng)


def _digits(count: int, rng: np.random.Generator) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def _date(rng: np.random.Generator) -> str:
    day, month, year = rng.integers(1, 32), rng.integers(1, 13), rng.integers(1930, 2040)
    mark = "/" if rng.random() < 0.55 else str(rng.choice([".", "-"]))
    first, second = (f"{day:02d}", f"{month:02d}") if rng.random() < 0.55 else (str(day), str(month))
    if rng.random() < 0.2:
        return f"{first}{mark}{second}"
    return f"{first}{mark}{second}{mark}{year if rng.random() < 0.5 else f'{year % 100:02d}'}"


def _telephone(rng: np.random.Generator) -> str:
    kind = rng.random()
    a, b, c = _digits(3, rng), _digits(3, rng), _digits(4, rng)
    if kind < 0.35:
        return f"({_digits(int(rng.integers(1, 5)), rng)})"
    if kind < 0.5:
        return f"({a}){GAP if rng.random() < 0.6 else ''}{b}-{c}"
    if kind < 0.7:
        return f"{b}-{c}"
    if kind < 0.85:
        return f"{a}-{b}-{c}" if rng.random() < 0.7 else f"1-{a}-{b}-{c}"
    if kind < 0.93:
        return f"{_digits(5, rng)}-{c}"
    return f"+{_digits(2, rng)}{GAP}{_digits(2, rng)}{GAP}{b}{GAP}{_digits(2, rng)}"


def _marked(digits: str, rng: np.random.Generator) -> str:
    """A sign, a currency, a number of something, a share."""
    kind = rng.random()
    if kind < 0.3:
        digits = f"${digits}" if rng.random() < 0.85 else f"{digits}$"
        return digits if rng.random() < 0.6 else f"{digits}{_mark('.,', rng)}{_digits(2, rng)}"
    if kind < 0.5:
        return f"#{digits}"
    if kind < 0.68:
        return f"{digits}%" if rng.random() < 0.7 else f"{digits}{_mark('.,', rng)}{_digits(1, rng)}%"
    if kind < 0.85:
        return f"{_mark('+-', rng)}{digits}" if rng.random() < 0.7 else f"{digits}{_mark('+-', rng)}"
    return f"{digits}{_mark('.,', rng)}{_digits(1, rng)}"


def _amount(digits: str, rng: np.random.Generator) -> str:
    count = len(digits)
    if rng.random() < 0.6:  # amounts begin with small digits (F. Benford, 1938)
        digits = str(int(10 ** rng.random())) + digits[1:]
    if rng.random() < 0.45 and count > 2:  # a round amount
        zeros = int(rng.integers(1, min(count, 6)))
        digits = digits[:-zeros] + "0" * zeros
    group, point = (".", ",") if rng.random() < 0.5 else (",", ".")
    if rng.random() < 0.6 and count > 3:
        digits = f"{digits[:-3]}{group}{digits[-3:]}"
        if count > 6 and rng.random() < 0.7:
            digits = f"{digits[:-7]}{group}{digits[-7:]}"
        if rng.random() < 0.1:
            digits = f"{digits}{point}{_digits(2, rng)}"
    elif rng.random() < 0.4 and count > 2:
        digits = digits[:-2] + point + digits[-2:]
    end = rng.random()
    ends = [".", "-", "=", ".-", ".=", "#", "-", ".", "=", "=-", "--", "/-", "/="]
    tail = "" if end < 0.5 else str(rng.choice(ends))
    head = "" if rng.random() < 0.95 else str(rng.choice(["#", "-", "=", ".", "$"]))
    return head + digits + tail


def _mark(marks: str, rng: np.random.Generator) -> str:
    return str(rng.choice(list(marks)))


def _no_number(rng: np.random.Generator) -> str:
    """A field that is struck, dashed, or holds letters besides its number."""
    kind = rng.random()
    count = int(rng.integers(1, 7))
    digits = _digits(count, rng)
    if kind < 0.3:
        return STRUCK * count
    if kind < 0.4:
        at = int(rng.integers(0, count))
        return digits[:at] + STRUCK + digits[at:]
    if kind < 0.5:
        return str(rng.choice(["-", "--", "---", ".", "/"]))
    word = WORD if rng.random() < 0.35 else OTHER * int(rng.integers(1, 4))
    if kind < 0.75:
        return word + digits
    return digits + word if kind < 0.95 else word
