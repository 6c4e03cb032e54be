"""Where training images come from: MNIST's idx files, npz archives, folders of pictures named after their symbol."""

from __future__ import annotations

import csv
import gzip
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.errors import InputError
from extractor.ink import as_gray
from extractor.segmentation.crop import SIZE, mnist_crop
from extractor.values import Crops, Gray
from training.data.samples import Samples, Writers

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
IDX_DIMENSIONS_UINT8 = 0x08
LABELS = "labels.csv"


def data_folder() -> Path:
    """The folder with the data sets: `$FORMDIGITS_DATA`, or `../shared/data` beside the repository."""
    named = os.environ.get("FORMDIGITS_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "data"


def load_samples(path: str | Path) -> Samples:
    """Labelled symbols from `path`, in any of the forms that the trainer knows.

    - an `.npz` file with `images` (n, h, w), `labels` (n) and optionally `writers` (n);
    - a folder with `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` (or `.gz` of them) as MNIST has them,
      and optionally `writers_train.npz`;
    - a folder with a table `labels.csv` that names pictures and their symbols, as `formdigits read --crops` writes it:
      `file`, `label` (rows without one are left out) and optionally `writer`;
    - a folder with one sub-folder a symbol (`a/…png`), or pictures whose names end `SYMBOL_NUMBER` (`DIGIT_4_17.png`).

    Raises InputError with one sentence where there is none of these.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"There is no training data at {path}; give an .npz file or a folder of labelled images.")
    if path.is_file():
        return _npz(path)
    if _idx_file(path, "train-images-idx3-ubyte"):
        return mnist("train", path)
    if (path / LABELS).is_file():
        return _listed(path)
    return _pictures(path)


def mnist(part: str, folder: Path | None = None) -> Samples:
    """MNIST's `train` (60,000) or `test` (10,000) images, with the writers where `writers_*.npz` lies beside them.

    Without idx files in `folder` (default: `mnist` in the data folder), Keras is asked to fetch MNIST.
    """
    folder = folder or data_folder() / "mnist"
    stem = "train" if part == "train" else "t10k"
    images = _idx_file(folder, f"{stem}-images-idx3-ubyte")
    labels = _idx_file(folder, f"{stem}-labels-idx1-ubyte")
    if images is None or labels is None:
        return _fetched_mnist(part, folder)
    pixels, numbers = read_idx(images), read_idx(labels)
    writers = None
    beside = folder / f"writers_{part}.npz"
    if beside.exists():
        with np.load(beside, allow_pickle=False) as archive:
            writers = archive["writer"].astype(np.int64)
    return Samples(pixels, numbers.astype(np.str_), writers)


def usps(folder: Path | None = None) -> Samples:
    """The USPS test digits, normalised as the product normalises: 16x16 grey, enlarged four times, then cropped."""
    path = (folder or data_folder() / "usps") / "zip.test.gz"
    with gzip.open(path, "rt", encoding="ascii") as rows:
        table = np.loadtxt(rows, dtype=np.float32)
    pixels = ((table[:, 1:].reshape(-1, 16, 16) + 1) * 127.5).round().clip(0, 255).astype(np.uint8)
    crops = np.stack([mnist_crop(cv2.resize(image, (64, 64), interpolation=cv2.INTER_CUBIC)) for image in pixels])
    return Samples(crops, table[:, 0].astype(int).astype(np.str_))


def read_idx(path: Path) -> NDArray[np.uint8]:
    """The array in an idx file of bytes, plain or gzipped. Raises InputError where it is not one."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            raw = file.read()
        if raw[:2] != b"\0\0" or raw[2] != IDX_DIMENSIONS_UINT8:
            raise ValueError
        shape = np.frombuffer(raw, ">u4", raw[3], 4).astype(int)
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
    except (OSError, EOFError, ValueError, IndexError):
        raise InputError(f"{path} is not an idx file of bytes; give MNIST's own files.") from None


def ink_of(gray: Gray) -> Gray:
    """The ink of one photographed or scanned symbol, 255 = ink: dark on light or light on dark, even paper."""
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    if np.median(border) > gray.mean():
        gray = 255 - gray
    paper = float(np.median(gray[gray <= np.median(gray)]))
    level, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_OTSU)
    dark = gray[gray > level]
    full = float(np.percentile(dark, 75)) if dark.size else 255.0
    ink = ((gray.astype(np.float32) - paper) / max(1.0, full - paper)).clip(0, 1)
    # Below half the way to Otsu's level it is paper grain, and would widen the bounding box.
    ink[ink < 0.5 * (level - paper) / max(1.0, full - paper)] = 0
    return (ink * 255).astype(np.uint8)


def _idx_file(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / f"{name}.gz", folder / name) if path.exists()), None)


def _fetched_mnist(part: str, folder: Path) -> Samples:
    try:
        from keras.datasets import mnist as keras_mnist

        pair = keras_mnist.load_data()[0 if part == "train" else 1]
    except Exception as error:  # keras raises bare Exception where the network fails
        raise InputError(
            f"MNIST is not in {folder} and could not be fetched ({type(error).__name__}); set FORMDIGITS_DATA."
        ) from None
    return Samples(np.asarray(pair[0], np.uint8), np.asarray(pair[1]).astype(np.str_))


def _npz(path: Path) -> Samples:
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, labels = archive["images"], archive["labels"].astype(np.str_)
            writers = _numbers(archive["writers"]) if "writers" in archive else None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        raise InputError(f"{path} holds no 'images' and 'labels'; give an .npz file with both.") from None
    if images.dtype != np.uint8 or images.ndim != 3 or len(images) != len(labels):
        raise InputError(f"'images' in {path} must be uint8 of shape (n, h, w), one for each of 'labels'.")
    return Samples(_as_crops(images), labels, writers)


def _numbers(people: NDArray[np.generic]) -> Writers:
    """Writers by number, also where they are given by name."""
    named = people.dtype.kind not in "iu"
    return (np.unique(people, return_inverse=True)[1] if named else people).astype(np.int64)


def _as_crops(images: NDArray[np.uint8]) -> Crops:
    if images.shape[1:] == (SIZE, SIZE):
        return images
    return np.stack([mnist_crop(image) for image in images])


def label_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of `labels.csv` in `folder`, each with `file` and `label` at least. Raises InputError."""
    table = folder / LABELS
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            if not {"file", "label"} <= set(reader.fieldnames or ()):
                raise InputError(f"{table} must have the columns 'file' and 'label'; give it a first row with them.")
            return list(reader)
    except FileNotFoundError:
        raise InputError(f"There is no {LABELS} in {folder}; give a folder of pictures that has one.") from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(f"{table} cannot be read as a CSV table in UTF-8; save it as one.") from None


def _listed(folder: Path) -> Samples:
    """The labelled pictures of a table; what is 28x28 and bright on dark already is taken as it is."""
    table = folder / LABELS
    rows = [row for row in label_rows(folder) if row["label"] and row["file"]]
    if not rows:
        raise InputError(f"{table} labels nothing; give it a label for each symbol.")
    if long := next((row["label"] for row in rows if len(row["label"]) > 1), None):
        raise InputError(f"{table} has the label '{long}', which is more than one symbol; give pictures of one symbol.")
    crops = []
    for row in rows:
        grey = cv2.imread(str(folder / row["file"]), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            raise InputError(f"{folder / row['file']} cannot be read as a picture; mend it or take out its row.")
        ready = grey.shape == (SIZE, SIZE) and not grey[[0, -1]].any()
        crops.append(as_gray(grey) if ready else mnist_crop(ink_of(as_gray(grey))))
    people = np.array([row.get("writer") or "" for row in rows])
    labels = np.array([row["label"] for row in rows], np.str_)
    return Samples(np.stack(crops), labels, _numbers(people) if people.all() else None)


def _pictures(folder: Path) -> Samples:
    found: list[tuple[Path, str]] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in PICTURES:
            continue
        name = path.parent.name if len(path.parent.name) == 1 else _symbol_in(path.stem)
        if len(name) == 1:
            found.append((path, name))
    crops, labels = [], []
    for path, name in found:
        gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if gray is None:
            raise InputError(f"{path} cannot be read as a picture; mend or remove it.")
        crop = mnist_crop(ink_of(as_gray(gray)))
        if crop.any():
            crops.append(crop)
            labels.append(name)
    if not crops:
        raise InputError(f"{folder} has no labelled pictures; make one sub-folder a symbol, named after it.")
    return Samples(np.stack(crops), np.array(labels, np.str_))


def _symbol_in(stem: str) -> str:
    """`DIGIT_4_17` -> `4`, `SMALL_q_3` -> `q`; empty where the name says nothing."""
    words = stem.split("_")
    return words[-2] if len(words) >= 2 else ""
