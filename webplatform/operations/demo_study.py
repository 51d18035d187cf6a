"""The demonstration's study: two films, four participants, and what each of them shows at which film."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.services import give_participant_consent
from webplatform.operations.demo_clip import make_reaction
from webplatform.operations.demo_face import Plan
from webplatform.participation.participants import add_participant
from webplatform.studies.conditions import add_condition
from webplatform.studies.models import Participant, Study
from webplatform.studies.services import StudyStatement, create_study

NAME = "Two films (demonstration)"
FILMS = {"film A": "happy", "film B": "sad"}  # what the faces show in the middle of each
PSEUDONYMS = ("P01", "P02", "P03", "P04")
REACTION_S = 6
STATED = StudyStatement(
    name=NAME,
    purpose="To show what a study looks like. Nobody was filmed: every face is one portrait in the public domain, "
    "warped at mouth, brows and lids. What is shown of it was really read.",
    setting=Study.Setting.RESEARCH,
    contact="The operator of this server",
)


@dataclass(frozen=True, slots=True)
class Reaction:
    """A short clip to upload: whose it is, and at which film."""

    title: str
    participant: Participant
    condition_id: int
    plan: Plan
    is_mirrored: bool

    def clip(self, folder: Path) -> Path:
        """Its video, made where it is not there yet."""
        file = folder / f"{self.participant.pseudonym}-{self.condition_id}.mp4"
        return make_reaction(file, self.plan, duration_s=REACTION_S, is_mirrored=self.is_mirrored)


def prepare_demo_study(user: User) -> list[Reaction]:
    """The study is there with films and participants; returns what it has no session of yet."""
    study = Study.objects.for_user(user).filter(name=NAME).first() or create_study(user=user, statement=STATED)
    films = {one.name: one for one in study.conditions.all()}
    films |= {name: add_condition(study=study, user=user, name=name) for name in FILMS if name not in films}
    people = {one.pseudonym: one for one in study.participants.all()}
    missing = []
    for number, pseudonym in enumerate(PSEUDONYMS):
        person = people.get(pseudonym) or add_participant(study=study, user=user, pseudonym=pseudonym)
        _agree(person)
        for name, pose in FILMS.items():
            if person.sessions.filter(condition=films[name]).exists():
                continue
            begins_s = 1.5 + 0.25 * number
            plan = ((0.0, "neutral"), (begins_s, pose), (begins_s + 2 + 0.2 * number, "neutral"))
            title = f"{name}, {pseudonym} (a warped portrait)"
            missing.append(Reaction(title, person, films[name].pk, plan, is_mirrored=bool(number % 2)))
    return missing


def _agree(person: Participant) -> None:
    scopes = [ConsentScope.ANALYSE, ConsentScope.KEEP_MEDIA]
    channel = ConsentRecord.Channel.COMMAND
    give_participant_consent(participant=person, language=person.language, channel=channel, scopes=scopes)
