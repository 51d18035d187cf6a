"""Sessions for the history's tests."""

from __future__ import annotations

import pytest

from inference import Reason
from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord
from webplatform.history.models import Session
from webplatform.history.services import append_readings, close_session, open_session, use_model
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Study


@pytest.fixture
def session(study: Study, owner: User, consent: ConsentRecord) -> Session:
    """An open session without readings, sampled every 200 ms."""
    return open_session(
        study=study, user=owner, consent=consent, title="Morning walk", source=Session.Source.UPLOAD, every_ms=200
    )


@pytest.fixture
def story(session: Session, model_version: ModelVersion) -> Session:
    """A closed session of 2 s, worked out by hand: two tracks, a gap, a doubt, a blurred and a small face.

    t_ms     0      200    400    600    800    1000   1200   1400   1600   1800
    track 1  happy  happy  sad    -      happy  happy  happy  ?      blur   -
    track 2  -      -      sad    sad    -      -      small  -      -      -
    """
    use_model(session=session, version=model_version)
    append_readings(
        session=session,
        readings=[
            frame(0, face(1, happy=0.8, sad=0.2), decoded=1),
            frame(200, face(1, happy=0.6, sad=0.4), decoded=7),
            frame(400, face(1, happy=0.4, sad=0.6), face(2, sad=1.0), decoded=13),
            frame(600, face(2, sad=0.5, neutral=0.5), decoded=19),
            frame(800, face(1, happy=1.0), decoded=25),
        ],
    )
    append_readings(
        session=session,
        readings=[
            frame(1000, face(1, happy=0.9, neutral=0.1), decoded=31),
            frame(1200, face(1, happy=0.7, neutral=0.3), face(2, Reason.TOO_SMALL), decoded=37),
            frame(1400, face(1, Reason.LOW_CONFIDENCE, happy=0.3, sad=0.3, neutral=0.4), decoded=43),
            frame(1600, face(1, Reason.BLURRED), decoded=49),
            frame(1800, decoded=55),
        ],
    )
    return close_session(session=session, duration_ms=2000, is_partial=False, frames_decoded=60)
