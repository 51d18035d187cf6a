"""How webhooks react to signals of other apps: write events to the outbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from webplatform.accounts.events import account_disabled
from webplatform.accounts.models import User
from webplatform.analysis.events import job_ended
from webplatform.analysis.models import AnalysisJob
from webplatform.history.events import session_closed, session_erased
from webplatform.history.models import Session
from webplatform.learning.events import run_ended
from webplatform.learning.models import TrainingRun
from webplatform.studies.events import request_received
from webplatform.studies.models import ParticipantRequest
from webplatform.webhooks.models import Delivery, Event
from webplatform.webhooks.outbox import note_event
from webplatform.webhooks.permissions import owners_of


@receiver(job_ended)
def note_job(job: AnalysisJob, state: str, **_: Any) -> None:
    """An analysis is done, or failed."""
    event = Event.JOB_DONE if state == AnalysisJob.State.DONE else Event.JOB_FAILED
    url = settings.PUBLIC_URL + reverse("api-analysis", args=[job.pk])
    _note_for_session(job.session, event, job=str(job.pk), state=str(state), url=url)


@receiver(session_closed)
def note_closed_session(session: Session, **_: Any) -> None:
    """A session is closed, of a video or of a webcam."""
    url = settings.PUBLIC_URL + reverse("api-session", args=[session.pk])
    _note_for_session(session, Event.SESSION_CLOSED, state=str(Session.State.CLOSED), url=url)


@receiver(run_ended)
def note_training_run(run: TrainingRun, state: str, **_: Any) -> None:
    """A training run is done, or failed."""
    url = settings.PUBLIC_URL + reverse("api-run", args=[run.pk])
    note_event(Event.RUN_FINISHED, user_ids=[run.created_by_id], run=str(run.pk), state=str(state), url=url)


@receiver(request_received)
def note_request(request: ParticipantRequest, **_: Any) -> None:
    """A participant asks for something."""
    participant = request.participant
    about = {"request": request.pk, "participant": str(participant.pk), "state": str(request.state)}
    url = settings.PUBLIC_URL + reverse("api-requests")
    study_id = participant.study_id
    note_event(Event.REQUEST_RECEIVED, user_ids=owners_of(study_id), study_id=study_id, url=url, **about)


@receiver(session_erased)
def forget_session(session_id: UUID, **_: Any) -> None:
    """Nothing of an erased session is sent, or kept of what was sent."""
    Delivery.objects.filter(session_id=session_id).delete()


@receiver(account_disabled)
def stop_sending(user: User, **_: Any) -> None:
    """A disabled account hears nothing more."""
    waiting = Delivery.objects.filter(webhook__user=user, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.FAILED, finished_at=timezone.now())


def _note_for_session(session: Session, event: str, **about: Any) -> None:
    participant = session.participant_id and str(session.participant_id)
    note_event(
        event,
        user_ids=[session.created_by_id],
        study_id=session.study_id,
        session_id=session.pk,
        participant=participant,
        external_id=session.external_id or None,
        **about,
    )
