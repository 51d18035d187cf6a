"""The heartbeat of a job. It does not wait for frames: loading a model or decoding large pictures may take a while."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error, connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from webplatform.common.system.worker_shutdown import is_leaving
from webplatform.jobs.leases import hand_back

CHECK_EVERY_S = 0.5

logger = logging.getLogger(__name__)


class Heartbeat:
    """Renews the heartbeat of a job for as long as its `with` block runs and the job is held.

    The heartbeat stops when the process is killed or frozen. It does not stop when the work hangs: the worker's time
    limit ends that. When the worker is asked to end, the job is handed back at once and the attempt is not counted.

    Args:
        held: the job's row, while this process may write to it.
        every_s: seconds between two heartbeats; a quarter of RAUT_JOB_STALE_SECONDS by default.
        hands_back: whether the row is a job, which is handed back when the worker ends.
    """

    def __init__(self, held: QuerySet[Model], *, every_s: float | None = None, hands_back: bool = True) -> None:
        self._held = held
        self._hands_back = hands_back
        self._every_s = every_s or settings.RAUT_JOB_STALE_SECONDS / 4
        self._beaten_s = time.monotonic()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(min(CHECK_EVERY_S, self._every_s)):
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
