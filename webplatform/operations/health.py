"""Whether the parts of the platform answer: database, Redis, and a worker on each queue."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import redis
from celery.signals import heartbeat_sent
from django.conf import settings
from django.db import Error, connection

logger = logging.getLogger(__name__)
BEATS_KEY = "raut:workers"  # a sorted set: worker name -> time of its last sign of life
QUEUES = ("analysis", "housekeeping")
SILENT_AFTER_S = 30


@dataclass(frozen=True, slots=True)
class Health:
    """What was found; `workers` counts the workers heard of lately, by queue."""

    has_database: bool
    has_redis: bool
    workers: dict[str, int]

    @property
    def is_well(self) -> bool:
        """Whether uploads are taken and analysed."""
        return self.has_database and self.has_redis and all(self.workers.values())


def read_health() -> Health:
    """Ask every part, at most about two seconds long."""
    names = _workers_heard()
    workers = {queue: sum(name.startswith(f"{queue}@") for name in names or ()) for queue in QUEUES}
    return Health(has_database=_database_answers(), has_redis=names is not None, workers=workers)


@heartbeat_sent.connect
def note_heartbeat(sender: object, **_: object) -> None:
    """Keep the time of a worker's heartbeat. It is sent by the main process, also while a task runs."""
    name = sender.eventer.hostname  # type: ignore[attr-defined]  # celery.worker.heartbeat.Heart
    now_s = time.time()
    try:
        with _redis() as client:
            client.zadd(BEATS_KEY, {name: now_s})
            client.zremrangebyscore(BEATS_KEY, 0, now_s - 10 * SILENT_AFTER_S)
    except redis.RedisError as error:
        logger.warning("The heartbeat of %s was not kept: %s", name, error)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _workers_heard() -> list[str] | None:
    try:
        with _redis() as client:
            heard = client.zrangebyscore(BEATS_KEY, time.time() - SILENT_AFTER_S, "+inf")
    except redis.RedisError:
        return None
    return [name.decode() for name in heard]


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
