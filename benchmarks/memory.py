"""Memory of reading 500 pages: the last 100 pages beside the first 100.

    python -m benchmarks.memory [--pages 500]

The sample tally scans, repeated into one PDF of embedded JPEG pages, read by one process in chunks as
`formdigits read --processes 1` does; resident memory after each chunk.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import islice
from pathlib import Path

import cv2
import psutil
from PIL import Image

from benchmarks.page_speed import filled_page
from extractor.documents import open_pages
from extractor.export import open_sink
from extractor.reading import Reader
from extractor.recognizer.choice import load_model
from extractor.template import load_template

ROOT = Path(__file__).resolve().parents[1]
BATCH = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    count = parser.parse_args().pages
    reader = Reader((load_template(ROOT / "samples" / "templates" / "tally.yaml"),), load_model())
    process = psutil.Process()
    resident: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        page = Image.fromarray(cv2.resize(filled_page(), (1654, 2339), interpolation=cv2.INTER_AREA))
        pdf = Path(folder) / "scans.pdf"
        page.save(pdf, save_all=True, append_images=[page] * (count - 1), resolution=200, quality=80)
        with open_sink(Path(folder) / "out.csv", fields=reader.fields) as sink:
            pages = open_pages(str(pdf))
            while batch := list(islice(pages, BATCH)):
                for result in reader.read(batch):
                    sink.write(result)
                resident += [process.memory_info().rss] * len(batch)
    fifth = count // 5
    first, last = max(resident[:fifth]), max(resident[-fifth:])
    print(f"{len(resident)} pages; most resident memory over the first {fifth}: {first / 2**20:.0f} MiB, ", end="")
    print(f"over the last {fifth}: {last / 2**20:.0f} MiB, {last / first - 1:+.1%}")


if __name__ == "__main__":
    main()
