"""The picture of a scanned PDF page, taken out of the file as the scanner put it in: faster than any rendering, and
at the scanner's own resolution."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pikepdf
from pikepdf.exceptions import ImageDecompressionError

from extractor.documents.grey import grey_from_bytes, grey_from_pillow, squared
from extractor.documents.jpeg import jpeg_header
from extractor.documents.limits import check_size
from extractor.documents.render import POINTS_PER_INCH
from extractor.documents.scan import Scan
from extractor.errors import DocumentError
from extractor.values import Gray

_QUARTERS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_COMPONENTS = {"L": 1, "RGB": 3}


def read_scan(scan: Scan, rotate: int) -> Gray | None:
    """The picture of `scan` in grey, as the page shows it: mirrored and turned as it was placed, then turned
    clockwise by the page's `rotate` (0, 90, 180 or 270 degrees), pixels square.

    None where the picture is stored in a way that only a renderer knows. Raises DocumentError where it is too
    large or ends early.
    """
    check_size(int(scan.image.get("/Width", 0)), int(scan.image.get("/Height", 0)))
    image = _decode(scan.image)
    if image is None:
        return None
    (a, b), (c, d) = scan.matrix[:2, :2]
    # A picture's rows run downwards, a page's y upwards.
    if abs(a) < abs(b):
        image, a, d = np.asarray(cv2.transpose(image), np.uint8), -c, -b
    image = _mirrored(image, a < 0, d < 0)
    if rotate in _QUARTERS:
        image = np.asarray(cv2.rotate(image, _QUARTERS[rotate]), np.uint8)
    height, width = image.shape
    wide, high = np.abs(scan.matrix[:2, :2]).max(axis=0)
    if rotate in (90, 270):
        wide, high = high, wide
    return squared(image, width * POINTS_PER_INCH / wide, height * POINTS_PER_INCH / high)


def _mirrored(image: Gray, across: bool, down: bool) -> Gray:
    if not across and not down:
        return image
    return np.asarray(cv2.flip(image, -1 if across and down else int(across)), np.uint8)


def _decode(stream: pikepdf.Stream) -> Gray | None:
    """The stored picture in grey, rows as stored; None where a renderer is needed."""
    if "/JPXDecode" in _filters(stream):  # would be decoded merely to look at it
        return None
    picture = pikepdf.PdfImage(stream)
    try:
        mode = "1" if picture.image_mask else picture.mode
        inverted = _inverted(stream, picture)
        if inverted is None or mode not in ("1", "L", "P", "RGB", "I;16"):
            return None
        if "/DCTDecode" in _filters(stream):
            return _jpeg(picture, _COMPONENTS.get(mode, 0), inverted)
        # Only a stencil says with its first colour what is ink: samples of 0 are painted, here in black.
        return grey_from_pillow(picture.as_pil_image(apply_mask=False))
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # whatever pikepdf, Pillow or a missing helper program cannot do, the renderer may
        # But half a picture it would draw without a word, and the rest as blank paper.
        if isinstance(error, ImageDecompressionError) or "not enough image data" in str(error):
            raise DocumentError("The page's picture ends early; scan or copy the file again.") from None
        return None


def _filters(stream: pikepdf.Stream) -> list[str]:
    names = stream.get("/Filter", None)
    if names is None:
        return []
    return [str(name) for name in names] if isinstance(names, pikepdf.Array) else [str(names)]


def _inverted(stream: pikepdf.Stream, picture: pikepdf.PdfImage) -> bool | None:
    """Whether the picture's Decode array swaps black and white; None where it does anything else."""
    decode = [float(x) for x in stream.get("/Decode", ())]
    top = float(2**picture.bits_per_component - 1) if picture.indexed else 1.0
    if decode in ([], [0.0, top] * (len(decode) // 2)):
        return False
    return True if decode == [top, 0.0] * (len(decode) // 2) and not picture.indexed else None


def _jpeg(picture: pikepdf.PdfImage, components: int, inverted: bool) -> Gray | None:
    out = BytesIO()
    if picture.extract_to(stream=out, apply_decode_array=False, apply_mask=False) != ".jpg":
        return None
    data = out.getvalue()
    header = jpeg_header(data)
    check_size(header.width, header.height)
    if header.components != components:
        return None
    # A PDF viewer does not look at the EXIF data inside.
    image = grey_from_bytes(data, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    return 255 - image if inverted else image
