"""`formdigits serve`: the product in a browser."""

from __future__ import annotations

import click

HELP = """Open formdigits in a browser: try it on a picture or a drawing, watch jobs, review what is doubtful.

\b
  formdigits serve                                    http://127.0.0.1:8000, for this machine only
  formdigits serve --folder scans/ --templates forms/ jobs may read scans/, with the templates in forms/
  formdigits serve --lan                              for the network, by TLS; shows a code for a phone as the camera
  formdigits serve --host 0.0.0.0                     for a proxy that speaks TLS; everybody has to log in

Any address other than this machine's own needs accounts ('formdigits user add') or a token: that of FORMDIGITS_TOKEN,
or, where there are no accounts, one that is made and printed.

Exit codes: 0 ended; 2 wrong usage, or the port is taken; 3 the database cannot be reached.
"""


@click.command(help=HELP)
@click.option(
    "--host", metavar="ADDRESS", help="Address to listen at; by default 127.0.0.1, and all addresses with --lan."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    metavar="N",
    help="Port; 0 takes a free one.",
)
@click.option(
    "--folder",
    "folders",
    multiple=True,
    metavar="DIR",
    help="Folder whose files jobs may read; may be given several times.",
)
@click.option("--templates", multiple=True, metavar="PATH", help="Template, or a folder of templates, to pick from.")
@click.option(
    "--keep", metavar="TIME", help="Delete jobs, uploads and templates that nobody has used for so long, such as 30d."
)
@click.option("--quota", metavar="SIZE", help="Keep at most so much of what is sent, such as 20GB.")
@click.option("--local", is_flag=True, help="Read on this machine, even where there is a broker.")
@click.option("--lan", is_flag=True, help="Serve this machine's network by TLS, with a certificate made here.")
def serve(
    *,
    host: str | None,
    port: int,
    folders: tuple[str, ...],
    templates: tuple[str, ...],
    keep: str | None,
    quota: str | None,
    local: bool,
    lan: bool,
) -> None:
    from formdigits.actions.serve import serve as serve_until_stopped

    raise SystemExit(serve_until_stopped(host, port, folders, templates, keep=keep, quota=quota, local=local, lan=lan))
