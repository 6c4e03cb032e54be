"""What the ink says: the symbols of a path or a transcript, and the marks among them or in their place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from extractor.template.model import MARKS

BLANK, STRUCK, HYPHEN, POINT, UNREADABLE = "_", "X", "-", ".", "?"
"""How a path writes what is no symbol of the alphabet: an empty cell, a struck one, a dash, a point, no symbol."""

LIKE_DIGITS = frozenset("/()+#$%:")
"""Marks that look like digits."""


@dataclass(frozen=True)
class Written:
    """What stands in a field, whether it was read or typed.

    `groups` are its symbols, from left to right, parted where marks stand between them; `marks` are those before the
    first group, between two, and after the last one, so one more than there are groups. `instead` says what stands
    there where there are no symbols. `problem`, in plain words, says why the symbols make no value. In a `comb` the
    form prints the point, and cells may be left over.
    """

    groups: tuple[str, ...] = ()
    marks: tuple[str, ...] = ("",)
    instead: Literal["blank", "struck", "dash"] | None = None
    problem: str = ""
    comb: bool = False


def plain(symbols: str, *, comb: bool = False, problem: str = "") -> Written:
    """Symbols without any mark."""
    return Written((symbols,), ("", ""), problem=problem, comb=comb)


def written_in(text: str, *, comb: bool, letters: str = "") -> Written:
    """What `text` says, as a path or a CTC network writes it: symbols, MARKS, and `_`, `X` and `?` for what is none.

    In the alphabet of letters an X is a letter: `letters` are symbols of the alphabet that would be marks.
    """
    none, marks, symbols_between = _marks(letters)
    if UNREADABLE in text and UNREADABLE in none:
        return Written(problem="something here is no symbol")
    parts = symbols_between.split(text)
    groups = tuple(parts[1::2])
    if not groups:
        return _without_symbols(text, comb=comb)
    symbols = "".join(groups)
    if not comb:
        if STRUCK in text and STRUCK in none:
            return plain(symbols, problem="part of it is struck")
        return Written(groups, tuple(part.replace(BLANK, "") for part in parts[::2]))
    body = text.strip(BLANK + HYPHEN if letters else BLANK + STRUCK + HYPHEN)
    problem = ""
    if not marks.isdisjoint(body):
        problem = "a cell between the digits is empty or struck"
    elif text[0] not in marks and STRUCK in parts[-1]:
        problem = "cells after the digits are struck"
    return plain(symbols, comb=True, problem=problem)


@cache
def _marks(letters: str) -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    """What is no symbol where `letters` are; that and the marks; and the pattern of the symbols between them."""
    none = frozenset(BLANK + STRUCK + UNREADABLE) - set(letters)
    marks = none | (frozenset(MARKS) - set(letters))
    return none, marks, re.compile(f"([^{re.escape(''.join(sorted(marks)))}]+)")


def _without_symbols(marks: str, *, comb: bool) -> Written:
    if STRUCK in marks:
        return Written(instead="struck")
    if "-" in marks or "=" in marks:
        return Written(instead="dash")
    if marks.strip(BLANK + " ") and not comb:
        return Written(problem=f"only '{marks.strip(BLANK)}' is written here")
    return Written(instead="blank")
