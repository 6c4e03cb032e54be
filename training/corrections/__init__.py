"""Learning from people's corrections: from the fields that they corrected to a model that reads such fields better."""

from training.corrections.rows import Correction, read_corrections
from training.corrections.tune import TuneResult, TuneSettings, tune

__all__ = ["Correction", "TuneResult", "TuneSettings", "read_corrections", "tune"]
