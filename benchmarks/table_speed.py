"""What a field of a table costs beside a field of its own: the sample registers read both ways.

    python -m benchmarks.table_speed [--rounds 5]

The same pages are read by the sample's template, by the same without its rules, and by a template that has each field
of the table as a field of its own. The least processor time per field of all rounds, interleaved, in one process, with
the second reader where it is installed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

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
    parser.add_argument("--rounds", type=int, default=5)
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
    for _ in range(rounds):
        for name, reader in readers.items():
            took[name].append(seconds(reader, pages))
    count = len(template.all_fields) * len(pages)
    first = min(took["fields of their own"])
    for name, times in took.items():
        least = min(times)
        print(f"{name}: {1000 * least / count:.2f} ms per field, {least / first:.2f} times as much")


if __name__ == "__main__":
    main()
