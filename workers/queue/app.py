"""The Celery application: how messages travel. One holds (job, chunk) and nothing else; nothing comes back."""

from __future__ import annotations

from celery import Celery

from workers.home import BROKER_WAIT_S, broker_url

QUEUE = "formdigits"
"""The queue of jobs that name none."""

TASK_LIMIT_S = 1800
"""Longest that a chunk may take: its pages have a limit of their own, which is met long before."""

VISIBILITY_S = 3600
"""When Redis gives a message to somebody else if nobody said that it is done; above the limit of a task."""

app = Celery("formdigits", broker=broker_url(), include=["workers.queue.tasks"], set_as_current=False)
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_default_queue=QUEUE,
    # A message is done with when its chunk is; whoever dies on the way leaves it for another.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=TASK_LIMIT_S,
    # What is not sent is still in the database, and sent later: better to say so at once than to wait.
    task_publish_retry=False,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_S,
        "socket_connect_timeout": BROKER_WAIT_S,
        "connect_retries_timeout": BROKER_WAIT_S,
        "socket_timeout": 30,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Loading TensorFlow takes longer than the four seconds that a new process is given otherwise.
    worker_proc_alive_timeout=300,
    worker_max_tasks_per_child=500,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)
