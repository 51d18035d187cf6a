"""A participant and an account, each with a recorded session in every store, and a clock that can be turned."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.shipped_texts import add_shipped_texts
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.consent.models import ConsentRecord
from webplatform.consent.services import give_participant_consent
from webplatform.history.models import Correction, Marker, Observation, Session, Track
from webplatform.participation.links import create_link
from webplatform.participation.participants import add_participant
from webplatform.studies.models import Participant

# What a summary tells of a track, as far as it is asked here.
TRACK = {"number": 1, "first_ms": 0, "last_ms": 200, "scored": 1, "is_glimpse": False}


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def participant(study, owner) -> Participant:
    add_shipped_texts()
    study.purpose, study.contact, study.languages = "How jokes land", "Dr Dewi", ["en", "id"]
    study.save()
    return add_participant(study=study, user=owner, pseudonym="Blue")


@pytest.fixture
def agreed(participant) -> ConsentRecord:
    return give_participant_consent(
        participant=participant, language="en", channel="link", scopes=["analyse", "keep_media", "train"]
    )


@pytest.fixture
def key(participant, owner) -> str:
    return create_link(participant=participant, user=owner)[1]


@pytest.fixture
def recorded(owner) -> Callable[..., Session]:
    """`recorded(consent)`: a closed session with two readings, a marker, a correction, a job and a video."""

    def record(consent: ConsentRecord, *, study=None, readings: int = 2, source: str = "upload", **fields) -> Session:
        session = Session.objects.create(
            study=study or consent.participant.study, created_by=owner, consent=consent,
            participant=consent.participant, title="Walk", source=source, state="closed", every_ms=200,
            frames_decoded=readings, frames_sampled=readings, frames_scored=readings, duration_ms=readings * 200,
            closed_at=timezone.now(), summary={"tracks": [TRACK]}, **fields,
        )  # fmt: skip
        track = Track.objects.create(session=session, number=1)
        Observation.objects.bulk_create(
            Observation(session=session, track=track, t_ms=200 * n, x=0, y=0, w=9, h=9, reason="too_small")
            for n in range(readings)
        )
        Marker.objects.create(session=session, t_ms=0, text="question 1", created_by=owner)
        Correction.objects.create(session=session, track=track, from_ms=0, to_ms=200, emotion="happy")
        if source == "upload":
            _keep_video(session)
        return session

    return record


def _keep_video(session: Session) -> None:
    session.folder.mkdir(parents=True)
    (session.folder / "media.mp4").write_bytes(b"film")
    MediaFile.objects.create(
        session=session, original_name="walk.mp4", stored_name="media.mp4", content_type="video/mp4", size_bytes=4,
        sha256="0" * 64,
    )  # fmt: skip
    AnalysisJob.objects.create(session=session, state="done", queued_at=timezone.now())


@pytest.fixture
def aged() -> Callable[[Session, int], None]:
    """`aged(session, days)`: it ended so many days ago."""

    def age(session: Session, days: int) -> None:
        then = timezone.now() - timedelta(days=days)
        Session.objects.filter(pk=session.pk).update(created_at=then, closed_at=then)

    return age


@pytest.fixture
def rows_of() -> Callable[[list], dict[str, int]]:
    """`rows_of(ids)`: what is in the database of these sessions, by table; empty: nothing."""

    def count(ids: list) -> dict[str, int]:
        tables = (Observation, Track, Marker, Correction, MediaFile, AnalysisJob)
        found = {model.__name__: model.objects.filter(session__in=ids).count() for model in tables}
        found["Session"] = Session.objects.filter(pk__in=ids).count()
        return {name: n for name, n in found.items() if n}

    return count
