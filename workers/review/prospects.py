"""What could be accepted at which error, by the answers that there are, and what more answers would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.review.thresholds import CERTAINTY, Answers, bound, choose, more_needed

ERRORS = (0.1, 0.05, 0.03, 0.02, 0.015, 0.01, 0.007, 0.005, 0.003, 0.002, 0.001)
"""Shares of wrong values among the accepted that are told of."""

USUAL_SECONDS = 4.0
"""What an answer takes a person, where nobody has been timed yet."""


@dataclass(frozen=True)
class Prospect:
    """Fewer than `error` of the accepted are wrong where readings are accepted from `accept` on, which `share` of them
    are; where the answers cannot carry that, both are None, and so many `more` random answers would (None: no number).
    """

    error: float
    accept: float | None
    share: float | None
    more: int | None = None


@dataclass(frozen=True)
class FieldError:
    """A field of the form: of `read` values `accepted` were accepted; of these `checked` were drawn at random and
    answered, `wrong` were not right."""

    field: str
    read: int
    accepted: int
    checked: int
    wrong: int

    @property
    def bound(self) -> float:
        """The share of wrong values is below it, with 95 % certainty."""
        return bound(self.wrong, self.checked)


@dataclass(frozen=True)
class Prospects:
    """The curve of `points`, the largest error first, by so many random `answers`, `wrong` of them not right; the
    `fields`, the most doubtful first; and `seconds` that an answer takes."""

    points: tuple[Prospect, ...]
    answers: int
    wrong: int
    fields: tuple[FieldError, ...]
    seconds: float

    @property
    def answers_per_hour(self) -> int:
        return round(3600 / self.seconds)

    @property
    def best(self) -> Prospect | None:
        """The smallest error that can be promised now."""
        return next((one for one in reversed(self.points) if one.accept is not None), None)

    @property
    def after_an_hour(self) -> Prospect | None:
        """The smallest error that another hour of answers to the random sample makes possible, if they are like these;
        None where it makes none."""
        found = [one for one in self.points if one.more is not None and one.more <= self.answers_per_hour]
        return min(found, key=lambda one: one.error, default=None)


def points_of(known: Sequence[Answers]) -> tuple[Prospect, ...]:
    """What can be promised by the answers on the forms of one job, `known`; all of them must carry it."""
    certainty = 1 - (1 - CERTAINTY) / max(1, len(known))
    found = []
    for error in ERRORS:
        chosen = [(one, choose(one, error, certainty)) for one in known]
        best = [one for _, one in chosen if one is not None]
        if len(best) == len(known) and best:
            strictest = max(best, key=lambda one: one.accept)
            found.append(Prospect(error, strictest.accept, strictest.share))
            continue
        needed = [more_needed(one, error, certainty) for one, choice in chosen if choice is None]
        more = None if None in needed else max((one for one in needed if one is not None), default=None)
        found.append(Prospect(error, None, None, more))
    return tuple(found)
