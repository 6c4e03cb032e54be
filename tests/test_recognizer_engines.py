"""Both engines give proper log-probabilities, the same for a crop however it is batched, and agree with each other."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.recognizer import Recognizer, load_ctc, load_recognizer
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.ctc import frames_of
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.text_line import HEIGHT
from extractor.values import Crops
from training.data.marks import cross, dash
from training.data.scan import scanned
from training.data.sources import data_folder, mnist, usps

needs_mnist = pytest.mark.skipif(
    not (data_folder() / "mnist").is_dir(), reason="MNIST is not in the data folder; set FORMDIGITS_DATA"
)
needs_usps = pytest.mark.skipif(
    not (data_folder() / "usps").is_dir(), reason="USPS is not in the data folder; set FORMDIGITS_DATA"
)
needs_tensorflow = pytest.mark.skipif(not find_spec("tensorflow"), reason="TensorFlow is not installed")


@pytest.fixture(scope="module")
def litert() -> Recognizer:
    return load_recognizer()


@pytest.fixture(scope="module")
def marks() -> Crops:
    rng = np.random.default_rng(11)
    return np.stack([scanned(draw(rng), rng, dirt=0) for draw in [cross] * 100 + [dash] * 100])


@given(count=st.sampled_from([1, 2, 3, 4, 5, 8, 9, 63, 101]), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_a_crop_reads_the_same_in_any_batch(litert: Recognizer, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    crops = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    together = litert.log_probabilities(crops)
    some = rng.integers(0, count, 3)
    assert together.shape == (count, len(litert.classes))
    assert np.allclose(np.exp(together).sum(1), 1, atol=1e-4)
    for index in some:
        assert np.array_equal(litert.log_probabilities(crops[index : index + 1])[0], together[index])


def test_no_crops_give_no_rows(litert: Recognizer) -> None:
    assert litert.log_probabilities(np.zeros((0, 28, 28), np.uint8)).shape == (0, len(litert.classes))


def test_a_text_line_reads_the_same_beside_lines_of_other_widths() -> None:
    ctc = load_ctc(SHIPPED)
    assert ctc is not None
    rng = np.random.default_rng(5)
    lines = [rng.integers(0, 256, (HEIGHT, width), dtype=np.uint8) for width in (150, 17, 64, 16, 512, 63, 150)]
    for line, rows in zip(lines, ctc.log_probabilities(lines), strict=True):
        fresh = load_ctc(SHIPPED)
        assert fresh is not None
        assert rows.shape == (frames_of(line.shape[1]), len(ctc.classes) + 1)
        assert np.array_equal(fresh.log_probabilities([line])[0], rows)


def test_more_threads_change_nothing(litert: Recognizer, marks: Crops) -> None:
    assert np.array_equal(litert.log_probabilities(marks), load_recognizer(threads=2).log_probabilities(marks))


def test_marks_are_known(litert: Recognizer, marks: Crops) -> None:
    names = np.array(litert.classes)[litert.log_probabilities(marks).argmax(1)]
    assert (names[:100] == "cross").mean() >= 0.95
    assert (names[100:] == "dash").mean() >= 0.95


def test_the_default_engine_is_cheap_to_import() -> None:
    script = (
        "import sys, numpy as np; from extractor.recognizer import load_recognizer;"
        "load_recognizer().log_probabilities(np.zeros((3, 28, 28), np.uint8));"
        "print([name for name in ('tensorflow', 'keras', 'cv2', 'training') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@needs_mnist
def test_mnist_accuracy_is_what_we_promise(litert: Recognizer) -> None:
    test = mnist("test")
    for crops, least in ((test.images, 0.9960), (np.stack([mnist_crop(image) for image in test.images]), 0.9940)):
        best = np.array(litert.classes[:10])[litert.log_probabilities(crops)[:, :10].argmax(1)]
        assert (best == test.labels).mean() >= least


@needs_usps
def test_digits_of_another_country_and_scanner(litert: Recognizer) -> None:
    test = usps()
    best = np.array(litert.classes[:10])[litert.log_probabilities(test.images)[:, :10].argmax(1)]
    assert (best == test.labels).mean() >= 0.97


@needs_mnist
def test_confidence_on_mnist_is_not_too_high(litert: Recognizer) -> None:
    test = mnist("test")
    scores = litert.log_probabilities(test.images)
    right = np.array(litert.classes)[scores.argmax(1)] == test.labels
    assert right[scores.max(1) > np.log(0.99)].mean() >= 0.998


@needs_mnist
@needs_tensorflow
@pytest.mark.slow
def test_int8_and_float_give_the_same_answers(litert: Recognizer, marks: Crops) -> None:
    crops = np.concatenate([mnist("test").images[:2000], marks])
    whole = load_recognizer(engine="keras")
    assert whole.classes == litert.classes
    small, large = litert.log_probabilities(crops), whole.log_probabilities(crops)
    assert (small.argmax(1) == large.argmax(1)).mean() >= 0.999
    # Where it matters, at the likely classes, eight bits move a probability by little.
    likely = large > np.log(0.05)
    assert np.median(np.abs(small - large)[likely]) < 0.02
    assert np.quantile(np.abs(small - large)[likely], 0.99) < 0.5
    assert np.allclose(np.exp(large).sum(1), 1, atol=1e-4)
