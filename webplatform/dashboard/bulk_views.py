"""The buttons under the list of sessions, which act on all that are ticked."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from webplatform.common.errors import AppError
from webplatform.common.http.pages import tell
from webplatform.dashboard import bulk
from webplatform.dashboard.choices import NO_CONDITION, conditions_to_give
from webplatform.dashboard.models import SavedView
from webplatform.dashboard.queries import listed_sessions, rows_of
from webplatform.dashboard.services import remove_view, save_view, tidy_query
from webplatform.exporting.choosing import choosing_page, selection_by_ids
from webplatform.history.models import Session
from webplatform.history.selection import Selection
from webplatform.modelhub.models import ModelVersion

MOST = 200


@login_required
@require_POST
def bulk_action(request: HttpRequest) -> HttpResponse:
    """Do what the button said to the sessions that are ticked. A further action needs a line in ACTIONS."""
    action = ACTIONS.get(request.POST.get("do", ""))
    sessions = _ticked(request)
    if not sessions:
        messages.error(request, _("Tick sessions first."))
    elif action is not None:
        answer = action(request, sessions)
        if answer is not None:
            return answer
    return redirect(_back(request))


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save what the list shows now under a name."""
    query = request.POST.get("query", "")[:4000]
    try:
        saved = save_view(user=request.user, name=request.POST.get("name", ""), query=query)
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
    except AppError as error:
        tell(request, error)
    return redirect(_back(request))


@login_required
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a saved view away."""
    view = SavedView.objects.for_user(request.user).filter(pk=pk).first()
    if view is not None:
        remove_view(view=view)
        messages.success(request, _("“%(name)s” is not saved any more. No session is concerned.") % {"name": view})
    return redirect(_back(request))


def _move(request: HttpRequest, sessions: list[Session]) -> None:
    key = request.POST.get("condition", "")
    conditions = {str(condition.pk): condition for condition in conditions_to_give(request.user)}
    if key not in conditions and key != NO_CONDITION:
        messages.error(request, _("Choose a condition."))
        return
    outcome = bulk.give_condition(sessions=sessions, user=request.user, condition=conditions.get(key))
    text = ngettext("%(n)d session has this condition now.", "%(n)d sessions have this condition now.", outcome.done)
    _report(request, outcome, text)


def _read_again(request: HttpRequest, sessions: list[Session]) -> None:
    number = request.POST.get("model", "")
    version = ModelVersion.objects.filter(pk=int(number) if number.isdecimal() and len(number) < 10 else None).first()
    if version is None:
        messages.error(request, _("Choose a model."))
        return
    outcome = bulk.read_again(sessions=sessions, user=request.user, version=version)
    _report(request, outcome, ngettext("%(n)d video is read again.", "%(n)d videos are read again.", outcome.done))


def _delete(request: HttpRequest, sessions: list[Session]) -> HttpResponse | None:
    if request.POST.get("is_sure") != "yes":
        rows = rows_of(request.user, sessions)
        context = {
            "rows": [row for row in rows if row.may_delete],
            "others": [row for row in rows if not row.may_delete],
            "is_undoable": any(row.may_delete and row.session.study.retention.bin_days for row in rows),
            "query": tidy_query(request.POST.get("query", "")[:4000]),
        }
        return render(request, "dashboard/delete_many.html", context)
    for_good = request.POST.get("for_good") == "yes"
    outcome = bulk.delete_all(sessions=sessions, user=request.user, for_good=for_good)
    n = outcome.done
    text = ngettext("%(n)d session is in the bin.", "%(n)d sessions are in the bin.", n)
    if for_good or not any(session.study.retention.bin_days for session in sessions):
        text = ngettext("%(n)d session is deleted for good.", "%(n)d sessions are deleted for good.", n)
    _report(request, outcome, text)
    return None


def _lay_over(request: HttpRequest, sessions: list[Session]) -> HttpResponse:
    """Two or more beside each other, on a page of their own."""
    return redirect(f"{reverse('results:overlay')}?{urlencode([('session', session.pk) for session in sessions])}")


def _export(request: HttpRequest, sessions: list[Session]) -> HttpResponse:
    selection = selection_by_ids(request.user, [session.pk for session in sessions], len(sessions))
    return choosing_page(request, selection, QueryDict())


ACTIONS = {"condition": _move, "read-again": _read_again, "overlay": _lay_over, "export": _export, "delete": _delete}


def _ticked(request: HttpRequest) -> list[Session]:
    numbers = []
    for text in request.POST.getlist("session")[:MOST]:
        try:
            numbers.append(UUID(text))
        except ValueError:
            continue
    return list(listed_sessions(request.user, Selection()).filter(pk__in=numbers))


def _report(request: HttpRequest, outcome: bulk.Outcome, text: str) -> None:
    if outcome.done:
        messages.success(request, text % {"n": outcome.done})
    for title, reason in outcome.refused[:10]:
        messages.error(request, f"{title}: {reason}")
    unlisted = len(outcome.refused) - 10
    if unlisted > 0:
        messages.error(
            request, ngettext("%(n)d more was refused.", "%(n)d more were refused.", unlisted) % {"n": unlisted}
        )


def _back(request: HttpRequest) -> str:
    query = tidy_query(request.POST.get("query", "")[:4000])
    return reverse("dashboard:home") + (f"?{query}" if query else "")
