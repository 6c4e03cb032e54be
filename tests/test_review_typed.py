"""What people type for a field: taken as its format has it, or refused with a sentence and kept by force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import InputError
from extractor.template import Format, TemplateField
from extractor.values import Box, CheckKind, FieldStatus, Kind, Reading
from workers.review.typed import MisfitError, Taken, fitted, meaning_of
from workers.review.values import reviewer_name

READ = Reading("f", Kind.INTEGER, "57", "57", 0.5, FieldStatus.REVIEW, ())


def field(kind: Kind, cells: int | None = None, alphabet: str = "0-9", **form: object) -> TemplateField:
    return TemplateField(
        name="f",
        box=Box(0, 0, 9, 9),
        cells=cells,
        alphabet=alphabet,
        format=Format.model_validate({"kind": kind, **form}),
    )


@pytest.mark.parametrize(
    ("of", "typed", "value"),
    [
        (field(Kind.DIGITS, digits=3), "007", "007"),
        (field(Kind.DIGITS), " 12 34 ", "1234"),
        (field(Kind.DIGITS, alphabet="A-Z"), "XAX", "XAX"),
        (field(Kind.INTEGER, cells=4), "0035", "35"),
        (field(Kind.INTEGER), "1,234", "1234"),
        (field(Kind.INTEGER, min=-20), "-5", "-5"),
        (field(Kind.DECIMAL, decimals=1), "7,5", "7.5"),
        (field(Kind.DECIMAL, decimals=1), "7", "7.0"),
        (field(Kind.AMOUNT), "12.5", "12.50"),
        (field(Kind.AMOUNT), "1'250.50", "1250.50"),
        (field(Kind.AMOUNT, cells=6), "012550", "125.50"),
        (field(Kind.AMOUNT, cells=6), "125.50", "125.50"),
        (field(Kind.DATE), "17.04.2019", "2019-04-17"),
        (field(Kind.DATE), "2019-04-17", "2019-04-17"),
        (field(Kind.DATE, order="mdy"), "2019-04-17", "2019-04-17"),
        (field(Kind.DATE, cells=8), "17042019", "2019-04-17"),
        (field(Kind.DATE, cells=8), "17/04/2019", "2019-04-17"),
        (field(Kind.DATE, cells=6), "17.4.19", "2019-04-17"),
        (field(Kind.DATE), "31.02.2019", None),
        (field(Kind.TIME), "9:30", "09:30"),
        (field(Kind.TIME), "25:00", None),
        (field(Kind.INTEGER, max=500), "501", None),
        (field(Kind.INTEGER), "abc", None),
        (field(Kind.INTEGER), "٣", None),
        (field(Kind.INTEGER), "=1+1", None),
        (field(Kind.INTEGER), "1.5", None),
        (field(Kind.INTEGER), "-5", None),
        (field(Kind.DIGITS, digits=3), "12", None),
        (field(Kind.DIGITS), "<b>1</b>", None),
        (field(Kind.DIGITS, values=["1", "2"]), "3", None),
        (field(Kind.DIGITS, check="luhn"), "79927398714", None),
        (field(Kind.DIGITS, check="luhn"), "79927398713", "79927398713"),
    ],
)
def test_what_is_typed_is_taken_as_the_format_has_it(of: TemplateField, typed: str, value: str | None) -> None:
    if value is not None:
        assert meaning_of(CheckKind.TYPE, typed, of, READ, force=False) == Taken(FieldStatus.ACCEPTED, value)
        return
    with pytest.raises(MisfitError, match=r"; correct it, or keep it all the same\.$"):
        meaning_of(CheckKind.TYPE, typed, of, READ, force=False)
    kept = meaning_of(CheckKind.TYPE, typed, of, READ, force=True)
    assert kept == Taken(FieldStatus.ACCEPTED, typed, forced=True)


def test_blank_and_struck_mean_what_the_form_says() -> None:
    zero = field(Kind.AMOUNT, blank="zero", struck="missing")
    assert meaning_of(CheckKind.BLANK, "", zero, READ, force=False) == Taken(FieldStatus.ACCEPTED, "0.00")
    assert meaning_of(CheckKind.VOID, "", zero, READ, force=False) == Taken(FieldStatus.BLANK, "")
    plain = field(Kind.INTEGER)
    assert meaning_of(CheckKind.BLANK, "", plain, READ, force=False) == Taken(FieldStatus.BLANK, "")
    assert meaning_of(CheckKind.VOID, "", plain, READ, force=False) == Taken(FieldStatus.VOID, "")


def test_accepting_takes_what_was_read_unless_the_format_forbids_it_or_there_is_nothing() -> None:
    assert meaning_of(CheckKind.ACCEPT, "ignored", field(Kind.INTEGER), READ, force=False).value == "57"
    with pytest.raises(MisfitError, match="above the most allowed, 50"):
        meaning_of(CheckKind.ACCEPT, "", field(Kind.INTEGER, max=50), READ, force=False)
    empty = Reading("f", Kind.INTEGER, "", "?", 0.0, FieldStatus.REVIEW, ())
    with pytest.raises(InputError, match="Nothing was read"):
        meaning_of(CheckKind.ACCEPT, "", field(Kind.INTEGER), empty, force=True)


def outcome(typed: str, of: TemplateField) -> Taken | str:
    try:
        return meaning_of(CheckKind.TYPE, typed, of, READ, force=False)
    except InputError as error:
        return str(error)


kinds = st.builds(
    field,
    st.sampled_from([kind for kind in Kind if kind not in (Kind.MARK, Kind.BARCODE)]),
    st.none() | st.integers(1, 9),
)


@given(kinds, st.text(max_size=30) | st.text("0123456789.,-: /X_?=+", max_size=14))
def test_whatever_is_typed_is_taken_or_refused_in_one_sentence(of: TemplateField, typed: str) -> None:
    found = outcome(typed, of)
    if isinstance(found, Taken):
        # What was taken is taken again as it is.
        assert found.value
        assert fitted(found.value, of)[0]
    else:
        assert "\n" not in found
        assert found.endswith(".")


@given(st.text(max_size=400))
def test_forced_values_are_short_and_printable(typed: str) -> None:
    try:
        value = meaning_of(CheckKind.TYPE, typed, field(Kind.INTEGER), READ, force=True).value
    except InputError:
        return
    assert 0 < len(value) <= 200
    assert value.isprintable()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "evil\u202ename", "\ud800", "zero\u200bwidth"])
def test_names_that_nobody_could_read_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        reviewer_name(name)


def test_names_are_kept_as_people_write_them() -> None:
    assert reviewer_name("  Zoë   O'Brien ") == "Zoë O'Brien"
    assert reviewer_name("Zoe\u0308") == "Zoë"
    assert reviewer_name("<b>Ann</b>") == "<b>Ann</b>"
