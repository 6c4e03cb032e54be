"""Sheets of known forms: followed, read a few fields per frame, locked, and known again."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np

from extractor.barcodes.code_reader import SURE
from extractor.fields import boxes_of, clean, cut_out
from extractor.geometry import transform
from extractor.observation import Observation
from extractor.reading import Reader
from extractor.registration import Registration
from extractor.registration.sheet_outline import find_sheet
from extractor.template import TemplateField
from extractor.values import Doubt, DoubtKind, FieldStatus, Gray, PageResult, PageStatus, Reading
from extractor.video import form_state
from extractor.video.form_state import COMPARED_PER_FRAME, Absence, State, Studying, Watching
from extractor.video.guidance import BLURRED, SMALLEST_DIGIT, Light, Sharpness, measure_light, room_for_a_digit
from extractor.video.held_sheet import HeldSheet, Stage
from extractor.video.identity import SHEETS_REMEMBERED, Repeat, ink_picture, looks_strange
from extractor.video.sight import Guidance, Sight, as_quad, possible_repeat
from extractor.video.tracking import TOO_FAST, Track, Tracker, outline
from extractor.video.unwritten_evidence import bubbles_picture

FIELDS_PER_FRAME, FORM_CROPS_PER_FRAME = 5, 32
"""Fields that are read in one frame, and crops at most, of which a free string has many."""

FRAMES_PER_ROUND, FRAMES_OF_STUDY = 12, 5
"""Frames in which every field of a large form is read once, and in which all fields of a new sheet are cut out: of a
form with many fields more are taken per frame."""

LEAST_STUDIED = 24
"""The fewest fields of a new sheet that are cut out in one frame: in a restless hand few frames follow each other."""

SHEET_BESIDE = Doubt(DoubtKind.PLACE, "there is a second form in the picture; show one sheet at a time")

PAPER_SOUGHT_EVERY_S = 0.5
"""Seconds between two searches for some other sheet of paper that lies there instead of a form."""

SHEET_AWAY_S = 1.0
"""Seconds without a form after which a sheet counts as gone, and what lies there instead as another form."""


class FormScene:
    """What a session sees of sheets of the reader's forms."""

    def __init__(self, reader: Reader, rows: int) -> None:
        """`rows` are those that there are already."""
        self._reader = reader
        self._rows = rows
        self._tracker = Tracker(reader.forms)
        self._sharpness = Sharpness()
        self._turns = itertools.count(1)
        self._known: list[HeldSheet] = []
        self._state: State = Studying()
        self._absence: Absence | None = None
        self._capturing = False

    def capture(self) -> None:
        """Locks the sheet with the next frame that shows it."""
        self._capturing = True

    def undo(self) -> None:
        """Forgets the sheet that gave the last row. If it still lies there, it gives none until it comes back."""
        if not self._known:
            return
        sheet = self._known.pop()
        self._rows -= 1
        if not isinstance(self._state, Studying) and self._state.sheet is sheet:
            self._state = Studying(dismissed=True)

    def see(self, grey: Gray, at: float) -> Sight:
        """What is seen after the frame `grey`, shape (height, width)."""
        track = self._tracker.follow(grey, at)
        if track is None:
            return self._see_no_form(grey, at)
        self._absence = None
        template = track.registration.template
        corners = outline(track.registration)
        light = measure_light(grey, corners)
        if track.fresh:
            self._sharpness.forget()
            self._state = form_state.came_back(self._state)
        clear = self._sharpness.weigh(light, at)
        hint = _guidance(track, light, clear)
        if track.sure and clear >= BLURRED and track.speed < TOO_FAST and not light.dark:
            # Blur takes away more than half of what half the sharpness shows.
            self._read(grey, track.registration, light.sharpness**2, at)
        if not isinstance(self._state, Watching) or self._state.sheet.form is not template:
            return Sight(at, form=template.form, outline=as_quad(corners), guidance=hint)
        sheet, row = self._finish(self._state, track.registration, at)
        return Sight(
            at,
            form=template.form,
            outline=as_quad(corners),
            readings=_placed(track.registration, sheet),
            settled=sheet.settled(at),
            locked=sheet.locked,
            again=sheet.stage is Stage.RETURNED,
            repeats=sheet.repeats,
            guidance=None if sheet.locked else hint,
            row=row,
        )

    def _read(self, grey: Gray, registration: Registration, weight: float, at: float) -> None:
        """Reads a few fields and adds them to the sheet, if their ink is that of the sheet."""
        form, before = registration.template, self._state
        if isinstance(before, Studying):
            self._state = self._study(before, grey, registration, weight)
            return
        sheet = before.sheet
        if sheet.form is not form:
            self._state = self._study(Studying(), grey, registration, weight)
            return
        fields, boxes = self._next(before, at), boxes_of(form.all_fields)
        cuts = [cut_out(grey, registration.matrix, field, boxes) for field in fields if field.is_written]
        pictures = {cut.field.name: ink_picture(clean(cut, sheet.page_ink)) for cut in cuts}
        unwritten = self._reader.observe_unwritten(grey, registration, [one for one in fields if not one.is_written])
        pictures |= {one.name: bubbles_picture(one.bubbles) for one in unwritten if one.bubbles is not None}
        # Of a sheet that is locked nothing can be lost: if it is read anew for nothing, it proves to be the same.
        strange = looks_strange(pictures, sheet.ink, strict=sheet.locked or bool(before.unconfirmed))
        strange |= {one.name for one in unwritten if _is_other_code(one, sheet.readings.get(one.name))}
        self._state = form_state.compared(before, pictures.keys(), strange)
        if isinstance(self._state, Watching) and not self._state.strange and not sheet.locked:
            sheet.add(cuts, pictures, weight, at, unwritten)

    def _study(self, state: Studying, grey: Gray, registration: Registration, weight: float) -> State:
        """Cuts out some more fields of a new sheet, until it is known what they share: whether it is in pencil, say."""
        form = registration.template
        written = [field for field in form.all_fields if field.is_written]
        left = [field for field in written if field.name not in state.cuts]
        count = max(LEAST_STUDIED, math.ceil(len(written) / FRAMES_OF_STUDY))
        boxes = boxes_of(form.all_fields)
        new = {field.name: (cut_out(grey, registration.matrix, field, boxes), weight) for field in left[:count]}
        cuts = {**state.cuts, **new}
        if len(cuts) < len(written):
            return replace(state, cuts=cuts)
        stage = Stage.DISMISSED if state.dismissed else Stage.READING
        doubts = (*registration.doubts, *((SHEET_BESIDE,) if registration.beside else ()))
        return Watching(HeldSheet(self._reader, form, cuts, stage, doubts))

    def _next(self, state: Watching, at: float) -> list[TemplateField]:
        """The fields whose turn it is: first those that have not settled, seen in the fewest frames. What looked
        strange is looked at once more, and by itself. Bubbles are read all together, by the sheet's own empty ones."""
        fields = state.sheet.form.all_fields
        bubbles = [field for field in fields if field.bubbles]
        if state.strange:
            return [field for field in fields if field.name in state.strange]
        chosen = self._next_of(state, [field for field in fields if not field.bubbles], bubbles, at)
        return [one for field in chosen for one in (bubbles if field.bubbles else [field])]

    def _next_of(
        self, state: Watching, fields: list[TemplateField], bubbles: list[TemplateField], at: float
    ) -> list[TemplateField]:
        """The next of `fields`, and of `bubbles` one that stands for all of them."""
        sheet = state.sheet
        settled = sheet.settled(at)
        waiting = [field for field in bubbles if field.name not in settled]
        fields = [*fields, *(waiting or bubbles)[:1]]
        count = COMPARED_PER_FRAME if sheet.locked else max(FIELDS_PER_FRAME, math.ceil(len(fields) / FRAMES_PER_ROUND))
        count = min(count, len(fields))
        if sheet.locked:
            first = next(self._turns) * count
            return [fields[(first + i) % len(fields)] for i in range(count)]
        names = [field.name for field in fields]
        order = sorted(
            range(len(fields)),
            key=lambda i: (names[i] not in state.unconfirmed, names[i] in settled, sheet.frames(names[i]), i),
        )
        chosen: list[TemplateField] = []
        crops = 0
        for i in order[:count]:
            chosen.append(fields[i])
            if fields[i].is_written:
                crops += fields[i].cells or round(fields[i].box.width / fields[i].box.height) + 1
            if crops >= FORM_CROPS_PER_FRAME:
                break
        return chosen

    def _repeats(self, sheet: HeldSheet) -> tuple[Repeat, HeldSheet | None]:
        """Whether `sheet` gave a row before, and which of those that did it is, or may be."""
        possible = None
        for known in reversed(self._known):
            repeat = sheet.repeats_of(known)
            if repeat is Repeat.SAME:
                return repeat, known
            if repeat is Repeat.POSSIBLE and possible is None:
                possible = known
        return (Repeat.OTHER if possible is None else Repeat.POSSIBLE), possible

    def _finish(self, state: Watching, registration: Registration, at: float) -> tuple[HeldSheet, PageResult | None]:
        """The sheet, or the known one that it turns out to be; and its row, if this frame finishes it."""
        sheet = state.sheet
        if sheet.locked or state.strange or state.unconfirmed or not sheet.whole:
            return sheet, None
        if not self._capturing and (
            sheet.stage is Stage.DISMISSED or len(sheet.settled(at)) < len(sheet.form.all_fields)
        ):
            return sheet, None
        self._capturing = False
        repeat, known = self._repeats(sheet)
        if known is not None and repeat is Repeat.SAME:
            known.come_back()
            self._state = Watching(known)
            return known, None
        self._rows += 1
        sheet.lock(self._rows, known.row if known is not None else 0)
        self._known.append(sheet)
        del self._known[:-SHEETS_REMEMBERED]
        return sheet, PageResult(
            "",
            sheet.row,
            sheet.form.form,
            PageStatus.DUPLICATE if sheet.repeats else PageStatus.READ,
            _placed(registration, sheet),
            reason=possible_repeat(sheet.repeats) if sheet.repeats else "",
            fit=registration.fit,
            rules=sheet.rules,
        )

    def _see_no_form(self, grey: Gray, at: float) -> Sight:
        absence = self._absence or Absence(at)
        if at < absence.since:
            # A source that starts over goes back in time.
            absence = replace(absence, since=at)
        gone = at - absence.since > SHEET_AWAY_S
        light = measure_light(grey, None)
        if gone:
            self._capturing = False
            self._state = form_state.went_away(self._state)
        hint = Guidance.SHOW
        if light.dark:
            hint = Guidance.DARK
        elif gone:
            if not 0 <= at - absence.sought_at < PAPER_SOUGHT_EVERY_S:
                absence = replace(absence, sought_at=at, paper=find_sheet(grey) is not None)
            if absence.paper:
                hint = Guidance.WRONG
        self._absence = absence
        return Sight(at, guidance=hint)


def _is_other_code(seen: Observation, known: Reading | None) -> bool:
    """Whether a barcode surely says something else than on the sheet."""
    sure = [code.text for code in seen.codes.codes if code.confidence >= SURE] if seen.codes is not None else []
    return bool(sure) and known is not None and bool(known.value) and known.value not in sure


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


def _placed(registration: Registration, sheet: HeldSheet) -> tuple[Reading, ...]:
    """The sheet's readings where their fields lie now; those that have not been read yet are empty."""
    fields, known = sheet.form.all_fields, sheet.readings
    seen = transform(registration.matrix, np.stack([field.box.corners for field in fields]))
    return tuple(
        replace(known[field.name], quad=as_quad(quad))
        if field.name in known
        else Reading(field.name, field.format.kind, "", "", 0.0, FieldStatus.REVIEW, as_quad(quad))
        for field, quad in zip(fields, seen, strict=True)
    )
