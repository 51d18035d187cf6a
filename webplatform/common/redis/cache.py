"""The cache in Redis: JSON only, and a Redis that is away is an empty cache, not an error."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.cache import cache, caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError

from webplatform.common.redis.circuit_breaker import redis_hangs

logger = logging.getLogger(__name__)

COUNT = """
local counts = {}
for place, key in ipairs(KEYS) do
  counts[place] = redis.call('INCR', key)
  if counts[place] == 1 then redis.call('EXPIRE', key, ARGV[place]) end
end
return counts
"""


class JsonSerializer:
    """Django would pickle; what comes back from Redis must never be able to run as code."""

    def dumps(self, value: Any) -> bytes:  # whatever JSON can hold
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:  # likewise
        return json.loads(data)


SERIALIZER = JsonSerializer()


class CountingClient(RedisCacheClient):
    """Django's client of Redis, and a script that counts."""

    @cached_property
    def counting(self) -> Callable[[list[str], list[int]], list[int]]:
        """Adds one to each key and returns what it is then; a new key ends after its seconds."""
        return self.get_client(None, write=True).register_script(COUNT)


@functools.cache
def _kept_client(servers: tuple[str, ...], options: tuple[tuple[str, Any], ...]) -> CountingClient:
    """The process's client, with its connections."""
    return CountingClient(list(servers), **dict(options))


class ForgivingRedisCache(RedisCache):
    """Counts rate limits. While Redis is away nothing is limited: signing in and uploading go on."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"serializer": SERIALIZER, "socket_connect_timeout": 1, "socket_timeout": 1}
        super().__init__(server, {**params, "OPTIONS": {**options, **params.get("OPTIONS", {})}})

    @cached_property
    def _cache(self) -> RedisCacheClient:
        # Django keeps one backend for each request, which would connect anew each time.
        return _kept_client(tuple(self._servers), tuple(sorted(self._options.items(), key=lambda option: option[0])))

    def count_all(self, windows_s: dict[str, int]) -> list[int]:
        """One more of each key, which lives as long as its window: in one round trip. 0 where nothing is counted."""
        if redis_hangs.is_open:
            return [0] * len(windows_s)
        try:
            keys = [self.make_and_validate_key(key) for key in windows_s]
            return self._cache.counting(keys, list(windows_s.values()))
        except RedisError as error:
            return _forgive(error, [0] * len(windows_s))

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


def counted(windows_s: dict[str, int]) -> list[int]:
    """One more of each key, which lives for so many seconds, in whichever cache is there; returns the counts."""
    if isinstance(backend := caches["default"], ForgivingRedisCache):
        return backend.count_all(windows_s)
    return [_counted(key, window_s) for key, window_s in windows_s.items()]


def _counted(key: str, window_s: int) -> int:
    cache.add(key, 0, window_s)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two lines
        return 1


def _forgive(error: RedisError, answer: Any) -> Any:
    redis_hangs.note(error)
    logger.warning("The cache is away: %s", error)
    return answer
