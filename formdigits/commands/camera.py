"""`formdigits camera`: read forms held under a camera."""

from __future__ import annotations

import click

from formdigits.commands import shared_options

HELP = """Read forms that are held in front of a camera, one row per sheet.

\b
  formdigits camera -t form.yaml -o numbers.csv            the first webcam
  formdigits camera -t form.yaml --source rtsp://…         a network camera or phone
  formdigits camera -t form.yaml --source video.mp4        a video file, at its own speed
  formdigits camera                                        every number on paper that is held up

Hold a sheet still until it turns green: then its row is written, with a sound. The next sheet gives the next row; the
same sheet again gives none. Rows are added to OUT (.csv or .jsonl) as they come.

\b
Keys: SPACE takes the sheet as it reads now, U takes the last row back, P pauses, Q quits.
"""


@click.command(help=HELP)
@shared_options.templates
@click.option(
    "-o", "--out", metavar="OUT", help="File that rows are added to: .csv or .jsonl; - is CSV on standard output."
)
@click.option(
    "--source", default="0", show_default=True, metavar="SOURCE", help="A camera's number, a video file, or an address."
)
@click.option("--list", "listing", is_flag=True, help="Say which cameras there are, and stop.")
@click.option("--no-window", is_flag=True, help="Show no window; say on the terminal what is read.")
@click.option("--no-realtime", is_flag=True, help="Read every frame of a video file, as fast as possible.")
@click.option("--save-frames", metavar="DIR", help="Keep the frame of each row in this folder.")
@shared_options.accept
@shared_options.engine
def camera(
    *,
    templates: tuple[str, ...],
    out: str | None,
    source: str,
    listing: bool,
    no_window: bool,
    no_realtime: bool,
    save_frames: str | None,
    accept: float,
    engine: str,
) -> None:
    from formdigits.camera import loop

    if listing:
        for line in loop.listing():
            click.echo(line)
        return
    from extractor.options import ReadOptions

    options = loop.CameraOptions(
        reading=ReadOptions.of(templates, accept=accept, engine=engine),
        source=source,
        out=out,
        window=not no_window,
        realtime=not no_realtime,
        save_frames=save_frames,
    )
    loop.run_camera(options)
