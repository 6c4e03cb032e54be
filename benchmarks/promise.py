"""Whether promises of `--max-error` are kept: jobs drawn from what was reported of real fields of known contents.

    python -m benchmarks.promise [--draws 1000] [--cache FILE]

A job is 5,000 fields drawn with replacement from one of `cheque_amounts`, `photo_strings`, `pen_strings` and the forms
of `benchmarks.forms` (with their sums), or of all four in equal parts. Of its fields 300, 600 or 1,200 are answered,
drawn at random. Told are: how often there was a promise; how often it was broken, which is that the share of wrong ones
among the accepted that nobody looked at reached it; and what was accepted, against the most that could have been
accepted at that error by whoever had known all (`of best`). Where no promise was made, the middle of how many more
answers were asked for.

Beside that: answers as a review gives them (all doubtful fields of one job, and so many drawn from the accepted ones)
for a promise of the next job; and how often a job is flagged whose second half is another set, once 200 of its answers
are in, with what is really wrong then.

The readings are kept in the file that --cache names, and taken from there if it is there: give another for other
networks.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.reported import Reported, reported
from training.command import run
from workers.database.review.promises import COMPARED_PARTS
from workers.review.spread import OTHERWISE, STEPS, population_stability
from workers.review.thresholds import Answers, choose, more_needed, surely_above

FIELDS = 5_000
ERRORS = (0.02, 0.01, 0.005)
ANSWERS = (300, 600, 1_200)
ACCEPTED_FROM = 0.99
CHECKED = 200
PART = 5_000

NO_STEPS = np.zeros(0)
NONE = np.zeros(0, np.int64)


class Drawn(NamedTuple):
    """What became of one job: the share accepted (0 without a promise), whether it was broken, the most that hindsight
    could have accepted, and how many more answers were asked for (-1: no number would do)."""

    share: float
    broken: bool
    best: float
    more: int


def job_of(known: Reported, fields: int, rng: np.random.Generator) -> Reported:
    """So many fields of the set."""
    at = rng.integers(0, len(known.wrong), fields)
    return Reported(known.confidence[at], known.wrong[at])


def mixture(sets: dict[str, Reported], rng: np.random.Generator) -> Reported:
    """All sets in equal parts."""
    parts = [job_of(one, PART, rng) for one in sets.values()]
    return Reported(np.concatenate([one.confidence for one in parts]), np.concatenate([one.wrong for one in parts]))


def at_random(job: Reported, chosen: np.ndarray) -> Answers:
    """Answers to the fields at `chosen`, which were drawn from all of the job's."""
    order = chosen[np.argsort(-job.confidence[chosen], kind="stable")]
    return Answers(0.0, job.confidence[order], job.wrong[order], NO_STEPS, NONE, NONE, NO_STEPS, 1.0)


def as_reviewed(job: Reported, answers: int, rng: np.random.Generator) -> Answers:
    """All doubtful fields of the job answered, and so many of the accepted ones."""
    sure = np.flatnonzero(job.confidence >= ACCEPTED_FROM)
    order = rng.permutation(sure)[:answers]
    order = order[np.argsort(-job.confidence[order], kind="stable")]
    steps = np.array([step for step in STEPS if step < ACCEPTED_FROM])
    doubtful = job.confidence < ACCEPTED_FROM
    there = [doubtful & (job.confidence >= step) for step in steps]
    whole, wrong = (np.array([(one & what).sum() for one in there]) for what in (doubtful, job.wrong))
    below = whole / np.maximum(1, whole + len(sure))
    return Answers(
        ACCEPTED_FROM,
        job.confidence[order],
        job.wrong[order],
        steps,
        whole,
        wrong,
        below,
        len(sure) / len(job.wrong),
    )


def judged(answers: Answers, error: float, job: Reported, looked_at: np.ndarray) -> Drawn:
    """What the promise is worth on `job`, of which the fields at `looked_at` are answered."""
    order = np.argsort(-job.confidence, kind="stable")
    rates = np.cumsum(job.wrong[order]) / np.arange(1, len(order) + 1)
    below = np.flatnonzero(rates < error)
    best = (below[-1] + 1) / len(order) if len(below) else 0.0
    chosen = choose(answers, error)
    if chosen is None:
        more = more_needed(answers, error)
        return Drawn(0.0, broken=False, best=best, more=-1 if more is None else more)
    accepted = job.confidence >= chosen.accept
    unseen = accepted.copy()
    unseen[looked_at] = False
    return Drawn(float(accepted.mean()), bool(job.wrong[unseen].mean() >= error), best, 0)


def told(found: list[Drawn]) -> str:
    made = [one for one in found if one.share]
    without = [one.more for one in found if not one.share and one.more >= 0]
    worth = f"{np.mean([one.share / one.best for one in made]):.2f} of best" if made else "-"
    more = f", else {np.median(without):.0f} more" if without else ""
    broken = sum(one.broken for one in found) / len(found)
    return f"promised {len(made) / len(found):4.0%}, broken {broken:5.1%}, {worth}{more}"


def tell_promises(sets: dict[str, Reported], draws: int, rng: np.random.Generator) -> None:
    print("random answers in the job itself")
    for name, known in sets.items():
        for error in ERRORS:
            for answers in ANSWERS:
                found = []
                for _ in range(draws):
                    job = job_of(known, FIELDS, rng)
                    chosen = rng.permutation(FIELDS)[:answers]
                    found.append(judged(at_random(job, chosen), error, job, chosen))
                print(f"{name}, {error:.1%}, {answers} answers: {told(found)}", flush=True)
    print("a review of one job, a promise of the next")
    for name, known in sets.items():
        for error in ERRORS:
            found = []
            for _ in range(max(1, draws // 5)):
                before = as_reviewed(job_of(known, FIELDS, rng), ANSWERS[1], rng)
                found.append(judged(before, error, job_of(known, FIELDS, rng), NONE))
            print(f"{name}, {error:.1%}, {ANSWERS[1]} answers: {told(found)}", flush=True)


def counts_of(confidence: np.ndarray) -> list[int]:
    """How many fields lie between the steps."""
    places = (confidence[:, None] < np.array(STEPS)[None]).sum(axis=1)
    return [int(count) for count in np.bincount(places, minlength=len(STEPS) + 1)]


def flagged(
    promised: Answers, spread: list[float], error: float, job: Reported, rng: np.random.Generator
) -> bool | None:
    """Whether the job is flagged once `CHECKED` of its answers are in; None where nothing was promised."""
    chosen = choose(promised, error)
    if chosen is None:
        return None
    accepted = np.flatnonzero(job.confidence >= chosen.accept)
    wrong = int(job.wrong[rng.permutation(accepted)[:CHECKED]].sum())
    parts = np.array_split(job.confidence, COMPARED_PARTS)
    changed = max(population_stability(spread, counts_of(part)) for part in parts)
    return surely_above(wrong, min(CHECKED, len(accepted)), error) or changed > OTHERWISE


def shifts(sets: dict[str, Reported]) -> Iterator[tuple[str, str]]:
    yield from ((one, other) for one in sets for other in sets)


def tell_shifts(sets: dict[str, Reported], draws: int, rng: np.random.Generator) -> None:
    print(f"the second half is another set, {CHECKED} answers, promised 2 %")
    for one, other in shifts(sets):
        found, wrong = [], []
        for _ in range(max(1, draws // 5)):
            known = job_of(sets[one], FIELDS, rng)
            answers = at_random(known, rng.permutation(FIELDS)[: ANSWERS[-1]])
            halves = job_of(sets[one], FIELDS // 2, rng), job_of(sets[other], FIELDS // 2, rng)
            job = Reported(
                *(np.concatenate(pair) for pair in zip(*(vars(half).values() for half in halves), strict=True))
            )
            spread = [count / FIELDS for count in counts_of(known.confidence)]
            found.append(flagged(answers, spread, ERRORS[0], job, rng))
            chosen = choose(answers, ERRORS[0])
            wrong += [] if chosen is None else [job.wrong[job.confidence >= chosen.accept].mean()]
        made = [one for one in found if one is not None]
        if made:
            print(f"{one}, then {other}: flagged {np.mean(made):.1%}; really wrong {np.mean(wrong):.2%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000, help="jobs that are drawn for each line")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    rng = np.random.default_rng(23)
    sets = reported(options.cache)
    for name, one in sets.items():
        sure = one.confidence >= ACCEPTED_FROM
        print(f"{name}: {len(sure)} fields, {one.wrong.mean():.1%} wrong, {sure.mean():.0%} accepted from 99 % on")
    tell_promises(sets | {"all in equal parts": mixture(sets, rng)}, options.draws, rng)
    tell_shifts(sets, options.draws, rng)


if __name__ == "__main__":
    sys.exit(run(main))
