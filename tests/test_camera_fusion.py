"""Frames of a string together: they settle on one value, and are no surer of it than one by one."""

from __future__ import annotations

import numpy as np

from extractor.decoding import Decoded
from extractor.decoding.meaning import Meaning
from extractor.fields import as_single_field
from extractor.observation import NO_LATTICE, Observation
from extractor.recognizer.choice import load_model
from extractor.template import Format
from extractor.values import Alternative
from extractor.video.fusion import LatticeEvidence


def seen() -> Observation:
    model = load_model()
    picture = as_single_field(np.full((40, 120), 230, np.uint8))
    return Observation(
        "number", Format(), picture, model, NO_LATTICE, np.zeros((0, len(model.symbols.classes)), np.float32)
    )


def said(value: str, confidence: float, other: str) -> Decoded:
    return Decoded(Meaning(value), value, confidence, (Alternative(other, 1 - confidence),))


def test_many_frames_settle_on_the_likelier_value_without_being_surer_than_they_are_one_by_one() -> None:
    evidence, one = LatticeEvidence(), seen()
    for _ in range(30):
        evidence.add(one, said("17", 0.9, "77"), 1.0)
        evidence.add(one, said("17", 0.7, "77"), 1.0)
        evidence.add(one, said("77", 0.6, "17"), 1.0)
    _, fused = evidence.fused()
    assert fused.meaning.value == "17"
    assert 0.5 < fused.confidence <= 0.8 + 1e-9
    assert fused.alternatives[0].value == "77"
