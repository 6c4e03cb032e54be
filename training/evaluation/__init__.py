"""Evaluation: what was read against what is written, measured, drawn and written down."""

from training.data.sources import LABELS
from training.evaluation.labelled_strings import read_strings
from training.evaluation.labelled_symbols import read_symbols
from training.evaluation.measures import Measures, measured
from training.evaluation.outcomes import Outcome, Outcomes
from training.evaluation.report import write_report

__all__ = [
    "LABELS",
    "Measures",
    "Outcome",
    "Outcomes",
    "measured",
    "read_strings",
    "read_symbols",
    "write_report",
]
