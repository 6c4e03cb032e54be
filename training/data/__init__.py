"""What the recogniser learns from: real symbols, pens and scanners that change them, marks, junk."""

from training.data.samples import Samples
from training.data.sources import data_folder, load_samples

__all__ = ["Samples", "data_folder", "load_samples"]
