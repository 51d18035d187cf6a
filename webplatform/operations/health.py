"""Whether the parts of the platform answer: database, Redis, the beat, and a worker on each queue."""

from __future__ import annotations

import logging
import socket
import time
from dataclasses import dataclass

import redis
from celery.signals import beat_init, before_task_publish, heartbeat_sent
from django.conf import settings
from django.db import Error, connection

from webplatform.common.system.disk import is_disk_full
from webplatform.retention.models import PurgeHold
from webplatform.vault.stored import store_answers

logger = logging.getLogger(__name__)
BEATS_KEY = "raut:workers"  # a sorted set: worker name -> time of its last sign of life
QUEUES = ("analysis", "housekeeping", "training")
SILENT_AFTER_S = 30


@dataclass(frozen=True, slots=True)
class Health:
    """What was found; `workers` counts the workers heard of lately, by queue."""

    has_database: bool
    has_redis: bool
    has_beat: bool
    workers: dict[str, int]
    is_purge_held: bool
    has_disk: bool
    has_store: bool

    @property
    def is_well(self) -> bool:
        """Whether uploads are taken and analysed."""
        has_services = self.has_database and self.has_redis and self.has_beat and self.has_disk and self.has_store
        return has_services and all(self.workers.values())


def read_health() -> Health:
    """Ask every part, at most about two seconds long."""
    names = heard_lately()
    counts = {kind: sum(name.startswith(f"{kind}@") for name in names or ()) for kind in (*QUEUES, "beat")}
    return Health(
        has_database=database_answers(),
        has_redis=names is not None,
        has_beat=bool(counts.pop("beat")),
        workers=counts,
        is_purge_held=_is_purge_held(),
        has_disk=_has_disk(),
        has_store=store_answers(),
    )


def heard_lately() -> list[str] | None:
    """The processes, as `analysis@host`, that gave a sign of life lately; None when Redis is away."""
    try:
        with _redis() as client:
            names = client.zrangebyscore(BEATS_KEY, time.time() - SILENT_AFTER_S, "+inf")
    except redis.RedisError:
        return None
    return [name.decode() for name in names]


@heartbeat_sent.connect
def note_worker(sender: object, **_: object) -> None:
    """Keep the time of a worker's heartbeat. Its main process sends one every two seconds, also while a task runs."""
    _note(sender.eventer.hostname)  # type: ignore[attr-defined]  # celery.worker.heartbeat.Heart


@beat_init.connect
def watch_beat(**_: object) -> None:
    """In the beat's process, every task that it sends is its sign of life."""
    before_task_publish.connect(_note_beat, weak=False)


def _note_beat(**_: object) -> None:
    _note(f"beat@{socket.gethostname()}")


def _note(name: str) -> None:
    now_s = time.time()
    try:
        with _redis() as client:
            client.zadd(BEATS_KEY, {name: now_s})
            client.zremrangebyscore(BEATS_KEY, 0, now_s - 10 * SILENT_AFTER_S)
    except redis.RedisError as error:
        logger.warning("The sign of life of %s was not kept: %s", name, error)


def database_answers() -> bool:
    """Whether the database takes a question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _has_disk() -> bool:
    """Whether uploads are taken: as many MB are free as RAUT_MIN_FREE_DISK_MB says."""
    try:
        return not is_disk_full()
    except OSError:
        return False


def _is_purge_held() -> bool:
    try:
        return PurgeHold.objects.filter(ended_at=None, confirmed_at=None).exists()
    except Error:
        return False


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
