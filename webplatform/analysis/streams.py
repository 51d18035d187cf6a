"""The progress of one job as server-sent events, until the job ends or the client loses the right to see it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils.translation import gettext as _
from redis import RedisError

from webplatform.accounts.handshakes import Proven, still_holds
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.progress import user_group
from webplatform.analysis.serializers import job_data
from webplatform.common.errors import TooManyAttempts

LOOK_EVERY_S = 3.0  # a lost message, a revoked token and a withdrawal are seen so soon
RETRY_MS = 3000
OVER = (AnalysisJob.State.DONE, AnalysisJob.State.FAILED, AnalysisJob.State.CANCELLED)


class Streams:
    """How many are open in this process."""

    open: ClassVar[int] = 0


def require_room() -> None:
    """Raises TooManyAttempts where this process has RAUT_EVENT_STREAMS open."""
    if Streams.open >= settings.RAUT_EVENT_STREAMS:
        text = _("The server has as many event streams open as it can. Ask for the job instead, or try again.")
        raise TooManyAttempts(text, retry_after_s=5)


async def job_events(job_id: UUID, proven: Proven, *, look_every_s: float = LOOK_EVERY_S) -> AsyncIterator[bytes]:
    """`job` at each change, a comment as heartbeat, and `end` at last, which says why."""
    Streams.open += 1
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        async with _Listening(user_group(proven.user.pk)) as listener:
            last_sent: dict[str, Any] = {}
            while True:
                job, ended = await database_sync_to_async(_read_job)(job_id, proven)
                if job and job != last_sent:
                    last_sent = job
                    yield _event("job", job)
                if ended:
                    yield _event("end", {"reason": ended})
                    return
                if not await listener.of(str(job_id), within_s=look_every_s):
                    yield b": heartbeat\n\n"
    finally:
        Streams.open -= 1


class _Listening:
    """Wakes streams that wait for news of a job; without Redis only their timer does."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._channel = ""

    async def __aenter__(self) -> _Listening:
        with suppress(RedisError, OSError):
            async with asyncio.timeout(2):
                channel = await get_channel_layer().new_channel()
                await get_channel_layer().group_add(self._group, channel)
                self._channel = channel
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._channel:
            with suppress(RedisError, OSError):
                await get_channel_layer().group_discard(self._group, self._channel)

    async def of(self, job_id: str, *, within_s: float) -> bool:
        """Whether something was said of the job before the time was over."""
        until_s = time.monotonic() + within_s
        while (left_s := until_s - time.monotonic()) > 0:
            if not self._channel:
                await asyncio.sleep(left_s)
                return False
            try:
                async with asyncio.timeout(left_s):
                    message = await get_channel_layer().receive(self._channel)
            except TimeoutError:
                return False
            except (RedisError, OSError):
                self._channel = ""
                continue
            if message["type"] == "login.ended" or message.get("job", {}).get("id") == job_id:
                return True
        return False


def _read_job(job_id: UUID, proven: Proven) -> tuple[dict[str, Any] | None, str]:
    """The job as it is, and why nothing more will be said of it; empty: it goes on."""
    if not still_holds(proven):
        return None, "not_allowed"
    job = AnalysisJob.objects.for_user(proven.user).select_related("session").filter(pk=job_id).first()
    if job is None:
        return None, "gone"
    return json.loads(json.dumps(job_data(job))), str(job.state) if job.state in OVER else ""


def _event(kind: str, data: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()
