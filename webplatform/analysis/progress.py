"""News of jobs, pushed to whoever watches. A lost message delays what is seen; the row is the truth."""

from __future__ import annotations

import logging
from typing import Any, TypedDict
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis import RedisError

from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.serializers import job_data

logger = logging.getLogger(__name__)


class JobChanged(TypedDict):
    """What travels through the channel layer: the whole job, so that nobody needs to ask back."""

    type: str
    job: dict[str, Any]


def study_group(study_id: UUID) -> str:
    """The channel group in which the jobs of a study are told."""
    return f"study-{study_id}"


def publish_job(job_id: UUID) -> None:
    """Everybody who watches the job's study is told what it is doing now; nobody is while Redis is away."""
    job = AnalysisJob.objects.select_related("session").filter(pk=job_id).first()
    if job is None:
        return
    message: JobChanged = {"type": "job.changed", "job": job_data(job)}
    try:
        async_to_sync(get_channel_layer().group_send)(study_group(job.session.study_id), message)
    except (RedisError, OSError) as error:
        logger.warning("Nobody was told of job %s: %s", job_id, error)
