"""`formdigits template`: from a form to a template that reads, a picture of it, and plain words on what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.template import Landmarks, load_template, template_yaml
from formdigits.cli import main
from tests.forms import FORM, blank_sheet, lay
from tests.test_reference import copies


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    """Runs `formdigits template …` in a folder of its own; gives the exit code and what it said on standard error."""
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["formdigits", "template", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(ended.value.code or 0), said.err + said.out

    return command


def save(path: Path, image: np.ndarray) -> str:
    cv2.imwrite(str(path), image)
    return path.name


def test_a_blank_form_becomes_a_template_that_finds_its_pages(run, tmp_path: Path) -> None:
    blank = save(tmp_path / "blank.png", blank_sheet(2.0))
    code, said = run("new", blank, "-o", "form.yaml", "--name", "my form")
    assert code == 0
    assert "4 fields" in said
    template = load_template("form.yaml")
    assert template.form == "my form"
    assert len(template.landmarks.marks) == 4
    for picture in (template.landmarks.reference, "form_preview.png"):
        assert cv2.imread(str(tmp_path / str(picture))) is not None
    page = save(tmp_path / "page.png", lay(blank_sheet(2.0), turns=1, degrees=4).image)
    code, said = run("check", "form.yaml", page)
    assert code == 0
    assert "rulings of 4 of 4 fields found" in said


def test_filled_copies_become_a_template(run, tmp_path: Path) -> None:
    folder = tmp_path / "filled"
    folder.mkdir()
    for number, page in enumerate(copies(5)):
        save(folder / f"{number}.png", page)
    code, said = run("new", "filled", "-o", "form.yaml")
    assert code == 0
    assert "out of 5 of 5 copies" in said
    assert {3, 4} <= {field.cells for field in load_template("form.yaml").fields}


def test_a_form_in_a_dropout_colour_is_found_in_colour_and_read_in_grey(run, tmp_path: Path) -> None:
    """Yellow boxes, which grey hardly shows; what else is printed tells where the form lies."""
    marks = blank_sheet(2.0, FORM.model_copy(update={"fields": FORM.fields[:0]}))
    for row, height in enumerate([160, 240, 320, *range(1150, 1750, 60), 1990]):
        cv2.putText(marks, f"{row}. Words on line {row * 37}", (120, height), 0, 1.1, 30, 3, cv2.LINE_AA)
        cv2.putText(marks, f"{row * 53} more", (1150, height), 0, 1.1, 30, 3, cv2.LINE_AA)
    boxes = blank_sheet(2.0) < 200
    colour = np.repeat(marks[:, :, None], 3, axis=2)
    colour[boxes & (marks > 200)] = (90, 242, 242)
    blank = save(tmp_path / "blank.png", colour)
    code, said = run("new", blank, "-o", "form.yaml", "--dropout")
    assert code == 0
    template = load_template("form.yaml")
    assert template.landmarks.dropout
    assert sorted(field.cells or 1 for field in template.fields) == [1, 3, 3, 4]
    page = save(tmp_path / "page.png", lay(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), turns=1, degrees=3).image)
    code, said = run("check", "form.yaml", page)
    assert code == 0, said
    other = save(tmp_path / "other.png", lay(blank_sheet(2.0), degrees=3).image)
    assert run("check", "form.yaml", other)[0] == 1


def test_a_template_that_is_there_is_not_overwritten(run, tmp_path: Path) -> None:
    blank = save(tmp_path / "blank.png", blank_sheet())
    (tmp_path / "blank.yaml").write_text("mine", encoding="utf-8")
    code, said = run("new", blank)
    assert code == 2
    assert "is there already" in said
    assert (tmp_path / "blank.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", "gone.pdf"], "gone.pdf"),
        (["new", "white.png"], "No boxes to write in were found"),
        (["new", "blank.png", "-o", "form.txt"], "ends in .yaml"),
        (["new", "blank.png", "--page", "3"], "page 3"),
        (["new", "blank.png", "-o", "no/such/folder/form.yaml"], "cannot be written"),
        (["new"], "Missing argument"),
        (["check", "gone.yaml"], "There is no template gone.yaml"),
        (["check", "form.yaml", "gone.png"], "gone.png"),
        (["preview", "form.yaml", "-o", "out.png"], "no reference picture"),
        (["preview", "form.yaml", "blank.png"], "Missing option"),
        (["preview", "form.yaml", "blank.png", "-o", "out.docx"], "ends in .png"),
        (["preview", "form.yaml", "gone.png", "-o", "out.png"], "gone.png"),
    ],
)
def test_wrong_usage_is_told_in_a_plain_sentence(run, tmp_path: Path, words: list[str], said: str) -> None:
    save(tmp_path / "blank.png", blank_sheet())
    save(tmp_path / "white.png", np.full((1100, 800), 250, np.uint8))
    (tmp_path / "form.yaml").write_text(template_yaml(FORM), encoding="utf-8")
    code, told = run(*words)
    assert code == 2
    assert said in told
    assert len(told.strip().splitlines()) == 1


def test_a_file_that_cannot_be_opened_ends_with_1(run, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    code, said = run("new", "broken.png")
    assert code == 1
    assert "broken.png" in said


def test_a_preview_shows_the_boxes_where_they_are(run, tmp_path: Path) -> None:
    (tmp_path / "form.yaml").write_text(template_yaml(FORM), encoding="utf-8")
    page = save(tmp_path / "page.png", blank_sheet())
    code, _ = run("preview", "form.yaml", page, "-o", "out.png")
    assert code == 0
    picture = np.asarray(cv2.imread("out.png"), np.int16)
    green = (picture[..., 1] - picture[..., 2] > 80) & (picture[..., 1] - picture[..., 0] > 40)
    for field in FORM.fields:
        x, y = round(field.box.left), round(field.box.top + field.box.height / 2)
        assert green[y - 5 : y + 6, x - 3 : x + 4].any(), field.name
    assert not green[700:880].any()


def test_a_page_that_is_not_the_form_is_named_and_ends_with_1(run, tmp_path: Path) -> None:
    (tmp_path / "form.yaml").write_text(template_yaml(FORM), encoding="utf-8")
    good = save(tmp_path / "good.png", blank_sheet())
    bad = save(tmp_path / "bad.png", np.full((1100, 800), 250, np.uint8))
    code, said = run("check", "form.yaml", good, bad)
    assert code == 1
    assert "good.png, page 1: registered" in said
    assert "bad.png, page 1: the form was not found" in said
    assert run("preview", "form.yaml", bad, "-o", "out.png")[0] == 1


def test_errors_name_line_and_fix(run, tmp_path: Path) -> None:
    text = template_yaml(FORM).replace("cells: 3", "cels: 3", 1)
    (tmp_path / "form.yaml").write_text(text, encoding="utf-8")
    code, said = run("check", "form.yaml")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "cels" in row)
    assert code == 2
    assert f"line {line}: 'cels' is not known; did you mean 'cells'?" in said


def test_what_reads_badly_is_warned_of(run, tmp_path: Path) -> None:
    tree = FORM.model_dump()
    tree["fields"] = [
        {"name": "a", "box": (100, 100, 90, 30), "cells": 3, "format": {"kind": "integer", "digits": (4, 5)}},
        {"name": "b", "box": (120, 105, 90, 30), "cells": 3, "format": {"kind": "integer"}},
        {"name": "tiny", "box": (100, 300, 90, 10), "cells": 10, "format": {"kind": "integer"}},
        {"name": "when", "box": (100, 400, 240, 30), "cells": 8, "format": {"kind": "date"}},
    ]
    tree["rules"] = ["b = a + when"]
    tree["landmarks"] = Landmarks().model_dump()
    (tmp_path / "form.yaml").write_text(template_yaml(type(FORM).model_validate(tree)), encoding="utf-8")
    code, said = run("check", "form.yaml")
    assert code == 0
    assert "'a' and 'b' overlap" in said
    assert "'tiny'" in said
    assert "'a' has 3 cells" in said
    assert "calculates with 'when'" in said


def test_a_page_with_too_few_pixels_is_warned_of(run, tmp_path: Path) -> None:
    (tmp_path / "form.yaml").write_text(template_yaml(FORM), encoding="utf-8")
    page = save(tmp_path / "page.png", cv2.resize(blank_sheet(2.0), (208, 286), interpolation=cv2.INTER_AREA))
    code, said = run("check", "form.yaml", page)
    assert code == 1 or "fewer than 16 pixels" in said


@pytest.mark.parametrize("command", [[], ["new"], ["preview"], ["check"]])
def test_help_shows_examples(run, command: list[str]) -> None:
    code, said = run(*command, "--help")
    assert code == 0
    assert "formdigits template" in said
    assert "Exit codes" in said or not command
