"""A job whose database or store becomes unavailable has not failed: it waits again."""

from __future__ import annotations

import logging
import time

from django.db import Error, connection
from django.db.models import Model, QuerySet

from webplatform.common.errors import StoreAway
from webplatform.jobs.leases import hand_back

HAND_BACK_WITHIN_S = 120  # a database that is away for longer costs an attempt

logger = logging.getLogger(__name__)


def handed_back(held: QuerySet[Model], error: BaseException, about: str) -> bool:
    """Hand the job back if it failed only because database or object store were unavailable; say whether it was so.

    Args:
        held: the job's row, while this process may write to it.
        about: the job's name for the log.
    """
    if isinstance(error, StoreAway):
        logger.warning("%s is handed back: the object store is away.", about)
    elif isinstance(error, Error) and not connection.is_usable():
        logger.warning("%s is handed back: the database was away (%s).", about, type(error).__name__)
        connection.close()
    else:
        return False
    for _second in range(HAND_BACK_WITHIN_S):
        try:
            hand_back(held)
        except Error:
            connection.close()
            time.sleep(1)
        else:
            break
    return True
