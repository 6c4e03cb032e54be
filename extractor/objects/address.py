"""Which names are those of objects. Light to import: everything that takes a path asks."""

from __future__ import annotations

STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"})
"""What may stand before `://`: stores that fsspec knows, and none that would be asked on somebody else's behalf
(`http`) or mean files of this machine (`file`)."""


def is_object(name: str) -> bool:
    """Whether `name` is that of an object in a store, or of what lies below one."""
    return name.partition("://")[0] in STORES and "://" in name
