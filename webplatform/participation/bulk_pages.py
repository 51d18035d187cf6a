"""Many participants at once, and links for several of them: as a table, a printable sheet and a file."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from webplatform.common.errors import AppError, Invalid, NotAllowed
from webplatform.common.http.pages import tell
from webplatform.participation.bulk_participants import MOST_CHARACTERS, add_participants, read_lines
from webplatform.participation.link_sheets import MOST, create_links, links_csv
from webplatform.studies.models import Participant, Study
from webplatform.studies.participants import LINK_DAYS, MAX_LINK_DAYS
from webplatform.studies.permissions import require_recorder


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def add_many(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add participants from a list, a range or a table; all of them, or nobody."""
    study = get_object_or_404(Study.objects.for_user(request.user), pk=pk)
    require_recorder(study, request.user)
    if request.method == "GET":
        return _form(request, study)
    text = request.POST.get("text", "")
    try:
        file = request.FILES.get("file")
        text = _text_of(file) if file else text
        days = _days(request)
        added = add_participants(study=study, user=request.user, lines=read_lines(text))
    except NotAllowed:
        raise
    except AppError as error:
        return _form(request, study, text=text, error=error)
    message = ngettext("%(n)d participant is added.", "%(n)d participants are added.", len(added)) % {"n": len(added)}
    if request.POST.get("with_links") != "yes":
        messages.success(request, message)
        return redirect("participation:study", study.pk)
    return _sheet(request, study, added, days=days, message=message)


@login_required
@never_cache
@require_POST
def links(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make links for the ticked participants; their addresses are in the answer to this and never shown again."""
    study = get_object_or_404(Study.objects.for_user(request.user), pk=pk)
    ticked = set(request.POST.getlist("participant"))
    chosen = [one for one in study.participants.all() if str(one.pk) in ticked]
    try:
        return _sheet(request, study, chosen)
    except AppError as error:
        tell(request, error)
    return redirect("participation:study", study.pk)


def _sheet(
    request: HttpRequest, study: Study, participants: Sequence[Participant], *, days: int = LINK_DAYS, message: str = ""
) -> HttpResponse:
    chosen = participants[:MOST] if message else participants  # all of them are added; the others are told of
    links = create_links(study=study, user=request.user, participants=chosen, days=days)
    table = "data:text/csv;charset=utf-8," + quote(links_csv(links))
    context = {"study": study, "links": links, "told": message, "table": table, "left": len(participants) - len(links)}
    return render(request, "participation/links.html", context)


def _days(request: HttpRequest) -> int:
    text = request.POST.get("days", "") or str(LINK_DAYS)
    days = int(text) if text.isdecimal() and len(text) < 5 else 0
    if not 1 <= days <= MAX_LINK_DAYS:
        raise Invalid(_("A link lasts from 1 to %(most)d days.") % {"most": MAX_LINK_DAYS}, field="days")
    return days


def _text_of(file: UploadedFile) -> str:
    if (file.size or 0) > 4 * MOST_CHARACTERS:
        raise Invalid(_("This text is too long."), field="file")
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("This file is no text in UTF-8. Save the table as “CSV UTF-8”."), field="file") from error


def _form(request: HttpRequest, study: Study, *, text: str = "", error: AppError | None = None) -> HttpResponse:
    context = {
        "study": study,
        "text": text,
        "error": error,
        "problems": error.details.get("problems", [])[:50] if error else [],
        "example": _example(study),
        "days": LINK_DAYS,
        "most_days": MAX_LINK_DAYS,
    }
    return render(request, "participation/add_many.html", context, status=error.status if error else 200)


def _example(study: Study) -> str:
    """A table as this study would have it."""
    conditions, variables = list(study.conditions.all()), list(study.variables.all())
    head = ["pseudonym", *(["condition"] if conditions else []), *(variable.name for variable in variables)]
    values = [variable.choices[0] if variable.choices else "1" for variable in variables]
    row = ["P01", *(condition.name for condition in conditions[:1]), *values]
    return "\n".join(";".join(cells) for cells in (head, row))
