"""A study with two conditions, and sessions whose readings are written down by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from inference import Reason
from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.consent.models import ConsentText
from webplatform.consent.services import give_participant_consent
from webplatform.history.models import Session
from webplatform.history.services import append_readings, close_session, open_session, use_model
from webplatform.results.models import StudyFigures
from webplatform.results.services import request_figures
from webplatform.results.work import run_figures
from webplatform.studies.models import Condition, Participant, Study


@pytest.fixture
def film_a(study: Study) -> Condition:
    return Condition.objects.create(study=study, name="film A", position=1)


@pytest.fixture
def film_b(study: Study) -> Condition:
    return Condition.objects.create(study=study, name="film B", position=2)


@pytest.fixture
def person_of(study: Study, owner: User) -> Callable[..., Participant]:
    """`person_of(pseudonym, **values)`: a participant who agreed to the analysis."""

    def add(pseudonym: str, **values: Any) -> Participant:
        if not ConsentText.objects.filter(audience="participant").exists():
            ConsentText.objects.create(audience="participant", version=1, language="en", body="Yes.", digest="1" * 64)
        participant = Participant.objects.create(study=study, pseudonym=pseudonym, created_by=owner, values=values)
        give_participant_consent(
            participant=participant, language="en", channel="link", scopes=["analyse", "keep_media", "train"]
        )
        return participant

    return add


@pytest.fixture
def record(study: Study, owner: User, model_version) -> Callable[..., Session]:
    """`record(participant, condition, *happy)`: a closed session, a second for each score of happy, read five times.

    None is a second without a face; `second_face` gives another one, seen for three seconds.
    """

    def make(
        participant: Participant,
        condition: Condition | None,
        *happy: float | None,
        unsure: bool = False,
        second_face: bool = False,
    ) -> Session:
        consent = participant.consents.get()
        session = open_session(study=study, user=owner, consent=consent, title="Film", source="upload", every_ms=200)
        use_model(session=session, version=model_version)
        append_readings(session=session, readings=list(_frames(happy, unsure=unsure, second_face=second_face)))
        close_session(session=session, duration_ms=1000 * len(happy), is_partial=False)
        Session.objects.filter(pk=session.pk).update(condition=condition)
        session.refresh_from_db()
        return session

    return make


def _frames(happy: tuple[float | None, ...], *, unsure: bool, second_face: bool):
    reason = Reason.LOW_CONFIDENCE if unsure else None
    for t_ms in range(0, 1000 * len(happy), 200):
        score = happy[t_ms // 1000]
        faces = [] if score is None else [face(1, reason, happy=score, neutral=1 - score)]
        if second_face and t_ms < 3000:
            faces.append(face(2, sad=1.0))
        yield frame(t_ms, *faces, decoded=t_ms // 200 + 1)


@pytest.fixture
def made(study: Study, django_capture_on_commit_callbacks) -> Callable[..., StudyFigures]:
    """`made(choice)`: the study's results, as a worker makes them."""

    def make(choice) -> StudyFigures:
        figures = request_figures(study=study, choice=choice)
        run_figures(figures.pk)
        figures.refresh_from_db()
        return figures

    return make
