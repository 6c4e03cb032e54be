"""A form that no template describes: it shows what becomes of a page that is none of ours."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import Color

from samples.generator.sheet import Sheet


def draw(path: Path) -> Sheet:
    """The form, written to `path` as a one-page PDF. Its boxes are fields only so that they can be filled."""
    sheet = Sheet.new(path, form="delivery-note", title="Delivery note", ink=Color(0, 0, 0), marks=(), rules=())
    sheet.text(1050, 300, "Delivery note", 24, bold=True, align="centre")
    sheet.frame(200, 420, 800, 420)
    sheet.text(230, 480, "Deliver to", 9)
    for x, right, words in ((200, 420, "Item"), (420, 1500, "Description"), (1500, 1900, "Quantity")):
        sheet.text((x + right) / 2, 1000, words, 10, align="centre")
        sheet.frame(x, 950, right - x, 1250)
    for n in range(1, 13):
        sheet.line(200, 950 + n * 96, 1900, 950 + n * 96, width=1)
    for n in range(1, 6):
        sheet.box(f"quantity_{n}", 1500, 950 + n * 96, 400, 96, format_="", line=1)
    sheet.line(200, 2600, 900, 2600)
    sheet.text(200, 2640, "Received by", 8)
    sheet.finish()
    return sheet
