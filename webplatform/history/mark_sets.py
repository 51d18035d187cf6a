"""The same markers and segments for several sessions: what would change in each, and the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.history.mark_files import Mark
from webplatform.history.markers import MAX_MARKERS
from webplatform.history.models import Marker, Segment, Session
from webplatform.history.queries import MAX_MS
from webplatform.history.revision import revise
from webplatform.history.segments import MAX_SEGMENTS, require_may_mark

MAX_SESSIONS = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What a set of marks would change in one session.

    Args:
        session: which one.
        new: marks that it gets.
        known: how many it has already, exactly alike.
        outside: how many lie after its end, and are left out.
        removed: markers and segments of its own that go.
    """

    session: Session
    new: list[Mark] = field(default_factory=list)
    known: int = 0
    outside: int = 0
    removed: int = 0


def marks_of(session: Session, *, is_whole: bool = True) -> list[Mark]:
    """The session's markers and segments, in order of time; without exclusions and the baseline if not `is_whole`."""
    markers = [Mark(one.t_ms, None, one.text) for one in session.markers.all()]
    segments = [Mark(one.from_ms, one.to_ms, one.label, one.kind, one.reason) for one in session.segments.all()]
    included = [one for one in segments if is_whole or one.kind == Segment.Kind.SEGMENT]
    return sorted([*markers, *included], key=lambda mark: (mark.from_ms, mark.to_ms or 0))


def plan_marks(*, session: Session, marks: Iterable[Mark], is_replacing: bool = False) -> Plan:
    """What the marks would change in the session."""
    end_ms = MAX_MS if session.duration_ms is None else session.duration_ms
    present = marks_of(session)
    distinct = list(dict.fromkeys(marks))
    fitting = [mark for mark in distinct if (mark.to_ms or mark.from_ms) <= end_ms]
    new = [mark for mark in fitting if mark not in present]
    return Plan(
        session=session,
        new=new,
        known=len(fitting) - len(new),
        outside=len(distinct) - len(fitting),
        removed=len([mark for mark in present if mark not in fitting]) if is_replacing else 0,
    )


@transaction.atomic
def import_marks(*, session: Session, user: User, marks: list[Mark]) -> Plan:
    """The session carries all of these marks, or nothing has changed; what it has already is not doubled.

    Raises:
        NotAllowed: the user may only view the session.
        Invalid: one lies outside of the session.
        Conflict: the session would carry more than it can.
    """
    require_may_mark(session, user)
    plan = plan_marks(session=session, marks=marks)
    if plan.outside:
        raise Invalid(
            _("Nothing was read: %(n)d of the marks lie after the session's end.") % {"n": plan.outside},
            outside=plan.outside,
        )
    _carry_out(plan, user)
    return plan


@transaction.atomic
def apply_marks(
    *, sessions: Iterable[Session], user: User, marks: list[Mark], is_replacing: bool, is_dry: bool = False
) -> list[Plan]:
    """Each session carries the marks that lie within it; with `is_replacing` no others. All of them, or nothing.

    With `is_dry` everything is checked and done, and then undone.

    Raises:
        NotAllowed: the user may only view one of them.
        Invalid: there is nothing to apply, or nothing to apply it to.
        Conflict: a session would carry more than it can.
    """
    chosen = list(sessions)
    if not chosen or not marks:
        raise Invalid(_("Choose at least one session, and a session with markers or segments."))
    if len(chosen) > MAX_SESSIONS:
        raise Invalid(_("At most %(limit)d sessions at once.") % {"limit": MAX_SESSIONS})
    plans = []
    for session in chosen:
        require_may_mark(session, user)
        plan = plan_marks(session=session, marks=marks, is_replacing=is_replacing)
        if is_replacing:
            _remove_others(session, marks)
        _carry_out(plan, user)
        plans.append(plan)
    if is_dry:
        transaction.set_rollback(True)
    return plans


def _remove_others(session: Session, marks: list[Mark]) -> None:
    for marker in session.markers.all():
        if Mark(marker.t_ms, None, marker.text) not in marks:
            marker.delete()
    for one in session.segments.all():
        if Mark(one.from_ms, one.to_ms, one.label, one.kind, one.reason) not in marks:
            one.delete()


def _carry_out(plan: Plan, user: User) -> None:
    session = plan.session
    markers = [mark for mark in plan.new if mark.to_ms is None]
    segments = [mark for mark in plan.new if mark.to_ms is not None]
    if len({mark for mark in segments if mark.kind == Segment.Kind.BASELINE}) > 1:
        raise Invalid(_("A session has one baseline."))
    if session.markers.count() + len(markers) > MAX_MARKERS:
        raise Conflict(_("A session carries at most %(limit)d markers.") % {"limit": MAX_MARKERS})
    if session.segments.count() + len(segments) > MAX_SEGMENTS:
        raise Conflict(_("A session carries at most %(limit)d segments.") % {"limit": MAX_SEGMENTS})
    if any(mark.kind == Segment.Kind.BASELINE for mark in segments):
        session.segments.filter(kind=Segment.Kind.BASELINE).delete()
    Marker.objects.bulk_create(
        Marker(session=session, t_ms=mark.from_ms, text=mark.text, created_by=user) for mark in markers
    )
    Segment.objects.bulk_create(_segment(session, mark, user) for mark in segments)
    about = {"study_id": session.study_id, "target": f"session:{session.pk}"}
    record_event("session.marked", actor=user, **about, marks=len(plan.new), removed=plan.removed)
    revise(session)


def _segment(session: Session, mark: Mark, user: User) -> Segment:
    bounds = {"from_ms": mark.from_ms, "to_ms": mark.to_ms or 0}
    return Segment(session=session, **bounds, kind=mark.kind, label=mark.text, reason=mark.reason, created_by=user)
