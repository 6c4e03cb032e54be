"""Whether a PDF page is just a scan: one picture over the whole page, and nothing else that shows; and how fine the
pictures on any other page are.

The page's drawing instructions are followed (ISO 32000-1, 8.4 and 8.10) without drawing. What a scanner or an OCR
program adds, and what does not show, is allowed: clipping to the page, text in the invisible mode, anything painted
before an opaque picture that then covers it. At the least doubt the answer is no, and the page is rendered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pikepdf
from numpy.typing import NDArray

from extractor.documents.render import POINTS_PER_INCH
from extractor.values import Box

Matrix = NDArray[np.float64]
"""Shape (3, 3), for points as rows: (x, y, 1) @ matrix."""

MAX_CONTENT = 8_000_000
"""Bytes of drawing instructions that are followed; a page with more of them is rendered."""

_OPERATORS = "q Q cm Do gs Tr Tj TJ ' \" m l c v y re h n W W* f F f* B B* b b* S s sh g rg k cs sc scn BDC BI ID EI"
_PAINT = frozenset(("f", "F", "f*", "B", "B*", "b", "b*", "S", "s"))
_SHOW = frozenset(("Tj", "TJ", "'", '"'))
_INVISIBLE = 3
_DEPTH, _BUDGET, _STREAMS = 6, 100_000, 1000
"""Forms within forms, instructions, and streams of instructions that are followed at most."""
_RECTANGLE = (4, 5)
"""Points of a rectangle whose sides are drawn one by one: its corners, with or without the first once more."""
_EDGE = 0.01
"""How far a picture that covers the page may stay inside its edges, or reach beyond them, in page sizes."""
_MOST = 0.85
"""How much of the page a lone picture must cover, with nothing but white around it."""
_PICTURED = 0.25
"""How much of the page must be as fine as it is drawn, so that it is not drawn for the sake of a logo."""
_TILT = math.tan(math.radians(1))


@dataclass(frozen=True)
class Scan:
    """The picture of a page that is just a scan, and where it lies: the unit square @ `matrix`, in points."""

    image: pikepdf.Stream
    matrix: Matrix


def find_scan(page: pikepdf.Page, visible: Box) -> Scan | None:
    """The scan that `page` shows in its `visible` box (in points, y upwards), or None where it has to be rendered."""
    obj, follower = page.obj, _Follower(visible)
    try:
        if any(map(_shows, obj.get("/Annots", ()))) or _content_size(obj) > MAX_CONTENT:
            return None
        follower.follow(obj, obj.get("/Resources", pikepdf.Dictionary()), _State(), 0)
    except _UNFOLLOWED:
        return None
    return None if follower.dirty else follower.scan


def picture_dpi(page: pikepdf.Page, visible: Box) -> float:
    """Pixels to the inch, in the page's own units, of the pictures on `page`: so many or more over a quarter of what is
    `visible`, 0.0 where fewer pictures are."""
    follower = _Follower(visible)
    try:
        if _content_size(page.obj) > MAX_CONTENT:
            raise _GiveUpError
        follower.follow(page.obj, page.obj.get("/Resources", pikepdf.Dictionary()), _State(), 0)
    except _UNFOLLOWED:
        # Where they stand is not known; over the whole page they are at their coarsest.
        whole = sorted((visible.width, visible.height))
        for picture in page.get_images().values():
            sides = sorted((int(picture.get("/Width", 0)), int(picture.get("/Height", 0))))
            finest = min(side * POINTS_PER_INCH / length for side, length in zip(sides, whole, strict=True))
            follower.pictures.append((finest, 1.0))
    covered = 0.0
    for dpi, share in sorted(follower.pictures, reverse=True):
        covered += share
        if covered >= _PICTURED:
            return dpi
    return 0.0


def _shows(annotation: Any) -> bool:
    hidden = int(annotation.get("/F", 0)) & 0b10
    return not hidden and annotation.get("/Subtype") not in ("/Link", "/Popup")


def _content_size(page: Any) -> int:
    contents = page.get("/Contents", None)
    if contents is None:
        return 0
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    # The packed size first: a small stream may unpack to gigabytes.
    if len(parts) > _STREAMS or sum(len(part.read_raw_bytes()) for part in parts) > MAX_CONTENT // 16:
        return MAX_CONTENT + 1
    return sum(len(part.read_bytes()) for part in parts)


class _GiveUpError(Exception):
    """Something that this module does not follow."""


_UNFOLLOWED = (_GiveUpError, pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError)


@dataclass(frozen=True)
class _State:
    """The graphics state, as far as it matters here."""

    matrix: Matrix = field(default_factory=lambda: np.eye(3))
    text_mode: int = 0
    black: bool = True
    plain: bool = True
    clip: Box | None = None


class _Follower:
    def __init__(self, visible: Box) -> None:
        self.scan: Scan | None = None
        self.dirty = False
        self.pictures: list[tuple[float, float]] = []
        """Of each picture its pixels to the inch, and its share of the page."""
        self._visible = visible
        self._budget = _BUDGET

    def follow(self, content: Any, resources: Any, state: _State, depth: int) -> None:
        """Follow the instructions of a page or form, beginning in `state`."""
        if depth > _DEPTH:
            raise _GiveUpError
        stack: list[_State] = []
        path = _Path()
        for instruction in pikepdf.parse_content_stream(content, _OPERATORS):
            self._budget -= 1
            if self._budget < 0:
                raise _GiveUpError
            operator, operands = str(instruction.operator), instruction.operands
            match operator:
                case "q":
                    stack.append(state)
                case "Q":
                    state = stack.pop() if stack else state
                case "cm":
                    state = replace(state, matrix=_matrix(operands) @ state.matrix)
                case "gs":
                    state = replace(state, plain=state.plain and _is_plain(resources["/ExtGState"][operands[0]]))
                case "Tr":
                    state = replace(state, text_mode=int(operands[0]))
                case "g" | "rg":
                    state = replace(state, black=not any(map(float, operands)))
                case "k":
                    state = replace(state, black=float(operands[3]) == 1)
                case "cs":
                    state = replace(state, black=operands[0] in ("/DeviceGray", "/DeviceRGB", "/DeviceCMYK"))
                case "sc" | "scn":
                    state = replace(state, black=False)
                case "m" | "l" | "c" | "v" | "y" | "re":
                    path.add(operator, [float(x) for x in operands], state.matrix)
                case "W" | "W*":
                    path.clips = True
                case "BDC" if operands[0] == "/OC":  # a layer, which may be switched off
                    raise _GiveUpError
                case "Do":
                    self._do(resources["/XObject"][operands[0]], resources, state, depth)
                case "sh" | "INLINE IMAGE":
                    self._paint()
                case _ if operator in _SHOW and state.text_mode != _INVISIBLE:
                    self._paint()
            if operator in _PAINT and path:
                self._paint()
            if operator == "n" or operator in _PAINT:
                if path.clips:
                    state = replace(state, clip=_overlap(state.clip, path.box()))
                path = _Path()

    def _paint(self) -> None:
        self.dirty = True

    def _do(self, target: Any, resources: Any, state: _State, depth: int) -> None:
        if "/OC" in target:
            raise _GiveUpError
        match target.get("/Subtype"):
            case "/Image":
                self._image(target, state)
            case "/Form":
                if "/Group" in target and not state.plain:
                    raise _GiveUpError
                matrix = _matrix(target.get("/Matrix", (1, 0, 0, 1, 0, 0))) @ state.matrix
                left, bottom, right, top = map(float, target["/BBox"])
                frame = _Path()
                frame.add("re", [left, bottom, right - left, top - bottom], matrix)
                inside = replace(state, matrix=matrix, clip=_overlap(state.clip, frame.box()))
                if len(target.read_raw_bytes()) > MAX_CONTENT // 16 or len(target.read_bytes()) > MAX_CONTENT:
                    raise _GiveUpError
                self.follow(target, target.get("/Resources", resources), inside, depth + 1)
            case _:
                raise _GiveUpError

    def _image(self, image: Any, state: _State) -> None:
        stencil = bool(image.get("/ImageMask", False))
        opaque = not stencil and not any(key in image for key in ("/SMask", "/Mask", "/SMaskInData"))
        alone = self.scan is None and not self.dirty
        placed = _Path()
        placed.add("re", [0, 0, 1, 1], state.matrix)
        box, page = placed.bounds(), self._visible
        self.pictures.append((_resolution(image, state.matrix), _share(_overlap(box, page), page)))
        whole = state.plain and _upright(state.matrix) and _within(box, page, _EDGE)
        whole = whole and (state.clip is None or _within(_overlap(box, page), state.clip, _EDGE))
        covers = whole and _within(page, box, _EDGE)
        fills = whole and box.width * box.height >= _MOST * page.width * page.height
        if (opaque and covers) or (alone and fills and (opaque or (stencil and state.black))):
            self.scan, self.dirty = Scan(image, state.matrix), False
        else:
            self._paint()


class _Path:
    """The points of a path; only its bounds, and whether it is an upright rectangle, matter."""

    def __init__(self) -> None:
        self.clips = False
        self._points: list[tuple[float, float]] = []
        self._simple = True
        self._rectangles = 0

    def __bool__(self) -> bool:
        return bool(self._points)

    def add(self, operator: str, numbers: Sequence[float], matrix: Matrix) -> None:
        if operator == "re":
            x, y, width, height = numbers
            numbers = [x, y, x + width, y, x + width, y + height, x, y + height]
            self._rectangles += 1
        points = np.reshape(numbers, (-1, 2))
        self._points += [(x, y) for x, y, _ in (np.c_[points, np.ones(len(points))] @ matrix).tolist()]
        self._simple = self._simple and operator in ("re", "m", "l")

    def bounds(self) -> Box:
        xs, ys = zip(*self._points, strict=True)
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))

    def box(self) -> Box:
        """The upright rectangle that this path is. Raises _GiveUpError where it is something else."""
        if not self._simple or len(self._points) not in _RECTANGLE or self._rectangles > 1:
            raise _GiveUpError
        box = self.bounds()
        slack = _EDGE * max(box.width, box.height)
        near: Callable[[float, float], bool] = lambda a, b: abs(a - b) <= slack  # noqa: E731
        corners = set()
        for x, y in self._points:
            if not (near(x, box.left) or near(x, box.right)) or not (near(y, box.top) or near(y, box.bottom)):
                raise _GiveUpError
            corners.add((near(x, box.left), near(y, box.top)))
        if len(corners) != _RECTANGLE[0]:
            raise _GiveUpError
        return box


def _resolution(image: Any, matrix: Matrix) -> float:
    wide, high = (max(float(length), 1e-6) for length in np.hypot(matrix[:2, 0], matrix[:2, 1]))
    return POINTS_PER_INCH * max(int(image.get("/Width", 0)) / wide, int(image.get("/Height", 0)) / high)


def _share(part: Box, page: Box) -> float:
    return part.width * part.height / max(page.width * page.height, 1e-6)


def _is_plain(settings: Any) -> bool:
    """Whether an extended graphics state paints opaquely, as if it were not there."""
    return (
        float(settings.get("/ca", 1)) == 1
        and settings.get("/SMask", "/None") == "/None"
        and settings.get("/BM", "/Normal") in ("/Normal", "/Compatible")
    )


def _matrix(numbers: Any) -> Matrix:
    a, b, c, d, e, f = map(float, numbers)
    return np.array([(a, b, 0), (c, d, 0), (e, f, 1)], np.float64)


def _upright(matrix: Matrix) -> bool:
    """Whether `matrix` turns by about a multiple of 90 degrees, mirrored or not."""
    (a, b), (c, d) = np.abs(matrix[:2, :2])
    return bool(max(b, c) <= _TILT * min(a, d) or max(a, d) <= _TILT * min(b, c)) and bool(max(a, b) > 0)


def _overlap(one: Box | None, other: Box) -> Box:
    if one is None:
        return other
    left, top = max(one.left, other.left), max(one.top, other.top)
    return Box(left, top, max(0, min(one.right, other.right) - left), max(0, min(one.bottom, other.bottom) - top))


def _within(inner: Box, outer: Box, share: float) -> bool:
    """Whether `inner` lies in `outer`, give or take `share` of the inner's or outer's larger size."""
    across, down = share * max(inner.width, outer.width), share * max(inner.height, outer.height)
    return (
        inner.left >= outer.left - across
        and inner.right <= outer.right + across
        and inner.top >= outer.top - down
        and inner.bottom <= outer.bottom + down
    )
