"""Segmentation: a field's ink into a lattice of candidate symbols, each an MNIST-style crop."""

from extractor.fields import FieldImage
from extractor.segmentation.comb import segment_comb
from extractor.segmentation.comb_ends import with_ends
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.lattice import Candidate, Lattice
from extractor.segmentation.string import segment_string
from extractor.segmentation.writing_doubts import comb_doubts, string_doubts

__all__ = [
    "Candidate",
    "Lattice",
    "comb_doubts",
    "mnist_crop",
    "segment",
    "segment_comb",
    "segment_string",
    "string_doubts",
    "with_ends",
]


def segment(field: FieldImage, *, comb: bool) -> Lattice:
    """The lattice of one field: its printed cells, or all ways to part a free string."""
    return segment_comb(field) if comb else segment_string(field)
