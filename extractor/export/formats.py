"""Which format an output name asks for. Only the writer that is needed is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from extractor.errors import OutputError, ServiceError
from extractor.export.draft import check_place
from extractor.export.sink import FieldColumn, Sink
from extractor.objects import is_object
from extractor.records import in_records
from extractor.values import PageResult

STANDARD_OUTPUT = "-"
SYMBOL_ENDINGS = (".json", ".jsonl", ".ndjson")
OUTPUT_ENDINGS = (".csv", ".xlsx", *SYMBOL_ENDINGS)


def open_sink(
    out: str | Path,
    *,
    fields: Sequence[FieldColumn],
    long: bool = False,
    forms: Mapping[str, Sequence[FieldColumn]] | None = None,
) -> Sink:
    """A sink that writes pages to `out`, to be used in a `with` statement.

    The ending of `out` chooses the format: .csv, .xlsx, .json, .jsonl or .ndjson; `-` is CSV on standard output.
    `fields` are the columns of CSV and XLSX in their order, with several forms the union of their fields. `long`
    gives CSV and XLSX one row per field instead of one per page; JSON and JSON Lines hold everything either way. Where
    there are several `forms`, by their names, XLSX has a sheet for each, with its fields alone. The lines of a form's
    tables have sheets of their own in XLSX, and for CSV files of their own, such as `numbers_patients.csv` beside
    `numbers.csv`; on standard output each field has a row then.

    Nothing is touched before the `with` block begins. Raises OutputError for an unknown ending.
    """
    if str(out) == STANDARD_OUTPUT:
        from extractor.export.csvfile import StandardOutputSink

        return StandardOutputSink(fields, long)
    path = Path(out)
    match _ending(path):
        case ".csv":
            from extractor.export.csvfile import CsvSink

            return CsvSink(path, fields, long)
        case ".xlsx":
            from extractor.export.xlsx import XlsxSink

            return XlsxSink(path, fields, long, forms)
        case ".json":
            from extractor.export.jsonfile import JsonSink

            return JsonSink(path, fields)
        case _:
            from extractor.export.jsonfile import JsonLinesSink

            return JsonLinesSink(path, fields)


def write_table(
    out: str | Path,
    results: Iterable[PageResult],
    *,
    fields: Sequence[FieldColumn],
    long: bool = False,
    forms: Mapping[str, Sequence[FieldColumn]] | None = None,
) -> None:
    """Writes all of `results` to `out`; the rest is as for `open_sink`.

    Without `fields`, which differ from page to page where no template describes them, CSV and XLSX have one row per
    field in any case. Raises OutputError.
    """
    if is_object(str(out)):
        with TemporaryDirectory() as folder:
            write_table(Path(folder) / PurePath(str(out)).name, results, fields=fields, long=long, forms=forms)
            _put_all(Path(folder), str(out))
        return
    with open_sink(out, fields=fields, long=long or not fields, forms=forms) as sink:
        for result in in_records(results):
            sink.write(result)


def _put_all(folder: Path, out: str) -> None:
    """Puts the table, and the files beside it where there are several, where the object `out` is to be."""
    # Imported here: only who writes to a store needs it.
    from extractor.objects.object_store import put

    try:
        for file in sorted(folder.iterdir()):
            put(file, f"{out.rpartition('/')[0]}/{file.name}")
    except ServiceError as error:
        raise OutputError(f"{out} could not be written: {error}") from error


def holds_symbols(out: str | Path) -> bool:
    """Whether the format that `out` asks for has the symbols of readings: JSON and JSON Lines do."""
    return str(out) != STANDARD_OUTPUT and Path(out).suffix.lower() in SYMBOL_ENDINGS


def check_writable(out: str | Path) -> None:
    """Make sure, before any work, that `out` can be written: by writing a little beside it and taking it away.

    Raises OutputError, one sentence with the way out: the ending is unknown, the folder is missing or cannot be
    written to, `out` is a folder, the disk is full.
    """
    if is_object(str(out)):
        _ending(Path(out))
        _check_object(str(out))
    elif str(out) != STANDARD_OUTPUT:
        _ending(Path(out))
        check_place(Path(out))


def _check_object(out: str) -> None:
    from extractor.objects.object_store import put, remove

    try:
        with TemporaryDirectory() as folder:
            tried = Path(folder) / "tried"
            tried.write_bytes(b"\n")
            put(tried, f"{out}.tried")
        remove(f"{out}.tried")
    except ServiceError as error:
        raise OutputError(f"{out} cannot be written: {error}") from error


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in OUTPUT_ENDINGS:
        problem = f"has an ending, '{path.suffix}', that is not known" if ending else "has no ending"
        known = f"{', '.join(OUTPUT_ENDINGS[:-1])} or {OUTPUT_ENDINGS[-1]}"
        raise OutputError(f"The output name '{path}' {problem}; end it in {known}, or give - for standard output.")
    return ending
