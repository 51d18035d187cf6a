"""The page of one session: the video, the timeline of every face in it, and how the numbers came about."""

from __future__ import annotations

from typing import Any  # what a template takes
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from webplatform.analysis.repetitions import readings_of
from webplatform.common.errors import AppError, Invalid
from webplatform.common.http.pages import tell
from webplatform.dashboard import report
from webplatform.dashboard.face_paging import face_page
from webplatform.dashboard.queries import row_of
from webplatform.history.assignments import assign_participant, set_condition
from webplatform.history.corrections import may_correct
from webplatform.history.marks import noted_in, people_in, revised_lines
from webplatform.history.models import Session
from webplatform.history.queries import is_deletable_by, is_editable_by
from webplatform.history.references import metadata_lines
from webplatform.history.services import rename_session
from webplatform.history.targets import participants_to_name
from webplatform.history.words import moment


@login_required
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a session; a POST gives it another title."""
    shown_session = get_object_or_404(report.session_for_page(request.user), pk=pk)
    if request.method == "POST":
        rename_session(session=shown_session, user=request.user, title=request.POST.get("title", ""))
        return redirect("dashboard:session", shown_session.pk)
    may_edit = is_editable_by(shown_session, request.user)
    targets = participants_to_name(request.user) if may_edit else []
    context = {
        "session": shown_session,
        "row": row_of(shown_session),
        "metadata": metadata_lines(shown_session),
        "media": report.media_of(shown_session),
        "copy": report.copy_of(shown_session),
        **_faces_shown(shown_session, request.GET.get("faces", "")),
        "live_lines": report.live_lines_of(shown_session),
        "gaps": report.gaps_of(shown_session),
        "missing": moment(shown_session.missing_ms),
        "accounting": report.accounting_of(shown_session),
        "may_edit": may_edit,
        "targets": targets,
        "may_correct": may_correct(shown_session, request.user),
        "corrections": report.corrections_of(shown_session),
        "may_delete": is_deletable_by(shown_session, request.user),
        "data": report.page_data(shown_session),
        "readings": readings_of(shown_session, may_edit=may_edit),
        "noted": noted_in(shown_session),
        "revised": revised_lines(shown_session),
        "last_edit": next(reversed(shown_session.face_edits.all()), None),
    }
    return render(request, "dashboard/session.html", context)


def _faces_shown(session: Session, page_text: str) -> dict[str, Any]:
    """Who is in the session, and which of them this page shows."""
    own_participants = list(session.study.participants.all())
    everybody = people_in(session, own_participants)
    faces = report.faces_of(session, everybody)
    people, glimpses = ([face for face in faces if face.is_glimpse is is_glimpse] for is_glimpse in (False, True))
    page = face_page(page_text, everybody, people, glimpses)
    return {
        "faces": faces,
        "face_page": page,
        "people": page.of(people),
        "glimpses": page.of(glimpses),
        "glimpse_count": len(glimpses),
        "everybody": page.of(everybody),
        "all_people": everybody,
        "own_participants": own_participants,
    }


@login_required
@require_POST
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say whose session it is, and which condition it bears."""
    assigned = get_object_or_404(report.session_for_page(request.user), pk=pk)
    try:
        with transaction.atomic():
            _assign(request, assigned)
        messages.success(request, _("Saved."))
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:session", assigned.pk)


def _assign(request: HttpRequest, session: Session) -> None:
    participant_key, user = request.POST.get("participant", ""), request.user
    by_key = (
        {str(one.pk): one for _study, people in participants_to_name(user) for one in people} if participant_key else {}
    )
    if participant_key in by_key:
        session = assign_participant(session=session, user=user, participant=by_key[participant_key])
    elif participant_key:
        raise Invalid(_("There is no such participant."), field="participant")
    condition_key = request.POST.get("condition")
    if condition_key is not None:
        conditions = {str(one.pk): one for one in session.study.conditions.all()}
        set_condition(sessions=[session], user=user, condition=conditions.get(condition_key))
