"""`formdigits worker`: read what is in the queue, on this machine, until stopped."""

from __future__ import annotations

import click

from formdigits.commands import shared_options

HELP = """Read what is in the queue until stopped. Start one on each machine, at any time.

After Ctrl-C or SIGTERM it finishes the pages that it is reading; if it is killed in any other way, other workers take
them over. While the broker or the database cannot be reached, it waits.

\b
  formdigits worker                   one process per processor
  formdigits worker --profile gpu     one process, the networks in TensorFlow on the GPU (needs the tensorflow extra)

Exit codes: 0 stopped; 2 wrong usage; 3 the broker or the database cannot be reached at the start.
"""


@click.command(help=HELP)
@shared_options.processes
@click.option("--queues", default="formdigits", show_default=True, metavar="A,B", help="Queues to read from.")
@click.option(
    "--memory-limit",
    type=click.IntRange(min=100),
    metavar="MB",
    help="Replace a process that holds more memory than this after a chunk.  [default: 1000; none with --profile gpu]",
)
@click.option(
    "--profile",
    type=click.Choice(["cpu", "gpu"]),
    default="cpu",
    show_default=True,
    help="What runs the networks: int8 on each processor, or TensorFlow.",
)
@click.option(
    "--metrics-port", type=click.IntRange(1, 65535), metavar="PORT", help="Serve metrics for Prometheus on this port."
)
def worker(
    *, processes: int | None, queues: str, memory_limit: int | None, profile: str, metrics_port: int | None
) -> None:
    from formdigits.actions.queue.worker import work

    raise SystemExit(work(processes, queues, memory_limit, profile, metrics_port))
