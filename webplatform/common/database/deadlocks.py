"""Two requests that wait for each other's rows: PostgreSQL ends one of them, and that one is done again."""

from __future__ import annotations

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import Any  # views take whatever their address holds

from django.db import IntegrityError, OperationalError, connection
from django.http import HttpRequest, HttpResponse

RETRIED = {"40P01", "40001"}  # deadlock_detected, serialization_failure
ATTEMPTS = 6
FIRST_WAIT_S = 0.03

logger = logging.getLogger(__name__)


def is_deadlock(error: BaseException) -> bool:
    """Whether the database ended this transaction for the sake of another one: nothing of it was done."""
    return getattr(error.__cause__, "sqlstate", None) in RETRIED


def retried(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, done again where a deadlock undid it, or once where another request took what is unique.

    A body with files was taken apart, and one that was read as it came is gone: these are not.
    """

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for attempt in range(ATTEMPTS):
            try:
                return view(request, *args, **kwargs)
            except IntegrityError as error:  # two did the same at once: the second one sees what the first has done
                if attempt or _is_read_up(request) or connection.in_atomic_block:
                    raise
                logger.warning("Two requests did the same at once; one is done again (%s).", type(error).__name__)
            except OperationalError as error:
                if attempt == ATTEMPTS - 1 or _is_read_up(request) or connection.in_atomic_block:
                    raise
                if not is_deadlock(error):
                    raise
                logger.warning("A deadlock undid a request; it is done again.")
                time.sleep(FIRST_WAIT_S * 2**attempt * (0.5 + random.random()))
        raise AssertionError("unreachable")

    return run


def _is_read_up(request: HttpRequest) -> bool:
    return bool(getattr(request, "_files", None)) or getattr(request, "streamed_body", None) is not None
