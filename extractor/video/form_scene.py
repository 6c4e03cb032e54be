"""Sheets of known forms: followed, read a few fields a frame, locked, and known again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from extractor.fields import Cut, clean, cut_out
from extractor.geometry import transform
from extractor.reading import Reader
from extractor.registration import Registration
from extractor.registration.sheet_outline import find_sheet
from extractor.template import TemplateField
from extractor.values import FieldStatus, Gray, PageResult, PageStatus, Points, Reading
from extractor.video.guidance import BLURRED, SMALLEST_DIGIT, Light, Sharpness, look, room_for_a_digit
from extractor.video.held_sheet import HeldSheet
from extractor.video.identity import SAME_SHEET, agreement, ink_picture
from extractor.video.sight import Guidance, Quad, Sight
from extractor.video.tracking import TOO_FAST, Track, Tracker, outline

FIELDS_PER_FRAME, FORM_CROPS_PER_FRAME = 5, 32
"""Fields that are read in one frame, and crops at most, of which a free string has many."""

FRAMES_PER_ROUND, FRAMES_OF_STUDY = 12, 5
"""Frames in which every field of a large form is read once, and in which a new sheet's fields are all cut out, until
its ground is known: then more fields are taken in one frame."""

LEAST_STUDIED = 24
"""Fields of a new sheet that are cut out in one frame at least: in a restless hand few frames follow each other."""

COMPARED_PER_FRAME = 3
"""Fields of a locked sheet whose ink is compared in one frame."""

DOUBTS_ALLOWED = 2
"""Frames in a row that must show other ink before the sheet is another one: one may be a hand's shadow."""

SHEETS_REMEMBERED = 500
"""Sheets that are known again, the last ones: some 25 KB each."""

PAPER_SOUGHT_EVERY_S = 0.5
"""How often it is looked whether what lies there instead of a form is some other sheet of paper."""

SHEET_AWAY_S = 1.0
"""How long no form must be seen before a sheet counts as gone, and what is there instead as another form."""


class FormScene:
    """What a session sees of sheets of the reader's forms."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._tracker = Tracker(reader.forms)
        self._sharpness = Sharpness()
        self._sheet: HeldSheet | None = None
        self._known: list[HeldSheet] = []
        self._studied: dict[str, tuple[Cut, float]] = {}
        self._turn = 0
        self._strange = 0
        self._unsure = 0
        self._asked = self._dismissed = False
        self._lost_at: float | None = None
        self._looked_at, self._other = -1e9, False

    def capture(self) -> None:
        """Locks the sheet with the next frame that shows it."""
        self._asked = True

    def undo(self) -> None:
        """Forgets the sheet that gave the last row. If it still lies there, it gives none until it comes back."""
        if not self._known:
            return
        sheet = self._known.pop()
        if sheet is self._sheet:
            self._sheet, self._dismissed = None, True

    def see(self, grey: Gray, at: float) -> Sight:
        """What is seen after the frame `grey`, shape (height, width)."""
        track = self._tracker.follow(grey, at)
        if track is None:
            return self._nothing(grey, at)
        self._lost_at = None
        corners = outline(track.registration)
        light = look(grey, corners)
        if track.fresh:
            # It may be another sheet than before: as many looks as there are fields tell.
            self._sharpness.forget()
            self._studied = {}
            if self._sheet is not None and not self._sheet.ink:
                # Nothing was read of it by which it would be known again.
                self._dismissed = self._sheet.dismissed
                self._sheet = None
            self._strange, self._unsure = 0, math.ceil(len(track.registration.template.fields) / COMPARED_PER_FRAME)
        clear = self._sharpness.weigh(light, at)
        hint = _guidance(track, light, clear)
        if track.sure and clear >= BLURRED and track.speed < TOO_FAST and not light.dark:
            # Blur takes away more than half of what half the sharpness shows.
            self._read(grey, track.registration, light.sharpness**2, at)
        sheet = self._sheet
        if sheet is None or self._unsure or sheet.form is not track.registration.template:
            return Sight(at, form=track.registration.template.form, outline=_quad(corners), guidance=hint)
        sheet, row = self._lock(sheet, track.registration, at)
        return Sight(
            at,
            form=track.registration.template.form,
            outline=_quad(corners),
            readings=_placed(track.registration, sheet),
            settled=sheet.settled(at),
            locked=sheet.locked,
            again=sheet.again,
            guidance=None if sheet.locked else hint,
            row=row,
        )

    def _read(self, grey: Gray, registration: Registration, weight: float, at: float) -> None:
        """Reads a few fields and adds them to the sheet that they belong to: this one, another, or a known one."""
        form = registration.template
        if self._sheet is None or self._sheet.form is not form:
            self._study(grey, registration, weight)
            return
        sheet = self._sheet
        cuts = [cut_out(grey, registration.matrix, field, form.fields) for field in self._next(sheet, form.fields, at)]
        pictures = {cut.field.name: ink_picture(clean(cut, sheet.ground)) for cut in cuts}
        alike = agreement(pictures, sheet.ink)
        if alike is not None and alike < SAME_SHEET:
            self._strange += 1
            if self._strange >= DOUBTS_ALLOWED:
                self._sheet = None
            return
        if alike is None and self._unsure > 1:
            self._unsure -= 1
            return
        if self._unsure:
            sheet.again = sheet.locked
        self._strange, self._unsure = 0, 0
        if not sheet.locked:
            sheet.add(cuts, pictures, weight, at)

    def _study(self, grey: Gray, registration: Registration, weight: float) -> None:
        """Cuts some fields of a new sheet out, until its ground can be told: whether it is written in pencil, say."""
        form = registration.template
        if self._sheet is not None or any(cut.field not in form.fields for cut, _ in self._studied.values()):
            self._sheet, self._studied = None, {}
        left = [field for field in form.fields if field.name not in self._studied]
        count = max(LEAST_STUDIED, math.ceil(len(form.fields) / FRAMES_OF_STUDY))
        self._studied.update(
            (field.name, (cut_out(grey, registration.matrix, field, form.fields), weight)) for field in left[:count]
        )
        if len(self._studied) == len(form.fields):
            self._sheet = HeldSheet(self._reader, form, self._studied)
            self._sheet.dismissed, self._dismissed = self._dismissed, False
            self._studied, self._strange, self._unsure = {}, 0, 0

    def _next(self, sheet: HeldSheet, fields: Sequence[TemplateField], at: float) -> list[TemplateField]:
        """The fields whose turn it is: first those that have not settled, seen in the fewest frames."""
        count = min(
            COMPARED_PER_FRAME if sheet.locked else max(FIELDS_PER_FRAME, math.ceil(len(fields) / FRAMES_PER_ROUND)),
            len(fields),
        )
        if sheet.locked or self._unsure or self._strange:
            self._turn += 1
            return [fields[(self._turn * count + i) % len(fields)] for i in range(count)]
        settled = sheet.settled(at)
        order = sorted(range(len(fields)), key=lambda i: (fields[i].name in settled, sheet.frames(fields[i].name), i))
        chosen: list[TemplateField] = []
        crops = 0
        for i in order[:count]:
            chosen.append(fields[i])
            crops += fields[i].cells or round(fields[i].box.width / fields[i].box.height) + 1
            if crops >= FORM_CROPS_PER_FRAME:
                break
        return chosen

    def _come_back(self, sheet: HeldSheet) -> HeldSheet | None:
        """The known sheet that `sheet` is, if it was here before."""
        ink = sheet.ink
        for known in reversed(self._known):
            if known.form is sheet.form:
                alike = agreement(ink, known.ink)
                if alike is None or alike >= SAME_SHEET:
                    return known
        return None

    def _lock(self, sheet: HeldSheet, registration: Registration, at: float) -> tuple[HeldSheet, PageResult | None]:
        """The sheet, or the known one that it turns out to be; and its row, if this is the frame that finishes it."""
        if sheet.locked or self._strange or not sheet.whole:
            return sheet, None
        if not self._asked and (sheet.dismissed or not sheet.complete(at)):
            return sheet, None
        self._asked = False
        before = self._come_back(sheet)
        if before is not None:
            before.again = True
            self._sheet = before
            return before, None
        sheet.lock()
        self._known.append(sheet)
        del self._known[:-SHEETS_REMEMBERED]
        row = PageResult(
            file="",
            page=0,
            form=sheet.form.form,
            status=PageStatus.READ,
            readings=_placed(registration, sheet),
            fit=registration.fit,
            rules=sheet.rules,
        )
        return sheet, row

    def _nothing(self, grey: Gray, at: float) -> Sight:
        """A frame without a form."""
        if self._lost_at is None or at < self._lost_at:
            self._lost_at = at
        gone = at - self._lost_at
        if gone > SHEET_AWAY_S:
            self._asked = self._dismissed = False
            if self._sheet is not None and self._sheet.dismissed:
                self._sheet = None
        light = look(grey, None)
        hint = Guidance.SHOW
        if light.dark:
            hint = Guidance.DARK
        elif gone > SHEET_AWAY_S:
            if not 0 <= at - self._looked_at < PAPER_SOUGHT_EVERY_S:
                self._looked_at, self._other = at, find_sheet(grey) is not None
            if self._other:
                hint = Guidance.WRONG
        return Sight(at, guidance=hint)


def _guidance(track: Track, light: Light, clear: float) -> Guidance | None:
    """What hinders reading most."""
    if light.dark:
        return Guidance.DARK
    if light.glaring:
        return Guidance.GLARE
    if room_for_a_digit(track.registration) < SMALLEST_DIGIT:
        return Guidance.CLOSER
    if not track.sure or clear < BLURRED or track.speed >= TOO_FAST:
        return Guidance.STILL
    return None


def _quad(corners: Points) -> Quad:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


def _placed(registration: Registration, sheet: HeldSheet) -> tuple[Reading, ...]:
    """The sheet's readings where their fields lie now; fields that were not read yet are empty."""
    fields, known = sheet.form.fields, sheet.readings
    seen = transform(registration.matrix, np.stack([field.box.corners for field in fields]))
    return tuple(
        replace(known[field.name], quad=_quad(quad))
        if field.name in known
        else Reading(field.name, field.format.kind, "", "", 0.0, FieldStatus.REVIEW, _quad(quad))
        for field, quad in zip(fields, seen, strict=True)
    )
