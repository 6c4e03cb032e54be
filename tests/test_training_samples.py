"""Training data is read from any of its forms, and no writer is on both sides of a split."""

from __future__ import annotations

import gzip
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.errors import InputError
from training.data.samples import Samples, joined
from training.data.sources import data_folder, ink_of, load_samples, mnist, read_idx


def some(count: int, writers: int | None = None, seed: int = 0) -> Samples:
    rng = np.random.default_rng(seed)
    return Samples(
        rng.integers(0, 256, (count, 28, 28), dtype=np.uint8),
        np.array(list("ABC"))[rng.integers(0, 3, count)],
        None if writers is None else rng.integers(0, writers, count),
    )


@given(count=st.integers(60, 300), writers=st.integers(2, 40), share=st.floats(0.05, 0.5), seed=st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_no_writer_is_on_both_sides(count: int, writers: int, share: float, seed: int) -> None:
    samples = some(count, writers, seed)
    if len(np.unique(samples.writers)) < 2:
        return
    learned, aside = samples.split(share, seed)
    assert len(learned) + len(aside) == count
    assert learned.writers is not None
    assert aside.writers is not None
    assert not set(learned.writers.tolist()) & set(aside.writers.tolist())


def test_without_writers_every_symbol_is_held_out_in_its_share() -> None:
    samples = some(600)
    _, aside = samples.split(0.1, 3)
    for symbol in "ABC":
        assert (aside.labels == symbol).sum() == round(0.1 * (samples.labels == symbol).sum())


def test_the_same_seed_gives_the_same_split() -> None:
    samples = some(100, 10)
    assert np.array_equal(samples.split(0.2, 5)[1].images, samples.split(0.2, 5)[1].images)


def test_one_writer_cannot_be_split() -> None:
    with pytest.raises(InputError, match="cannot be divided"):
        some(20, 1).split(0.1, 1)


def test_joined_sets_share_no_writers() -> None:
    both = joined([some(30, 5), some(20), some(10, 5)])
    assert both.writers is not None
    parts = [set(both.writers[a:b].tolist()) for a, b in ((0, 30), (30, 50), (50, 60))]
    assert len(parts[1]) == 20
    assert len(set().union(*parts)) == sum(map(len, parts))


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.astype(np.uint8).tobytes()


def test_idx_files_plain_and_gzipped(tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (7, 28, 28), dtype=np.uint8)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.arange(7))))
    samples = load_samples(tmp_path)
    assert np.array_equal(samples.images, images)
    assert samples.labels.tolist() == list("0123456")


@pytest.mark.parametrize(
    "raw", [b"", b"\0\0", b"\0\0\x0d\1\0\0\0\4" + b"\0" * 16, b"\0\0\x08\3\0\0\0\2", b"PK\3\4" * 9]
)
def test_what_is_no_idx_file(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(raw)
    with pytest.raises(InputError, match="is not an idx file of bytes"):
        read_idx(path)


def test_npz_of_any_size_is_cropped_as_mnist_was(tmp_path: Path) -> None:
    images = np.zeros((2, 60, 40), np.uint8)
    images[:, 10:50, 15:22] = 255
    path = tmp_path / "letters.npz"
    np.savez(path, images=images, labels=np.array(["I", "l"]), writers=np.array([4, 9]))
    samples = load_samples(path)
    assert samples.images.shape == (2, 28, 28)
    assert cv2.boundingRect(samples.images[0])[3] == 20
    assert samples.alphabet == ("I", "l")
    assert samples.writers is not None
    assert samples.writers.tolist() == [4, 9]
    np.savez(path, images=images, labels=np.array(["I", "l"]), writers=np.array(["Zoe", "Ann"]))
    assert load_samples(path).writers.tolist() == [1, 0], "names are as good as numbers"


@pytest.mark.parametrize("arrays", [{"images": np.zeros((2, 28, 28), np.uint8)}, {"labels": np.array(["a"])}])
def test_npz_that_lacks_something(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    path = tmp_path / "half.npz"
    np.savez(path, **arrays)
    with pytest.raises(InputError, match="holds no 'images' and 'labels'"):
        load_samples(path)


def test_npz_of_the_wrong_type(tmp_path: Path) -> None:
    path = tmp_path / "floats.npz"
    np.savez(path, images=np.zeros((2, 28, 28)), labels=np.array(["a", "b"]))
    with pytest.raises(InputError, match="must be uint8"):
        load_samples(path)


def test_folders_named_after_their_symbol(tmp_path: Path) -> None:
    for symbol, x in (("A", 20), ("7", 40)):
        (tmp_path / symbol).mkdir()
        paper = np.full((60, 60), 230, np.uint8)
        cv2.line(paper, (x, 10), (x, 50), 40, 4)
        cv2.imwrite(str(tmp_path / symbol / "one.png"), paper)
    samples = load_samples(tmp_path)
    assert sorted(samples.labels.tolist()) == ["7", "A"]
    assert (samples.images.max((1, 2)) > 200).all()


def test_a_folder_without_labelled_pictures(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError, match="no labelled pictures"):
        load_samples(tmp_path)


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no training data at"):
        load_samples(tmp_path / "nowhere")


@pytest.mark.parametrize("light", [True, False])
def test_ink_is_found_on_light_and_on_dark_ground(light: bool) -> None:
    picture = np.full((40, 40), 200, np.uint8)
    cv2.circle(picture, (20, 20), 10, 60, 3)
    ink = ink_of(picture if light else 255 - picture)
    assert ink[20, 10] == 255
    assert ink[20, 20] == ink[2, 2] == 0


@pytest.mark.skipif(not (data_folder() / "mnist").is_dir(), reason="MNIST is not in the data folder")
def test_mnist_is_whole_and_its_test_writers_wrote_none_of_its_training_set() -> None:
    learn, test = mnist("train"), mnist("test")
    assert learn.images.shape == (60_000, 28, 28)
    assert test.images.shape == (10_000, 28, 28)
    assert learn.writers is not None
    assert test.writers is not None
    assert not set(learn.writers.tolist()) & set(test.writers.tolist())
