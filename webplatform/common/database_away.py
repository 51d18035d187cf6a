"""A database that goes away under a job, such as one that is restarted: the job did not fail, and waits again."""

from __future__ import annotations

import logging
import time

from django.db import Error, connection
from django.db.models import Model, QuerySet

from webplatform.common.pulse import hand_back

HAND_BACK_WITHIN_S = 120  # a database that is away for longer costs an attempt

logger = logging.getLogger(__name__)


def handed_back(held: QuerySet[Model], error: BaseException, about: str) -> bool:
    """Whether the job failed only because the database went away: then it waits again, and no attempt is counted.

    Args:
        held: the job's row, while this process may write to it.
        about: what to call it in the log.
    """
    if not isinstance(error, Error) or connection.is_usable():
        return False
    logger.warning("%s is handed back: the database was away (%s).", about, type(error).__name__)
    for _second in range(HAND_BACK_WITHIN_S):
        connection.close()
        try:
            hand_back(held)
        except Error:
            time.sleep(1)
        else:
            break
    return True
