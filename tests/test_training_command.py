"""What the user of a training command can put right is told in a sentence."""

from __future__ import annotations

import pytest

from extractor.errors import ModelError
from training.command import run


def test_an_error_is_one_sentence_and_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def failing() -> None:
        raise ModelError("There is no model in x; give another folder.")

    assert run(failing) == ModelError.exit_code != 0
    assert capsys.readouterr().err == "There is no model in x; give another folder.\n"
    assert run(lambda: None) == 0
