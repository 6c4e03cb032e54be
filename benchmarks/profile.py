"""Where the time of a page goes: processor time per step of the table in ARCHITECTURE.md.

    python -m benchmarks.profile [--second] [--rounds 5]

Two kinds of page: the sample scans with all three templates, and a 300-dpi A4 page of 20 comb fields as in
`benchmarks.page_speed`, both in batches as `formdigits read` takes them. Each step's time is that of the functions in
STEPS, without what other steps take within them; the least of all rounds counts. Processor time on one thread, which
other work on the machine disturbs little. Beside it stands how often a page calls into numpy, OpenCV and other compiled
code, which nothing disturbs.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2

from benchmarks.page_speed import ROOT, filled_page
from extractor.documents import open_pages
from extractor.export import Sink, open_sink
from extractor.reading import Reader
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Recognizers
from extractor.template import load_template
from extractor.values import FailedPage, Page
from training.command import run
from workers.chunk import BATCH, BATCH_PIXELS

STEPS = {
    "register": ("extractor.reading.register", "extractor.reading.read_sheet_codes"),
    "locate": ("extractor.reading.locate_sheet",),
    "segment": (
        "extractor.observation.segment",
        "extractor.recognizer.string_views.writing_of",
        "extractor.segmentation.text_line.Writing.drawn",
    ),
    "recognise": (
        "extractor.recognizer.litert.LitertRecognizer.log_probabilities",
        "extractor.recognizer.litert.LitertCtc.log_probabilities",
    ),
    "decode": ("extractor.reading.decode", "extractor.recognizer.string_views.best_transcripts"),
    "second opinion": ("extractor.reading.second_opinions",),
    "check": ("extractor.reading.apply_rules",),
}
"""The functions of each step where they are called. Opening and writing are called here; what is left is the reader's
own."""

TEMPLATES = ROOT / "samples" / "templates"


class Stopwatch:
    """Processor time by step, in seconds; a step within another counts for itself alone."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._steps: list[str] = []
        self._since = 0.0

    @contextmanager
    def on(self, step: str) -> Iterator[None]:
        """Counts the time inside the block for `step`."""
        self._turn()
        self._steps.append(step)
        try:
            yield
        finally:
            self._turn()
            self._steps.pop()

    def _turn(self) -> None:
        now = time.process_time()
        if self._steps:
            self.spent[self._steps[-1]] += now - self._since
        self._since = now

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, whose time counts for `step`."""

        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self.on(step):
                return function(*args, **kwargs)

        return wrapper


def found(name: str) -> Any:
    """What is called `name`, with its module and class before it."""
    module, _, rest = name.rpartition(".")
    if module in sys.modules:
        return getattr(sys.modules[module], rest)
    return getattr(found(module), rest)


def pixels_of(pages: Sequence[Page | FailedPage]) -> int:
    """How many pixels the pages have together."""
    return sum(page.image.size for page in pages if isinstance(page, Page))


def read_all(files: Sequence[str], reader: Reader, sink: Sink, watch: Stopwatch) -> int:
    """Reads and writes every page of `files`, and gives how many there were."""
    pages: list[Page | FailedPage] = []
    count = 0
    for number, file in enumerate(files, 1):
        with watch.on("open"):
            pages += list(open_pages(file))
        if len(pages) >= BATCH or pixels_of(pages) >= BATCH_PIXELS or number == len(files):
            with watch.on("the rest"):
                results = reader.read(pages)
            with watch.on("write"):
                for result in results:
                    sink.write(result)
            count += len(pages)
            pages.clear()
    return count


def measure(title: str, files: Sequence[str], reader: Reader, rounds: int) -> None:
    """Prints the table of one kind of page."""
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, open_sink(Path(folder) / "out.csv", fields=reader.fields) as sink:
        count = read_all(files, reader, sink, Stopwatch())  # Warms up.
        for _ in range(rounds):
            watch = Stopwatch()
            with ExitStack() as stack:
                for step, names in STEPS.items():
                    for name in names:
                        stack.enter_context(patch(name, watch.timed(step, found(name))))
                read_all(files, reader, sink, watch)
            best = {step: min(spent, best.get(step, spent)) for step, spent in watch.spent.items()}
        profiler = cProfile.Profile()
        profiler.runcall(read_all, files, reader, sink, Stopwatch())
    calls: dict[bool, int] = defaultdict(int)
    for (file, _, _), (_, number, *_) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        calls[file == "~"] += number
    total = sum(best.values())
    print(f"{title}: {count} pages, {total / count * 1000:.1f} ms each")
    for step in ("open", *STEPS, "write", "the rest"):
        spent = best.get(step, 0.0)
        print(f"  {step:15}{spent / count * 1000:8.1f} ms {spent / total:6.1%}")
    print(f"  calls per page: {calls[False] / count:,.0f} of Python, {calls[True] / count:,.0f} of compiled code")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--second", action="store_true", help="with the second reader")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    recognizers = Recognizers(second=options.second)
    forms = {path.stem: load_template(path) for path in sorted(TEMPLATES.glob("*.yaml"))}

    def reader(*names: str) -> Reader:
        own = [forms[name] for name in names]
        return Reader(own, recognizers.of(SHIPPED), second=recognizers.second)

    scans = [str(path) for path in sorted((ROOT / "samples" / "scans").iterdir())]
    measure("sample scans", scans, reader("tally", "expenses", "register"), options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        page = str(Path(folder) / "page.jpg")
        cv2.imwrite(page, cv2.cvtColor(filled_page(), cv2.COLOR_GRAY2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
        measure("300-dpi A4, 20 combs", [page] * BATCH, reader("tally"), options.rounds)


if __name__ == "__main__":
    sys.exit(run(main))
