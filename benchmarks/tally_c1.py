"""How many values of the real tally scans (`tally_c1`, measured only, never trained on) are read right.

    python -m benchmarks.tally_c1 [--mistakes]

Blank, dashed and struck cells count as no digit. Both without and with the form's two sums as rules.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.data import needed
from extractor.documents import open_pages
from extractor.reading import Reader
from extractor.recognizer.choice import Recognizers, load_model
from extractor.recognizer.second_reader import second_reader_file
from extractor.template import load_template
from extractor.values import FieldStatus, PageStatus
from training.command import run

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mistakes", action="store_true", help="list every value that was not read right")
    options = parser.parse_args()
    folder = needed("tally_c1")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["pages"]
    template = load_template(ROOT / "samples" / "templates" / "c1_ppwp_2019.yaml")
    pages = [page for entry in truth for page in open_pages(str(folder / entry["file"]))]
    model = load_model()
    plain = template.model_copy(update={"rules": ()})
    ways = [("without rules", plain, False), ("with rules", template, False)]
    if second_reader_file() is not None:
        ways += [("second reader, without rules", plain, True), ("second reader, with rules", template, True)]
    for title, form, second in ways:
        results = Reader((form,), model, second=Recognizers(second=second).second).read(pages)
        right = accepted = wrong = total = 0
        for entry, result in zip(truth, results, strict=True):
            readings = {reading.field: reading for reading in result.readings}
            for name, value in entry["values"].items():
                total += 1
                reading = readings.get(name)
                good = reading is not None and reading.value == str(value)
                took = reading is not None and reading.status is FieldStatus.ACCEPTED
                right += good
                accepted += took
                wrong += took and not good
                if options.mistakes and not good:
                    said = f"{reading.written} = {reading.value} ({reading.confidence:.3f})" if reading else "nothing"
                    print(f"  {entry['file']} {name}: {entry['fields'][name]} read as {said}")
        found = sum(result.status is PageStatus.READ for result in results)
        print(
            f"tally_c1, {title}: {found} of {len(results)} pages registered, {right} of {total} values right "
            f"({right / total:.1%}), {accepted} accepted, {wrong} of those wrong"
        )


if __name__ == "__main__":
    sys.exit(run(main))
