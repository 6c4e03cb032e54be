"""A template of OMRChecker (its `template.json`) as one of ours, and what of it could not be carried over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from pydantic import ValidationError

from extractor.errors import TemplateError
from extractor.ink import as_gray
from extractor.registration.marks import find_rings
from extractor.template.mark_group import MarkPart, Marks
from extractor.template.model import FIELD_NAME, RESERVED, Format, Landmarks, PageSize, TemplateField
from extractor.template.template import Template
from extractor.values import Box, Kind

TYPES: dict[str, tuple[tuple[str, ...], str]] = {
    "QTYPE_INT": (tuple("0123456789"), "vertical"),
    "QTYPE_INT_FROM_1": (tuple("1234567890"), "vertical"),
    "QTYPE_MCQ4": (tuple("ABCD"), "horizontal"),
    "QTYPE_MCQ5": (tuple("ABCDE"), "horizontal"),
}
"""The bubbles of each of its types of field, and the way that they follow each other."""

LABEL_RANGE = re.compile(r"([^.\d]+)(\d+)\.{2,3}(\d+)")
"""`q1..11`."""

MOST_BYTES, MOST_LABELS_OF_BLOCK = 1_000_000, 1000

MOST_MARKER_PIXELS, USUAL_RATIO = 5000, 17
"""Of the side of a marker's picture; and how many times as wide as a marker a sheet is, where it does not say."""

MARKER_SIDE, ON_PAGE = 40, 1000
"""Pixels of a marker, and of the page that it is looked for on, to know whether it is one of rings."""

UNNEEDED = {"GaussianBlur", "MedianBlur", "Levels"}
"""Preprocessors that have nothing to do here, since ink is measured against the page's own paper."""


@dataclass(frozen=True)
class Imported:
    """The template, and a sentence for each thing that was not carried over or is otherwise here."""

    template: Template
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Answer:
    """The bubbles of one of its fields: their labels, the box around them, and what stands for none."""

    part: MarkPart
    empty: str


def import_omrchecker(path: str | Path, form: str) -> Imported:
    """What the file `path` says, as the template of a form that is called `form`. Raises TemplateError."""
    path = Path(path)
    try:
        raw = path.read_bytes()[: MOST_BYTES + 1]
        tree = json.loads(raw.decode("utf-8")) if len(raw) <= MOST_BYTES else None
    except FileNotFoundError:
        raise TemplateError(f"There is no file {path}; give the path of OMRChecker's template.json.") from None
    except (OSError, UnicodeDecodeError, ValueError, RecursionError):
        raise TemplateError(f"{path} cannot be read as JSON; give OMRChecker's template.json.") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("fieldBlocks"), dict):
        raise TemplateError(f"{path} is no template of OMRChecker, which has 'fieldBlocks'; give its template.json.")
    try:
        return _imported(tree, form, path.parent)
    except ValidationError as error:
        first = error.errors()[0]
        message = str(first.get("ctx", {}).get("error", first["msg"]))
        raise TemplateError(f"{path}: {message.rstrip('.')}; mend it there and import it again.") from None
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise TemplateError(f"{path}: {error} is missing or not as OMRChecker has it; mend it there.") from None


def _imported(tree: dict[str, Any], form: str, folder: Path) -> Imported:
    width, height = (float(side) for side in tree["pageDimensions"])
    landmarks = _markers(tree, folder, width, height)
    answers: dict[str, _Answer] = {}
    left_out: list[str] = []
    for name, block in tree["fieldBlocks"].items():
        for label, answer in _answers(name, block, tree):
            if label in answers:
                raise ValueError(f"the field '{label}', which two blocks have,")
            answers[label] = answer
    joined: dict[str, list[str]] = {}
    for name, labels in (tree.get("customLabels") or {}).items():
        joined[name] = [label for text in labels for label in _labels(text)]
    in_joined = {label for labels in joined.values() for label in labels}
    order = {**joined, **{label: [label] for label in answers if label not in in_joined}}
    wanted = [label for text in tree.get("outputColumns") or [] for label in _labels(text)]
    names = [*(one for one in wanted if one in order), *(one for one in order if one not in wanted)]
    known: set[str] = set()
    fields = []
    for name in names:
        ours = _name(name, known)
        if ours != name:
            left_out.append(
                f"The field '{name}' is called {ours} here, since names have letters, digits and underscores."
            )
        fields.append(_field(ours, [answers[label] for label in order[name]]))
    left_out += _preprocessors(tree, marked=bool(landmarks.marks))
    page = PageSize(width=width, height=height)
    template = Template(formdigits=1, form=form, page=page, landmarks=landmarks, fields=tuple(fields))
    return Imported(template, tuple(left_out))


def _answers(name: str, block: dict[str, Any], tree: dict[str, Any]) -> Iterator[tuple[str, _Answer]]:
    """Each of a block's fields with its bubbles."""
    values, way = TYPES.get(str(block.get("fieldType", "")), ((), "horizontal"))
    if "fieldType" in block and not values:
        raise ValueError(f"the fieldType '{block['fieldType']}' of the block '{name}'")
    values = tuple(str(one) for one in block.get("bubbleValues", values))
    way = str(block.get("direction", way))
    wide, high = (float(side) for side in block.get("bubbleDimensions", tree["bubbleDimensions"]))
    left, top = (float(at) for at in block["origin"])
    # Between the bubbles of one field, and between its fields.
    step, aside = float(block["bubblesGap"]), float(block.get("labelsGap", 0))
    down = way == "vertical"
    length = step * (len(values) - 1)
    for number, label in enumerate(label for text in block["fieldLabels"] for label in _labels(text)):
        x, y = (left + aside * number, top) if down else (left, top + aside * number)
        box = Box(x, y, wide + (0 if down else length), high + (length if down else 0))
        part = MarkPart(labels=values, direction="down" if down else "across", size=(wide, high), box=box)
        yield label, _Answer(part, str(block.get("emptyValue", tree.get("emptyValue", ""))))


def _labels(text: str) -> list[str]:
    """`q1..3` as q1, q2 and q3."""
    match = LABEL_RANGE.fullmatch(text)
    if match is None:
        return [text]
    first, last = int(match[2]), int(match[3])
    if not 0 <= last - first < MOST_LABELS_OF_BLOCK:
        raise ValueError(f"the range '{text}'")
    return [f"{match[1]}{number}" for number in range(first, last + 1)]


def _field(name: str, answers: list[_Answer]) -> TemplateField:
    boxes = [answer.part.box for answer in answers]
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    box = Box(left, top, max(b.right for b in boxes) - left, max(b.bottom for b in boxes) - top)
    empty = answers[0].empty
    digits = all(set(answer.part.labels) <= set("0123456789") for answer in answers) and not empty
    if len(answers) == 1:
        part = answers[0].part
        marks = Marks(labels=part.labels, direction=part.direction, size=part.size, empty=empty)
        return TemplateField(name=name, box=box, marks=marks, format=Format(kind=Kind.MARK))
    marks = Marks(parts=tuple(answer.part for answer in answers), empty=empty, gaps=True)
    return TemplateField(name=name, box=box, marks=marks, format=Format(kind=Kind.DIGITS if digits else Kind.MARK))


def _name(name: str, known: set[str]) -> str:
    """`name` as a field may be called, another than those `known`, to which it is added."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    plain = plain if FIELD_NAME.fullmatch(plain) and plain not in RESERVED else f"f_{plain}"
    ours, number = plain, 2
    while ours in known:
        ours, number = f"{plain}_{number}", number + 1
    known.add(ours)
    return ours


def _markers(tree: dict[str, Any], folder: Path, width: float, height: float) -> Landmarks:
    """Its markers, if they are rings: it crops pages so that their middles are the corners of what is left."""
    for one in tree.get("preProcessors") or []:
        options = one.get("options") or {}
        if one.get("name") != "CropOnMarkers":
            continue
        # No other folder's pictures: the template may be a stranger's.
        picture = folder / Path(str(options.get("relativePath", ""))).name
        marker = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE) if picture.is_file() else None
        if marker is None or max(marker.shape) > MOST_MARKER_PIXELS:
            break
        small = cv2.resize(marker, (MARKER_SIDE, MARKER_SIDE), interpolation=cv2.INTER_AREA)
        around = (ON_PAGE - MARKER_SIDE) // 2
        alone = cv2.copyMakeBorder(small, around, around, around, around, cv2.BORDER_CONSTANT, value=255)
        if len(find_rings(as_gray(alone)).centres):
            size = width / float(options.get("sheetToMarkerWidthRatio", USUAL_RATIO))
            return Landmarks(marks=((0, 0), (width, 0), (width, height), (0, height)), mark_size=size, rings=True)
    return Landmarks()


def _preprocessors(tree: dict[str, Any], *, marked: bool) -> list[str]:
    """What is said of its preprocessors."""
    told = []
    for one in tree.get("preProcessors") or []:
        name = str(one.get("name"))
        match name:
            case "CropPage":
                told.append("CropPage is not needed: the sheet is found in the picture by its edges and its bubbles.")
            case "CropOnMarkers" if marked:
                told.append("CropOnMarkers: its markers are the form's landmarks.")
            case "CropOnMarkers":
                told.append(
                    "CropOnMarkers: its markers are not looked for; the bubbles themselves say where the form lies."
                )
            case "FeatureBasedAlignment":
                told.append(
                    "FeatureBasedAlignment: its reference is not used, as it need not be the blank form; to have one, "
                    "put a picture of the blank form beside the template and name it as landmarks: {reference: …}."
                )
            case _ if name in UNNEEDED:
                told.append(f"{name} is not needed: ink is measured against the page's own paper.")
            case _:
                told.append(f"The preprocessor {name} is not known here and is left out.")
    told.append("Answer keys (evaluation.json) and thresholds (config.json) are not read.")
    return told
