"""A long job never sits in memory, whatever the format."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from extractor.export import open_sink
from extractor.values import Alternative, FieldStatus, Kind, PageResult, PageStatus, Reading

WARM = 6_000
"""By this page a workbook holds as many notes and links as it ever will."""

FIELDS = [(f"votes_{number:02}", Kind.INTEGER) for number in range(12)]
QUAD = ((10.0, 20.0), (110.0, 20.0), (110.0, 60.0), (10.0, 60.0))


def page(number: int, file: str) -> PageResult:
    status = FieldStatus.REVIEW if number % 4 == 0 else FieldStatus.ACCEPTED
    readings = tuple(
        Reading(name, kind, f"{number}", f"X{number}", 0.9, status, QUAD, (Alternative("1", 0.05),))
        for name, kind in FIELDS
    )
    return PageResult(file, number, "tally", PageStatus.READ, readings)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "long", "pages"),
    [(".csv", False, 14_000), (".xlsx", False, 14_000), (".xlsx", True, 9_000), (".json", False, 14_000)],
)
@pytest.mark.alone
def test_memory_does_not_grow_with_the_pages(tmp_path: Path, ending: str, long: bool, pages: int) -> None:
    process = psutil.Process()
    scan = tmp_path / "scan.pdf"
    scan.touch()
    warm = 0
    with open_sink(tmp_path / f"out{ending}", fields=FIELDS, long=long) as sink:
        for number in range(1, pages + 1):
            # With one row a page, links would go on growing until there are 65,530.
            sink.write(page(number, str(scan) if long else "gone.pdf"))
            if number == WARM:
                warm = process.memory_info().rss
        grown = process.memory_info().rss - warm
    assert grown < 4 * 2**20, f"{grown / 2**20:.1f} MiB more for {pages - WARM:,} pages"
