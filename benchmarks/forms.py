"""How well forms are read that nobody has seen before: from a blank form, or a pile of filled ones, to numbers.

    python -m benchmarks.forms [--mistakes] [--only NAME]

Templates are made by `formdigits template new` as a user makes them; what the user then writes into them (names, the
form's sums) is in `benchmarks/names`. All data is real but `samples`, and none was trained on:

- `tally_photos`: 3 phone photographs, a template from each of the 5 blank designs beside them, all given at once;
  with names alone, and with the form's sums as rules as well;
- `tally_poses`: one form in five poses, template made of the third;
- `tally_c1`: 13 scans; the hand-made template, and one made of the 13 filled pages alone, with the form's two sums;
- `tally_lowres`: 3 scans of some 50 dpi, template made of these three filled pages (`--dropout`: its boxes are yellow),
  as they are and smaller still;
- `nist_hsf`: no template at all;
- `samples`: every page also turned and scaled, against its readings as it is.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from benchmarks.data import DATA, first_page, needed
from benchmarks.registration import turned
from extractor.documents import open_pages
from extractor.ink import as_gray
from extractor.reading import Reader
from extractor.recognizer.choice import Model, load_model
from extractor.registration import register
from extractor.template import Rule, Template, TemplateField, load_template
from extractor.template.rule import parse_rule
from extractor.values import FieldStatus, Gray, Page, PageResult, PageStatus
from formdigits.actions.template import make
from training.command import run

ROOT = Path(__file__).resolve().parents[1]
NAMES = Path(__file__).parent / "names"
TEMPLATES = ROOT / "samples" / "templates"


@dataclass(frozen=True)
class Bench:
    """What all parts need: the model, a folder for the templates made, and whether to list mistakes."""

    model: Model
    folder: Path
    mistakes: bool

    def read(self, forms: Sequence[Template], pages: Sequence[Page]) -> list[PageResult]:
        return Reader(forms, self.model, finding=not forms).read(pages)

    def new(self, files: Sequence[Path], name: str, *, dropout: bool = False) -> Template:
        """A template by `formdigits template new`."""
        path = self.folder / f"{name}.yaml"
        make([str(file) for file in files], str(path), None, 200, 1, everything=False, dropout=dropout)
        return load_template(path)

    def report(self, what: str, results: Sequence[PageResult], truth: Sequence[Mapping[str, str]]) -> None:
        """Fields right, accepted and wrong; a struck or empty cell counts as no digit."""
        right = accepted = wrong = total = 0
        for result, values in zip(results, truth, strict=True):
            readings = {reading.field: reading for reading in result.readings}
            for name, value in values.items():
                reading = readings.get(name)
                good = reading is not None and plain(reading.value) == plain(value)
                took = reading is not None and reading.status in (FieldStatus.ACCEPTED, FieldStatus.BLANK)
                total, right, accepted, wrong = total + 1, right + good, accepted + took, wrong + (took and not good)
                if self.mistakes and not good:
                    said = f"{reading.written} = {reading.value} ({reading.confidence:.3f})" if reading else "nothing"
                    print(f"  {Path(result.file).name} {name}: {value} read as {said}")
        found = sum(result.status is PageStatus.READ for result in results)
        print(
            f"{what}: {found} of {len(results)} pages registered, {right} of {total} fields right "
            f"({right / total:.1%}), {accepted} accepted, {wrong} of those wrong",
            flush=True,
        )


@dataclass(frozen=True)
class NamedPage:
    """A picture, the form of which `design` it shows, and by field what is written in it, cell by cell."""

    file: Path
    design: str
    truth: Mapping[str, str]


def plain(value: str) -> str:
    """The number that a field's cells say; empty for none."""
    digits = "".join(c for c in value if c.isdigit())
    return str(int(digits)) if digits else ""


def named(template: Template, middles: Mapping[str, tuple[float, float]], **more: Any) -> Template:
    """`template` with only the fields that lie at `middles`, in its units, named so; each must be there."""
    fields = []
    for name, (x, y) in middles.items():
        here = [f for f in template.fields if f.box.left < x < f.box.right and f.box.top < y < f.box.bottom]
        if len(here) != 1:
            print(f"  {template.form}: {len(here)} fields found where {name} is")
            continue
        fields.append(here[0].model_copy(update={"name": name, **more}))
    return template.model_copy(update={"fields": tuple(fields)})


def on_page(template: Template, shares: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Places given as shares of the page's width and height, in units of the template."""
    return {name: (x * template.page.width, y * template.page.height) for name, (x, y) in shares.items()}


def with_rules(template: Template, rules: Sequence[str]) -> Template:
    known = {field.name for field in template.fields}
    parsed: list[Rule] = [rule for rule in map(parse_rule, rules) if known.issuperset(rule.names)]
    return template.model_copy(update={"rules": tuple(parsed)})


def named_photos(bench: Bench) -> tuple[dict[str, Template], dict[str, tuple[str, ...]], list[NamedPage]]:
    """The templates of the five designs of `tally_photos`, named; the sums that some have, by design; the pages."""
    folder = needed("tally_photos")
    names = yaml.safe_load((NAMES / "tally_photos.yaml").read_text(encoding="utf-8"))
    entries = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["pages"]
    forms = {file.stem: bench.new([file], file.stem) for file in sorted((folder / "blank").glob("*.png"))}
    rules: dict[str, tuple[str, ...]] = {}
    pages: list[NamedPage] = []
    for entry in entries:
        own = names[Path(entry["file"]).name]
        forms[own["design"]] = named(forms[own["design"]], own["fields"])
        rules[own["design"]] = tuple(own["rules"])
        keys = [row["row"].replace(".", "_") for row in entry["fields"]]
        keys = [f"_{key}" if key[0].isdigit() else key for key in keys]
        rows = zip(keys, entry["fields"], strict=True)
        truth = {f"{key}_{i}": cell for key, row in rows for i, cell in enumerate(row["cells"], 1)}
        pages.append(NamedPage(folder / entry["file"], own["design"], truth))
    return forms, rules, pages


def named_poses(bench: Bench) -> tuple[Template, tuple[str, ...], list[NamedPage]]:
    """The template made of the third pose of `tally_poses`, named; its sums; the poses."""
    folder = needed("tally_poses") / "photos"
    names = yaml.safe_load((NAMES / "tally_poses.yaml").read_text(encoding="utf-8"))
    cells = json.loads((folder.parent / "truth.json").read_text(encoding="utf-8"))["photos"]["cells"]
    made = bench.new([folder / "3.jpg"], "poses")
    truth = {name: cells[name] for name in names["fields"]}
    pages = [NamedPage(file, "poses", truth) for file in sorted(folder.glob("*.jpg"))]
    return named(made, on_page(made, names["fields"])), tuple(names["rules"]), pages


def tally_photos(bench: Bench) -> None:
    forms, rules, photos = named_photos(bench)
    ruled = {design: with_rules(form, rules.get(design, ())) for design, form in forms.items()}
    pages, truth = [first_page(photo.file) for photo in photos], [photo.truth for photo in photos]
    for what, given in (("names only", forms), ("with the sums", ruled)):
        results = bench.read(list(given.values()), pages)
        pairs = zip(results, photos, strict=True)
        results = [r if r.form == photo.design else replace(r, readings=()) for r, photo in pairs]
        bench.report(f"tally_photos, {what}", results, truth)


def tally_poses(bench: Bench) -> None:
    form, rules, photos = named_poses(bench)
    pages, truth = [first_page(photo.file) for photo in photos], [photo.truth for photo in photos]
    bench.report("tally_poses, names only", bench.read([form], pages), truth)
    results = bench.read([with_rules(form, rules)], pages)
    bench.report("tally_poses, with the sums", results, truth)
    held = sum(all(rule.outcome in ("confirmed", "chosen") for rule in result.rules) for result in results)
    print(f"  both sums hold on {held} of {len(results)} poses")


def tally_c1(bench: Bench) -> None:
    folder = needed("tally_c1")
    entries = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["pages"]
    hand = load_template(TEMPLATES / "c1_ppwp_2019.yaml")
    pages = [first_page(folder / entry["file"]) for entry in entries]
    made = bench.new([folder / entry["file"] for entry in entries], "c1")
    where = register(first_page(Path(str(made.reference_path))).image, [hand])
    if where is None:
        raise SystemExit("The form made of the filled pages is not like the hand-made template.")
    # The hand-made template says which found field is which, as somebody who renames them would.
    picture = np.diag((made.page.width, made.page.height, 1.0)) @ np.linalg.inv(_size(made))
    middles = {field.name: _moved(picture @ where.matrix, field) for field in hand.fields}
    own = named(made, middles)
    formats = {field.name: field.format for field in hand.fields}
    own = own.model_copy(update={"fields": tuple(f.model_copy(update={"format": formats[f.name]}) for f in own.fields)})
    print(f"tally_c1: {len(own.fields)} of {len(hand.fields)} fields found on the form made of the filled pages")
    truth = [{name: str(value) for name, value in entry["values"].items()} for entry in entries]
    for what, form in (("hand-made template", hand), ("template made of the filled pages", own)):
        bench.report(f"tally_c1, {what}, no rules", bench.read([form.model_copy(update={"rules": ()})], pages), truth)
        results = bench.read([form.model_copy(update={"rules": hand.rules})], pages)
        bench.report(f"tally_c1, {what}, with the sums", results, truth)
        for entry, result in zip(entries, results, strict=True):
            broken = [rule.rule for rule in result.rules if rule.outcome == "broken"]
            if broken or not entry["sums_agree"]:
                wrote = "its writer was wrong" if not entry["sums_agree"] else "its writer was right"
                print(f"  {entry['file']}, where {wrote}, breaks: {'; '.join(broken) or 'no rule'}")


def _size(template: Template) -> np.ndarray:
    picture = first_page(Path(str(template.reference_path))).image
    return np.diag((picture.shape[1], picture.shape[0], 1.0))


def _moved(matrix: np.ndarray, field: TemplateField) -> tuple[float, float]:
    box = field.box
    x, y, w = matrix @ (box.left + box.width / 2, box.top + box.height / 2, 1.0)
    return float(x / w), float(y / w)


def tally_lowres(bench: Bench) -> None:
    folder = needed("tally_lowres")
    names = yaml.safe_load((NAMES / "tally_lowres.yaml").read_text(encoding="utf-8"))
    entries = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["pages"]
    made = bench.new([folder / entry["file"] for entry in entries], "acta", dropout=True)
    form = named(made, on_page(made, names["fields"]))
    pages = [first_page(folder / entry["file"]) for entry in entries]
    truth = [entry["fields"] for entry in entries]
    bench.report("tally_lowres, names only", bench.read([form], pages), truth)
    bench.report("tally_lowres, with the sums", bench.read([with_rules(form, names["rules"])], pages), truth)
    for percent in (80, 60):
        smaller = [replace(page, image=_shrunk(page.image, percent / 100)) for page in pages]
        bench.report(f"tally_lowres at {percent} %, names only", bench.read([form], smaller), truth)


def _shrunk(image: Gray, scale: float) -> Gray:
    return as_gray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def nist_hsf(bench: Bench) -> None:
    folder = needed("nist_hsf")
    for name, entries in json.loads((folder / "truth.json").read_text(encoding="utf-8"))["pages"].items():
        (result,) = bench.read([], [first_page(folder / f"{name}.png")])
        left = list(result.readings)
        found = right = 0
        for entry in entries:
            x, y, w, h = entry["box"]
            for reading in left:
                a, b, c, d = reading.box
                shared = max(0, min(x + w, a + c) - max(x, a)) * max(0, min(y + h, b + d) - max(y, b))
                if shared > 0.6 * (w * h + c * d - shared):
                    found, right = found + 1, right + (reading.value == entry["written"])
                    left.remove(reading)
                    break
        print(f"nist_hsf, no template: {found} of {len(entries)} digit fields found, {len(left)} false, {right} right")


def samples(bench: Bench) -> None:
    forms = [load_template(TEMPLATES / f"{name}.yaml") for name in ("tally", "expenses", "register")]
    pages = [
        replace(one, file=f"{file.name}, page {one.number}")
        for file in sorted((ROOT / "samples" / "scans").iterdir())
        for one in open_pages(str(file))
        if isinstance(one, Page)
    ]
    before = bench.read(forms, pages)
    for degrees, scale in ((90, 1.0), (180, 1.0), (270, 1.0), (7, 1.0), (0, 0.5), (0, 2.0)):
        same = total = wrong = 0
        for one, upright in zip(pages, before, strict=True):
            (now,) = bench.read(forms, [Page(one.file, 1, turned(one.image, degrees, scale)[0])])
            readings = {reading.field: reading for reading in now.readings}
            for reading in upright.readings:
                other = readings.get(reading.field)
                good = other is not None and other.value == reading.value
                total, same = total + 1, same + good
                wrong += other is not None and not good and other.status is FieldStatus.ACCEPTED
                if bench.mistakes and not good:
                    said = f"{other.written} ({other.confidence:.3f})" if other else "nothing"
                    print(f"  {one.file} {reading.field}: {reading.written} ({reading.confidence:.3f}) now {said}")
        print(
            f"samples, turned by {degrees}, scaled by {scale:g}: {same} of {total} fields read as before, "
            f"{wrong} others accepted",
            flush=True,
        )


PARTS: dict[str, Callable[[Bench], None]] = {
    "tally_photos": tally_photos,
    "tally_poses": tally_poses,
    "tally_c1": tally_c1,
    "tally_lowres": tally_lowres,
    "nist_hsf": nist_hsf,
    "samples": samples,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mistakes", action="store_true", help="list every field that was not read right")
    parser.add_argument("--only", action="append", choices=tuple(PARTS), help="measure this part; may be repeated")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(load_model(), Path(folder), options.mistakes)
        for name, part in PARTS.items():
            if options.only and name not in options.only:
                continue
            if name != "samples" and not DATA.is_dir():
                print(f"{name}: no data at {DATA}; set FORMDIGITS_DATA to measure on real pages")
                continue
            part(bench)


if __name__ == "__main__":
    sys.exit(run(main))
