"""Fused readings against single frames: videos panned over the real photographs in tally_photos and tally_poses.

python -m benchmarks.camera_photos [--seed N]… [--sums] [--mistakes]

A camera of 1280x720 pans over each photograph from a little nearer and farther, with a hand's shake, blur and noise.
Each fourth frame is read by itself, as `formdigits read` would; the session reads all of them. The templates are those
of `benchmarks.forms`: made by 'formdigits template new', their fields named as a user would name them, without the
forms' sums unless --sums. A field is right where the field of that name reads what is written there: to look for the
number among whatever was read anywhere would count a lucky misreading elsewhere, and a form that keeps its hundreds of
tally boxes is none that anybody would hold under a camera.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.data import first_page
from benchmarks.forms import Bench, NamedPage, named_photos, named_poses, plain, with_rules
from extractor.ink import as_gray
from extractor.reading import Reader
from extractor.recognizer.choice import load_model
from extractor.values import FieldStatus, Page, Reading
from extractor.video import Session
from training.command import run

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


def right(readings: Sequence[Reading], truth: Mapping[str, str]) -> int:
    """How many fields read what is written in them; a struck or empty cell counts as no digit."""
    values = {one.field: one.value for one in readings}
    return sum(name in values and plain(values[name]) == plain(cells) for name, cells in truth.items())


def watch(reader: Reader, photo: NamedPage, seed: int) -> tuple[tuple[Reading, ...], int, list[tuple[Reading, ...]]]:
    """What the session reads in the end, how many rows it gave, and what single frames read."""
    session, singles, rows = Session(reader), [], 0
    fused: tuple[Reading, ...] = ()
    for number, (frame, at) in enumerate(pan(first_page(photo.file).image, seed)):
        sight = session.see(frame, at)
        rows += sight.row is not None
        fused = sight.readings or fused
        if number % 4 == 3:
            (result,) = reader.read([Page("frame", 1, frame)])
            singles.append(result.readings if result.form == photo.design else ())
    return fused, rows, singles


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, action="append", help="another hand; may be repeated (default: 3)")
    parser.add_argument("--sums", action="store_true", help="the templates hold the forms' sums as rules")
    parser.add_argument("--mistakes", action="store_true", help="list every field that was not read right")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(load_model(), Path(folder), mistakes=asked.mistakes)
        designs, rules, photos = named_photos(bench)
        pose, rules["poses"], poses = named_poses(bench)
        forms = [
            with_rules(form, rules.get(design, ()) if asked.sums else ()).model_copy(update={"form": design})
            for design, form in [*designs.items(), ("poses", pose)]
        ]
        reader = Reader(forms, bench.model)
        for seed in asked.seed or [3]:
            measure(reader, [*photos, *poses], seed, mistakes=asked.mistakes)


def measure(reader: Reader, photos: Sequence[NamedPage], seed: int, *, mistakes: bool) -> None:
    """Prints what comes of each photograph in this hand, and the sums."""
    fields = fused = best = wrong = 0
    mean = 0.0
    for photo in photos:
        readings, rows, singles = watch(reader, photo, seed)
        got, alone = right(readings, photo.truth), [right(one, photo.truth) for one in singles]
        bad = {one.field: one for one in readings if plain(one.value) != plain(photo.truth.get(one.field, one.value))}
        wrong += sum(one.status is not FieldStatus.REVIEW for one in bad.values())
        print(
            f"{photo.file.name}: {len(photo.truth)} fields; fused {got}, {rows} row(s); "
            f"single frames: best {max(alone)}, {alone}",
            flush=True,
        )
        if mistakes:
            for name, one in bad.items():
                print(f"  {name}: {photo.truth[name]} read as {one.written} ({one.confidence:.3f})")
        fields, fused, best = fields + len(photo.truth), fused + got, best + max(alone)
        mean += float(np.mean(alone))
    print(
        f"Seed {seed}: {fields} fields; fused {fused}, wrong and accepted {wrong}; best single frame of each photo "
        f"{best}, mean single frame {mean:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(run(main))
