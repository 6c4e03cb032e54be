"""What a field's barcode means under its format."""

from __future__ import annotations

from extractor.barcodes.code_field import FieldCodes
from extractor.barcodes.code_reader import NO_CHARACTER
from extractor.decoding import Decoded
from extractor.decoding.meaning import Meaning, judge
from extractor.decoding.written import plain
from extractor.template import Format

UNREAD = "no barcode can be read here"
NOT_TEXT = "the barcode holds characters that cannot be shown"


def decode_code(seen: FieldCodes, form: Format) -> Decoded:
    """The text of the code, as written; where there are two that differ, or none, a person decides."""
    if not seen.codes:
        return Decoded(Meaning(problem=UNREAD), "", 0.0, ())
    code = max(seen.codes, key=lambda one: one.confidence)
    meaning = judge(plain(code.text), form)
    if NO_CHARACTER in code.text:
        meaning = Meaning(value=code.text, problem=NOT_TEXT)
    if len(seen.codes) > 1:
        texts = ", ".join(sorted(one.text for one in seen.codes))
        meaning = Meaning(value=code.text, problem=f"there are several barcodes here: {texts}")
    return Decoded(meaning, code.text, 0.0 if meaning.problem else code.confidence, ())
