"""Boxes to tick and bubbles to fill: empty, marked, or withdrawn, by their ink against the sheet's own empty ones."""
