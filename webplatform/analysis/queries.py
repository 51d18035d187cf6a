"""Which jobs a list shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # what a filter's fields hold

from django.db.models import QuerySet

from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob
from webplatform.history.models import Session
from webplatform.history.selection import Selection, select

OF_SESSION = ("title", "study_id", "participant_id", "condition_id", "external_id", "metadata")
JOB_FIELDS = (*(field.name for field in AnalysisJob._meta.fields), *(f"session__{name}" for name in OF_SESSION))


def jobs_of(user: User, filters: Mapping[str, Any]) -> QuerySet[AnalysisJob]:
    """The jobs of the user's studies, newest first: of the sessions that are meant, with the status that is meant.

    Of a session, they carry what a job shows of it.
    """
    session_filters = {name: value for name, value in filters.items() if name != "status"}
    jobs = AnalysisJob.objects.for_user(user).select_related("session").only(*JOB_FIELDS)
    if any(session_filters.values()):
        sessions = select(user, Session.objects.for_user(user), Selection(**session_filters))
        jobs = jobs.filter(session__in=sessions.order_by().values("pk"))
    return jobs.filter(state=filters["status"]) if filters.get("status") else jobs
