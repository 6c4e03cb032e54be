"""The report's figures as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from extractor.values import CheckKind
from formdigits.messages import counted
from workers.database.review.report import Bar, Report
from workers.review.interval import Rate


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
    if report.troubles:
        yield "Fields that need people most:"
    for one in report.troubles[:10]:
        changed_of = f"; {one.changed:,} of {one.checked:,} checked were changed" if one.checked else ""
        yield f"  {one.field}: {one.review:,} of {one.read:,} to review{changed_of}"
