"""Messages to the workers. A row says what is to be done; its message only says that it is so."""

from __future__ import annotations

import logging
from typing import Any  # Celery's tasks, of which it ships no types

from kombu.exceptions import OperationalError
from redis import RedisError

from webplatform.common.redis.circuit_breaker import redis_hangs

logger = logging.getLogger(__name__)


def send_message(task: Any, *arguments: object, about: str) -> bool:
    """Send the task with these arguments; False when Redis is away or hangs, and then the beat sends it later."""
    if redis_hangs.is_open:
        return False
    try:
        task.delay(*arguments)
    except (OperationalError, RedisError) as error:
        redis_hangs.note(error)
        logger.warning("%s waits for Redis to come back: %s", about, error)
        return False
    return True
