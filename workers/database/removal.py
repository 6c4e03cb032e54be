"""What is known of jobs that go: which files were theirs alone, which recipes nobody needs any more, which are old."""

from __future__ import annotations

from sqlalchemy import delete, exists, func, select

from workers.database.connection import Database, reading, writing
from workers.database.schema import corrections, documents, jobs, recipes
from workers.job import CANCELLED, FINISHED


def files_in(store: Database, job: str, folder: str) -> list[str]:
    """The paths of the job's documents that begin with `folder`."""
    query = select(documents.c.file).where(documents.c.job == job, documents.c.file.startswith(folder, autoescape=True))
    with reading(store.engine) as connection:
        return list(connection.execute(query).scalars())


def is_used(store: Database, folder: str) -> bool:
    """Whether a job has documents whose paths begin with `folder`."""
    query = select(documents.c.job).where(documents.c.file.startswith(folder, autoescape=True)).limit(1)
    with reading(store.engine) as connection:
        return connection.execute(query).first() is not None


def drop_recipe(store: Database, recipe: str) -> bool:
    """Removes a recipe's files if no job is read by it any more; whether it did."""
    unused = ~exists().where(jobs.c.recipe == recipe)
    with writing(store.engine) as connection:
        return connection.execute(delete(recipes).where(recipes.c.recipe == recipe, unused)).rowcount > 0


def expired_jobs(store: Database, since: float) -> list[str]:
    """Jobs that were over before the time `since`, and of which nobody has said anything after it; the oldest first."""
    said = exists().where(corrections.c.job == jobs.c.id, corrections.c.at >= since)
    ended = func.coalesce(jobs.c.finished, jobs.c.created)
    query = (
        select(jobs.c.id).where(jobs.c.state.in_([FINISHED, CANCELLED]), ended < since, ~said).order_by(jobs.c.created)
    )
    with reading(store.engine) as connection:
        return list(connection.execute(query).scalars())
