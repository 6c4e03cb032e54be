"""The report's figures as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from extractor.values import CheckKind
from formdigits.messages import counted
from workers.database.review.promises import in_a_sentence
from workers.database.review.report import Bar, Report
from workers.review.interval import Rate
from workers.review.promise import in_words
from workers.review.prospects import Prospect, Prospects
from workers.review.thresholds import bound


def percent(share: float, places: int = 1) -> str:
    """`98.5 %`; rounded towards the middle, so that only all of it is 100 % and only none of it 0 %."""
    scale = 10**places
    rounded = round(share * 100 * scale)
    if share < 1:
        rounded = min(rounded, 100 * scale - 1)
    if share > 0:
        rounded = max(rounded, 1)
    return f"{rounded / scale:.{places}f} %"


def interval(rate: Rate) -> str:
    """`0.2 % to 1.9 %`: the bounds rounded outwards."""
    low, high = math.floor(rate.low * 1000) / 10, min(100.0, math.ceil(rate.high * 1000) / 10)
    return f"{low:.1f} % to {high:.1f} %"


def bar_name(bar: Bar) -> str:
    """`90–95 %`."""
    if bar.high == 1:
        return f"{bar.low * 100:g} % and more"
    return f"{bar.low * 100:g}–{bar.high * 100:g} %"


def error_line(report: Report) -> str:
    """What is known of the error among accepted fields, in a sentence."""
    if report.plan is None or not report.plan.sampled:
        return "Not measured: no accepted field is in the sample. Begin the review with a sample to know."
    if report.error is None:
        return f"Not measured yet: nobody has looked at the sample of {report.plan.sampled:,} accepted fields."
    rate = report.error
    share = "no error" if not rate.errors else f"{rate.errors:,} wrong ({percent(rate.share)})"
    return (
        f"{share} among {rate.checked:,} of {report.plan.sampled:,} sampled accepted fields; the true rate is "
        f"{interval(rate)} with 95 % confidence."
    )


def prospect_line(one: Prospect) -> str:
    """`accepted from 96.5 % on, 81.2 % of the fields`, or how many more answers that would take."""
    if one.accept is not None and one.share is not None:
        return f"accepted from {one.accept * 100:.4g} % on: {percent(one.share)} of the fields"
    if one.more is None:
        return "no number of answers like these would do"
    return f"about {counted(one.more, 'more answer')}"


def hour_line(prospects: Prospects) -> str:
    """What the next hour of review would buy."""
    hour = (
        f"The next hour of review is about {prospects.answers_per_hour:,} answers ({prospects.seconds:.2g} s each). "
        "Spent on the sample of accepted fields"
    )
    after = prospects.after_an_hour
    if after is not None:
        return f"{hour}, it would let promise fewer than {after.error * 100:g} % wrong, if they are like these."
    answers = prospects.answers + prospects.answers_per_hour
    wrong = math.ceil(prospects.wrong * answers / prospects.answers) if prospects.answers else 0
    now, then = (bound(*one) for one in ((prospects.wrong, prospects.answers), (wrong, answers)))
    return (
        f"{hour}, it would bring what can be said of all accepted fields from {percent(now, 2)} to {percent(then, 2)}."
    )


def prospect_lines(prospects: Prospects) -> Iterator[str]:
    """What can be promised on the job's forms, as a table for a terminal."""
    yield (
        f"What can be promised with 95 % certainty, by {counted(prospects.answers, 'random answer')} on these forms, "
        f"{prospects.wrong:,} of them not right:"
    )
    for one in prospects.points:
        yield f"  fewer than {one.error * 100:g} % wrong: {prospect_line(one)}"
    yield hour_line(prospects)
    for field in prospects.fields[:10]:
        if field.checked:
            yield (
                f"  {field.field}: {percent(field.accepted / field.read)} accepted; {field.wrong:,} of "
                f"{field.checked:,} random ones wrong, fewer than {percent(field.bound)} of all"
            )


def lines(report: Report) -> Iterator[str]:
    """The whole report as text, for a terminal."""
    counts = report.counts
    yield (
        f"Pages: {counts.pages:,} in all, {counts.read:,} read, {counts.failed:,} failed, "
        f"{counts.unmatched:,} unmatched."
    )
    yield (
        f"Read without a person: {percent(report.straight_share)} ({report.straight:,} of {report.fields:,} fields); "
        f"{report.review:,} to review."
    )
    if report.plan is not None:
        settled = sum(report.outcomes.values())
        kept, changed = report.outcomes[CheckKind.ACCEPT], settled - report.outcomes[CheckKind.ACCEPT]
        of = f"{settled:,} of {report.plan.doubtful:,} doubtful fields"
        yield f"Reviewed: {of}; {kept:,} were right, {changed:,} changed."
    if report.mended:
        yield f"Mended beside the review: {counted(report.mended, 'field')}."
    yield f"Error among accepted fields: {error_line(report)}"
    if report.standing is not None:
        yield in_words(report.standing.promise)
        if report.standing.is_flagged:
            yield in_a_sentence(report.standing)
    if report.prospects is not None:
        yield from prospect_lines(report.prospects)
    if report.troubles:
        yield "Fields that need people most:"
    for one in report.troubles[:10]:
        changed_of = f"; {one.changed:,} of {one.checked:,} checked were changed" if one.checked else ""
        yield f"  {one.field}: {one.review:,} of {one.read:,} to review{changed_of}"
