"""Sessions with made-up readings, written by the history's own services into the running platform's database."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from inference import EMOTIONS, Box, FaceReading, FrameReading, Reason
from tests.whole_platform import Person, Platform
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.consent.models import ConsentScope
from webplatform.consent.queries import valid_consent
from webplatform.consent.services import give_consent, withdraw_consent
from webplatform.history import services
from webplatform.history.models import Session
from webplatform.modelhub.queries import active_version
from webplatform.studies.services import personal_study

EVERY_MS = 200
FPS = 25
LEADING_MS = 3000  # for so long each expression leads, one after the other


def reading(t_ms: int, faces: int) -> FrameReading:
    """Every 20 s: 1.6 s of doubt from second 4, 1.6 s of blur from second 8, nobody from second 12 to 14."""
    t_of_round_ms = t_ms % 20_000
    if 12_000 <= t_of_round_ms < 14_000:
        return FrameReading(t_ms, 640, 480, (), frames_decoded=t_ms * FPS // 1000 + 1)
    found = tuple(_face(number, t_ms, t_of_round_ms) for number in range(1, faces + 1))
    return FrameReading(t_ms, 640, 480, found, frames_decoded=t_ms * FPS // 1000 + 1)


def _face(number: int, t_ms: int, t_of_round_ms: int) -> FaceReading:
    box = Box(20.0 + 90 * (number % 6), 120.0, 80.0, 100.0)
    if 8000 <= t_of_round_ms < 9600:
        return FaceReading(number, box, None, Reason.BLURRED)
    leader = (t_ms // LEADING_MS + number) % len(EMOTIONS)
    scores = tuple(0.7 if place == leader else 0.05 for place in range(len(EMOTIONS)))
    return FaceReading(number, box, scores, Reason.LOW_CONFIDENCE if 4000 <= t_of_round_ms < 5600 else None)


def agree_to_training(person: Person) -> None:
    """The person agrees to everything, training included."""
    withdraw_consent(of=person.user, scopes=[ConsentScope.ANALYSE])
    give_consent(user=person.user, language="en", channel="page", scopes=list(ConsentScope.values))


class Seeds:
    """Puts sessions onto a platform."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def session(self, person: Person, *, seconds: int = 24, faces: int = 1, media: Path | None = None) -> Session:
        """A closed session of so many faces, with its video if there is one."""
        session = self.open_session(person)
        times_ms = range(0, seconds * 1000, EVERY_MS)
        services.append_readings(session=session, readings=[reading(t_ms, faces) for t_ms in times_ms])
        if media:
            self.keep(session, media)
        services.close_session(
            session=session, duration_ms=seconds * 1000, is_partial=False, frames_decoded=seconds * FPS
        )
        AnalysisJob.objects.create(session=session, state=AnalysisJob.State.DONE, queued_at=timezone.now())
        return session

    def open_session(self, person: Person, title: str = "Seeded") -> Session:
        """A session that nothing was read for."""
        session = services.open_session(
            study=personal_study(person.user),
            user=person.user,
            consent=valid_consent(person.user),
            title=title,
            source=Session.Source.UPLOAD,
            every_ms=EVERY_MS,
        )
        return services.use_model(session=session, version=active_version())

    def keep(self, session: Session, media: Path, content_type: str = "video/mp4") -> Path:
        """The video lies in the session's folder."""
        session.folder.mkdir(parents=True)
        kept = session.folder / f"source{media.suffix}"
        kept.write_bytes(media.read_bytes())
        MediaFile.objects.create(
            session=session,
            original_name=media.name,
            stored_name=kept.name,
            content_type=content_type,
            size_bytes=kept.stat().st_size,
            sha256="0" * 64,
        )
        return kept
