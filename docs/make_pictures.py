"""The pictures in README.md and the guides in docs, drawn from the samples by the commands that the guide describes.

python docs/make_pictures.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.camera_video import Camera, Shot, film, load  # noqa: E402
from extractor.options import ReadOptions  # noqa: E402
from extractor.reading import open_reader  # noqa: E402
from extractor.video import Session  # noqa: E402
from formdigits.camera.overlay import Status, draw  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SAMPLES = ROOT / "samples"
COPIES = [f"tally_0{number}.jpg" for number in range(1, 7)]


def formdigits(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "formdigits", *words], check=True, cwd=ROOT)


def save(name: str, picture: np.ndarray, width: int) -> None:
    """`picture` as a small JPEG of the guide, `width` pixels wide."""
    height = round(picture.shape[0] * width / picture.shape[1])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(PICTURES / name), small, [cv2.IMWRITE_JPEG_QUALITY, 80])


def camera() -> None:
    """The camera's window while a sheet lies there, most of it read."""
    session = Session(open_reader(ReadOptions.of([SAMPLES / "templates" / "tally.yaml"])))
    shot = Shot(load(SAMPLES / "scans" / "tally_02.jpg"), rest=4.0, swap=True, stays=True)
    for moment in film([shot], Camera(fps=12)):
        sight = session.see(moment.frame, moment.at)
        if len(sight.settled) >= 14:
            break
    save("camera.jpg", draw(moment.frame, sight, Status(fps=15, rows=3)), 1100)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = str(folder / "tally.yaml")
        formdigits("template", "new", str(SAMPLES / "forms" / "tally.pdf"), "-o", template)
        save("template_new.jpg", cv2.imread(str(folder / "tally_preview.png")), 760)
        scan, form = str(SAMPLES / "scans" / "expenses_01.jpg"), str(SAMPLES / "templates" / "expenses.yaml")
        formdigits("read", scan, "-t", form, "-o", str(folder / "numbers.csv"), "--overlay", str(folder / "read"))
        save("read_form.jpg", cv2.imread(str(next((folder / "read").iterdir()))), 820)
        photo = str(folder / "photo.png")
        formdigits("template", "preview", template, str(SAMPLES / "scans" / "tally_phone.jpg"), "-o", photo)
        save("template_photo.jpg", cv2.imread(photo), 760)
        copies = [str(SAMPLES / "scans" / copy) for copy in COPIES]
        formdigits("template", "new", *copies, "-o", str(folder / "copies.yaml"))
        blank = cv2.imread(str(folder / "copies_blank.png"))
        filled = cv2.imread(copies[0])
        filled = cv2.resize(filled, (blank.shape[1], blank.shape[0]), interpolation=cv2.INTER_AREA)
        part = slice(round(0.1 * blank.shape[0]), round(0.45 * blank.shape[0]))
        camera()
        save("filled_and_blank.jpg", np.hstack([filled[part], np.full_like(filled[part, :20], 255), blank[part]]), 1100)


if __name__ == "__main__":
    main()
