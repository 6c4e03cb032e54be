"""How long `/health` waits while a server is attacked in each of the ways that once stopped or starved one.

    python -m benchmarks.attacks [--times 60] [--only NAME]

Each attack (`tests/web_siege.py`) is made over and over, by as many at once as it takes, against a server with the real
reader on this machine. Printed are the median and the longest wait of at least `--times` new connections during each.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from tests.web_siege import ATTACKS, TOKEN, attacked, health_s, lay
from tests.web_site import serving

HANGS_S = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--only", choices=list(ATTACKS))
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), settings={"FORMDIGITS_TOKEN": TOKEN}) as server,
    ):
        siege = lay(server)
        longest = 0.0
        for name in [asked.only] if asked.only else list(ATTACKS):
            with attacked(siege, name) as made:
                waits: list[float] = []
                while len(waits) < asked.times or made() < ATTACKS[name][1]:
                    waits.append(health_s(server, HANGS_S))
                count = made()
            longest = max(longest, *waits)
            median, most = statistics.median(waits), max(waits)
            answers = f"{len(waits):,} answers, median {median * 1000:.0f} ms, longest {most * 1000:.0f} ms"
            print(f"{name}: {answers}; made {count} times meanwhile", flush=True)
        print(f"longest of all: {longest:.2f} s")


if __name__ == "__main__":
    main()
