"""What answers have in common that say what a value of ours holds."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel


class Answer(BaseModel):
    """Filled from a value by the names that both give to the same thing."""

    @classmethod
    def of(cls, value: object) -> Self:
        """The answer that says what `value` holds, and the values in it."""
        return cls.model_validate(value, from_attributes=True)
