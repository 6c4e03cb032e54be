"""Alphabets: what people write is understood, written shortly again, and refused with the way out."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.alphabet import short, symbols


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0-9", string.digits),
        ("A-Z", string.ascii_uppercase),
        ("0-9A-F", string.digits + "ABCDEF"),
        ("F0-3", "0123F"),
        ("+-", "+-"),
        ("-A", "-A"),
        ("AAB", "AB"),
    ],
)
def test_ranges_and_single_symbols(text: str, wanted: str) -> None:
    assert symbols(text) == tuple(sorted(wanted))


@given(st.sets(st.sampled_from(string.ascii_letters + string.digits + "-+ÄÖ"), min_size=1))
def test_the_short_form_means_the_same(alphabet: set[str]) -> None:
    assert symbols(short(alphabet)) == tuple(sorted(alphabet))


@pytest.mark.parametrize("text", ["", " ", "A Z", "Z-A", "0-Z", "a-Z"])
def test_what_is_no_alphabet(text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        symbols(text)
