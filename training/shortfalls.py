"""Which classes of a data set are missing or very small, by split, and below which number of pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inference.types import EMOTIONS
from training.dataset import SPLITS

# Source: own. Train: a rule of thumb; so few pictures are soon known by heart. Public and private: of n pictures a
# share of right answers is known to at best +-1.96 * sqrt(0.25 / n): 20 percentage points at n = 25.
LEAST_PICTURES = {"train": 50, "public": 25, "private": 25}


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A class that has no picture, or very few, in a split.

    Args:
        split: train, public or private.
        emotion: the class, of `EMOTIONS`.
        pictures: how many there are; 0: it is missing.
        least: below which number it counts as very small.
    """

    split: str
    emotion: str
    pictures: int
    least: int

    @property
    def is_missing(self) -> bool:
        """Whether there is not one picture."""
        return self.pictures == 0


def find_shortfalls(counts: Mapping[str, Mapping[str, int]]) -> list[Shortfall]:
    """The missing and the very small classes, by split, in `EMOTIONS`' order.

    Args:
        counts: of a `DatasetReport`: pictures per split and class.
    Source: own.
    """
    return [
        Shortfall(split, str(emotion), counts[split][emotion], LEAST_PICTURES[split])
        for split in SPLITS
        for emotion in EMOTIONS
        if counts[split][emotion] < LEAST_PICTURES[split]
    ]
