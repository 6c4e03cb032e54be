"""Values for fields that cannot be read but follow from the form's arithmetic: suggested where the ink allows, never
accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from extractor.decoding.unread import UnreadCells
from extractor.table_lines import is_empty
from extractor.template import Rule
from extractor.values import Doubt, DoubtKind, FieldStatus, Reading

CHOSEN = Doubt(DoubtKind.ARITHMETIC, "chosen by the form's arithmetic", most=1.0)


def solve(
    rules: Sequence[Rule],
    by_name: dict[str, Reading],
    unread: Mapping[str, UnreadCells],
    counts: Mapping[str, Decimal],
    mistake: float,
) -> dict[str, str]:
    """Gives fields in `by_name` that are `unread` the value that an equation leaves for them; what came of each rule.

    Such a value proves nothing: the other fields stay as they are, and it goes to review. `mistake` is how probable it
    is that the writer added up wrongly; `counts` has the filled lines of tables.
    """
    outcomes: dict[str, str] = {}
    for rule in rules:
        if unread.keys().isdisjoint(rule.names):
            continue
        values = {name: _number(by_name[name]) for name in rule.names}
        blank = {name for name in rule.may_be_blank if is_empty(by_name[name])}
        missing = [name for name, value in values.items() if value is None and name not in blank]
        known = {**counts, **{name: value for name, value in values.items() if name not in missing}}
        if not missing:
            # Another rule gave the value.
            outcomes[rule.text] = "chosen" if rule.holds(known) else "broken"
        elif len(missing) == 1 and missing[0] in unread and rule.is_equation:
            number = rule.solved_for(missing[0], known)
            spelled = None if number is None else unread[missing[0]].spell(number)
            outcomes[rule.text] = "broken" if spelled is None else "chosen"
            if spelled is not None:
                by_name[missing[0]] = _suggested(by_name[missing[0]], spelled, mistake)
    return outcomes


def _suggested(reading: Reading, spelled: tuple[str, str, float], mistake: float) -> Reading:
    value, written, probability = spelled
    return replace(
        reading,
        value=value,
        written=written,
        confidence=probability / (probability + mistake),
        status=FieldStatus.REVIEW,
        alternatives=(),
        doubts=(*reading.doubts, CHOSEN),
    )


def _number(reading: Reading) -> Decimal | None:
    """The field's value, unless its format forbids it, which makes it only what the ink looks like."""
    try:
        return Decimal(reading.value) if not reading.is_forbidden or CHOSEN in reading.doubts else None
    except InvalidOperation:
        return None
