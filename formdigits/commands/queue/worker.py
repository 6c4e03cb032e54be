"""`formdigits worker`: read what is in the queue, on this machine, until stopped."""

from __future__ import annotations

import click

HELP = """Read what is in the queue until stopped. Start as many as there are machines, whenever you like.

Ctrl-C or SIGTERM lets it finish the pages at hand; killed in any other way, other workers take them over. It waits for
a broker or a database that goes away.

\b
  formdigits worker                   one process a processor
  formdigits worker --profile gpu     one process, the network in TensorFlow on the GPU (needs the tensorflow extra)

Exit codes: 0 stopped; 2 wrong usage; 3 the broker or the database cannot be reached at the start.
"""


@click.command(help=HELP)
@click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="How many read at once.  [default: one a processor]"
)
@click.option("--queues", default="formdigits", show_default=True, metavar="A,B", help="Queues to read from.")
@click.option(
    "--memory-limit",
    type=click.IntRange(min=100),
    metavar="MB",
    help="Replace a process that holds more than this after a chunk.  [default: 1000; none with --profile gpu]",
)
@click.option(
    "--profile",
    type=click.Choice(["cpu", "gpu"]),
    default="cpu",
    show_default=True,
    help="What runs the network: int8 on each processor, or TensorFlow.",
)
@click.option("--metrics-port", type=click.IntRange(1, 65535), metavar="PORT", help="Answer Prometheus on this port.")
def worker(
    *, processes: int | None, queues: str, memory_limit: int | None, profile: str, metrics_port: int | None
) -> None:
    from formdigits.actions.queue.worker import work

    raise SystemExit(work(processes, queues, memory_limit, profile, metrics_port))
