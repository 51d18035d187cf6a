"""The pages of a study about how long things stay, and the end of a participant's data."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webplatform.common.errors import AppError, Conflict
from webplatform.retention import services
from webplatform.retention.forms import PolicyForm
from webplatform.retention.models import Receipt
from webplatform.retention.queries import TOLD_BEFORE, due_of, held_of
from webplatform.retention.words import counted, receipt_lines
from webplatform.studies.models import Participant, Study
from webplatform.studies.permissions import may_in, require_owner
from webplatform.studies.roles import Act

RECEIPTS = 20


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How long the study keeps what, what goes soon, and what went; its owner changes the days."""
    study = get_object_or_404(Study.objects.for_user(request.user), pk=pk)
    losses: dict[str, int] = {}
    form = PolicyForm(study, request.POST or None)
    if request.method == "POST":
        require_owner(study, request.user)
        if form.is_valid():
            try:
                return _change(request, study, form)
            except Conflict as error:
                losses = error.details
            except AppError as error:
                field = error.details.get("field")
                form.add_error(field if field in form.fields else None, error.message)
    return _page(request, study, form, losses)


def _change(request: HttpRequest, study: Study, form: PolicyForm) -> HttpResponse:
    services.change_policy(
        study=study,
        user=request.user,
        policy=form.policy(),
        is_confirmed=form.cleaned_data.get("is_confirmed", False),
    )
    messages.success(request, _("The days are changed. Participants, whose notice names them, are asked again."))
    return redirect("retention:policy", study.pk)


def _page(request: HttpRequest, study: Study, form: PolicyForm, losses: dict[str, int]) -> HttpResponse:
    form.ask_to_confirm(bool(losses))
    due_soon = due_of(study, study.retention, timezone.now() + TOLD_BEFORE).shown_counts()
    receipts = Receipt.objects.filter(study_id=study.pk)[:RECEIPTS]
    context = {
        "study": study,
        "form": form,
        "is_owner": may_in(study, request.user, Act.OWN),
        "keeps_media": bool(study.retention.media_days),
        "losses": counted(losses),
        "going": counted(due_soon if study.retention.media_days else due_soon | {"videos": 0}),
        "receipts": [{"receipt": receipt, "lines": receipt_lines(receipt)} for receipt in receipts],
        "most": settings.RAUT_RETENTION_MAX_DAYS,
    }
    status = 409 if losses else 400 if form.errors else 200
    return render(request, "retention/policy.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def erase_participant(request: HttpRequest, pk: UUID, participant_pk: UUID) -> HttpResponse:
    """Ask before a participant is erased; then erase them."""
    participants = Participant.objects.for_user(request.user).select_related("study")
    participant = get_object_or_404(participants, study=pk, pk=participant_pk)
    require_owner(participant.study, request.user)
    if request.method == "POST":
        receipt = services.erase_participant(participant=participant, by=request.user)
        messages.success(request, _("The participant is erased. Their link shows the receipt."))
        return redirect("retention:receipt", receipt.pk)
    context = {"participant": participant, "study": participant.study, "held": held_of(participant)}
    return render(request, "retention/erase_participant.html", context)
