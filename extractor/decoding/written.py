"""What the ink says: the symbols of a path or a transcript, and the marks among them or in their place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

BLANK, STRUCK, HYPHEN, POINT, UNREADABLE = "_", "X", "-", ".", "?"
"""How a path writes what is no symbol of the alphabet: an empty cell, a struck one, a dash, a point, no symbol."""

MARKS = BLANK + STRUCK + HYPHEN + POINT + UNREADABLE

CTC_DELIMITERS = str.maketrans("=#/", HYPHEN * 3)
"""Delimiters that CTC networks tell apart, and formats do not."""


@dataclass(frozen=True)
class Written:
    """What stands in a field, whether it was read or typed.

    `groups` are its symbols, from left to right, parted where a point, a dash or a space stands between them. `instead`
    says what stands there where there are none. `problem`, in plain words, says why the symbols make no value. In a
    `comb` the form prints the point, and cells may be left over.
    """

    groups: tuple[str, ...] = ()
    instead: Literal["blank", "struck", "dash"] | None = None
    problem: str = ""
    comb: bool = False


def written_in(text: str, *, comb: bool, letters: str = "") -> Written:
    """What `text`, as a path writes it, says: symbols with `_`, `X`, `-`, `.` and `?` for what is no symbol.

    In the alphabet of letters an X is a letter: `letters` are symbols of the alphabet that would be marks.
    """
    marks = "".join(mark for mark in MARKS if mark not in letters) if letters else MARKS
    if UNREADABLE in text and UNREADABLE in marks:
        return Written(problem="something here is no symbol")
    inner = text.strip(marks)
    if not inner:
        return _without_symbols(text, comb=comb)
    groups = (inner,) if inner.isdigit() else tuple(re.split(f"[{re.escape(marks)}]+", inner))
    problem = ""
    if comb:
        if not set(marks).isdisjoint(text.strip(BLANK + HYPHEN if letters else BLANK + STRUCK + HYPHEN)):
            problem = "a cell between the digits is empty or struck"
        elif text[0] not in marks and STRUCK in text[len(text.rstrip(marks)) :]:
            problem = "cells after the digits are struck"
    elif STRUCK in text and STRUCK in marks:
        problem = "part of it is struck"
    return Written(("".join(groups),) if problem else groups, problem=problem, comb=comb)


def _without_symbols(marks: str, *, comb: bool) -> Written:
    if STRUCK in marks:
        return Written(instead="struck")
    if HYPHEN in marks:
        return Written(instead="dash")
    if POINT in marks and not comb:
        return Written(problem="only a dot is written here")
    return Written(instead="blank")


def written_in_transcript(text: str, *, date: bool) -> Written:
    """What `text`, as a CTC network writes a string, says. Only in a `date` is a slash beside digits a delimiter;
    elsewhere it is a 1 that leans."""
    if "/" in text and not date and any(c.isdigit() for c in text):
        text = text.replace("/", "1")
    return written_in(text.translate(CTC_DELIMITERS), comb=False)
