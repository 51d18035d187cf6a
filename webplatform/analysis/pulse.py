"""A sign of life that does not wait for frames: loading a model or decoding large pictures may take a while."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from webplatform.analysis.models import AnalysisJob

logger = logging.getLogger(__name__)


class Pulse:
    """Renews the heartbeat of a job for as long as its `with` block runs and the job is held.

    A process that is killed or frozen falls silent with it. One that hangs does not: the worker's time limit ends it.

    Args:
        held: the job's row, while this process may write to it.
        every_s: seconds between two signs.
    """

    def __init__(self, held: QuerySet[AnalysisJob], *, every_s: float) -> None:
        self._held = held
        self._every_s = every_s
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
        while not self._is_over.wait(self._every_s):
            try:
                self._held.update(heartbeat_at=timezone.now())
            except DatabaseError as error:  # the next one may succeed, and the run itself meets what is wrong
                logger.warning("A heartbeat was lost: %s", error)
            finally:
                connection.close()  # a thread's own, and of a thread that mostly waits
