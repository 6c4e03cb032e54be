"""What was promised of a job's accepted fields, on what evidence, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Promise:
    """That less than `asked` of what is accepted is wrong, with 95 % certainty, where it is `held`: then readings are
    accepted from `accept` on. Where the answers could not carry it, `accept` is what it is without, and so many `more`
    random answers would (None: no number would).

    It rests on `answers` of fields drawn at random, of which `wrong` were not right, and on `others`, the doubtful ones
    that would be accepted by it; from so many `jobs`. `share` of the readings with a value would be accepted. `spread`
    are the shares of those readings by confidence, between the steps of `workers.review.spread.STEPS`. Of several
    forms, `form` is the one that decided. `elsewhere` are random answers that do not count, since another version of
    the model, or of the template, had read what was answered.
    """

    asked: float
    held: bool
    accept: float
    share: float = 0.0
    answers: int = 0
    wrong: int = 0
    others: int = 0
    jobs: int = 0
    more: int | None = None
    spread: tuple[float, ...] = ()
    form: str = ""
    elsewhere: int = 0

    def to_dict(self) -> dict[str, Any]:
        """A plain tree; `from_dict` is its inverse."""
        return asdict(self) | {"spread": list(self.spread)}

    @staticmethod
    def from_dict(tree: Mapping[str, Any]) -> Promise:
        return Promise(**{**tree, "spread": tuple(tree["spread"])})


def in_words(promise: Promise) -> str:
    """The promise in a sentence or two, as people are told it."""
    asked, accept = f"{promise.asked * 100:g} %", f"{promise.accept * 100:.4g} %"
    form = f"the form {promise.form}" if promise.form else "this form"
    evidence = (
        f"{promise.answers:,} random answers on {form}, {promise.wrong:,} of them not right"
        if promise.answers
        else f"no random answers on {form}"
    )
    if promise.elsewhere:
        evidence += f" ({promise.elsewhere:,} more do not count: another version of model or template read those)"
    if promise.held:
        others = f", and {promise.others:,} answers to doubtful fields" if promise.others else ""
        return (
            f"Fewer than {asked} of the accepted fields are wrong, with 95 % certainty: accepted from {accept} on, "
            f"by {evidence}{others}."
        )
    if promise.more is None:
        way = "more answers would not change that; ask for less, or see which fields are wrong"
    else:
        way = (
            f"about {promise.more:,} more would, if they are like these"
            if promise.answers
            else (f"at least {promise.more:,} are needed: begin a review with a sample of the accepted fields")
        )
    return (
        f"Fewer than {asked} wrong cannot be promised: there are {evidence}; {way}. Accepted from {accept} on, without "
        "a promise."
    )
