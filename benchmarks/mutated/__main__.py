"""Damaged files through the web page and through `formdigits read`: no crash, no hang, no page lost without a word.

    python -m benchmarks.mutated [--files 1500] [--seed N] [--keep FOLDER]

A seeded program damages PDF, PNG, JPEG, TIFF and HEIC files and templates. Each is sent to a server and read there as
part of a job, and read by `formdigits read`. A fault is an answer that is no sentence of ours, a process that ended or
was ended for taking too long, a `/health` that is not answered, a file of which fewer pages come back than it had
without a word that something is wrong, and one of which the two ways say different things. Faults are listed; with
`--keep` their files are kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.mutated.push import Fault, damaged, push
from tests.web_site import serving

SEED = 15
FILES = 1500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="folder for the files that showed a fault")
    asked = parser.parse_args()
    files = damaged(asked.files, asked.seed)
    with tempfile.TemporaryDirectory() as made, serving(Path(made) / "server") as server:
        found = push(files, server, Path(made) / "files")
    for way, counts in found.counts.items():
        print(f"{way}: " + ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items())))
    for fault in found.faults:
        print(f"FAULT {fault.name} ({fault.way}): {fault.what}")
        _keep(asked.keep, fault, {one.name: one.content for one in files})
    kinds = Counter(one.kind for one in files)
    named = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    print(f"{len(files):,} damaged files ({named}), seed {asked.seed}: {len(found.faults)} faults")
    return 1 if found.faults else 0


def _keep(folder: Path | None, fault: Fault, contents: dict[str, bytes]) -> None:
    if folder is not None and fault.name in contents:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / fault.name).write_bytes(contents[fault.name])


if __name__ == "__main__":
    sys.exit(main())
