"""Marking a session by plain forms: markers and segments, one by one, from a file, and for many sessions."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webplatform.common.errors import AppError, Invalid
from webplatform.common.http.pages import tell
from webplatform.history.mark_files import MAX_BYTES, read_marks, read_time
from webplatform.history.mark_sets import apply_marks, import_marks, marks_of, plan_marks
from webplatform.history.markers import add_marker, change_marker, remove_marker
from webplatform.history.marks import figure_rows
from webplatform.history.models import Session
from webplatform.history.queries import sessions_of
from webplatform.history.segments import add_segment, change_segment, remove_segment, require_may_mark
from webplatform.history.selection import NO_CONDITION
from webplatform.history.words import EMOTION_NAMES

MARKER = "marker"
MOST_LISTED = 200


@login_required
@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a moment or a stretch."""
    session = _session(request, pk)

    def note() -> None:
        kind, text = request.POST.get("kind", MARKER), request.POST.get("text", "")
        if kind == MARKER:
            add_marker(session=session, user=request.user, t_ms=_time(request, "from"), text=text)
        else:
            stretch = (_time(request, "from"), _time(request, "to"))
            reason = request.POST.get("reason", "")
            add_segment(session=session, user=request.user, stretch=stretch, kind=kind, label=text, reason=reason)

    return _done(request, session, note, _("Noted."))


@login_required
@require_POST
def marker(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Change a marker, or remove it."""
    session = _session(request, pk)
    stored_marker = get_object_or_404(session.markers.select_related("session"), pk=number)
    if "remove" in request.POST:
        return _done(request, session, lambda: remove_marker(marker=stored_marker, user=request.user), _("Removed."))

    def change() -> None:
        text = request.POST.get("text", "")
        change_marker(marker=stored_marker, user=request.user, t_ms=_time(request, "from"), text=text)

    return _done(request, session, change, _("Saved."))


@login_required
@require_POST
def segment(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Change a stretch, or remove it."""
    session = _session(request, pk)
    stored_segment = get_object_or_404(session.segments.select_related("session"), pk=number)
    if "remove" in request.POST:
        return _done(request, session, lambda: remove_segment(segment=stored_segment, user=request.user), _("Removed."))

    def change() -> None:
        words = {"label": request.POST.get("text", ""), "reason": request.POST.get("reason", "")}
        stretch = (_time(request, "from"), _time(request, "to"))
        change_segment(segment=stored_segment, user=request.user, stretch=stretch, kind=stored_segment.kind, **words)

    return _done(request, session, change, _("Saved."))


@login_required
@require_POST
def import_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read markers and segments from a CSV file: all of them, or none."""
    session = _session(request, pk)
    try:
        require_may_mark(session, request.user)
        if "file" not in request.FILES:
            raise Invalid(_("Choose a file."))
        unit = "ms" if request.POST.get("unit") == "ms" else "s"
        marks = read_marks(request.FILES["file"].read(MAX_BYTES + 1), unit=unit)
        plan = import_marks(session=session, user=request.user, marks=marks)
        new_text = ngettext("%(n)d mark was read.", "%(n)d marks were read.", len(plan.new)) % {"n": len(plan.new)}
        known_text = _("%(n)d were here already.") % {"n": plan.known} if plan.known else ""
        messages.success(request, f"{new_text} {known_text}".strip())
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:session", session.pk)


@login_required
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The session's marks for other sessions: choose them, see what will change, apply."""
    session = _session(request, pk)
    require_may_mark(session, request.user)
    parameters = request.POST if request.method == "POST" else request.GET
    is_whole, is_replacing = "whole" in parameters, "replace" in parameters
    marks, others = marks_of(session, is_whole=is_whole), _other_sessions(request, session)
    chosen = [one for one in others if str(one.pk) in parameters.getlist("session")]
    if request.method == "POST" and "sure" in parameters:
        try:
            apply_marks(sessions=chosen, user=request.user, marks=marks, is_replacing=is_replacing)
            n = len(chosen)
            messages.success(request, ngettext("Applied to %(n)d session.", "Applied to %(n)d sessions.", n) % {"n": n})
            return redirect("dashboard:session", session.pk)
        except AppError as error:
            tell(request, error)
    context = {
        "session": session,
        "marks": marks,
        "others": others,
        "chosen": {one.pk for one in chosen},
        "plans": [plan_marks(session=one, marks=marks, is_replacing=is_replacing) for one in chosen],
        "is_whole": is_whole,
        "is_replacing": is_replacing,
        "condition": parameters.get("condition", ""),
        "no_condition": NO_CONDITION,
    }
    return render(request, "history/marks_apply.html", context)


@login_required
@require_GET
def stretches(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Figures within each segment, and from marker to marker."""
    session = _session(request, pk)
    context = {"session": session, "rows": figure_rows(session), "names": EMOTION_NAMES.values()}
    return render(request, "history/stretches.html", context)


def _other_sessions(request: HttpRequest, session: Session) -> list[Session]:
    """The study's other recordings, of the condition that was asked for."""
    sessions = (
        sessions_of(request.user).filter(study=session.study_id, state=Session.State.CLOSED).exclude(pk=session.pk)
    )
    condition = request.POST.get("condition") or request.GET.get("condition", "")
    if condition == NO_CONDITION:
        sessions = sessions.filter(condition=None)
    elif condition.isdecimal():
        sessions = sessions.filter(condition=condition)
    return list(sessions[:MOST_LISTED])


def _done(request: HttpRequest, session: Session, act: Callable[[], None], text: str) -> HttpResponse:
    try:
        act()
        messages.success(request, text)
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:session", session.pk)


def _time(request: HttpRequest, name: str) -> int:
    return read_time(request.POST.get(name, ""))


def _session(request: HttpRequest, pk: UUID) -> Session:
    return get_object_or_404(sessions_of(request.user), pk=pk)
