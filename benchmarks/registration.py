"""How many pages are registered, by which means, and what that costs beside merely decoding the page.

    python -m benchmarks.registration [--speed]

Templates are made here as `formdigits template new` makes them: from the 13 filled tally_c1 pages, from the blank
designs of tally_photos, from one pose of tally_poses. A page counts as registered rightly when its form is the right
one and, where the truth is known (turned samples), no field's corner is off by more than a quarter of a cell.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.data import DATA, first_page
from benchmarks.page_speed import filled_page
from extractor.documents import open_pages
from extractor.reference import blank_form, draft_template
from extractor.registration import Registration, register
from extractor.template import Landmarks, Template, load_template, template_yaml
from extractor.values import Gray, Page, Points

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "samples" / "templates"
ROUNDS = 9


def pictures(folder: Path) -> dict[str, Gray]:
    """Every page of every picture below `folder`, by file name."""
    found = {}
    for file in sorted(p for p in folder.iterdir() if p.suffix in (".png", ".jpg", ".jpeg")):
        for one in open_pages(str(file)):
            assert isinstance(one, Page)
            found[file.name] = one.image
    return found


def made(copies: Sequence[Gray], name: str, folder: Path) -> Template:
    """A template made of `copies`, saved in `folder` and read back."""
    blank = blank_form(copies)
    cv2.imwrite(str(folder / f"{name}.png"), blank.image)
    drafted = draft_template(blank.image, name, f"{name}.png", dpi=200)
    if drafted.template is None:
        raise SystemExit(f"No fields were found on {name}.")
    (folder / f"{name}.yaml").write_text(template_yaml(drafted.template), encoding="utf-8")
    return load_template(folder / f"{name}.yaml")


def report(what: str, found: dict[str, Registration | None]) -> None:
    fits = [one.fit for one in found.values() if one]
    missed = [name for name, one in found.items() if one is None]
    least = f", fit {min(fits):.2f} to {max(fits):.2f}" if fits else ""
    print(
        f"{what:58}{len(fits):3} of {len(found):3}{least}{'; not: ' + ', '.join(missed) if missed else ''}", flush=True
    )


def tally_c1(folder: Path) -> None:
    pages = pictures(DATA / "tally_c1")
    hand = load_template(TEMPLATES / "c1_ppwp_2019.yaml")
    bare = hand.model_copy(update={"landmarks": Landmarks()})
    report("tally_c1, hand-made template, corner marks", {n: register(p, [hand]) for n, p in pages.items()})
    report("tally_c1, the same by its printed boxes alone", {n: register(p, [bare]) for n, p in pages.items()})
    own = made(list(pages.values()), "c1", folder)
    cells = sorted(field.cells or 0 for field in own.fields)
    print(f"  made from the 13 filled pages: fields of {cells} cells, {len(own.landmarks.marks)} marks")
    report("tally_c1, template made from the filled pages", {n: register(p, [own]) for n, p in pages.items()})


def tally_photos(folder: Path) -> None:
    blanks = {n.removeprefix("c.hasil_"): p for n, p in pictures(DATA / "tally_photos" / "blank").items()}
    forms = [made([image], Path(name).stem, folder) for name, image in blanks.items()]
    pages = pictures(DATA / "tally_photos" / "photos")
    wanted = {"data": "data", "dpr10": "dpr_s10_v2", "pwp": "pwp_3"}
    own = {form.form: form for form in forms}
    report(
        "tally_photos, each with its own design's template",
        {n: register(p, [own[wanted[n.split("_")[0]]]]) for n, p in pages.items()},
    )
    among = {n: register(p, forms) for n, p in pages.items()}
    right = {n: r if r and r.template.form == wanted[n.split("_")[0]] else None for n, r in among.items()}
    report("tally_photos, the right one of all five templates", right)
    wrong = [
        f"{n} as {form.form} ({found.fit:.2f})"
        for n, p in pages.items()
        for form in forms
        if form.form != wanted[n.split("_")[0]] and (found := register(p, [form]))
    ]
    print(f"  taken for another form of the family when that alone is given: {', '.join(wrong) or 'none'}")


def tally_poses(folder: Path) -> None:
    pages = pictures(DATA / "tally_poses" / "photos")
    own = made([pages["3.jpg"]], "poses", folder)
    report("tally_poses, template made from pose 3 alone", {n: register(p, [own]) for n, p in pages.items()})


def turned(page: Gray, degrees: float, scale: float) -> tuple[Gray, Points]:
    """`page` turned and scaled on white paper that is large enough, and the mapping from its pixels."""
    height, width = page.shape
    angle = np.radians(degrees)
    turn = scale * np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)]) @ turn.T
    shift = -corners.min(0)
    size = np.ceil(np.ptp(corners, axis=0)).astype(int)
    matrix = np.vstack([np.c_[turn, shift], (0, 0, 1)])
    fine = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    drawn = matrix @ np.diag((width / fine.shape[1], height / fine.shape[0], 1.0))
    image = cv2.warpPerspective(fine, drawn, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR, borderValue=255)
    return np.asarray(image, np.uint8), matrix


def samples() -> None:
    forms = [load_template(TEMPLATES / f"{name}.yaml") for name in ("tally", "expenses", "register")]
    pages = pictures(ROOT / "samples" / "scans")
    upright = {name: register(page, forms) for name, page in pages.items()}
    report("samples as they are, three templates", _of_right_form(upright))
    for what, degrees, scale in (
        ("by 90 degrees", 90, 1),
        ("by 180", 180, 1),
        ("by 270", 270, 1),
        ("by 7", 7, 1),
        ("at half size", 0, 0.5),
        ("at double size", 0, 2),
    ):
        found: dict[str, Registration | None] = {}
        for name, page in pages.items():
            image, matrix = turned(page, degrees, scale)
            one, before = register(image, forms), upright[name]
            found[name] = None
            if one and before and one.template.form == before.template.form:
                found[name] = one if _off(one, matrix @ before.matrix) < 0.25 else None
        report(f"samples {what}", _of_right_form(found))


def _of_right_form(found: dict[str, Registration | None]) -> dict[str, Registration | None]:
    forms = {"tally": "polling-tally", "expenses": "expenses", "register": "register"}
    return {
        name: one if one and forms[name.split("_")[0]] in one.template.form else None for name, one in found.items()
    }


def _off(found: Registration, true: Points) -> float:
    """The worst distance of a field's corner from where it should be, as a share of the field's cell."""
    worst = 0.0
    for field in found.template.all_fields:
        corners = field.box.corners.reshape(-1, 1, 2)
        a, b = (cv2.perspectiveTransform(corners, m).reshape(4, 2) for m in (found.matrix, true))
        cell = min(np.linalg.norm(b[3] - b[0]), np.linalg.norm(b[1] - b[0]) / (field.cells or 1))
        worst = max(worst, float(np.linalg.norm(a - b, axis=1).max() / cell))
    return worst


def speed(folder: Path) -> None:
    """Medians of interleaved rounds, one thread, on a 300-dpi A4 page of the sample tally form."""
    cv2.setNumThreads(1)
    page = filled_page()
    file = folder / "page.jpg"
    cv2.imwrite(str(file), cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
    hand = load_template(TEMPLATES / "tally.yaml")
    both, other = (_from_blank(name, folder) for name in ("tally", "expenses"))
    picture, unlike = (t.model_copy(update={"landmarks": Landmarks(reference=f"{t.form}.png")}) for t in (both, other))
    boxes = hand.model_copy(update={"landmarks": Landmarks()})
    others = [load_template(p) for p in sorted(TEMPLATES.glob("*.yaml")) if p.stem != "tally"]
    more = _renamed((others * 5)[:9])
    ways: dict[str, list[Template]] = {
        "marks": [hand],
        "marks, with a reference picture to judge by": [both],
        "reference picture alone": [picture],
        "printed boxes alone": [boxes],
        "marks, one of ten templates": [*more, hand],
        "reference picture alone, one of ten": [*_renamed([unlike] * 9), picture],
        "printed boxes alone, one of ten": [*(t.model_copy(update={"landmarks": Landmarks()}) for t in more), boxes],
    }
    times: dict[str, list[float]] = {"cv2.imread": [], **{name: [] for name in ways}}
    for round_ in range(ROUNDS + 1):
        for name, taken in times.items():
            start = time.perf_counter()
            if name == "cv2.imread":
                cv2.imread(str(file))
            elif register(page, ways[name]) is None:
                raise SystemExit(f"The page was not registered by {name}, so its speed says nothing.")
            if round_:  # The first round warms up: templates are made ready once a process.
                taken.append((time.perf_counter() - start) * 1e3)
    floor = times.pop("cv2.imread")
    print(f"{'cv2.imread of the page':58}{statistics.median(floor):7.1f} ms")
    for name, taken in times.items():
        ratio = statistics.median(a / b for a, b in zip(taken, floor, strict=True))
        print(f"{'register: ' + name:58}{statistics.median(taken):7.1f} ms {ratio:6.2f} x")


def _from_blank(name: str, folder: Path) -> Template:
    return made([first_page(ROOT / "samples" / "forms" / f"{name}.pdf").image], name, folder)


def _renamed(templates: Sequence[Template]) -> list[Template]:
    """The same forms over again, each a form of its own to registration."""
    return [t.model_copy(update={"form": f"{t.form} {i}"}) for i, t in enumerate(templates)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", action="store_true", help="measure the time only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not options.speed:
            if DATA.is_dir():
                tally_c1(folder)
                tally_photos(folder)
                tally_poses(folder)
            else:
                print(f"no data at {DATA}; set FORMDIGITS_DATA to measure on real pages")
            samples()
        speed(folder)


if __name__ == "__main__":
    main()
