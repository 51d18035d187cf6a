"""Read sessions: who may do what with them, and what lists show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, JSONField, OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext as _

from inference import Box, KnownFace
from webplatform.accounts.models import User
from webplatform.common.errors import NotAllowed
from webplatform.history.models import FrameSize, Observation, Session
from webplatform.history.selection import Selection, select
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Participant, Study
from webplatform.studies.permissions import may_in, role_in
from webplatform.studies.queries import variables_of
from webplatform.studies.roles import Act, may_delete

MAX_MS = 2**31 - 1
DIGITS = 4


def is_editable_by(session: Session, user: User) -> bool:
    """Whether the user may change the session's title, marks and so on."""
    return may_in(session.study, user, Act.ANNOTATE)


def is_deletable_by(session: Session, user: User) -> bool:
    """Whether the user may delete the session: its study's owner, or its creator while still a member."""
    return may_delete(role_in(session.study, user), is_recorder=session.created_by_id == user.pk)


def require_deletable(session: Session, user: User) -> None:
    """Raises NotAllowed for everybody who may not delete the session."""
    if not is_deletable_by(session, user):
        raise NotAllowed(_("Only the study's owner or whoever recorded a session may delete it."))


def sessions_of(user: User, selection: Selection | None = None) -> QuerySet[Session]:
    """The user's sessions with what a list shows of each: those that are meant, in the order that is asked for."""
    sessions = Session.objects.for_user(user).select_related(
        "study", "participant", "condition", "stimulus", "model_version", "repeats"
    )
    return select(user, sessions, selection or Selection())


def openable_sessions(user: User) -> QuerySet[Session]:
    """The user's sessions, to open one: what only some refer to (a participant, a film) is read when it is needed."""
    return Session.objects.for_user(user).select_related("study", "model_version")


def bare_sessions_of(user: User) -> QuerySet[Session]:
    """The user's sessions with their id, state and length only."""
    return Session.objects.for_user(user).only("state", "duration_ms", "frame_width", "frame_height")


def listed_sessions(user: User, selection: Selection) -> QuerySet[Session]:
    """`sessions_of` as a long list needs it: `totals` is the summary without its tracks. See `read_references`."""
    rows = select(user, Session.objects.for_user(user), selection).defer("summary", "revised")
    return rows.annotate(totals=WithoutTracks("summary"))


def read_references(sessions: Sequence[Session]) -> None:
    """Read what a page of `listed_sessions` refers to: each study, model and so on once, and not once in each row."""
    references = [
        Prefetch("study", Study.objects.defer("purpose", "exemption_reason", "assessment_note")),
        Prefetch("model_version", ModelVersion.objects.defer("metrics")),
        Prefetch("repeats", Session.objects.only("created_at", "closed_at")),
        Prefetch("participant", Participant.objects.prefetch_related("study__variables")),
        Prefetch("condition"),
    ]
    used = [one for one in references if any(getattr(row, f"{one.prefetch_to}_id") for row in sessions)]
    prefetch_related_objects(sessions, *used)


class WithoutTracks(Func):
    """A summary without its tracks: with hundreds of them it is a hundred times as long."""

    output_field = JSONField()
    template = "json_remove(%(expressions)s, '$.tracks')"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Sequence[Any]]:
        return self.as_sql(compiler, connection, template="(%(expressions)s - 'tracks')")


def session_variables(session: Session) -> dict[str, str | float]:
    """What the study's variables are of the session's participant, by their names; nothing without a participant."""
    if session.participant is None:
        return {}
    return variables_of(session.participant)


def faces_in_sight(session: Session, *, since_ms: int) -> list[KnownFace]:
    """The faces seen at `since_ms` or later, each where it was last."""
    newest = Observation.objects.filter(track=OuterRef("track"), t_ms__gte=since_ms).order_by("-t_ms").values("pk")[:1]
    rows = Observation.objects.filter(session=session, t_ms__gte=since_ms, pk=Subquery(newest))
    places = rows.order_by("track__number").values_list("track__number", "x", "y", "w", "h")
    return [KnownFace(number, Box(*box)) for number, *box in places]


def _with_sizes(observations: QuerySet[Observation]) -> QuerySet[Observation]:
    """Annotate `frame_width` and `frame_height`: those of the frame that each observation was made in."""
    changed = FrameSize.objects.filter(session=OuterRef("session"), from_ms__lte=OuterRef("t_ms")).order_by("-from_ms")
    return observations.annotate(
        frame_width=Coalesce(Subquery(changed.values("width")[:1]), F("session__frame_width")),
        frame_height=Coalesce(Subquery(changed.values("height")[:1]), F("session__frame_height")),
    )


def frame_size_at(session: Session, t_ms: int) -> tuple[int | None, int | None]:
    """Width and height of the session's frames at a moment, px."""
    changed = session.frame_sizes.filter(from_ms__lte=t_ms).order_by("-from_ms").values_list("width", "height").first()
    return changed or (session.frame_width, session.frame_height)


def observations_of(
    session: Session, *, from_ms: int | None = None, to_ms: int | None = None, track: int | None = None
) -> QuerySet[Observation]:
    """The session's observations from `from_ms` up to, not including, `to_ms`, each with its frame's size."""
    observations = _with_sizes(Observation.objects.filter(session=session)).annotate(number=F("track__number"))
    if from_ms is not None:
        observations = observations.filter(t_ms__gte=from_ms)
    if to_ms is not None:
        observations = observations.filter(t_ms__lt=to_ms)
    if track is not None:
        observations = observations.filter(track__number=track)
    return observations.order_by("t_ms", "id")
