"""Learning from people's corrections: from the fields that they corrected to a model that reads such fields better."""

from training.corrections.learn import LearnSettings, Lesson, learn
from training.corrections.rows import Correction, parsed, read_corrections
from training.corrections.settings import TuneSettings
from training.corrections.tune import TuneResult, tune

__all__ = [
    "Correction",
    "LearnSettings",
    "Lesson",
    "TuneResult",
    "TuneSettings",
    "learn",
    "parsed",
    "read_corrections",
    "tune",
]
