"""What an edited template may hold at all, looked at before anything else is done with it. Its YAML would be refused
for the same, but JSON can be worse than YAML: nested deeper than a process can be told of, say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from extractor.template.load import LONGEST_NUMBER
from formdigits.web.editing.trial import Mistake
from formdigits.web.sent_template import DEEPEST

NOT_SHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and halves of characters, which no page, file or database takes."""


def unfit(tree: Mapping[str, Any]) -> Mistake | None:
    """The first thing in an edited template that none may hold; None where there is nothing of the kind."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), tree)]
    while waiting:
        where, value = waiting.pop()
        if len(where) > DEEPEST:
            return Mistake(where[:2], "This is nested too deeply to be part of a template; take it out.")
        match value:
            case Mapping():
                if letter := next(filter(None, map(NOT_SHOWN.search, map(str, value))), None):
                    return Mistake(where, f"A name holds a character ({_code(letter[0])}) that cannot be shown.")
                waiting += [((*where, str(key)), one) for key, one in value.items()]
            case list():
                waiting += [((*where, at), one) for at, one in enumerate(value)]
            case str():
                if letter := NOT_SHOWN.search(value):
                    place = f"{'.'.join(map(str, where))}: " if where else ""
                    return Mistake(where, f"{place}a character ({_code(letter[0])}) cannot be shown; leave it out.")
            case int() if abs(value) >= 10**LONGEST_NUMBER:
                return Mistake(where, f"A number has more than {LONGEST_NUMBER} digits; shorten it.")
    return None


def _code(letter: str) -> str:
    return f"U+{ord(letter):04X}"
