"""Pages per second from an object store against those from a folder, in one run on this machine.

    python -m benchmarks.object_speed [--pages 60] [--rounds 3]

Copies of the sample tally scans are read by `formdigits read` with two processes, by turns from a folder and from a
bucket of a real S3 server (moto's) on this machine, which takes its share of the same processors.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.queue import TEMPLATE, distinct_scans
from tests.object_server import SETTINGS, ObjectServer
from tests.queue_services import ROOT


def seconds(source: str, folder: Path, environment: dict[str, str]) -> float:
    """How long `read` takes, its start included."""
    out, again = str(folder / "out.csv"), "--restart"
    command = [sys.executable, "-m", "formdigits", "read", source, "-t", str(TEMPLATE), "-o", out, "--processes", "2"]
    began = time.perf_counter()
    done = subprocess.run([*command, again], env=environment, cwd=folder, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    server = ObjectServer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = {"PYTHONPATH": str(ROOT), "FORMDIGITS_HOME": str(folder / "home")}
        environment = os.environ | SETTINGS | {"AWS_ENDPOINT_URL": server.url} | home
        os.environ |= SETTINGS | {"AWS_ENDPOINT_URL": server.url}
        import fsspec

        scans = distinct_scans(folder / "scans", asked.pages)
        store = fsspec.filesystem("s3")
        store.mkdir("forms")
        store.put(f"{scans}/", "forms/scans/", recursive=True)
        took = [
            [seconds(source, folder, environment) for source in (str(scans), "s3://forms/scans")]
            for _ in range(asked.rounds)
        ]
    local, remote = (statistics.median(column) for column in zip(*took, strict=True))
    print(f"{asked.pages} pages from a folder {local:.1f} s, from the store {remote:.1f} s")
    print(f"pages per second, store / folder: {statistics.median(a / b for a, b in took):.2f}")
    server.stop()


if __name__ == "__main__":
    main()
