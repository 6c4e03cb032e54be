"""What the API answers when it refuses, and how routes say so in its description."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import BaseModel


class Problem(BaseModel):
    """What the API answers when it refuses: one sentence that says why and what to do."""

    error: str


Refusals: TypeAlias = dict[int | str, dict[str, Any]]
"""Answers of a route beside the good one, for the API's description."""


def refusals(**sentences: str) -> Refusals:
    """Such answers by their code, as in `refusals(_404="There is no such job.")`."""
    return {int(code[1:]): {"model": Problem, "description": sentence} for code, sentence in sentences.items()}
