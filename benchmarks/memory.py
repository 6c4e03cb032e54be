"""Memory of reading 500 pages: the last 100 pages beside the first 100.

    python -m benchmarks.memory [--pages 500] [--second]

A page of the sample tally form, repeated into one PDF of embedded JPEG pages of 200 dpi, read by one process as
the processes of `formdigits read` do; resident memory after each batch. The pages are drawn by another process. With
`--second` the second reader is asked as well, where it is installed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from pathlib import Path

import cv2
import psutil

from extractor.export import open_sink
from extractor.reading import Reader
from extractor.recognizer.choice import Recognizers, load_model
from extractor.template import load_template
from workers.chunk import do_task
from workers.work import Outcome, ReadTask, Span

ROOT = Path(__file__).resolve().parents[1]


def draw(pdf: Path, count: int) -> None:
    """Writes so many pages."""
    from PIL import Image

    from benchmarks.page_speed import filled_page

    page = Image.fromarray(cv2.resize(filled_page(), (1654, 2339), interpolation=cv2.INTER_AREA))
    page.save(pdf, save_all=True, append_images=[page] * (count - 1), resolution=200, quality=80)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--second", action="store_true", help="with the second reader")
    options = parser.parse_args()
    count = options.pages
    cv2.setNumThreads(1)
    second = Recognizers(second=options.second).second
    reader = Reader((load_template(ROOT / "samples" / "templates" / "tally.yaml"),), load_model(), second=second)
    process = psutil.Process()
    resident: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "scans.pdf"
        drawing = multiprocessing.get_context("spawn").Process(target=draw, args=(pdf, count))
        drawing.start()
        drawing.join()
        task = ReadTask((Span(1, str(pdf), 1, count),))
        with open_sink(Path(folder) / "out.csv", fields=reader.fields) as sink:
            for events in do_task(task, reader):
                results = [event.result for event in events if isinstance(event, Outcome)]
                for result in results:
                    sink.write(result)
                resident += [process.memory_info().rss] * len(results)
    fifth = count // 5
    first, last = max(resident[:fifth]), max(resident[-fifth:])
    print(f"{len(resident)} pages; most resident memory over the first {fifth}: {first / 2**20:.0f} MiB, ", end="")
    print(f"over the last {fifth}: {last / 2**20:.0f} MiB, {last / first - 1:+.1%}")


if __name__ == "__main__":
    main()
