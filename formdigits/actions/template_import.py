"""What `formdigits template import` does: another program's template becomes one of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from extractor.errors import ExitCode, InputError, OutputError
from extractor.template import template_yaml
from extractor.template.omrchecker import Imported, import_omrchecker
from formdigits.messages import counted, say

PROGRAMS: dict[str, Callable[[str, str], Imported]] = {"omrchecker": import_omrchecker}


def import_template(program: str, file: str, out: str | None, name: str | None) -> ExitCode:
    """Writes the template of `program` in `file` as YAML and says what it left out.

    Raises InputError, TemplateError or OutputError.
    """
    target = Path(out) if out else Path(f"{Path(file).stem}.yaml")
    if target.suffix.lower() not in (".yaml", ".yml"):
        raise InputError(f"A template is a YAML file; give -o a name that ends in .yaml, not {target.name}.")
    if target.exists():
        raise OutputError(f"{target} is there already; give another name with -o, or move it away.")
    imported = PROGRAMS[program](file, name or target.stem)
    try:
        target.write_text(template_yaml(imported.template), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{target} cannot be written ({error.strerror}); give another name with -o.") from None
    for sentence in imported.left_out:
        say(sentence)
    say(f"Wrote {target} with {counted(len(imported.template.fields), 'field')}.")
    return ExitCode.DONE
