"""Deliver events, in the housekeeper: claim what is due, send it, record the result. Safe to run twice.

At most SENDERS requests are under way, one of them to each webhook, and each ends after ten seconds; a receiver that
cannot be reached is left alone for longer and longer. So a slow one holds up nobody.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from webplatform.common.errors import Invalid
from webplatform.common.system.worker_shutdown import is_leaving
from webplatform.jobs.leases import is_stale
from webplatform.webhooks.failing_webhooks import turn_off_failing
from webplatform.webhooks.models import TEST, Attempt, Delivery, Webhook
from webplatform.webhooks.permissions import may_still_hear
from webplatform.webhooks.posting import Answer, post
from webplatform.webhooks.signing import HEADER, signature
from webplatform.webhooks.targets import target_of

SENDERS = 8
AT_MOST_S = 60.0
STALE_AFTER = timedelta(minutes=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=2)
LONGEST_REST = timedelta(minutes=10)
AGENT = "Raut-Webhook/1"

logger = logging.getLogger(__name__)
_at_it = threading.Lock()  # one delivering thread in a process is enough: the others have other work to do


def deliver_due(*, at_most_s: float = AT_MOST_S) -> int:
    """Everything that is due was tried once, or time was up; returns how many tries there were."""
    if not _at_it.acquire(blocking=False):
        return 0
    try:
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook") as pool:
            return _deliver(pool, time.monotonic() + at_most_s)
    finally:
        _at_it.release()


def _deliver(pool: ThreadPoolExecutor, until_s: float) -> int:
    tried, under_way = 0, {}
    while True:
        is_time_left = time.monotonic() < until_s and not is_leaving()
        if is_time_left:
            under_way |= _begin(pool, under_way)
        if not under_way:
            return tried
        done, _rest = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            _note(under_way.pop(future), future.result())
            tried += 1


def _begin(pool: ThreadPoolExecutor, under_way: dict[Future[Answer], Delivery]) -> dict[Future[Answer], Delivery]:
    """Claim what is due, one for each webhook, and hand it to the senders; all of the database is done here."""
    busy = {delivery.webhook_id for delivery in under_way.values()}
    begun: dict[Future[Answer], Delivery] = {}
    for delivery in _due():
        if len(busy) >= SENDERS:
            break
        if delivery.webhook_id in busy or not _claim(delivery):
            continue
        if not may_still_hear(delivery):
            _end(delivery, Delivery.State.FAILED)
            continue
        busy.add(delivery.webhook_id)
        begun[pool.submit(_send, *_letter(delivery))] = delivery
    return begun


def _due() -> list[Delivery]:
    """What is due, the longest first; a test is tried also where its webhook rests or is off."""
    now = timezone.now()
    is_rested = Q(webhook__paused_until=None) | Q(webhook__paused_until__lte=now)
    ready = Q(event=TEST) | Q(is_rested, webhook__off="")
    due = Delivery.objects.filter(ready, state=Delivery.State.WAITING, next_at__lte=now)
    return list(due.select_related("webhook__user").order_by("next_at")[: 20 * SENDERS])


def _claim(delivery: Delivery) -> bool:
    delivery.lease = uuid4()
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    sending = {"state": Delivery.State.SENDING, "lease": delivery.lease, "heartbeat_at": timezone.now()}
    return bool(waiting.update(**sending))


def _letter(delivery: Delivery) -> tuple[str, bytes, dict[str, str]]:
    body = json.dumps(delivery.payload, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Raut-Event": delivery.event,
        "Raut-Delivery": str(delivery.pk),
        HEADER: signature(delivery.webhook, body, timezone.now()),
    }
    return delivery.webhook.url, body, headers


def _send(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """In a sender's thread; it touches no database."""
    if not headers[HEADER]:
        return Answer(None, "no_secret", 0)
    try:
        return post(target_of(url), body, headers)
    except Invalid:  # the settings allow less than when it was written
        return Answer(None, "refused_address", 0)


@transaction.atomic
def _note(delivery: Delivery, answer: Answer) -> None:
    """What came of a try is written down, for the delivery and for its webhook."""
    if not Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).exists():
        return  # the session or the webhook was erased meanwhile
    now = timezone.now()
    Attempt.objects.create(
        delivery=delivery, at=now, status=answer.status, problem=answer.problem, took_ms=answer.took_ms
    )
    if not answer.problem:
        Webhook.objects.filter(pk=delivery.webhook_id).update(
            failing_since=None, unreachable_times=0, paused_until=None
        )
        _end(delivery, Delivery.State.DONE)
        return
    _note_failure(delivery.webhook, is_reached=answer.is_reached)
    tries = delivery.attempts.count()
    again = now + min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)
    if delivery.event == TEST or again > delivery.give_up_at or answer.status == 410:
        _end(delivery, Delivery.State.FAILED)
        return
    waiting = {"state": Delivery.State.WAITING, "lease": None, "next_at": again}
    Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(**waiting)


def _note_failure(webhook: Webhook, *, is_reached: bool) -> None:
    now, row = timezone.now(), Webhook.objects.filter(pk=webhook.pk)
    row.filter(failing_since=None).update(failing_since=now)
    if is_reached:
        row.update(unreachable_times=0, paused_until=None)
    else:
        pause = min(FIRST_PAUSE * 2 ** min(webhook.unreachable_times, 10), LONGEST_REST)
        row.update(unreachable_times=F("unreachable_times") + 1, paused_until=now + pause)
    turn_off_failing(row)


def _end(delivery: Delivery, state: str) -> None:
    ended = {"state": state, "lease": None, "finished_at": timezone.now()}
    Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(**ended)


def release_stale_deliveries() -> bool:
    """What a dead sender held waits again, and what was not delivered within its day has failed.

    Returns whether anything is due.
    """
    now = timezone.now()
    held = Delivery.objects.filter(is_stale(STALE_AFTER), state=Delivery.State.SENDING)
    held.update(state=Delivery.State.WAITING, lease=None)
    late = Delivery.objects.filter(state=Delivery.State.WAITING, give_up_at__lt=now)
    late.update(state=Delivery.State.FAILED, finished_at=now)
    return bool(_due())


def forget_old_deliveries() -> int:
    """Deliveries that were made before RAUT_WEBHOOK_KEEP_DAYS are gone, with their attempts; returns how many."""
    before = timezone.now() - timedelta(days=settings.RAUT_WEBHOOK_KEEP_DAYS)
    expired = Delivery.objects.filter(created_at__lt=before)
    count = expired.aggregate(n=Count("pk"))["n"]
    expired.delete()
    return count
