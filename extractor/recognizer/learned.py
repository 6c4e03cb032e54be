"""What the answers of people on one form have taught about its free strings: how much each reader's word counts there,
and what is usually written. It lies beside the model's card, as `learned.json`; `training/corrections` fits it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from extractor.errors import ModelError
from extractor.recognizer.second_reader import Choice, Weights, read_second_card

LEARNED = "learned.json"
LEARNED_SCHEMA = 2

LONGEST_COUNTED = 20
"""Values longer than this have the length that nobody has seen."""

UNSEEN = 0.5
"""How many answers a length counts as that none has: so that few answers rule nothing out."""

MOST_USUAL = 12.0
"""No value is more usual than this (natural log) beside another of its length: about a millionfold."""


@dataclass(frozen=True)
class Usual:
    """What people have answered in one column: how many values of each length, and how many times each value that was
    answered more than once; so many `answers` in all."""

    answers: int
    lengths: Mapping[int, int]
    values: Mapping[str, int]


@dataclass(frozen=True)
class Learned:
    """What was learned of a form: the `choice` among values, the `weights` by which confidence follows from what both
    readers say, and for each column what is `usual` (under the empty name: in all of them). `repeated` is the share of
    answers that stood on the form before, from 0 to 1."""

    choice: Choice
    weights: Weights
    usual: Mapping[str, Usual] = field(default_factory=dict)
    repeated: float = 0.0

    def usualness(self, column: str, value: str) -> float:
        """How usual `value` is in `column`: the log-probability of its length, and of the value beside others as long.

        Values that come again and lengths are two models, mixed by `repeated` (F. Jelinek and R. Mercer, 1980).
        """
        known = self.usual.get(column) or self.usual.get("")
        if known is None:
            return 0.0
        length = min(len(value), LONGEST_COUNTED)
        of_length = (known.lengths.get(length, 0) + UNSEEN) / (known.answers + UNSEEN * LONGEST_COUNTED)
        again = known.values.get(value, 0) / max(1, known.answers)
        beside = math.log(again) + length * math.log(10) if again else -math.inf
        plain = math.log(1 - self.repeated) + math.log(of_length)
        return float(min(MOST_USUAL, _log_sum(plain, math.log(self.repeated) + beside if self.repeated else -math.inf)))

    def to_dict(self) -> dict[str, Any]:
        """A plain tree; `learned_of` is its inverse."""
        return {
            "schema": LEARNED_SCHEMA,
            "choice": asdict(self.choice),
            "weights": asdict(self.weights),
            "usual": {
                name: {"answers": one.answers, "lengths": {str(k): n for k, n in one.lengths.items()},
                       "values": dict(one.values)}
                for name, one in self.usual.items()
            },
            "repeated": self.repeated,
        }  # fmt: skip


@cache
def unlearned() -> Learned:
    """What counts where nothing was learned of a form: what the second reader's card says."""
    card = read_second_card()
    return Learned(card.choice, card.weights)


def learned_of(tree: Mapping[str, Any]) -> Learned:
    """What a tree of `Learned.to_dict` says. Raises ValueError, TypeError, KeyError or AttributeError for any other."""
    if tree["schema"] != LEARNED_SCHEMA:
        raise ValueError
    repeated = _finite(tree["repeated"])
    if not 0 <= repeated < 1:
        raise ValueError
    return Learned(
        Choice(**{name: _finite(value) for name, value in tree["choice"].items()}),
        Weights(**{name: _finite(value) for name, value in tree["weights"].items()}),
        {str(name): _usual(one) for name, one in tree["usual"].items()},
        repeated,
    )


def read_learned(folder: Path) -> Learned | None:
    """What was learned, beside the card in `folder`; None where nothing was. Raises ModelError where it makes no
    sense."""
    path = folder / LEARNED
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise ModelError(f"{path} cannot be read; learn again, or go back to another version.") from None
    try:
        return learned_of(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ModelError(f"{path} is not what learning writes; learn again, or go back to another version.") from None


def write_learned(folder: Path, learned: Learned) -> None:
    """Beside the card in `folder`."""
    text = json.dumps(learned.to_dict(), indent=1, ensure_ascii=False, sort_keys=True)
    (folder / LEARNED).write_text(text + "\n", encoding="utf-8")


def _usual(tree: Mapping[str, Any]) -> Usual:
    return Usual(
        int(tree["answers"]),
        {int(length): int(count) for length, count in tree["lengths"].items()},
        {str(value): int(count) for value, count in tree["values"].items()},
    )


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _log_sum(a: float, b: float) -> float:
    high = max(a, b)
    return high + math.log(math.exp(a - high) + math.exp(b - high)) if math.isfinite(high) else high
