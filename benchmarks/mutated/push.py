"""Pushes files through upload and `read`, and says what went wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.mutated.mutations import mutated
from benchmarks.mutated.originals import ROOT, SCANS, TEMPLATE, originals
from extractor.errors import FormdigitsError
from extractor.options import ReadOptions
from formdigits.web.sandboxed import look
from tests.web_site import WebServer, begin, finished
from workers.sandbox import Sandbox

TOGETHER = 40
"""Files in one request, and so in one job."""

PATIENCE_S = 3600
"""For one job, and for all that `read` reads: how long is no matter, only that it ends."""

SURPRISES = ("stopped its process", "took longer than", "unexpectedly", "should not have", "report")
"""Words of the sentences about what nobody foresaw."""

UPLOAD, READ = "upload", "read"


@dataclass(frozen=True)
class Damaged:
    """A file that was damaged; whole it had `pages` pages, and a template none."""

    name: str
    kind: str
    content: bytes
    pages: int


@dataclass(frozen=True)
class Fault:
    """What went wrong with the file `name`, by upload or by `read`."""

    name: str
    way: str
    what: str


@dataclass
class Found:
    """What came of the files by each way, and the faults."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    faults: list[Fault] = field(default_factory=list)
    came: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    """By way and file, what became of its pages."""

    def pages(self, way: str, file: Damaged, pages: Sequence[Mapping[str, Any]]) -> None:
        """Of a file these pages came, each with its `status` and `reason`."""
        self.came[way][file.name] = [f"{page['status']} {page['reason']}".strip() for page in pages]
        for page in pages:
            self.counts[way][f"pages {page['status']}"] += 1
            self.sentence(way, file.name, page["reason"])
        if len(pages) < file.pages and all(page["status"] == "read" and not page["reason"] for page in pages):
            self.faults.append(Fault(file.name, way, f"{len(pages)} of {file.pages} pages, without a word"))

    def compare(self) -> None:
        """What one way reads, the other reads."""
        for name in self.came[UPLOAD].keys() & self.came[READ].keys():
            ways = [self.came[way][name] for way in (UPLOAD, READ)]
            if ways[0] != ways[1]:
                self.faults.append(Fault(name, "both", f"by {UPLOAD} {ways[0]}, by {READ} {ways[1]}"))

    def sentence(self, way: str, name: str, sentence: str) -> None:
        """A sentence about a file was told."""
        if any(word in sentence for word in SURPRISES):
            self.faults.append(Fault(name, way, sentence.strip()))


def damaged(count: int, seed: int) -> list[Damaged]:
    """`count` files of all kinds in turn."""
    rng = np.random.default_rng(seed)
    kinds = originals()
    every = [one.content for of_kind in kinds.values() for one in of_kind]
    files = []
    for number in range(count):
        kind = list(kinds)[number % len(kinds)]
        one = kinds[kind][int(rng.integers(len(kinds[kind])))]
        content = mutated(one.content, every, rng, text=one.pages == 0)
        files.append(Damaged(f"{number:05}{one.ending}", kind, content, one.pages))
    return files


def push(files: Sequence[Damaged], server: WebServer, folder: Path) -> Found:
    """Sends `files` to `server`, has them read there, and reads them by the command from `folder`, which is made."""
    found = Found()
    documents = [one for one in files if one.pages]
    templates = [one for one in files if not one.pages]
    with server.client() as client:
        good = client.post("/api/templates", files={"files": (TEMPLATE.name, TEMPLATE.read_bytes())}).json()["id"]
        for at in range(0, len(documents), TOGETHER):
            _sent(found, client, documents[at : at + TOGETHER], good)
        for one in templates:
            _sent_template(found, client, one)
        shown = [client.get(path).status_code for path in ("/", "/jobs", "/review", "/api/templates", "/health")]
        if set(shown) != {200}:
            found.faults.append(Fault("pages of the server", UPLOAD, f"answered {shown}"))
    folder.mkdir(parents=True)
    for one in files:
        (folder / one.name).write_bytes(one.content)
    _read(found, documents, folder)
    _read_templates(found, templates, folder)
    found.compare()
    return found


def _sent(found: Found, client: httpx.Client, files: Sequence[Damaged], template: str) -> None:
    answer = client.post("/api/uploads", files=[("files", (one.name, one.content)) for one in files])
    if answer.status_code not in (201, 400):
        found.faults.append(Fault(files[0].name, UPLOAD, f"{answer.status_code} {answer.text[:300]}"))
        return
    # Where none was taken, the first is named alone.
    refused = answer.json().get("refused") or [answer.json().get("error", "")] * (answer.status_code == 400)
    taken = [] if answer.status_code == 400 else [one["name"] for one in answer.json()["files"]]
    found.counts[UPLOAD]["files refused"] += len(refused)
    named = {sentence.partition(":")[0] for sentence in refused}
    for one in files if answer.status_code == 201 else ():
        if one.name not in named and one.name not in taken:
            found.faults.append(Fault(one.name, UPLOAD, "neither taken nor refused"))
    for sentence in refused:
        found.sentence(UPLOAD, sentence.partition(":")[0], sentence)
    if not taken:
        return
    job = begin(client, uploads=[answer.json()["id"]], templates=[template])
    finished(client, job, PATIENCE_S)
    pages = _by_file(_pages(client, job))
    for one in files:
        if one.name in taken:
            found.pages(UPLOAD, one, pages[one.name])


def _pages(client: httpx.Client, job: str) -> list[dict[str, Any]]:
    got: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        answer = client.get(f"/api/jobs/{job}/pages", params={"limit": 200, **({"after": after} if after else {})})
        got += answer.json()["pages"]
        after = answer.json()["after"]
    return got


def _sent_template(found: Found, client: httpx.Client, one: Damaged) -> None:
    answer = client.post("/api/templates", files={"files": (one.name, one.content)})
    found.counts[UPLOAD]["templates taken" if answer.status_code == 201 else "templates refused"] += 1
    if answer.status_code not in (201, 400):
        found.faults.append(Fault(one.name, UPLOAD, f"{answer.status_code} {answer.text[:300]}"))
    elif answer.status_code == 400:
        found.sentence(UPLOAD, one.name, answer.json()["error"])


def _read(found: Found, files: Sequence[Damaged], folder: Path) -> None:
    out = folder / "numbers.jsonl"
    command = [sys.executable, "-m", "formdigits", "read", *(one.name for one in files), "-t", str(TEMPLATE)]
    done = subprocess.run(
        [*command, "-o", out.name],
        cwd=folder,
        env=os.environ | {"FORMDIGITS_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        found.faults.append(Fault("all", READ, f"exit code {done.returncode}: {done.stderr[-2000:]}"))
        return
    pages = _by_file(map(json.loads, out.read_text(encoding="utf-8").splitlines()))
    for one in files:
        found.pages(READ, one, pages[one.name])


def _read_templates(found: Found, files: Sequence[Damaged], folder: Path) -> None:
    """A sample page by each of the templates, in a process beside this one."""
    page = str(ROOT / "samples" / "scans" / SCANS[0])
    sandbox = Sandbox()
    try:
        for one in files:
            try:
                sandbox.ask(look, page, ReadOptions.of([folder / one.name]), 1, 400)
                found.counts[READ]["templates taken"] += 1
            except FormdigitsError as error:
                found.counts[READ]["templates refused"] += 1
                found.sentence(READ, one.name, str(error))
            except RuntimeError as error:
                found.faults.append(Fault(one.name, READ, str(error).strip()))
    finally:
        sandbox.close()


def _by_file(pages: Iterable[Mapping[str, Any]]) -> Mapping[str, list[Mapping[str, Any]]]:
    files: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for page in pages:
        files[Path(page["file"]).name].append(page)
    return files
