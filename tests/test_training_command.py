"""What the user of a training command can put right is told in a sentence."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from extractor.errors import ModelError
from training.__main__ import commands
from training.command import run


def test_an_error_is_one_sentence_and_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def failing() -> None:
        raise ModelError("There is no model in x; give another folder.")

    assert run(failing) == ModelError.exit_code != 0
    assert capsys.readouterr().err == "There is no model in x; give another folder.\n"
    assert run(lambda: None) == 0


def test_every_command_says_what_it_is_for() -> None:
    asked = CliRunner().invoke(commands, ["--help"])
    assert asked.exit_code == 0
    assert set(commands.commands) == {
        "bubbles",
        "calibrate",
        "calibrate-ctc",
        "calibrate-second",
        "ctc",
        "mean",
        "recipe",
    }
    assert all(command.help for command in commands.commands.values())
