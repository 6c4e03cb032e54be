"""`formdigits template`: make a template from a form, draw one on a page, check one."""

from __future__ import annotations

import click

HELP = """Make, draw and check templates, which say where the fields of a form are.

\b
  formdigits template new blank.pdf -o form.yaml         from a blank form
  formdigits template new filled/*.png -o form.yaml      from filled copies of it
  formdigits template preview form.yaml scan.png -o p.png  see the boxes on a page
  formdigits template check form.yaml scans/             errors, warnings, and a try on pages
  formdigits template import omrchecker template.json    from another program's template
"""

NEW = """Make a template from a blank form, or from several filled copies of the same page.

\b
From a blank PDF or picture:
  formdigits template new blank.pdf -o form.yaml
From filled copies alone (three or more; their handwriting cancels out):
  formdigits template new scans/ -o form.yaml

Writes the template, and beside it the blank form's picture, by which pages are recognised, and a preview with every
box and its name. Then open the template in an editor: rename the fields, delete those that you do not need, say what
each holds.

Exit codes: 0 written; 1 a file cannot be opened; 2 wrong usage, or no fields found.
"""

PREVIEW = """Draw the template's boxes on PAGE, or on the blank form that it was made from.

\b
  formdigits template preview form.yaml -o boxes.png
  formdigits template preview form.yaml photo.jpg -o boxes.png

Boxes whose rulings are found on the page are green, others orange.

Exit codes: 0 drawn; 1 the page does not show the form or cannot be opened; 2 wrong usage or a wrong template.
"""

CHECK = """Check a template: every error with its line and the way out, warnings about what will read badly, and how it
fits the PAGEs given (files or folders).

\b
  formdigits template check form.yaml
  formdigits template check form.yaml scans/

Exit codes: 0 nothing wrong, and it fits every page given; 1 some pages do not fit or cannot be opened; 2 wrong usage or
a wrong template.
"""

IMPORT = """Make a template of another program's: OMRChecker's template.json becomes YAML with the same fields.

\b
  formdigits template import omrchecker template.json -o form.yaml

Says what of it could not be carried over.

Exit codes: 0 written; 2 wrong usage, or not a template of that program.
"""


@click.group(help=HELP)
def template() -> None:
    pass


@template.command(help=NEW)
@click.argument("forms", metavar="FORM…", nargs=-1, required=True)
@click.option("-o", "--out", metavar="FILE", help="Template to write.  [default: the form's name with .yaml]")
@click.option("--name", metavar="N", help="What the form is called in the output.  [default: the template's name]")
@click.option(
    "--dpi",
    type=click.IntRange(72, 600),
    default=200,
    show_default=True,
    metavar="D",
    help="Resolution at which PDF pages that are no scans are drawn.",
)
@click.option(
    "--page", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Page of each file."
)
@click.option("--all", "everything", is_flag=True, help="Keep rulings to write on and grids of single boxes too.")
@click.option("--dropout", is_flag=True, help="The boxes are printed in a pale colour that grey does not show.")
def new(
    *, forms: tuple[str, ...], out: str | None, name: str | None, dpi: int, page: int, everything: bool, dropout: bool
) -> None:
    from formdigits.actions.template import make

    raise SystemExit(make(forms, out, name, dpi, page, everything=everything, dropout=dropout))


@template.command(help=PREVIEW)
@click.argument("template_file", metavar="TEMPLATE")
@click.argument("page_file", metavar="[PAGE]", required=False)
@click.option("-o", "--out", metavar="PICTURE", required=True, help="PNG or JPEG picture to write.")
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Page of the file.")
def preview(template_file: str, page_file: str | None, out: str, page: int) -> None:
    from formdigits.actions.template import preview as draw

    raise SystemExit(draw(template_file, page_file, out, page))


@template.command(help=CHECK)
@click.argument("template_file", metavar="TEMPLATE")
@click.argument("pages", metavar="[PAGE…]", nargs=-1)
def check(template_file: str, pages: tuple[str, ...]) -> None:
    from formdigits.actions.template import check as look

    raise SystemExit(look(template_file, pages))


@template.command("import", help=IMPORT)
@click.argument("program", type=click.Choice(["omrchecker"]))
@click.argument("file", metavar="FILE")
@click.option("-o", "--out", metavar="FILE", help="Template to write.  [default: the file's name with .yaml]")
@click.option("--name", metavar="N", help="What the form is called in the output.  [default: the template's name]")
def import_(*, program: str, file: str, out: str | None, name: str | None) -> None:
    from formdigits.actions.template_import import import_template

    raise SystemExit(import_template(program, file, out, name))
