"""Connected pieces of ink: shown and kept by flags, few of them and many."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.pieces import find_pieces, only


@pytest.mark.parametrize("share", [0.02, 0.2], ids=["more than a byte can number", "grown together"])
def test_pieces_that_are_kept_are_as_if_nothing_else_were_there(share: float) -> None:
    rng = np.random.default_rng(4)
    ink = np.where(rng.random((120, 160)) < share, 255, 0).astype(np.uint8)
    pieces = find_pieces(ink)
    keep = rng.random(len(pieces.areas)) < 0.5
    shown = pieces.shown(keep)
    assert np.array_equal(shown > 0, np.concatenate(([False], keep))[pieces.labels])
    alone, kept = find_pieces(shown), pieces.kept(keep)
    assert np.array_equal(kept.labels, alone.labels)
    assert np.array_equal(kept.boxes, alone.boxes)
    assert np.array_equal(kept.areas, alone.areas)
    assert np.array_equal(only(ink, pieces, keep), shown)
    assert pieces.kept(np.ones_like(keep)) is pieces
