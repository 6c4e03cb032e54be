"""What a fine-tuning depends on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor.recognizer.card import SHIPPED


@dataclass(frozen=True)
class TuneSettings:
    """`start` is the model's folder; `data` are the symbols that are replayed so that nothing is forgotten (without
    any, those that the shipped digits were trained on). `held_out` is the share of the pages whose corrections are kept
    for the comparison. `size` scales the replay of an epoch (192,000 crops); `rate` is the highest learning rate.
    """

    out: Path
    start: Path = SHIPPED
    data: tuple[Path, ...] = ()
    epochs: int = 4
    size: float = 0.06
    rate: float = 4e-4
    batch: int = 256
    held_out: float = 0.2
    processes: int = 1
    seed: int = 1

    def told(self) -> dict[str, Any]:
        """All on which the outcome depends, in plain values."""
        return {
            "start": str(self.start),
            "data": [path.name for path in self.data],
            "epochs": self.epochs,
            "size": self.size,
            "rate": self.rate,
            "batch": self.batch,
            "held_out": self.held_out,
            "seed": self.seed,
        }
