"""The files of recipes: templates, reference pictures and models, kept once however many jobs are read by them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from workers.database.connection import Database, reading
from workers.database.patience import retried
from workers.database.schema import recipes


def keep_files(connection: Connection, recipe: str, files: Mapping[str, bytes]) -> None:
    """Stores the files of the recipe with that key where they are not stored yet."""
    known = set(connection.execute(select(recipes.c.name).where(recipes.c.recipe == recipe)).scalars())
    rows = [{"recipe": recipe, "name": name, "content": files[name]} for name in files if name not in known]
    if rows:
        connection.execute(insert(recipes), rows)


@retried
def files_of(store: Database, recipe: str) -> dict[str, bytes]:
    """The contents of the recipe's files by their names. Raises ServiceError."""
    query = select(recipes.c.name, recipes.c.content).where(recipes.c.recipe == recipe)
    with reading(store.engine) as connection:
        return {row.name: row.content for row in connection.execute(query)}
