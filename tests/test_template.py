"""Templates: what is right is read, what is wrong is named with its line and the fix."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from extractor.errors import TemplateError
from extractor.template import load_template, template_yaml
from extractor.values import Kind

GOOD = """\
formdigits: 1
form: meter
page: {width: 210, height: 297}
landmarks:
  marks: [[10, 10], [200, 10], [10, 287], [200, 287]]
fields:
  - name: reading
    box: [20, 40, 60, 10]
    cells: 6
    format: {kind: integer, min: 0, max: 999999, blank: zero}
  - name: before
    box: [20, 60, 60, 10]
    format: {kind: integer, digits: 3-6}
rules:
  - reading >= before
"""


@pytest.fixture
def write(tmp_path: Path):
    def make(text: str) -> Path:
        path = tmp_path / "form.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return make


def test_a_good_template_is_read(write) -> None:
    template = load_template(write(GOOD))
    assert template.form == "meter"
    assert template.page.dpi == 200
    assert template.fields[0].format.kind is Kind.INTEGER
    assert template.fields[1].format.digits == (3, 6)
    assert template.rules[0].names == ("reading", "before")


def test_rules_may_add_up_lists_of_fields_and_are_written_as_they_were_read(write) -> None:
    template = load_template(
        write(GOOD.replace("rules:", "lists: {all: [reading, before]}\nrules:\n  - sum(all) <= 9"))
    )
    assert template.rules[0].names == ("reading", "before")
    again = load_template(write(template_yaml(template)))
    assert again == template


def test_a_date_may_have_a_first_and_a_last_day(write) -> None:
    text = GOOD.replace("kind: integer, min: 0, max: 999999", 'kind: date, min: 2020-01-01, max: "2020-12-31"')
    template = load_template(write(text))
    assert (template.fields[0].format.min, template.fields[0].format.max) == (date(2020, 1, 1), date(2020, 12, 31))
    assert "min: 2020-01-01, max: 2020-12-31" in template_yaml(template)
    assert load_template(write(template_yaml(template))) == template


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ("page: {width: 210,", "page: {widht: 210,", 3, "did you mean 'width'?"),
        ("kind: integer, min", "kind: integr, min", 10, "'integer'"),
        ("name: before", "name: reading", 11, "two fields are called 'reading'"),
        ("reading >= before", "reading >= after", 15, "'after', which is no field"),
        ("reading >= before", "reading + before", 15, "not of the form"),
        ("box: [20, 40, 60, 10]", "box: [20, 40, 600, 10]", 7, "reaches outside the page"),
        ("box: [20, 40, 60, 10]", "box: [20, 40, -6, 10]", 7, "width and height above zero"),
        ("cells: 6", "cells: 6\n    gap: 12", 7, "leave no room for 6 cells"),
        ("rules:", "lists: {all: [reading, later]}\nrules:", 14, "'later', which is no field"),
        ("rules:\n  - reading >=", "lists: {all: [reading]}\nrules:\n  - all >=", 16, "write sum(all)"),
        ("rules:\n  - reading >=", "rules:\n  - sum(reading, 2) >=", 15, "not of the form"),
        ("name: before", "name: before\n    gap: 2", 11, "give cells as well"),
        ("landmarks:", "landmarks:\n  dropout: true", 4, "dropout needs a reference picture"),
        ("name: before", "name: 2before", 11, "not start with a digit"),
        ("name: before", "name: status", 11, "choose another"),
        ("min: 0, max: 999999", "min: 9, max: 1", 10, "min 9 is above max 1"),
        ("min: 0, max: 999999", "min: 2020-01-31", 10, "of kind integer are numbers"),
        ("min: 0, max: 999999", "min: little", 10, "such as 2020-01-31, but it is 'little'"),
        ("kind: integer, min: 0, max: 999999, blank: zero", "kind: date, min: 2020", 10, "days such as 2020-01-31"),
        ("kind: integer, min: 0, max: 999999", "kind: date, max: 2020-31-01", 10, "but it is '2020-31-01'"),
        ("integer, min: 0, max: 999999", "date, min: 2020-01-02, max: 2020-01-01", 10, "is above max 2020-01-01"),
        ("kind: integer, min: 0", "kind: time, min: 0", 10, "leave them out of a time"),
        ("[[10, 10], [200, 10], [10, 287], [200, 287]]", "[[10, 10]]", 4, "at least three marks"),
        ("digits: 3-6", "digits: 3-6, check: lunh", 13, "check 'lunh' is not known"),
        ("digits: 3-6", "pattern: '[0-9'", 13, "pattern cannot be used"),
        ("formdigits: 1", "formdigits: 2", 1, "1"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_fix(write, wrong: str, right: str, line: int, says: str) -> None:
    assert wrong in GOOD
    with pytest.raises(TemplateError) as caught:
        load_template(write(GOOD.replace(wrong, right)))
    message = str(caught.value)
    assert says in message
    assert "Traceback" not in message
    assert f"line {line}:" in message


def test_files_that_are_no_templates_get_one_sentence(write, tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("just words", encoding="utf-8")
    for path, says in [
        (tmp_path / "none.yaml", "There is no template"),
        (tmp_path, "is a folder"),
        (words, "must start with 'formdigits: 1'"),
        (write("a: [1, 2"), "mend the YAML"),
    ]:
        with pytest.raises(TemplateError, match=says) as caught:
            load_template(path)
        assert "\n" not in str(caught.value)


def test_binary_rubbish_is_no_template(tmp_path: Path) -> None:
    path = tmp_path / "photo.yaml"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(TemplateError):
        load_template(path)


def test_the_committed_templates_are_right(samples: Path) -> None:
    paths = sorted((samples / "templates").glob("*.yaml"))
    assert len(paths) >= 3
    for path in paths:
        assert load_template(path).fields


REGISTER = """\
formdigits: 1
form: register
page: {width: 1000, height: 1400}
tables:
  - name: patients
    rows: {first: [80, 300, 700, 60], count: 3, pitch: 67.5}
    columns:
      - {name: patient, left: 81, width: 186, cells: 5, format: {kind: digits, digits: 5}}
      - {name: fee, left: 500, width: 200, format: {kind: amount}}
"""


def test_a_table_is_a_field_for_each_column_in_each_line(write) -> None:
    template = load_template(write(REGISTER))
    names = [field.name for field in template.all_fields]
    assert names == [f"patients.{line}.{column}" for line in (1, 2, 3) for column in ("patient", "fee")]
    assert template.all_fields[4].box == (81, 435, 186, 60)
    assert (template.all_fields[4].cells, template.all_fields[5].format.kind) == (5, Kind.AMOUNT)
    assert [name for name, _ in template.columns] == ["patients.patient", "patients.fee"]
    assert load_template(write(template_yaml(template))) == template


def test_uneven_lines_take_their_columns_along(write) -> None:
    boxes = "rows: {boxes: [[80, 300, 700, 60], [80, 370, 700, 50], [90, 430, 700, 60]]}\n    keep_empty: true"
    text = REGISTER.replace("rows: {first: [80, 300, 700, 60], count: 3, pitch: 67.5}", boxes)
    template = load_template(write(text))
    places = [field.box for field in template.all_fields if field.name.endswith("fee")]
    assert places == [(500, 300, 200, 60), (500, 370, 200, 50), (510, 430, 200, 60)]
    assert load_template(write(template_yaml(template))) == template


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ("pitch: 67.5", "pitch: 50", 6, "less than the height of a line, 60"),
        ("count: 3, ", "", 6, "rows need first, count and pitch"),
        ("count: 3", "count: 501", 1, "1,002 fields"),
        ("count: 3", "count: 20", 5, "line 17 of table 'patients' in column 'patient' reaches outside the page"),
        ("name: fee", "name: patient", 5, "two columns of table 'patients' are called 'patient'"),
        ("name: fee", "name: line", 9, "'line' is a column of its own"),
        ("left: 500", "left: 50000", 5, "column 'fee' lies beside the lines"),
        ("width: 200", "widht: 200", 9, "did you mean 'width'?"),
        ("tables:", "lists: {Patients: []}\ntables:", 6, "'patients' is a table and a list"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_line(write, wrong: str, right: str, line: int, says: str) -> None:
    assert wrong in REGISTER
    with pytest.raises(TemplateError) as caught:
        load_template(write(REGISTER.replace(wrong, right)))
    assert any(f"line {line}:" in one and says in one for one in str(caught.value).splitlines()), caught.value


RULES = """\
fields:
  - {name: fees, box: [80, 900, 200, 60], format: {kind: amount}}
rules:
  - fees = sum(patients.fee)
  - count(patients) <= 3
  - patients: fee <= fees
"""


def test_rules_know_the_columns_and_the_lines_of_tables(write) -> None:
    template = load_template(write(REGISTER + RULES))
    fees = [f"patients.{line}.fee" for line in (1, 2, 3)]
    assert [rule.text for rule in template.rules][2] == "patients: fee <= fees"
    add_up, count, *lines = template.all_rules
    assert add_up.names == ("fees", *fees)
    assert (count.names, count.counted) == ((), ("patients",))
    assert [rule.text for rule in lines] == [f"patients.{line}: fee <= fees" for line in (1, 2, 3)]
    assert [rule.names for rule in lines] == [(fee, "fees") for fee in fees]
    assert load_template(write(template_yaml(template))) == template


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ("sum(patients.fee)", "sum(patients.fees)", 13, "'patients.fees', which is no column of a table"),
        ("sum(patients.fee)", "patients.fee", 13, "write sum(patients.fee)"),
        ("count(patients)", "count(fees)", 14, "counts the lines of 'fees', which is no table"),
        ("- patients: fee", "- doctors: fee", 15, "'doctors', which is no table"),
        ("- patients: fee", "- patients: free", 15, "'free', which is no column or field"),
        ("count(patients)", "count(patients, 2)", 14, "not of the form"),
    ],
)
def test_a_mistake_in_a_rule_of_a_table_is_named_with_its_line(write, wrong, right, line, says) -> None:
    assert wrong in RULES
    with pytest.raises(TemplateError) as caught:
        load_template(write(REGISTER + RULES.replace(wrong, right)))
    assert any(f"line {line}:" in one and says in one for one in str(caught.value).splitlines()), caught.value
