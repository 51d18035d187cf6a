"""What a study's results page shows beside the figures: its sessions, and what is known of who is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord
from webplatform.history.models import Session
from webplatform.results.choices import Choice
from webplatform.results.material import Why
from webplatform.results.models import SessionCurve
from webplatform.results.words import WHY_TEXTS
from webplatform.studies.models import Study

MOST_LAID_OVER = 8


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session of a study as its results page tells it.

    Attributes:
        session: with participant, condition and model.
        curve: what is kept of it; none while it was not added up.
        why: the reason why it is in no figure; empty: it is in them, or the results are not there yet.
        counts: whether it is in the figures.
    """

    session: Session
    curve: SessionCurve | None
    why: str
    counts: bool

    @property
    def reason(self) -> str:
        """Why it is in no figure, in words; empty where that is not so."""
        return str(WHY_TEXTS[Why(self.why)]) if self.why else ""

    @property
    def not_sure_share(self) -> float | None:
        """Share of the scored readings without a verdict."""
        return self.curve.not_sure / self.curve.scored if self.curve and self.curve.scored else None

    @property
    def scored_share(self) -> float | None:
        """Share of the person's readings that could be scored."""
        read = self.curve.scored + self.curve.unscored if self.curve else 0
        return self.curve.scored / read if self.curve and read else None

    @property
    def excluded_ms(self) -> int:
        """Time that is in no figure."""
        return sum(end - start for start, end in self.curve.excluded) if self.curve else 0


def lines_of(study: Study, result: dict[str, Any]) -> list[SessionLine]:
    """The study's sessions by participant, condition and time; those without a participant come last."""
    sessions = Session.objects.filter(study=study).select_related(
        "participant", "condition", "stimulus", "model_version", "curve"
    )
    sessions = sessions.defer("summary", "curve__bins")
    left_out = result.get("left_sessions", {})
    lines = [
        SessionLine(
            session=session,
            curve=getattr(session, "curve", None),
            why=left_out.get(str(session.pk), ""),
            counts=bool(result) and str(session.pk) not in left_out,
        )
        for session in sessions
    ]
    return sorted(lines, key=_order)


def plain_choice(study: Study) -> Choice:
    """How a study is looked at where an address says nothing: by condition, where it has conditions."""
    return Choice(by="condition" if study.conditions.exists() else "all")


def withdrawn_people(study: Study) -> int:
    """How many participants took their consent to the analysis back; their sessions are gone."""
    withdrawn = ConsentRecord.objects.filter(participant__study=study, withdrawn_at__isnull=False)
    held = ConsentRecord.objects.filter(participant__study=study, withdrawn_at=None).values("participant")
    return withdrawn.exclude(participant__in=held).order_by().values("participant").distinct().count()


def overlay_choices(user: User) -> QuerySet[Session]:
    """The user's sessions that can be laid over each other, newest first."""
    sessions = Session.objects.for_user(user).filter(state=Session.State.CLOSED, readings_removed_at=None)
    return sessions.select_related("study", "participant", "condition").defer("summary").order_by("-created_at")


def _order(line: SessionLine) -> tuple[bool, str, int, Any]:
    session = line.session
    name = session.participant.pseudonym if session.participant else ""
    position = session.condition.position if session.condition else 1 << 20
    return not name, name, position, session.created_at
