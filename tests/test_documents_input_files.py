"""Which files are found, and in which order."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from extractor.documents import find_documents, find_input_files
from extractor.documents.input_files import natural_key
from extractor.errors import InputError


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def test_a_folder_is_read_in_natural_order_its_own_files_first(tmp_path: Path) -> None:
    _touch(tmp_path, "page10.png", "Page2.PNG", "page1.jpg", "a/x.tif", "b2/1.pdf", "b10/1.pdf", "b2/c/9.webp", "z.bmp")
    found = [str(Path(file).relative_to(tmp_path)) for file in find_documents([tmp_path])]
    assert found == [
        "page1.jpg",
        "Page2.PNG",
        "page10.png",
        "z.bmp",
        "a/x.tif",
        "b2/1.pdf",
        "b2/c/9.webp",
        "b10/1.pdf",
    ]


def test_paths_stay_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "scans/a.png", "scans/sub/b.png")
    monkeypatch.chdir(tmp_path)
    assert find_documents(["./scans"]) == ["./scans/a.png", "./scans/sub/b.png"]
    assert find_documents(["scans/", Path("scans/a.png")]) == ["scans/a.png", "scans/sub/b.png"]


def test_files_named_by_a_shell_come_in_natural_order_too(tmp_path: Path) -> None:
    _touch(tmp_path, "p1.png", "p10.png", "p2.png")
    files = [str(tmp_path / name) for name in ("p1.png", "p10.png", "p2.png")]
    assert find_documents(files) == [files[0], files[2], files[1]]


def test_each_file_comes_once_however_often_it_is_named(tmp_path: Path) -> None:
    _touch(tmp_path, "d/a.png")
    (tmp_path / "link").symlink_to(tmp_path / "d", target_is_directory=True)
    named = [tmp_path / "d", tmp_path / "d" / "a.png", tmp_path / "d" / ".." / "d" / "a.png", tmp_path / "link"]
    assert find_documents(named) == [str(tmp_path / "d" / "a.png")]


def test_hidden_and_foreign_files_are_left_out_of_folders_but_taken_when_named(tmp_path: Path) -> None:
    _touch(tmp_path, "a.png", ".DS_Store", "._a.png", "~$b.pdf", "Thumbs.db", "notes.txt", ".git/c.png", "noending")
    assert find_documents([tmp_path]) == [str(tmp_path / "a.png")]
    for name in (".DS_Store", "._a.png", "notes.txt", "noending"):
        assert find_documents([tmp_path / name]) == [str(tmp_path / name)]


def test_what_is_left_out_of_a_folder_is_counted_by_its_kind(tmp_path: Path) -> None:
    _touch(
        tmp_path, "a.png", ".DS_Store", "._a.png", "Thumbs.db", "n.TXT", "b/m.txt", "t.yaml", "noending", ".git/c.png"
    )
    found = find_input_files([tmp_path, tmp_path / "n.TXT"])
    assert [Path(file).name for file in found.documents] == ["a.png", "n.TXT"]
    assert found.left_out == {"hidden": 3, ".txt": 1, ".yaml": 1, "": 1}


def test_what_phones_write_is_found_and_so_is_what_cannot_be_read(tmp_path: Path) -> None:
    read = ["a.HEIC", "b.heif", "c.jfif", "d.jpe", "e.avif", "f.hif"]
    unread = ["g.gif", "h.jp2", "i.docx", "j.dng", "k.zip"]
    _touch(tmp_path, *read, *unread)
    assert [Path(file).name for file in find_documents([tmp_path])] == read + unread


def test_a_picture_with_an_ending_that_says_nothing_is_found_by_its_content(tmp_path: Path) -> None:
    Image.new("L", (40, 50), 200).save(tmp_path / "scan", "PNG")
    Image.new("L", (40, 50), 200).save(tmp_path / "scan.0001", "TIFF")
    Image.new("L", (40, 50), 200).save(tmp_path / "b.anim", "GIF")
    Image.new("L", (40, 50), 200).save(tmp_path / "still_coming.part", "PNG")
    (tmp_path / "data.0002").write_bytes(bytes(range(200)))
    os.mkfifo(tmp_path / "pipe")
    found = find_input_files([tmp_path])
    assert [Path(file).name for file in found.documents] == ["b.anim", "scan", "scan.0001"]
    assert found.left_out == {".part": 1, ".0002": 1, "": 1}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "nothing to read"),
        (["absent.png"], "no file or folder"),
        (["x" * 5000], "no file"),
        (["empty"], "no documents"),
    ],
)
def test_what_cannot_be_found_is_said_in_one_sentence(tmp_path: Path, names: list[str], words: str) -> None:
    _touch(tmp_path, "empty/notes.txt", "good.png")
    given = [tmp_path / name for name in names] + ([tmp_path / "good.png"] if names else [])
    with pytest.raises(InputError, match=words) as caught:
        find_documents(given)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message


def test_a_folder_that_may_not_be_listed_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "a.png", "locked/b.png")
    scandir = __import__("os").scandir

    def refuse(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(InputError, match=r"locked cannot be listed"):
        find_documents([tmp_path])


@given(st.lists(st.integers(0, 10**30), unique=True), st.text(max_size=8), st.randoms(use_true_random=False))
def test_numbers_in_names_sort_as_numbers(numbers: list[int], stem: str, rng: random.Random) -> None:
    stem = stem.rstrip("0123456789")
    names = [f"{stem}{number}.png" for number in numbers]
    rng.shuffle(names)
    assert sorted(names, key=natural_key) == [f"{stem}{number}.png" for number in sorted(numbers)]


@given(st.text(), st.text())
def test_any_two_names_can_be_compared_and_capitals_do_not_matter(one: str, other: str) -> None:
    a, b = natural_key(one), natural_key(other)
    assert (a < b) + (b < a) + (a == b) == 1
    assert natural_key(one.casefold()) == a


def test_a_number_of_thousands_of_digits_is_no_trouble() -> None:
    assert natural_key("1" * 5000) < natural_key("2" * 5000) < natural_key("1" * 5001)
