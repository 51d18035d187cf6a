"""A sign of life that does not wait for frames: loading a model or decoding large pictures may take a while."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error, connection
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from webplatform.common.worker_shutdown import is_leaving

logger = logging.getLogger(__name__)


LOOK_EVERY_S = 0.5


class Pulse:
    """Renews the heartbeat of a job for as long as its `with` block runs and the job is held.

    A process that is killed or frozen falls silent with it. One that hangs does not: the worker's time limit ends it.
    Where the worker is asked to end, the job is handed back at once: it waits again, and this attempt is not counted.

    Args:
        held: the job's row, while this process may write to it.
        every_s: seconds between two signs.
        hands_back: whether it is a job, which waits again where the worker ends.
    """

    def __init__(self, held: QuerySet[Model], *, every_s: float, hands_back: bool = True) -> None:
        self._held = held
        self._hands_back = hands_back
        self._every_s = every_s
        self._beaten_s = time.monotonic()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(min(LOOK_EVERY_S, self._every_s)):
            is_over = self._hands_back and is_leaving()
            if not is_over and time.monotonic() - self._beaten_s < self._every_s:
                continue
            self._beaten_s = time.monotonic()
            try:
                if is_over:
                    hand_back(self._held)
                else:
                    self._held.update(heartbeat_at=timezone.now())
            except Error as error:  # the next one may succeed, and the run itself meets what is wrong
                logger.warning("A heartbeat was lost: %s", error)
            finally:
                connection.close()  # a thread's own, and of a thread that mostly waits


def hand_back(held: QuerySet[Model]) -> bool:
    """The job waits for another worker, as if this one had never begun it; False where it was not held any more."""
    fresh = {"queued_at": timezone.now(), "enqueued_at": None, "attempts": F("attempts") - 1}
    fresh |= {"progress": 0.0, "faces_found": 0, "seconds_left": None}
    own = {field.name for field in held.model._meta.get_fields()}
    changes = {name: value for name, value in fresh.items() if name in own}
    return bool(held.update(state="queued", lease=None, **changes))


def silent(patience: timedelta | None = None) -> Q:
    """The rows whose heartbeat is too old; one from the future is of before the clock was set back.

    Args:
        patience: how old is too old; RAUT_JOB_STALE_SECONDS if not told.
    """
    now, patience = timezone.now(), patience or timedelta(seconds=settings.RAUT_JOB_STALE_SECONDS)
    return Q(heartbeat_at__lt=now - patience) | Q(heartbeat_at__gt=now + patience)
