"""The second reader: what its word does to a reading, which fields it is asked about, and that windows survive it."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.decoding import Decoded
from extractor.decoding.ctc_search import Transcript
from extractor.decoding.meaning import Meaning
from extractor.decoding.second_opinion import Word, with_second_opinion, word_of
from extractor.errors import ModelError
from extractor.options import ReadOptions
from extractor.reading import Reader, make_reader
from extractor.recognizer.choice import Recognizers, load_model
from extractor.recognizer.second_reader import (
    INSTALL,
    SecondReader,
    read_second_card,
    second_reader,
    second_reader_file,
)
from extractor.template import Format
from extractor.template.rule import Rule
from extractor.values import DoubtKind, Floats, Gray, Page
from tests.forms import FORM
from tests.test_reading import filled

DIGITS = Format()
WEIGHTS = read_second_card().weights
ROOT = Path(__file__).resolve().parents[1]


def said(*options: tuple[str, float]) -> list[Transcript]:
    return [Transcript(text, math.log(p), ()) for text, p in options]


def decoded(value: str, confidence: float) -> Decoded:
    return Decoded(Meaning(value), value, confidence, ())


@pytest.fixture(scope="module")
def installed() -> SecondReader:
    """The second reader; where it is not installed a failure in CI, elsewhere a skip."""
    reader = second_reader()
    if reader is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"the second reader is not installed: {INSTALL}")
    return reader


def drawn(text: str) -> Gray:
    sheet = np.full((60, 30 * len(text) + 20), 235, np.uint8)
    cv2.putText(sheet, text, (10, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 40, 3, cv2.LINE_AA)
    return sheet


def test_agreement_raises_and_contradiction_lowers() -> None:
    ours = word_of(said(("618", 0.9)), DIGITS)
    before = decoded("618", 0.95)
    agreed = with_second_opinion(before, ours, word_of(said(("618", 0.95)), DIGITS), WEIGHTS)
    against = with_second_opinion(before, ours, word_of(said(("613", 0.9), ("618", 0.05)), DIGITS), WEIGHTS)
    assert agreed.confidence > before.confidence > against.confidence
    assert not agreed.doubts
    [doubt] = against.doubts
    assert doubt.kind is DoubtKind.SECOND
    assert doubt.sentence == "another reader reads 613 here"
    assert against.alternatives[0].value == "613"
    assert against.confidence + sum(one.probability for one in against.alternatives) <= 1


def test_contradiction_sends_even_the_most_certain_to_review() -> None:
    ours = word_of(said(("618", 0.9999)), DIGITS)
    found = with_second_opinion(decoded("618", 0.998), ours, word_of(said(("613", 0.9)), DIGITS), WEIGHTS)
    assert found.confidence <= 0.9


def test_both_taking_a_slash_for_a_one_proves_nothing() -> None:
    one = said(("618", 0.97), ("6/8", 0.03))
    found = with_second_opinion(decoded("618", 0.98), word_of(one, DIGITS), word_of(one, DIGITS), WEIGHTS)
    assert found.confidence <= 0.9
    ratio = word_of(said(("120/80", 0.97)), Format(kind="ratio"))
    assert ratio.meant == "120/80"
    assert not ratio.mark


def test_a_reader_that_sees_a_forbidden_mark_does_not_agree() -> None:
    other = word_of(said(("6/18", 0.9), ("618", 0.1)), DIGITS)
    found = with_second_opinion(decoded("618", 0.98), word_of(said(("618", 0.97)), DIGITS), other, WEIGHTS)
    assert any(doubt.sentence == "another reader reads 6/18 here" for doubt in found.doubts)


def test_what_a_format_lacks_is_no_other_reading_and_a_mark_is_one() -> None:
    pressure = word_of(said(("120180", 0.6), ("120/80", 0.3)), Format(kind="ratio"))
    assert (pressure.said, pressure.meant, pressure.forbidden) == ("120/80", "120/80", {})
    marked = word_of(said(("6/18", 0.6), ("618", 0.3)), DIGITS)
    assert (marked.said, marked.meant, marked.forbidden) == ("6/18", "", {"618": pytest.approx(0.6)})
    assert word_of(said(("120180", 0.6)), Format(kind="ratio")).said == "120180"


def test_it_is_told_that_the_first_reader_reads_otherwise() -> None:
    ours, other = (word_of(said(option), DIGITS) for option in (("614", 0.4), ("64", 0.9)))
    found = with_second_opinion(decoded("64", 0.3), ours, other, WEIGHTS)
    assert [doubt.sentence for doubt in found.doubts] == ["the first reader reads 614 here"]
    assert found.confidence <= 0.9


def test_nobody_is_sure_of_what_the_format_forbids_and_what_it_allows_is_kept_beside_it() -> None:
    ours, other = word_of(said(("614", 0.7), ("6/4", 0.25)), DIGITS), word_of(said(("6/4", 0.95)), DIGITS)
    forbidden = Decoded(Meaning("64", problem="a '/' stands in it"), "6/4", 0.9, ())
    found = with_second_opinion(forbidden, ours, other, WEIGHTS)
    assert found.confidence == 0
    assert [one.value for one in found.alternatives] == ["614"]


def test_a_reader_that_says_nothing_changes_nothing() -> None:
    before = decoded("618", 0.95)
    assert with_second_opinion(before, Word(), Word(), WEIGHTS) == before


def test_its_word_does_not_depend_on_what_is_read_beside_it(installed: SecondReader) -> None:
    pictures = [drawn(text) for text in ("1", "618", "2740", "98765432101")]
    together = installed.log_probabilities(pictures)
    for picture, rows in zip(pictures, together, strict=True):
        [alone] = installed.log_probabilities([picture])
        assert np.allclose(np.exp(alone), np.exp(rows), atol=1e-4)
    assert installed.log_probabilities([]) == []


def test_it_is_asked_about_free_strings(installed: SecondReader) -> None:
    pages = [Page("a.png", 1, drawn("2740"))]
    ((with_it,), (without,)) = (
        make_reader((), Recognizers(second=second), ReadOptions.of(single_field=True)).read(pages)
        for second in (True, False)
    )
    assert with_it["value"].value == without["value"].value == "2740"
    assert with_it["value"].confidence != without["value"].confidence


class Counting:
    """A second reader that reads nothing and counts what it is asked."""

    classes = "0123456789"

    def __init__(self) -> None:
        self.asked = 0

    def log_probabilities(self, pictures: Sequence[Gray]) -> list[Floats]:
        self.asked += len(pictures)
        return [np.log(np.full((4, 11), (*[0.0001] * 10, 0.999), np.float32)) for _ in pictures]


def asked(rules: tuple[Rule, ...], accept: float) -> int:
    counting = Counting()
    form = FORM.model_copy(update={"rules": rules})
    Reader((form,), load_model(), accept=accept, second=lambda: counting).read([Page("a.png", 1, filled())])
    return counting.asked


def test_what_an_equation_proves_needs_no_second_reader() -> None:
    free = next(field.name for field in FORM.fields if field.cells is None)
    assert asked((), 0.5) == 1
    assert asked((Rule(f"{free} = 4107"),), 0.5) == 0


def test_another_file_than_the_card_describes_is_refused(installed: SecondReader, tmp_path: Path) -> None:
    file = tmp_path / "other.onnx"
    file.write_bytes(b"another network")
    with pytest.raises(ModelError, match="not the network"):
        SecondReader(file, read_second_card())


def test_opencv_keeps_its_windows_beside_the_second_reader(installed: SecondReader) -> None:
    assert second_reader_file() is not None
    names = {one.metadata["Name"].lower() for one in distributions()}
    assert "opencv-python-headless" not in names
    assert cv2.currentUIFramework()


def test_the_lock_leaves_out_the_opencv_without_windows() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.search(r"^rapidocr==", lock, re.MULTILINE)
    for line in re.findall(r"^opencv-python-headless==.*$", lock, re.MULTILINE):
        assert "sys_platform == 'never'" in line
