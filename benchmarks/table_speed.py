"""What a field of a table costs beside a field of its own: the sample registers read both ways.

    python -m benchmarks.table_speed [--rounds 10]

The same pages are read by the sample's template, by the same without its rules, and by a template that has each field
of the table as a field of its own. Each round reads them one after the other, every second round in the other order, in
one process, with the second reader where it is installed. What is told is the least processor time per field, and of
the rounds the median and the middle half of how many times as much it is as that of fields of their own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from extractor.documents import open_pages
from extractor.options import ReadOptions
from extractor.reading import Reader, make_reader
from extractor.recognizer.choice import Recognizers
from extractor.template import Template, load_template
from extractor.values import FailedPage, Page

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PAGES = ("register_01.jpg", "register_02.jpg")


def flat(template: Template) -> Template:
    """The form with each field of its tables as a field of its own, without rules."""
    fields = tuple(one.model_copy(update={"name": one.name.replace(".", "_")}) for one in template.all_fields)
    return template.model_copy(update={"fields": fields, "tables": (), "rules": ()})


def seconds(reader: Reader, pages: Sequence[Page | FailedPage]) -> float:
    """Processor time of reading `pages`."""
    began = time.process_time()
    reader.read(pages)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    template = load_template(SAMPLES / "templates" / "register.yaml")
    pages = [page for name in PAGES for page in open_pages(str(SAMPLES / "scans" / name))]
    ways = {
        "fields of their own": flat(template),
        "a table": template.model_copy(update={"rules": ()}),
        "a table with its rules": template,
    }
    recognizers = Recognizers()
    readers = {name: make_reader((form,), recognizers, ReadOptions()) for name, form in ways.items()}
    took: dict[str, list[float]] = {name: [] for name in ways}
    for reader in readers.values():
        seconds(reader, pages[:1])
    for number in range(rounds):
        for name in list(readers)[:: -1 if number % 2 else 1]:
            took[name].append(seconds(readers[name], pages))
    count = len(template.all_fields) * len(pages)
    first = np.array(took["fields of their own"])
    for name, times in took.items():
        low, middle, high = np.percentile(np.array(times) / first, (25, 50, 75))
        least = f"{1000 * min(times) / count:.2f} ms per field"
        print(f"{name}: {least}, {middle:.2f} times as much ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
