"""The face of the video reader: frames in, what is seen in them out. It has no thread, window or clock of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from extractor.reading import Reader
from extractor.values import PageResult
from extractor.video.form_scene import FormScene
from extractor.video.guidance import to_grey
from extractor.video.identity import SHEETS_REMEMBERED
from extractor.video.paper_scene import PaperScene
from extractor.video.sight import Sight


class Session:
    """Reads sheets held under one camera, one after another, by fusing what many frames show of each.

    `reader` is opened by `extractor.reading.open_reader`; `source` is what rows give as their file, `rows` how many
    there are already. Feed it frames in the order of their times, as many or as few as there is time for:

        session = Session(open_reader(ReadOptions.of(["form.yaml"])), source="camera")
        sight = session.see(frame, at)       # frame: BGR or grey array; at: seconds, from any zero
        sight.outline, sight.readings        # to be drawn on this very frame
        if sight.row is not None: ...        # one finished sheet: a PageResult, numbered from `rows` + 1

    A sheet locks when each of its fields is accepted or has not changed for a second; `row` is there in that one frame.
    The same sheet again gives no second row. It is the same only if no field's reading contradicts it and all of its
    ink is the same; where that is in doubt, the row comes and says that it may repeat an earlier one. Another sheet of
    the same form is noticed by its ink, even when it takes the place of the first between two frames.

    Without templates every string of handwritten digits in the frame is read: `sight.readings` are those that are seen
    now, and a row has the strings that have settled since the last one.

    In each frame the sheet is followed and a few of its fields are read (they take turns), so a call takes some 50 ms
    of one processor at 1280x720. Not for use from several threads at once.
    """

    def __init__(self, reader: Reader, source: str = "camera", rows: int = 0) -> None:
        """`rows` are those that there are already."""
        scene = FormScene if reader.forms else PaperScene
        self._scene: FormScene | PaperScene = scene(reader, rows)
        self._source = source
        self._rows: list[PageResult] = []

    def see(self, frame: np.ndarray, at: float) -> Sight:
        """What is seen after one more frame: a BGR or grey array of any size, taken at the time `at` in seconds.

        Raises TemplateError if a template's reference picture cannot be read.
        """
        sight = self._scene.see(to_grey(frame), at)
        if sight.row is None:
            return sight
        row = replace(sight.row, file=self._source)
        self._rows.append(row)
        del self._rows[:-SHEETS_REMEMBERED]
        return replace(sight, row=row)

    def capture(self) -> None:
        """Takes the sheet as it reads now, with the next frame that shows it, though it is not settled yet."""
        self._scene.capture()

    def undo(self) -> PageResult | None:
        """Takes the last row back and returns it; None without one. Its sheet gives a row again only after it has
        left and returned, or when it is captured."""
        if not self._rows:
            return None
        row = self._rows.pop()
        self._scene.undo()
        return row
