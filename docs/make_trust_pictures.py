"""The pictures in docs/trust.md: the report of a job with answers that were made up, a job whose scanner changed, and
versions of a model with figures that were made up.

python docs/make_trust_pictures.py [NAME…]      all of them, or those that are named (trust_report, trust_flag,
trust_learned)
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import sync_playwright
from sqlalchemy import select, update

ROOT = Path(__file__).resolve().parents[1]
# Started as a script, this is not on the path.
sys.path.insert(0, str(ROOT))

from docs.make_screenshots import CHROMIUM, PICTURES, server  # noqa: E402
from extractor.recognizer.card import SHIPPED  # noqa: E402
from extractor.values import FieldStatus, Reading  # noqa: E402
from tests.reviewed_job import field, job_of_pages  # noqa: E402
from workers.database.jobs import rename  # noqa: E402
from workers.database.review.evidence import promise_for  # noqa: E402
from workers.database.review.plans import set_plan  # noqa: E402
from workers.database.schema import reviews  # noqa: E402
from workers.database.store import Store, open_store  # noqa: E402
from workers.database.versions import keep_version  # noqa: E402

NAMES = ("received", "male", "female", "fees", "refunds", "total")
PAGES = 500
SCAN = str(ROOT / "samples" / "scans" / "tally_01.jpg")
READS = "the outpatient form"


def page_of(rng: np.random.Generator, accept: float, doubtful: float) -> list[Reading]:
    """A page of fields, `doubtful` of which are not certain."""
    sure = np.where(rng.random(len(NAMES)) < doubtful, rng.random(len(NAMES)), 0.9 + 0.1 * rng.beta(5, 0.5, len(NAMES)))
    values = rng.integers(10, 900, len(NAMES))
    return [
        replace(
            field(name, str(value), float(one), FieldStatus.ACCEPTED if one >= accept else FieldStatus.REVIEW),
            doubts=(),
        )
        for name, value, one in zip(NAMES, values, sure, strict=True)
    ]


def answered(store: Store, job: str, rng: np.random.Generator) -> None:
    """All that is up for review, answered; the less sure a reading is, the more often it was wrong."""
    waiting = select(reviews).where(reviews.c.job == job, reviews.c.stage == 0).order_by(reviews.c.rank)
    with store.engine.begin() as connection:
        for row in connection.execute(waiting).all():
            wrong = not row.sample and rng.random() > row.rank
            this = update(reviews).where(
                reviews.c.job == job, reviews.c.document == row.document, reviews.c.position == row.position
            )
            said = {
                "kind": "type" if wrong else "accept",
                "status": "accepted",
                "value": "57",
                "by": ["Ann"],
                "at": 1e9,
            }
            connection.execute(this.values(stage=3, **said))


def learned(store: Store, rng: np.random.Generator) -> str:
    """A job whose form was learned twice."""
    template = str(ROOT / "samples" / "templates" / "tally.yaml")
    pages = [page_of(rng, 0.99, 0.2) for _ in range(3)]
    job = job_of_pages(store, pages, "polling-tally", SCAN, template, reads="learned")
    rename(store, job.id, "Tallies of May")
    for answers, right, accepted in ((200, (183, 190), (86, 97)), (512, (471, 488), (268, 301))):
        sides = [{"right": r, "accepted": a, "wrong": 0} for r, a in zip(right, accepted, strict=True)]
        keep_version(
            store,
            "polling-tally",
            # Any model will do for a picture.
            SHIPPED.parent / "letters",
            name="",
            by="Ann",
            figures={"before": sides[0], "after": sides[1], "fields": answers, "trained": answers > 200},
            learned_from={"jobs": [job.id], "answers": answers, "pages": 40, "sizes": []},
        )
    return job.id


def main(names: list[str]) -> None:
    rng = np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        os.environ["FORMDIGITS_HOME"] = str(folder / "home")
        (folder / "home").mkdir()
        store = open_store()
        first = job_of_pages(store, [page_of(rng, 0.99, 0.2) for _ in range(PAGES)], "outpatient", SCAN, reads=READS)
        set_plan(store, first.id, second=False, sample=0.35)
        answered(store, first.id, rng)
        promise = promise_for(store, {"outpatient": READS}, 0.01, 0.99)
        pages = [page_of(rng, promise.accept, 0.2 if number < PAGES / 2 else 0.6) for number in range(PAGES)]
        second = job_of_pages(store, pages, "outpatient", SCAN, reads=READS, promise=promise)
        rename(store, first.id, "Outpatients, May")
        rename(store, second.id, "Outpatients, June")
        third = learned(store, rng)
        store.close()
        with server(folder) as address:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1100, "height": 900})
            for name, path, part in (
                ("trust_report", f"/jobs/{first.id}/report", "section.card:has(figure.curve)"),
                ("trust_flag", f"/jobs/{second.id}", "#progress"),
                ("trust_learned", f"/jobs/{third}", "#learning"),
            ):
                if names and name not in names:
                    continue
                page.goto(address + path)
                raw = page.locator(part).screenshot()
                picture = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR)
                assert picture is not None
                cv2.imwrite(str(PICTURES / f"{name}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
