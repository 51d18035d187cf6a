"""Sessions as the dashboard lists them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.consent.models import ConsentRecord
from webplatform.history.models import Session
from webplatform.history.services import append_readings, close_session, fail_session, open_session
from webplatform.studies.models import Study


@pytest.fixture
def session_of(study: Study, owner: User, consent: ConsentRecord) -> Callable[..., Session]:
    """`session_of(title, state="done", faces=1)`: a session of `study` with its job in this state."""

    def make(title: str, state: str = "done", faces: int = 1, **job: object) -> Session:
        session = open_session(
            study=study, user=owner, consent=consent, title=title, source=Session.Source.UPLOAD, every_ms=200
        )
        if state == "done":
            numbers = range(1, faces + 1)
            seen = [face(n, happy=0.8, sad=0.2) for n in numbers]
            append_readings(session=session, readings=[frame(1000 * second, *seen) for second in range(4)])
            close_session(session=session, duration_ms=60_000, is_partial=False)
        elif state in ("failed", "cancelled"):
            fail_session(session=session)
            MediaFile.objects.create(session=session, original_name="x.mp4", stored_name="media.mp4", size_bytes=1)
        AnalysisJob.objects.create(session=session, state=state, queued_at=timezone.now(), **job)
        return session

    return make
