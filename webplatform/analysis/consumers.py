"""The socket that pushes the progress of jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db.models import Q
from django.utils import timezone

from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.progress import JobChanged, study_group
from webplatform.analysis.serializers import job_data
from webplatform.studies.models import Study

NOT_SIGNED_IN = 4401
RECENT = timedelta(hours=1)
MAX_JOBS = 200


class JobsConsumer(AsyncJsonWebsocketConsumer):
    """Sends `snapshot` on connecting and `job` at each change; it listens to nothing."""

    groups_joined: tuple[str, ...] = ()

    async def connect(self) -> None:
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close(NOT_SIGNED_IN)
            return
        self.groups_joined = tuple(study_group(study_id) for study_id in await _studies_of(user))
        for group in self.groups_joined:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()
        await self.send_json({"type": "snapshot", "jobs": await _jobs_of(user)})

    async def disconnect(self, code: int) -> None:
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Whatever a client says is not read."""

    async def job_changed(self, message: JobChanged) -> None:
        await self.send_json({"type": "job", "job": message["job"]})


@database_sync_to_async
def _studies_of(user: User) -> list[UUID]:
    return list(Study.objects.for_user(user).values_list("pk", flat=True))


@database_sync_to_async
def _jobs_of(user: User) -> list[dict[str, Any]]:
    active = Q(state__in=(AnalysisJob.State.QUEUED, AnalysisJob.State.RUNNING))
    recent = Q(finished_at__gte=timezone.now() - RECENT)
    jobs = AnalysisJob.objects.for_user(user).filter(active | recent).select_related("session")
    return [job_data(job) for job in jobs[:MAX_JOBS]]
