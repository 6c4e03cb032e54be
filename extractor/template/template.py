"""What a template file says, checked by pydantic. `load.py` reads the YAML and turns errors into line and fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from extractor.table_lines import table_place
from extractor.template.mark_group import MOST_OF_FORM
from extractor.template.model import MOST_FIELDS, Landmarks, Name, PageSize, SheetCode, StrictModel, TemplateField
from extractor.template.rule import Rule, parse_rule, rule_text
from extractor.template.table import MOST_TABLES, Table
from extractor.template.table_rules import check_rules, known_rules
from extractor.values import RECORD, Kind

MOST_RULES, MOST_LISTS = 300, 100
"""Of a template, so that none takes minutes to look at."""


class Template(StrictModel):
    """A form: its size, its landmarks, its fields, its tables, its lists of fields and its arithmetic.

    `fields` are those beside the tables, as the file has them; `all_fields` are what is read.
    `sheet` says by which barcode it is known.
    `models` are folders of models, beside the template, that are tried for the fields' alphabets before those that
    come with the program.
    """

    formdigits: Literal[1]
    form: Annotated[str, Field(max_length=200)]
    page: PageSize
    landmarks: Landmarks = Landmarks()
    sheet: SheetCode | None = None
    fields: Annotated[tuple[TemplateField, ...], Field(max_length=MOST_FIELDS)] = ()
    tables: Annotated[tuple[Table, ...], Field(max_length=MOST_TABLES)] = ()
    lists: Annotated[
        tuple[tuple[Name, Annotated[tuple[str, ...], Field(max_length=MOST_FIELDS)]], ...],
        Field(max_length=MOST_LISTS),
        BeforeValidator(lambda v: tuple(v.items()) if isinstance(v, dict) else v),
    ] = ()
    rules: Annotated[tuple[Annotated[Rule, BeforeValidator(parse_rule)], ...], Field(max_length=MOST_RULES)] = ()
    models: Annotated[tuple[Annotated[str, Field(max_length=1000)], ...], Field(max_length=20)] = ()
    _folder: Path | None = PrivateAttr(None)

    @property
    def reference_path(self) -> Path | None:
        """Where the picture of the blank form is; None without one, or when the template came from no file."""
        if self._folder is None or self.landmarks.reference is None:
            return None
        return self._folder / self.landmarks.reference

    @property
    def model_paths(self) -> tuple[Path, ...]:
        """The folders that `models` names."""
        return tuple((self._folder or Path()) / name for name in self.models)

    @cached_property
    def all_fields(self) -> tuple[TemplateField, ...]:
        """The fields that are read: those beside the tables, then those of each table, line by line."""
        return (*self.fields, *(field for table in self.tables for field in table.fields()))

    @cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """The rules that know the fields of tables: a rule of a table's lines is one for each line, whose text begins
        with the line, as in `patients.3: total = a + b`."""
        return tuple(rule for _, rule in known_rules(self.rules, self.tables))

    @property
    def columns(self) -> tuple[tuple[str, Kind], ...]:
        """Names and kinds of what has a column in the output: the record, where pages belong to some, the fields beside
        the tables, then the columns of each table, as `patients.fee`."""
        record = ((RECORD, Kind.BARCODE),) if self.sheet is not None and self.sheet.has_records else ()
        return (
            *record,
            *((field.name, field.format.kind) for field in self.fields),
            *(column for table in self.tables for column in table.output),
        )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's; what was worked out of the parts that `update` replaces is worked out anew."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("all_fields", "all_rules"):
            copy.__dict__.pop(name, None)
        return copy

    def found_in(self, folder: Path) -> Template:
        """The same template, with its reference picture and models in `folder`."""
        copy = self.model_copy()
        copy._folder = folder
        return copy

    @model_validator(mode="before")
    @classmethod
    def _lists_in_rules(cls, tree: object) -> object:
        """Hands the lists to the rules, which are read one by one."""
        if not isinstance(tree, dict) or not isinstance(tree.get("lists"), dict) or not tree.get("rules"):
            return tree
        lists = tuple(
            (str(name), tuple(map(str, fields))) for name, fields in tree["lists"].items() if isinstance(fields, list)
        )
        rules = [Rule(text, lists) if (text := rule_text(rule)) is not None else rule for rule in tree["rules"]]
        return {**tree, "rules": rules}

    @model_validator(mode="after")
    def _lists_known(self) -> Template:
        names = {field.name for field in self.fields}
        for name, fields in self.lists:
            if name in names:
                raise ValueError(f"'{name}' is a field and a list; give the list another name")
            for field in fields:
                if field not in names:
                    raise ValueError(f"'{field}', which is no field of this form, is in the list '{name}'")
        return self

    @model_validator(mode="after")
    def _records_known(self) -> Template:
        recorded = self.sheet is not None and self.sheet.has_records
        if any(one.name == RECORD and (recorded or one.format.kind is Kind.BARCODE) for one in self.fields):
            raise ValueError(f"'{RECORD}' is the column of records; give the field of that name another")
        if (
            self.sheet is not None
            and self.sheet.key
            and all(field.format.kind is not Kind.BARCODE for field in self.fields)
        ):
            raise ValueError("the sheet's code is its key, but no field has it; give one of 'kind: barcode'")
        return self

    @model_validator(mode="after")
    def _whole(self) -> Template:
        if not self.fields and not self.tables:
            raise ValueError("the form has neither fields nor tables; give one of them at least")
        count = len(self.fields) + sum(table.size for table in self.tables)
        if count > MOST_FIELDS:
            raise ValueError(
                f"the form has {count:,} fields with those of its tables (lines times columns), and may have "
                f"{MOST_FIELDS:,}; leave out columns that nobody needs, or make two templates of it"
            )
        bubbles = sum(one.marks.count for one in self.fields if one.marks) + sum(
            column.marks.count * (table.size // len(table.columns))
            for table in self.tables
            for column in table.columns
            if column.marks
        )
        if bubbles > MOST_OF_FORM:
            raise ValueError(f"the form has {bubbles:,} bubbles, and may have {MOST_OF_FORM:,}; make two of it")
        for name, times in Counter(field.name for field in self.fields).items():
            if times > 1:
                raise ValueError(f"two fields are called '{name}'; give each its own name")
        known = {field.name.lower(): "field" for field in self.fields}
        known |= {name.lower(): "list" for name, _ in self.lists}
        for table in self.tables:
            # They become files and sheets, whose names are the same in capitals and small letters.
            if (other := known.get(table.name.lower())) is not None:
                raise ValueError(f"'{table.name}' is a table and a {other}; give the table another name")
            known[table.name.lower()] = "table"
        for field in self.all_fields:
            box = field.box
            if box.left < 0 or box.top < 0 or box.right > self.page.width or box.bottom > self.page.height:
                raise ValueError(f"{_told(field.name)} reaches outside the page")
            for bubble in (one.box for answer in field.bubbles for one in answer):
                if (
                    bubble.left < 0
                    or bubble.top < 0
                    or bubble.right > self.page.width
                    or bubble.bottom > self.page.height
                ):
                    raise ValueError(f"a bubble of field '{field.name}' reaches outside the page")
        check_rules(self.rules, self.tables, {field.name for field in self.all_fields})
        return self


def _told(field: str) -> str:
    place = table_place(field)
    if place is None:
        return f"the box of field '{field}'"
    return f"line {place.line} of table '{place.table}' in column '{place.column}'"
