"""The report as one page: PNG or PDF."""

from __future__ import annotations

import io
import textwrap
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from extractor.values import CheckKind
from formdigits.reports.words import bar_name, error_line, interval, percent
from workers.database.review.promises import in_a_sentence
from workers.database.review.report import Report
from workers.job import Job
from workers.review.promise import in_words
from workers.review.prospects import ERRORS, Prospects

INK, SOFT, LINE = "#16201f", "#51605e", "#d5dcdb"
ACCENT, AMBER, RED = "#0f766e", "#e3a53a", "#b3261e"

DPI = 160

STYLE = {
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "text.parse_math": False,  # a field's name may hold a dollar sign
    "pdf.fonttype": 42,
}

LINES_OF_FIELDS = 14

CURVE_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)

_lock = Lock()
"""Matplotlib's settings are those of the whole process."""


def drawn(report: Report, job: Job, ending: Literal["png", "pdf"]) -> bytes:
    """One A4 page."""
    with _lock, mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.27, 11.69), facecolor="white")
        _head(figure, report, job)
        _histogram(figure, report)
        if report.prospects is not None:
            _curve(figure, report.prospects, *_charts(report))
        _fields(figure, report)
        out = io.BytesIO()
        if ending == "pdf":
            FigureCanvasPdf(figure).print_pdf(out, metadata={"Title": f"formdigits report of job {job.id}"})
        else:
            canvas = FigureCanvasAgg(figure)
            figure.set_dpi(DPI)
            canvas.print_png(out)
    return out.getvalue()


def _head(figure: Any, report: Report, job: Job) -> None:
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    begun = datetime.fromtimestamp(job.created, UTC).strftime("%Y-%m-%d %H:%M UTC")
    figure.text(0.08, 0.955, f"Job {job.id}", size=20, weight="bold", va="top")
    counts = report.counts
    figure.text(
        0.08,
        0.925,
        f"{counts.pages:,} pages of {begun}: {counts.read:,} read, {counts.failed:,} failed, "
        f"{counts.unmatched:,} unmatched, {counts.duplicate:,} duplicate. As of {made}.",
        color=SOFT,
        va="top",
    )
    settled = sum(report.outcomes.values())
    changed = settled - report.outcomes[CheckKind.ACCEPT]
    error = report.error
    tiles = (
        (percent(report.straight_share), "read without a person", f"{report.straight:,} of {report.fields:,} fields"),
        (
            f"{settled:,} of {report.review:,}",
            "doubtful fields reviewed",
            f"{changed:,} changed, {settled - changed:,} right",
        ),
        (
            percent(error.share, 2) if error else "not known",
            "of accepted fields wrong",
            f"{interval(error)}, from {error.checked:,} checked" if error else "no sample looked at",
        ),
    )
    for index, (value, name, detail) in enumerate(tiles):
        left = 0.08 + index * 0.29
        figure.text(left, 0.885, value, size=19, weight="bold", color=ACCENT, va="top")
        figure.text(left, 0.853, name, weight="bold", va="top")
        figure.text(left, 0.837, detail, color=SOFT, size=8, va="top")
    told = [f"Error among accepted fields: {error_line(report)}"]
    if report.standing is not None:
        told += [in_words(report.standing.promise), in_a_sentence(report.standing)]
    lines = "\n".join(textwrap.fill(one, 125) for one in told if one)
    figure.text(0.08, 0.808, lines, size=7 if len(told) > 1 else 8, va="top", linespacing=1.4)


def _charts(report: Report) -> tuple[float, float]:
    """Bottom and height of the charts; what was promised stands above them and takes room."""
    return (0.5, 0.24) if report.standing is None else (0.497, 0.195)


def _histogram(figure: Any, report: Report) -> None:
    wide = 0.82 if report.prospects is None else 0.46
    bottom, height = _charts(report)
    axes = figure.add_axes((0.1, bottom, wide, height))
    at = range(len(report.histogram))
    without, review = ([getattr(bar, name) for bar in report.histogram] for name in ("without", "review"))
    axes.bar(at, without, color=ACCENT, label="read without a person", width=0.82)
    axes.bar(at, review, bottom=without, color=AMBER, label="to review", width=0.82)
    for place, (one, other) in enumerate(zip(without, review, strict=True)):
        if one + other:
            axes.text(place, one + other, f"{one + other:,}", ha="center", va="bottom", size=7, color=SOFT)
    axes.set_xticks(at, [bar_name(bar) for bar in report.histogram], rotation=40, ha="right", size=7.5)
    axes.margins(y=0.12)
    axes.tick_params(labelsize=8)
    axes.yaxis.get_major_locator().set_params(integer=True)
    _plain(axes, "Fields by confidence")
    axes.legend(frameon=False, loc="upper left", fontsize=8)


def _curve(figure: Any, prospects: Prospects, bottom: float, height: float) -> None:
    axes = figure.add_axes((0.655, bottom, 0.265, height))
    points = [(100 * one.error, 100 * one.share) for one in prospects.points if one.share is not None]
    axes.plot([x for x, _ in points], [y for _, y in points], color=ACCENT, marker="o", markersize=4)
    axes.set_xscale("log")
    axes.set_xlim(100 * ERRORS[-1], 100 * ERRORS[0])
    axes.set_xticks(CURVE_TICKS, [f"{one:g}" for one in CURVE_TICKS])
    axes.minorticks_off()
    axes.set_ylim(0, 100)
    axes.set_xlabel("% wrong, fewer than", size=8)
    axes.set_ylabel("% that could be accepted", size=8)
    axes.tick_params(labelsize=8)
    axes.grid(color=LINE, linewidth=0.6)
    _plain(axes, "What can be promised")
    if not points:
        needed = min((one.more for one in prospects.points if one.more is not None), default=None)
        told = "Nothing yet." if needed is None else f"Nothing yet: about {needed:,}\nmore answers are needed."
        axes.text(0.5, 0.5, told, transform=axes.transAxes, ha="center", va="center", size=8, color=SOFT)


def _fields(figure: Any, report: Report) -> None:
    some = report.troubles[:LINES_OF_FIELDS]
    height = max(1, len(some)) * 0.022
    axes = figure.add_axes((0.28, 0.40 - height, 0.4, height))
    _plain(axes, "Fields that need people most")
    if not some:
        axes.text(0, 0.5, "None: every field was read without a person.", color=SOFT)
        axes.set_axis_off()
        return
    at = range(len(some))
    shares = [100 * one.review / one.read for one in some]
    axes.barh(at, shares, color=AMBER, height=0.68)
    names = [one.field if len(one.field) <= 30 else one.field[:29] + "…" for one in some]
    axes.set_yticks(at, names, size=8, color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("% to review", size=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.tick_params(axis="y", length=0)
    for place, one in enumerate(some):
        told = f"{one.review:,} of {one.read:,}"
        if one.checked:
            told += f"; of {one.checked:,} checked {one.changed:,} changed"
        axes.text(102, place, told, va="center", size=7, color=RED if one.changed else SOFT)


def _plain(axes: Any, title: str) -> None:
    axes.set_title(title, loc="left", weight="bold", size=11, pad=10)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
