"""Pages into the files that scanners, phones and tablets write."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from samples.generator.filling import Writing
from samples.generator.glyph import DPI
from samples.generator.scanner import Picture

QUALITY = 58
ORIENTATION = 0x0112
"""The EXIF tag that says how a phone was held."""
EXIF_TURN = {0: 1, 90: 6, 180: 3, 270: 8}


def write(path: Path, pages: Sequence[Picture], turned: Sequence[int], dpi: Sequence[int]) -> None:
    """Write `pages` to `path` in the format of its ending; `turned` are degrees with the clock by which the file
    tells its reader to turn each page, whose pixels are therefore stored turned the other way."""
    stored = [np.ascontiguousarray(np.rot90(page, turn // 90)) for page, turn in zip(pages, turned, strict=True)]
    match path.suffix:
        case ".jpg":
            exif = Image.Exif()
            exif[ORIENTATION] = EXIF_TURN[turned[0]]
            path.write_bytes(_jpeg(stored[0], dpi[0], exif))
        case ".png":
            _png(path, stored[0], dpi[0])
        case ".tif":
            first, *rest = (Image.fromarray(page).convert("1") for page in stored)
            first.save(path, save_all=True, append_images=rest, compression="group4", dpi=(dpi[0], dpi[0]))
        case ".pdf":
            _pdf(path, stored, turned, dpi)


def write_tablet(path: Path, form: Path, writing: Writing) -> None:
    """The form's own PDF with `writing` laid over it as a see-through picture, as a tablet saves it."""
    height, width = writing.ink.shape
    ink = np.zeros((height, width, 4), np.uint8)
    ink[..., :3] = writing.hand.colour
    ink[..., 3] = (writing.ink * 255).round()
    small = Image.fromarray(ink).resize((width * 2 // 3, height * 2 // 3), Image.Resampling.BOX)
    over = io.BytesIO()
    canvas = Canvas(over, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(small), 0, 0, A4[0], A4[1], mask="auto")
    canvas.save()
    with pikepdf.open(form) as pdf, pikepdf.open(over) as layer:
        sheet = pdf.pages[0]
        # Not `add_overlay`, which names the layer at random and so never writes the same file twice.
        sheet.add_resource(pdf.copy_foreign(layer.pages[0].as_form_xobject()), pikepdf.Name.XObject, pikepdf.Name.Ink)
        sheet.contents_add(b"q", prepend=True)
        sheet.contents_add(b"Q q /Ink Do Q")
        pdf.save(path, deterministic_id=True)


def _jpeg(page: Picture, dpi: int, exif: Image.Exif | None = None) -> bytes:
    buffer = io.BytesIO()
    options = {"exif": exif} if exif and exif[ORIENTATION] != 1 else {}
    Image.fromarray(page).save(buffer, "JPEG", quality=QUALITY, optimize=True, dpi=(dpi, dpi), **options)
    return buffer.getvalue()


def _png(path: Path, page: Picture, dpi: int) -> None:
    """Bilevel pages with one bit a pixel; grey ones in 16 greys, as office scanners do to keep files small."""
    if set(np.unique(page)) <= {0, 255}:
        image = Image.fromarray(page).convert("1")
    else:
        image = Image.fromarray((np.round(page / 17) * 17).astype(np.uint8)).quantize(16)
    image.save(path, optimize=True, dpi=(dpi, dpi))


def _pdf(path: Path, pages: Sequence[Picture], turned: Sequence[int], dpi: Sequence[int]) -> None:
    """One JPEG a page and nothing else, as a scanner writes."""
    with pikepdf.new() as pdf:
        for page, turn, resolution in zip(pages, turned, dpi, strict=True):
            height, width = page.shape[:2]
            image = pikepdf.Stream(pdf, _jpeg(page, resolution))
            image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            image.Width, image.Height, image.BitsPerComponent = width, height, 8
            image.ColorSpace = pikepdf.Name.DeviceGray if page.ndim == 2 else pikepdf.Name.DeviceRGB
            image.Filter = pikepdf.Name.DCTDecode
            across, up = (round(side * 72 / resolution, 2) for side in (width, height))
            pdf.add_blank_page(page_size=(across, up))
            sheet = pdf.pages[-1]
            sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
            sheet.Contents = pikepdf.Stream(pdf, f"q {across} 0 0 {up} 0 0 cm /Im0 Do Q".encode())
            if turn:
                sheet.Rotate = turn
        pdf.save(path, deterministic_id=True)


def dpi_of(page: Picture) -> int:
    """The resolution at which a page of this size would be A4, for pictures that have none of their own."""
    return round(float(max(page.shape[:2])) * DPI / 3508)
