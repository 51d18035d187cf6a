"""The cache in Redis: JSON only, and a Redis that is away is an empty cache, not an error."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

from webplatform.common.breaker import redis_hangs

logger = logging.getLogger(__name__)


class JsonSerializer:
    """Django would pickle; what comes back from Redis must never be able to run as code."""

    def dumps(self, value: Any) -> bytes:  # whatever JSON can hold
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:  # likewise
        return json.loads(data)


class ForgivingRedisCache(RedisCache):
    """Counts rate limits. While Redis is away nothing is limited: signing in and uploading go on."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"serializer": JsonSerializer(), "socket_connect_timeout": 1, "socket_timeout": 1}
        super().__init__(server, {**params, "OPTIONS": {**options, **params.get("OPTIONS", {})}})

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        if redis_hangs.is_open:
            return True
        try:
            return super().add(key, value, timeout, version)
        except RedisError as error:
            return _forgive(error, True)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        if redis_hangs.is_open:
            return default
        try:
            return super().get(key, default, version)
        except RedisError as error:
            return _forgive(error, default)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        if redis_hangs.is_open:
            return
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            _forgive(error, None)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        if redis_hangs.is_open:
            return 0
        try:
            return super().incr(key, delta, version)
        except RedisError as error:
            return _forgive(error, 0)

    def delete(self, key: str, version: int | None = None) -> bool:
        if redis_hangs.is_open:
            return False
        try:
            return super().delete(key, version)
        except RedisError as error:
            return _forgive(error, False)


def _forgive(error: RedisError, answer: Any) -> Any:
    redis_hangs.note(error)
    logger.warning("The cache is away: %s", error)
    return answer
