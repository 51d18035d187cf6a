"""The beat's schedule under a clock that jumps.

Celery plans by the wall clock and keeps the plan in a file: after a clock that was years ahead has been set right, it
would wait for those years, also in a new process, and nothing would be taken up, closed or purged any more.
"""

from __future__ import annotations

import time
from datetime import timedelta

from celery.beat import PersistentScheduler

JUMP_S = 2.0


class SteadyScheduler(PersistentScheduler):
    """Plans anew when the clock jumps; what was last sent in a time that has not come yet is due from now on."""

    _seen: tuple[float, float] | None = None  # the wall clock and the monotonic one at the last tick, s

    def tick(self, *words: object, **named: object) -> float:
        """Send one task that is due; returns how long to wait for the next one, s."""
        if self._has_jumped():
            self._heap = None  # Celery makes it again from the entries
        self._forget_the_future()
        wait_s: float = super().tick(*words, **named)
        return wait_s

    def _has_jumped(self) -> bool:
        before, self._seen = self._seen, (self.app.now().timestamp(), time.monotonic())
        if before is None:
            return False
        return abs((self._seen[0] - before[0]) - (self._seen[1] - before[1])) > JUMP_S

    def _forget_the_future(self) -> None:
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.schedule.maybe_make_aware(entry.last_run_at) > now + timedelta(seconds=JUMP_S):
                entry.last_run_at, self._heap = now, None
