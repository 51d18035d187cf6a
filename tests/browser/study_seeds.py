"""A study with two conditions and made-up readings, for its pages and for the pictures in the documents."""

from __future__ import annotations

from math import exp
from random import Random

from inference import Box, FaceReading, FrameReading, Reason
from tests.whole_platform import Person
from webplatform.consent.services import give_participant_consent
from webplatform.history import services
from webplatform.history.markers import add_marker
from webplatform.history.models import Session
from webplatform.modelhub.queries import active_version
from webplatform.studies.models import Condition, Participant, Study, Variable
from webplatform.studies.services import StudyStatement, create_study

EVERY_MS = 200
SECONDS = 50
JOKE_S = {"film A": 28, "film B": 30}
AWAY_S = range(38, 40)


def seed_study(person: Person, *, people: int = 12) -> Study:
    """Everybody sees both films but the last one, who sees only the first; in film B they smile more."""
    stated = StudyStatement(
        name="How films land", purpose="What two short films do to faces", setting="research", contact="A"
    )
    study = create_study(user=person.user, statement=stated)
    band = Variable.objects.create(study=study, name="age band", kind="choice", choices=["18 to 30", "31 to 50"])
    films = [Condition.objects.create(study=study, name=name, position=at) for at, name in enumerate(JOKE_S)]
    for number in range(1, people + 1):
        about = {"pseudonym": f"P{number:02}", "created_by": person.user}
        participant = Participant.objects.create(study=study, values={str(band.pk): band.choices[number % 2]}, **about)
        give_participant_consent(
            participant=participant, language="en", channel="link", scopes=["analyse", "keep_media"]
        )
        for film in films if number < people else films[:1]:
            _record(person, participant, film, Random(f"{number} {film.name}"))
    return study


def _record(person: Person, participant: Participant, film: Condition, chance: Random) -> Session:
    session = services.open_session(
        study=participant.study,
        user=person.user,
        consent=participant.consents.get(),
        title=f"{film.name}, {participant.pseudonym}",
        source=Session.Source.UPLOAD,
        every_ms=EVERY_MS,
    )
    services.use_model(session=session, version=active_version())
    height = (0.3 if film.name == "film A" else 0.5) + 0.2 * chance.random()
    frames = [_frame(t_ms, JOKE_S[film.name], height, chance) for t_ms in range(0, 1000 * SECONDS, EVERY_MS)]
    services.append_readings(session=session, readings=frames)
    services.close_session(session=session, duration_ms=1000 * SECONDS, is_partial=False)
    Session.objects.filter(pk=session.pk).update(condition=film)
    add_marker(session=session, user=person.user, t_ms=4000 + chance.randrange(2000), text="film starts")
    return session


def _frame(t_ms: int, joke_s: int, height: float, chance: Random) -> FrameReading:
    if t_ms // 1000 in AWAY_S:
        return FrameReading(t_ms, 640, 480, (), frames_decoded=t_ms // 40 + 1)
    happy = 0.05 + 0.05 * chance.random() + height * exp(-(((t_ms / 1000 - joke_s) / 6) ** 2))
    surprise = 0.02 + 0.25 * exp(-(((t_ms / 1000 - joke_s + 8) / 3) ** 2)) * chance.random()
    scores = (0.02, 0.01, 0.01, happy, 0.03, surprise, max(0.0, 0.93 - happy - surprise))
    reason = Reason.LOW_CONFIDENCE if max(scores) < 0.5 else None
    face = FaceReading(1, Box(260.0, 120.0, 120.0, 150.0), tuple(score / sum(scores) for score in scores), reason)
    return FrameReading(t_ms, 640, 480, (face,), frames_decoded=t_ms // 40 + 1)
