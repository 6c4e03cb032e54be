"""Reads the same pictures whenever it is asked, and says what processor time that took: a process of
`benchmarks.against`, which runs this file by itself with the `extractor` of one checkout or of another.

Standard input gives first what to read, as JSON (`pictures`, `template` or null), and then a line for each turn; each
is answered by the milliseconds per picture.
"""

from __future__ import annotations

import json
import sys
import time

import cv2

from extractor.documents import open_pages
from extractor.reading import Reader
from extractor.recognizer.choice import load_model
from extractor.template import load_template


def main() -> None:
    cv2.setNumThreads(1)
    task = json.loads(sys.stdin.readline())
    forms = () if task["template"] is None else (load_template(task["template"]),)
    reader = Reader(forms, load_model())
    for _ in sys.stdin:
        start = time.process_time()
        reader.read([page for picture in task["pictures"] for page in open_pages(picture)])
        print((time.process_time() - start) / len(task["pictures"]) * 1000, flush=True)


if __name__ == "__main__":
    main()
