"""The socket that pushes the progress of jobs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db.models import Q
from django.utils import timezone, translation

from webplatform.accounts.handshakes import Proven, has_proof, proven_by, still_holds
from webplatform.accounts.models import User
from webplatform.accounts.tickets import subprotocol_of
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.progress import JobChanged, user_group
from webplatform.analysis.serializers import job_data
from webplatform.common.errors import TooManyAttempts
from webplatform.common.localization.languages import language_of
from webplatform.common.rate_limits.limits import consume
from webplatform.jobs.job_errors import translated_error

NOT_SIGNED_IN, TOO_OFTEN, COME_BACK = 4401, 4429, 1012
RECENT = timedelta(hours=1)
MAX_JOBS = 200
LOOK_EVERY_S = 5.0


class JobsConsumer(AsyncJsonWebsocketConsumer):
    """Sends `snapshot` on connecting and `job` at each change; it listens to nothing.

    A page brings its login, a program an API token with the scope `read`, which is looked at again every few seconds.
    """

    group: str | None = None
    watch: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        proven = await database_sync_to_async(proven_by)(self.scope, "read") if has_proof(self.scope) else None
        user = proven.user if proven else self.scope["user"]
        if not user.is_authenticated or (proven is None and has_proof(self.scope)):
            await self.close(NOT_SIGNED_IN)
            return
        try:
            await sync_to_async(consume)("live", f"jobs:{user.pk}")
        except TooManyAttempts:
            await self.close(TOO_OFTEN)
            return
        translation.activate(language_of(self.scope))  # for this socket's own task
        self.group = user_group(user.pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept(subprotocol_of(self.scope))
        await self.send_json({"type": "snapshot", "jobs": await _jobs_of(user)})
        if proven is not None:
            self.watch = asyncio.create_task(self._watch(proven))

    async def disconnect(self, code: int) -> None:
        if self.watch is not None:
            self.watch.cancel()
        if self.group is not None:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Whatever a client says is not read."""

    async def job_changed(self, message: JobChanged) -> None:
        job = message["job"]
        if error := job["error"]:  # said in the worker's language so far
            job["error"] = error | {"message": translated_error(error["message"], message["error_params"])}
        await self.send_json({"type": "job", "job": job})

    async def login_ended(self, message: dict[str, Any]) -> None:
        """Close the socket; clients that are still signed in connect again."""
        await self.close(COME_BACK)

    async def _watch(self, proven: Proven) -> None:
        while await database_sync_to_async(still_holds)(proven):
            await asyncio.sleep(LOOK_EVERY_S)
        await self.close(NOT_SIGNED_IN)


@database_sync_to_async
def _jobs_of(user: User) -> list[dict[str, Any]]:
    active = Q(state__in=(AnalysisJob.State.QUEUED, AnalysisJob.State.RUNNING))
    recent = Q(finished_at__gte=timezone.now() - RECENT)
    jobs = AnalysisJob.objects.for_user(user).filter(active | recent).select_related("session")
    return [job_data(job) for job in jobs[:MAX_JOBS]]
