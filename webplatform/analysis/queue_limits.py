"""How many videos of one account, and of one study, may wait at a time, so that nobody fills the queue."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob, ResumableUpload
from webplatform.common.errors import AppError
from webplatform.studies.models import Study

ASK_AGAIN_S = 60
_WORKED_ON = (AnalysisJob.State.QUEUED, AnalysisJob.State.RUNNING)


class QueueFull(AppError):
    """As many videos wait as may; `retry_after_s` says when to ask again, `most` how many may wait."""

    code = "queue_full"
    status = 429


def require_place(user: User, study: Study | None = None) -> None:
    """One more video may wait, of this account and in this study.

    What is running or on its way counts, too. The number is a bound for the queue, not for a person to count on: of
    several requests in one moment each may still be the last one.

    Raises:
        QueueFull: RAUT_QUEUE_PER_ACCOUNT or RAUT_QUEUE_PER_STUDY of them wait already; 0 is no limit.
    """
    most = settings.RAUT_QUEUE_PER_ACCOUNT
    if most and _waiting(session__created_by=user).count() + _unfinished_uploads(user=user).count() >= most:
        text = _("%(most)d of your videos wait or are read; more can be handed in when one of them is done.")
        raise _full(text, most)
    most = settings.RAUT_QUEUE_PER_STUDY
    if (
        study is not None
        and most
        and _waiting(session__study=study).count() + _unfinished_uploads(study=study).count() >= most
    ):
        text = _("%(most)d videos of this study wait or are read; more can be handed in when one is done.")
        raise _full(text, most)


def _waiting(**whose: User | Study) -> QuerySet[AnalysisJob]:
    return AnalysisJob.objects.filter(state__in=_WORKED_ON, **whose)


def _unfinished_uploads(**whose: User | Study) -> QuerySet[ResumableUpload]:
    return ResumableUpload.objects.filter(**whose).exclude(state=ResumableUpload.State.DONE)


def _full(text: str, most: int) -> QueueFull:
    return QueueFull(text % {"most": most}, most=most, retry_after_s=ASK_AGAIN_S)
