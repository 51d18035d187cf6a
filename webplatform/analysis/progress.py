"""Push the progress of jobs to WebSockets. A lost message only delays what is shown: the row is the truth."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, TypedDict
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis import RedisError

from webplatform.analysis.job_order import Turn, waiting_turns
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.serializers import job_data
from webplatform.common.redis.circuit_breaker import redis_hangs
from webplatform.studies.models import Membership

SEND_WITHIN_S = 2.0
TOLD_TURNS = 10

logger = logging.getLogger(__name__)


class JobChanged(TypedDict):
    """What travels through the channel layer: the whole job, so that nobody needs to ask back."""

    type: str
    job: dict[str, Any]
    error_params: dict[str, Any]


def user_group(user_id: int) -> str:
    """The channel group for news of a user's jobs and those of their studies."""
    return f"jobs-of-{user_id}"


def publish_job(job_id: UUID, turns: Sequence[Turn] = ()) -> None:
    """Push the job's state to every member of its study; without Redis to nobody."""
    job = AnalysisJob.objects.select_related("session").filter(pk=job_id, session__binned_at=None).first()
    if job is None:
        return
    # By user, not by study: new members get the news at once, and removed members get no more.
    members = Membership.objects.filter(study=job.session.study_id, user__is_active=True)
    groups = [user_group(user_id) for user_id in members.values_list("user", flat=True)]
    if redis_hangs.is_open:
        return
    try:
        changed: JobChanged = {"type": "job.changed", "job": job_data(job, turns), "error_params": job.error_params}
        async_to_sync(_send)(groups, changed)
    except (RedisError, OSError) as error:  # a TimeoutError is an OSError
        redis_hangs.note(error)
        logger.warning("Nobody was told of job %s: %s", job_id, str(error) or "Redis does not answer.")


def publish_turns() -> None:
    """Push new queue places to the first waiting jobs; the others see theirs at their next request."""
    turns = waiting_turns()
    for turn in turns[:TOLD_TURNS]:
        publish_job(turn.job, turns)


def part_from(user_id: int) -> None:
    """The sockets of a user close, and may come back if their login still holds."""
    try:
        async_to_sync(_send)([user_group(user_id)], {"type": "login.ended"})
    except (RedisError, OSError) as error:  # without Redis nobody is told of jobs anyway
        logger.warning("The sockets of user %s stay open: %s", user_id, str(error) or "Redis does not answer.")


async def _send(groups: list[str], message: JobChanged | dict[str, str]) -> None:
    async with asyncio.timeout(SEND_WITHIN_S):
        for group in groups:
            await get_channel_layer().group_send(group, message)
