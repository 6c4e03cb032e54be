"""Regular expressions out of templates, which strangers may have written: matched in time linear in the text."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

# Python's own `re` tries one way after another, and some patterns have more ways than there is time.
import re2

LONGEST_PATTERN = 500
"""Characters of a pattern."""

PATTERNS_KEPT = 256
"""Patterns that a process keeps compiled."""


def check_pattern(pattern: str) -> None:
    """Raises ValueError, with what is wrong and the way out, for what is no pattern that can be matched."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"pattern has {len(pattern)} characters where at most {LONGEST_PATTERN} are taken; shorten it")
    try:
        _compiled(pattern)
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
        raise ValueError(
            f"pattern cannot be used ({why}); write one as RE2 takes it: without looking ahead or behind, without "
            "repeating an earlier group (\\1), and with counts up to 1000"
        ) from None


def matches(pattern: str, text: str) -> bool:
    """Whether all of `text` is of the pattern, one that `check_pattern` takes."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=PATTERNS_KEPT)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
