"""Output files are whole or absent, an old file survives a failure, and every refusal is one sentence."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from extractor.errors import OutputError
from extractor.export import check_writable, open_sink
from extractor.export.formats import OUTPUT_ENDINGS
from extractor.values import FieldStatus, Kind, PageResult, PageStatus, Reading

FIELDS = [("votes", Kind.INTEGER)]
QUAD = ((10.0, 20.0), (110.0, 20.0), (110.0, 60.0), (10.0, 60.0))


def page(number: int = 1, value: str = "57", field: str = "votes") -> PageResult:
    reading = Reading(field, Kind.INTEGER, value, value, 0.998, FieldStatus.ACCEPTED, QUAD)
    return PageResult("scan.png", number, "tally", PageStatus.READ, (reading,), fit=0.97)


def write_all(out: Path, pages: Iterable[PageResult]) -> None:
    with open_sink(out, fields=FIELDS) as sink:
        for result in pages:
            sink.write(result)


@pytest.mark.parametrize("ending", OUTPUT_ENDINGS)
def test_a_clean_exit_leaves_the_file_and_nothing_else(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"readings{ending}"
    with open_sink(out, fields=FIELDS) as sink:
        sink.write(page())
        assert not out.exists()
    assert out.stat().st_size > 0
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("ending", OUTPUT_ENDINGS)
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError])
def test_an_interruption_leaves_the_old_file_as_it_was(
    tmp_path: Path, ending: str, interruption: type[BaseException]
) -> None:
    out = tmp_path / f"readings{ending}"
    out.write_bytes(b"the old readings")

    def pages() -> Iterator[PageResult]:
        yield page()
        raise interruption

    with pytest.raises(interruption):
        write_all(out, pages())
    assert out.read_bytes() == b"the old readings"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("ending", OUTPUT_ENDINGS)
def test_a_page_that_could_not_be_written_is_never_passed_over(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"readings{ending}"
    broken = PageResult("scan.png", 2, "tally", PageStatus.READ, (object(),))  # type: ignore[arg-type]

    def carry_on_regardless() -> None:
        with open_sink(out, fields=FIELDS) as sink:
            sink.write(page())
            try:
                sink.write(broken)
            except (AttributeError, TypeError):
                sink.write(page(3))

    with pytest.raises((AttributeError, TypeError)):
        carry_on_regardless()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", OUTPUT_ENDINGS)
def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / f"readings{ending}"
    out.write_bytes(b"the old readings")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="no space left"):
        write_all(out, [page()])
    assert out.read_bytes() == b"the old readings"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("ending", OUTPUT_ENDINGS)
@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_disk_that_fills_while_writing_is_told_in_a_sentence(tmp_path: Path, ending: str) -> None:
    """A real failing write: the process may make no file larger than 20 kB."""
    out = tmp_path / f"readings{ending}"
    program = f"""
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
from extractor.errors import OutputError
from extractor.export import open_sink
from extractor.values import *
try:
    with open_sink({str(out)!r}, fields=[("a", Kind.DIGITS)]) as sink:
        for number in range(3000):
            value = str(number) * 3
            reading = Reading("a", Kind.DIGITS, value, value, 0.9, FieldStatus.ACCEPTED, ((0, 0), (9, 9)))
            sink.write(PageResult(f"{{number}}.png", 1, "tally", PageStatus.READ, (reading,)))
except OutputError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == f"{out} could not be written (File too large); check the disk, or write to another folder.\n"
    assert run.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_permissions_and_links_of_the_old_file_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with open_sink(link, fields=FIELDS) as sink:
        sink.write(page())
    assert link.is_symlink()
    assert real.read_text().startswith("file,page")
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_permissions_that_the_user_gives_new_files(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        with open_sink(tmp_path / "out.csv", fields=FIELDS) as sink:
            sink.write(page())
    finally:
        os.umask(old)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("out.parquet", r"'\.parquet'.*\.csv, \.xlsx, \.json, \.jsonl or \.ndjson"),
        ("out", "no ending.*standard output"),
        ("missing/out.csv", "There is no folder .*missing; make it first"),
        ("folder.csv", "is a folder; give the name of a file in it"),
        ("file.txt/out.csv", "is a file and not a folder"),
        ("x" * 300 + ".csv", "too long"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file.txt").touch()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OutputError, match=says) as refusal:
        check_writable(tmp_path / name)
    assert "\n" not in str(refusal.value)
    with pytest.raises(OutputError), open_sink(tmp_path / name, fields=FIELDS):
        raise AssertionError("the block must not be entered")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that even root cannot write to")
def test_a_read_only_folder_is_found_by_trying_even_as_root() -> None:
    with pytest.raises(OutputError, match=r"^/proc/self/out\.csv could not|may not"):
        check_writable("/proc/self/out.csv")


def test_a_place_that_can_be_written_is_left_untouched(tmp_path: Path) -> None:
    out = tmp_path / "out.CSV"
    out.write_text("old")
    check_writable(out)
    check_writable(tmp_path / "new.xlsx")
    check_writable("-")
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_name_relative_to_the_current_folder_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_writable("out.json")
    with open_sink("out.json", fields=FIELDS) as sink:
        sink.write(page())
    assert len(json.loads(Path("out.json").read_text(encoding="utf-8"))) == 1


def test_a_reading_without_a_column_is_an_error_and_not_lost(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"'other' of scan\.png, page 1, has no column"):
        write_all(tmp_path / "out.csv", [page(field="other")])
    assert list(tmp_path.iterdir()) == []


def test_standard_output_is_csv(capsys: pytest.CaptureFixture[str]) -> None:
    with open_sink("-", fields=FIELDS) as sink:
        sink.write(page())
    assert list(csv.reader(io.StringIO(capsys.readouterr().out)))[1] == ["scan.png", "1", "tally", "read", "", "57"]


PRODUCER = """
import sys
from extractor.export import open_sink
from extractor.values import *
with open_sink("-", fields=[("a", Kind.DIGITS)]) as sink:
    for number in range(200_000):
        sink.write(PageResult(f"{number}.png", 1, "tally", PageStatus.UNMATCHED))
print("went on", number < 199_999, file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_closed_pipe_ends_quietly_and_early() -> None:
    command = f"'{sys.executable}' -c '{PRODUCER}' | head -n 2"
    run = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=600)
    assert run.stdout.splitlines()[0] == "file,page,form,status,review,a"
    assert run.stderr == "went on True\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_standard_output_on_a_full_disk_is_told_in_a_sentence() -> None:
    program = PRODUCER.replace("\nwith", "\nfrom extractor.errors import OutputError\ntry:\n  with", 1)
    head, body = program.split("  with", 1)
    body = "  with" + body.replace("\n", "\n  ").rstrip()
    program = f"{head}{body}\nexcept OutputError as error:\n  print(error, file=sys.stderr)\n"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        run = subprocess.run(
            [sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, text=True, check=True
        )
    assert run.stderr == "There is no space left to write standard output; free some, or write to another disk.\n"


def test_a_closed_pipe_elsewhere_is_not_swallowed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BrokenPipeError), open_sink("-", fields=FIELDS):
        raise BrokenPipeError
