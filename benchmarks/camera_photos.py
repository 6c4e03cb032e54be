"""Fused readings against single frames: videos panned over the real photographs in tally_photos and tally_poses.

python -m benchmarks.camera_photos [FOLDER OF TEMPLATES]

A camera of 1280x720 pans over each photograph from a little nearer and farther, with a hand's shake, blur and noise.
Each frame is read by itself, as `formdigits read` would; the session reads all of them. A template that fits the
photograph is looked for in the folder given, and made from the blank forms with 'formdigits template new' where none
is; fields are counted where the truth names them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray
from extractor.reading import ReadOptions, open_reader
from extractor.values import Page, PageStatus
from formdigits.camera import Session

DATA = Path(os.environ.get("FORMDIGITS_DATA", "../shared/data"))
WIDTH, HEIGHT, FPS, FRAMES = 1280, 720, 10.0, 36


def pan(photo: NDArray[np.uint8], seed: int = 3) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Frames, shape (HEIGHT, WIDTH), and their times, of a camera over `photo`, grey, turned to lie in the frame."""
    rng = np.random.default_rng(seed)
    if photo.shape[0] > photo.shape[1]:
        photo = as_gray(cv2.rotate(photo, cv2.ROTATE_90_CLOCKWISE))
    height, width = photo.shape
    fit = min(WIDTH / width, HEIGHT / height)
    small = cv2.resize(photo, None, fx=min(1.0, 1.6 * fit), fy=min(1.0, 1.6 * fit), interpolation=cv2.INTER_AREA)
    photo = as_gray(small)
    fit *= width / photo.shape[1]
    height, width = photo.shape
    phases = rng.uniform(0, 2 * np.pi, 6)
    for number in range(FRAMES):
        at = number / FPS
        layers = []
        for part in (0.0, 0.006, 0.012):
            t = at + part
            zoom = fit * (1.0 + 0.03 * np.sin(0.9 * t + phases[0]))
            angle = np.radians(1.0 * np.sin(1.3 * t + phases[1]))
            x = WIDTH / 2 + 18 * np.sin(0.8 * t + phases[2]) + 2.5 * np.sin(9 * t + phases[3])
            y = HEIGHT / 2 + 10 * np.sin(1.1 * t + phases[4]) + 2.5 * np.sin(11 * t + phases[5])
            turn = zoom * np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
            matrix = np.column_stack((turn, np.array((x, y)) - turn @ (width / 2, height / 2)))
            layers.append(cv2.warpAffine(photo, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA, borderValue=70))
        flow = np.mean(layers, axis=0) + rng.normal(0, 4, (HEIGHT, WIDTH))
        yield np.clip(flow, 0, 255).astype(np.uint8), at


def truths() -> Iterator[tuple[Path, dict[str, str]]]:
    """Each photograph with what is written, digits only, in the order of its truth file."""
    photos = json.loads((DATA / "tally_photos" / "truth.json").read_text(encoding="utf-8"))
    for page in photos["pages"]:
        cells = {}
        for field in page["fields"]:
            for column, text in enumerate(field["cells"], 1):
                cells[f"{field['row']}/{column}"] = "".join(c for c in text if c.isdigit())
        yield DATA / "tally_photos" / page["file"], cells
    poses = json.loads((DATA / "tally_poses" / "truth.json").read_text(encoding="utf-8"))["photos"]
    cells = {name: "".join(c for c in text if c.isdigit()) for name, text in poses["cells"].items()}
    for name in poses["files"]:
        yield DATA / "tally_poses" / "photos" / name.lower(), cells


def matched(read: list[str], written: list[str]) -> int:
    """How many written numbers are among those read, each counted once: templates that were made name their fields by
    themselves, so that only what is read can be compared."""
    left = list(read)
    count = 0
    for one in written:
        if one in left:
            left.remove(one)
            count += 1
    return count


def templates(given: list[str], folder: Path) -> tuple[str, ...]:
    """Template files in the folder given, else made from the blank forms and the third pose into `folder`."""
    if given:
        return tuple(sorted(str(path) for path in Path(given[0]).glob("*.yaml")))
    made = []
    sources = [*sorted((DATA / "tally_photos" / "blank").glob("*.png")), DATA / "tally_poses" / "photos" / "3.jpg"]
    for blank in sources:
        out = folder / f"{blank.stem.replace('.', '_')}.yaml"
        done = subprocess.run(
            [sys.executable, "-m", "formdigits", "template", "new", str(blank), "-o", str(out)],
            check=False,
            capture_output=True,
        )
        if done.returncode == 0:
            made.append(str(out))
    return tuple(made)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        forms = templates(sys.argv[1:], Path(name))
        reader = open_reader(ReadOptions(forms))
        total = {"fields": 0, "fused": 0, "best": 0, "mean": 0.0}
        for path, cells in truths():
            photo = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            if photo is None:
                print(f"{path} cannot be read")
                continue
            written = [value for value in cells.values() if value]
            session, singles, fused = Session(reader), [], []
            for number, (frame, at) in enumerate(pan(as_gray(photo))):
                sight = session.see(frame, at)
                if sight.readings:
                    fused = [one.value for one in sight.readings]
                if number % 4 == 3:
                    (result,) = reader.read([Page("frame", 1, frame)])
                    read = [one.value for one in result.readings] if result.status is PageStatus.READ else []
                    singles.append(matched(read, written))
            got = matched(fused, written)
            print(f"{path.name}: {len(written)} numbers; fused {got}; single frames: best {max(singles)}, {singles}")
            total["fields"] += len(written)
            total["fused"] += got
            total["best"] += max(singles)
            total["mean"] += float(np.mean(singles))
        print(
            f"All: {total['fields']} numbers; fused {total['fused']}, best single frame of each {total['best']}, "
            f"mean single frame {total['mean']:.1f}"
        )


if __name__ == "__main__":
    main()
