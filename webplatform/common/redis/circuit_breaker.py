"""Redis that does not answer at all: after it was waited for once, nobody waits for it for a while."""

from __future__ import annotations

import time


class Breaker:
    """Remembers for some seconds that something hangs.

    Args:
        for_s: how long nobody asks it.
    """

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self._until_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it hung lately."""
        return time.monotonic() < self._until_s

    def note(self, error: BaseException | None) -> None:
        """Remember an error that says that nothing came in time; a refusal is quick, and is asked again."""
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            if isinstance(error, TimeoutError) or "imeout" in type(error).__name__ or "timed out" in str(error):
                self._until_s = time.monotonic() + self._for_s
                return
            error = error.__cause__ or error.__context__

    def close(self) -> None:
        """Ask again at once."""
        self._until_s = 0.0


redis_hangs = Breaker(5.0)
