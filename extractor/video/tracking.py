"""Following the sheet from frame to frame. It is searched for only when it is lost, which costs many times more."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.registration import LEAST_FIT, Registration, follow, register
from extractor.template import Template
from extractor.values import Box, Gray, Points

TRACKED_SIDE = 640
"""Pixels of the long side on which movement is followed."""

MOST_CORNERS, FEWEST_CORNERS = 90, 12
"""Corners of the form that are followed, and the fewest that must agree on how it moved."""

CORNER_QUALITY, CORNER_SPACING = 0.02, 10
"""Corners have at least this share of the strength of the strongest, and are so many reduced pixels apart."""

AGREEING_SHARE = 0.4
"""The least share of the corners that must agree on how the form moved."""

ROUND_TRIP_PX, AGREEING_PX = 1.0, 1.5
"""Reduced pixels by which a corner that is followed forwards and back may miss itself, and by which corners that agree
may differ."""

SEARCH_EVERY_S = 0.2
"""Seconds between two searches for a form: a search costs several frames."""

RESTLESS, RESTLESS_S = 9.0, 0.6
"""Mean grey levels by which reduced frames differ while something large is moved about. A form is not searched for
then, for at most so many seconds."""

TOO_FAST = 250.0
"""Pixels per second at which a sheet moves too fast to be read."""

EXACT_EVERY = 3
"""Frames from one comparison with the form's rulings to the next; between them movement alone is followed, which drifts
by a fraction of a pixel."""

BLIND_S = 0.4
"""How long a sheet that shows too few of its rulings (blurred, a hand over it) is followed by its movement alone."""


@dataclass(frozen=True)
class Track:
    """Where the sheet lies. `fresh` says that the form was searched for after none was there, so that it may be another
    sheet; `sure`, that its place is known well enough to read its fields: it was searched for since it last moved
    fast, and its rulings are seen. `speed` is how fast it moves, in pixels of the frame per second."""

    registration: Registration
    fresh: bool
    sure: bool
    speed: float


class Tracker:
    """Follows one sheet of `forms` at a time."""

    def __init__(self, forms: tuple[Template, ...]) -> None:
        self._forms = forms
        self._small: Gray | None = None
        self._found: Registration | None = None
        self._at = 0.0
        self._seen_at = 0.0
        self._tried_at = self._rested_at = -1e9
        self._anchored = False
        self._since_exact = 0
        self._shape: tuple[int, ...] = ()

    def follow(self, grey: Gray, at: float) -> Track | None:
        """Where the sheet lies in the frame `grey`, shape (height, width), of time `at`; None where there is none.

        Frames may change their size; then the sheet is searched for again.
        """
        if grey.shape != self._shape:
            self._shape, self._small, self._found = grey.shape, None, None
        small, scale = reduced(grey)
        before, self._small = self._small, small
        elapsed, self._at = max(1e-3, at - self._at), at
        if self._found is not None and before is not None:
            moved = _movement(before, small, self._found, scale)
            if moved is not None:
                return self._go_on(grey, moved, at, elapsed)
            self._found = None
        if before is None or _restless(before, small):
            if before is None or not 0 <= at - self._rested_at <= RESTLESS_S:
                self._rested_at = at
            return None
        self._rested_at = at
        found = self._search(grey, at)
        if found is None:
            return None
        self._found, self._seen_at, self._anchored = found, at, False
        return Track(found, fresh=True, sure=False, speed=0.0)

    def _go_on(self, grey: Gray, moved: Points, at: float, elapsed: float) -> Track | None:
        assert self._found is not None
        template, matrix = self._found.template, moved @ self._found.matrix
        speed = _distance(template, self._found.matrix, matrix) / elapsed
        self._since_exact += 1
        if self._anchored and speed <= TOO_FAST and self._found.fit >= LEAST_FIT and self._since_exact < EXACT_EVERY:
            self._found = replace(self._found, matrix=matrix)
            return Track(self._found, fresh=False, sure=True, speed=speed)
        self._since_exact = 0
        exact = follow(grey, replace(self._found, matrix=matrix))
        if speed > TOO_FAST:
            self._anchored = False
        elif not self._anchored:
            # What moved fast may have been followed to the wrong one of many rulings that look alike.
            anew = register(grey, self._forms)
            if anew is not None and anew.template is not template:
                self._found = None
                return None
            if anew is not None:
                exact, self._anchored = anew, True
        if exact.fit >= LEAST_FIT:
            self._seen_at, self._found = at, exact
            return Track(exact, fresh=False, sure=self._anchored, speed=speed)
        if not 0 <= at - self._seen_at <= BLIND_S:
            self._found = None
            return None
        self._found = replace(exact, matrix=matrix)
        return Track(self._found, fresh=False, sure=False, speed=speed)

    def _search(self, grey: Gray, at: float) -> Registration | None:
        """The form anywhere in the frame; not tried in every frame. A source that starts over goes back in time."""
        if 0 <= at - self._tried_at < SEARCH_EVERY_S:
            return None
        self._tried_at = at
        return register(grey, self._forms)


def reduced(grey: Gray) -> tuple[Gray, float]:
    """The frame as movement is followed on it, and its size as a share of the frame's."""
    scale = min(1.0, TRACKED_SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return (as_gray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA)) if scale < 1 else grey), scale


def outline(registration: Registration) -> Points:
    """The corners of the form's page in the frame, shape (4, 2), clockwise from its own top left."""
    page = registration.template.page
    return transform(registration.matrix, Box(0, 0, page.width, page.height).corners)


def _restless(before: Gray, now: Gray) -> bool:
    """Whether something large moved between two frames; a trembling hand moves edges only."""
    size = (40, 24)
    a, b = (cv2.resize(one, size, interpolation=cv2.INTER_AREA).astype(np.float32) for one in (before, now))
    # The camera's exposure changes the light everywhere at once.
    changed = b * float(a.mean() / max(1.0, b.mean())) - a
    return float(np.abs(changed).mean()) > RESTLESS


def _distance(template: Template, before: Points, after: Points) -> float:
    """How far the sheet's corners have moved, in pixels, the median of the four."""
    a, b = outline(Registration(template, before, 1.0)), outline(Registration(template, after, 1.0))
    return float(np.median(np.linalg.norm(a - b, axis=1)))


def _movement(before: Gray, now: Gray, found: Registration, scale: float) -> Points | None:
    """The homography, shape (3, 3), in pixels of the frame, by which the sheet moved; None where it cannot be told.

    Pyramidal Lucas-Kanade (J.-Y. Bouguet, 2001) on the corners of what is printed on the form, forwards and back.
    """
    shrink = np.diag((scale, scale, 1.0))
    mask = np.zeros(before.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(outline(found) * scale).astype(np.int32), 255)
    points = cv2.goodFeaturesToTrack(before, MOST_CORNERS, CORNER_QUALITY, CORNER_SPACING, mask=mask)
    if points is None or len(points) < FEWEST_CORNERS:
        return None
    there, ok, _ = cv2.calcOpticalFlowPyrLK(before, now, points, np.zeros_like(points), winSize=(21, 21), maxLevel=3)
    back, ok_back, _ = cv2.calcOpticalFlowPyrLK(now, before, there, np.zeros_like(points), winSize=(21, 21), maxLevel=3)
    kept = (
        (ok.ravel() > 0)
        & (ok_back.ravel() > 0)
        & (np.linalg.norm((points - back).reshape(-1, 2), axis=1) < ROUND_TRIP_PX)
    )
    if kept.sum() < FEWEST_CORNERS:
        return None
    matrix, agree = cv2.findHomography(points[kept], there[kept], cv2.RANSAC, AGREEING_PX)
    if matrix is None or agree is None or int(agree.sum()) < max(FEWEST_CORNERS, AGREEING_SHARE * len(points)):
        return None
    return np.asarray(np.linalg.inv(shrink) @ matrix @ shrink, np.float64)
