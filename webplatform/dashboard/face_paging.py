"""A session with hundreds of faces, some of them at a time: its page would weigh megabytes otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
FACES_A_PAGE = 15
MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class FacePage:
    """Which of a session's faces are shown.

    Attributes:
        number: of this page, from 1.
        count: how many pages there are.
    """

    number: int
    count: int

    @property
    def earlier(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def later(self) -> int | None:
        return self.number + 1 if self.number < self.count else None

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows of this page."""
        return rows[(self.number - 1) * FACES_A_PAGE : self.number * FACES_A_PAGE]


def face_page(text: str, *lists: Sequence[object]) -> FacePage:
    """The page that an address asks for, or the nearest there is; the longest list decides how many there are."""
    count = max(1, *(-(-len(rows) // FACES_A_PAGE) for rows in lists))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 1
    return FacePage(min(max(number, 1), count), count)
