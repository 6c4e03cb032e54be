"""The command line as a whole: which commands there are, and how errors are reported."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

from extractor.errors import ExitCode, FormdigitsError

COMMANDS = {
    "read": ("formdigits.commands.read:read", "Read forms into a table."),
    "camera": ("formdigits.commands.camera:camera", "Read forms held in front of a camera."),
    "template": ("formdigits.commands.template:template", "Make, draw and check the templates of forms."),
    "submit": ("formdigits.commands.queue.submit:submit", "Send forms to the workers; prints the job's id."),
    "worker": ("formdigits.commands.queue.worker:worker", "Read what is in the queue, until stopped."),
    "status": ("formdigits.commands.queue.status:status", "Say how far a job is."),
    "jobs": ("formdigits.commands.queue.jobs:jobs", "List the jobs of the queue."),
    "export": ("formdigits.commands.queue.export:export", "Write what has been read of a job so far."),
    "report": ("formdigits.commands.report:report", "Say how much of a job needed people, and what they found."),
    "corrections": ("formdigits.commands.corrections:corrections", "Write what people corrected, to train on it."),
    "retry": ("formdigits.commands.queue.retry:retry", "Read the failed pages of a job again."),
    "cancel": ("formdigits.commands.queue.cancel:cancel", "Stop a job."),
    "watch": ("formdigits.commands.queue.watch:watch", "Send whatever is put into a folder to the workers."),
    "serve": ("formdigits.commands.serve:serve", "Open formdigits in a browser."),
    "user": ("formdigits.commands.user:user", "Accounts of the web page: add, list, remove."),
    "doctor": ("formdigits.commands.doctor:doctor", "Check that everything needed to read is there."),
    "demo": ("formdigits.commands.demo:demo", "Read the samples and compare with what is written on them."),
    "learn": ("formdigits.commands.learn:learn", "Learn a form from what people answered on a job."),
    "versions": ("formdigits.commands.versions:versions", "List what was learned of forms, and go back."),
    "train": ("formdigits.commands.train:train", "Train a recogniser on labelled symbols."),
    "evaluate": ("formdigits.commands.evaluate:evaluate", "Measure how well labelled numbers or symbols are read."),
}
"""Name, where the command is, and its line in the help: nothing is imported until a command is used."""

USAGE = """Read handwritten numbers off scanned or photographed forms into a spreadsheet, and say which ones a person
should check.

\b
  formdigits demo                                        see it work on the samples
  formdigits read scans/ -t form.yaml -o numbers.xlsx    read a folder of filled forms
  formdigits read amounts/ --single-field -o amounts.csv read pictures of one number each

Exit codes: 0 all read; 1 some pages could not be read; 2 wrong usage; 3 the database or the broker
cannot be reached.
"""


class LazyGroup(click.Group):
    """Imports a command's module when the command is used, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"formdigits {version('formdigits')}")
        ctx.exit()


@click.group(cls=LazyGroup, help=USAGE, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Say which version."
)
@click.option("--debug", is_flag=True, help="Show Python's traceback of an unexpected error.")
def cli(debug: bool) -> None:
    if debug:
        # In the environment, so that reading processes know as well.
        os.environ["FORMDIGITS_DEBUG"] = "1"


def main() -> NoReturn:
    """Runs the command line; every way out of the program leads through here."""
    try:
        code = cli.main(prog_name="formdigits", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = ExitCode.WRONG_USAGE
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "formdigits"
        click.echo(f"{error.format_message().rstrip('.')}; see '{where} --help'.", err=True)
        code = ExitCode.WRONG_USAGE
    except click.Abort:
        click.echo("Stopped.", err=True)
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.DONE
    except Exception as error:
        code = _tell(error)
    sys.exit(code if isinstance(code, int) else ExitCode.DONE)


def _tell(error: Exception) -> ExitCode:
    """Says one sentence on standard error and gives the exit code."""
    if os.environ.get("FORMDIGITS_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, FormdigitsError):
        click.echo(str(error), err=True)
        return error.exit_code
    what = ": ".join([type(error).__name__, *str(error).strip().splitlines()[:1]])
    click.echo(
        f"Something went wrong that should not have ({what}); run 'formdigits --debug …' "
        "to see where, and please report it with that.",
        err=True,
    )
    return ExitCode.SHOULD_NOT_HAPPEN
