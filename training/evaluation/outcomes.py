"""The values of an evaluation: one outcome for each string or symbol of a labelled set."""

from __future__ import annotations

from dataclasses import dataclass, field

from extractor.values import Gray


@dataclass(frozen=True)
class Outcome:
    """What one picture says (`truth`) and what was read, with the confidence that the whole of it is right.

    `written` is what the ink says, where that is more than `read`. `picture` is kept of mistakes only.
    """

    name: str
    truth: str
    read: str
    confidence: float
    accepted: bool
    written: str = ""
    picture: Gray | None = field(default=None, repr=False, compare=False)

    @property
    def right(self) -> bool:
        return self.read == self.truth


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of the set `data`. `unreadable` names its pictures that could not be opened; they count as wrong
    and are in `outcomes` too, with nothing read. `unit` is what was read: `string` or `symbol`."""

    data: str
    outcomes: tuple[Outcome, ...]
    unit: str = "string"
    unreadable: tuple[str, ...] = ()


def together(sets: list[Outcomes]) -> Outcomes:
    """All of `sets` as one; every name with that of its set before it."""
    return Outcomes(
        " + ".join(one.data for one in sets),
        tuple(outcome for one in sets for outcome in one.outcomes),
        sets[0].unit,
        tuple(name for one in sets for name in one.unreadable),
    )
