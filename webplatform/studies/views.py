"""The pages of studies: list, state a purpose, change it, and the second admin's decisions."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webplatform.accounts.staff import staff_only
from webplatform.common.errors import AppError
from webplatform.common.http.pages import tell
from webplatform.studies import services
from webplatform.studies.approvals import decide_approval, open_question, valid_approval
from webplatform.studies.forms import StudyForm, form_of
from webplatform.studies.models import Study, StudyApproval
from webplatform.studies.permissions import owned_study
from webplatform.studies.queries import decided_questions, studies_of, waiting_questions


@login_required
@require_GET
def studies(request: HttpRequest) -> HttpResponse:
    """The user's studies, with what waits in each."""
    context = {"studies": studies_of(request.user), "waiting": len(waiting_questions(request.user))}
    return render(request, "studies/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """State a new study's purpose."""
    form = StudyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        study = _tried(form, lambda: services.create_study(user=request.user, statement=form.statement()))
        if study is not None:
            messages.success(request, _("The study is created."))
            return redirect("results:study", study.pk)
    return render(request, "studies/form.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what a study states."""
    study = owned_study(request.user, pk)
    form = form_of(study, request.POST or None)
    if request.method == "POST" and form.is_valid():
        changed = _tried(
            form, lambda: services.change_study(study=study, user=request.user, statement=form.statement())
        )
        if changed is not None:
            messages.success(request, _("The study is changed. Participants whose notice changed are asked again."))
            return redirect("studies:change", study.pk)
    context = {"form": form, "study": study, "approval": valid_approval(study), "question": open_question(study)}
    return render(request, "studies/form.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def close_or_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the study, or open it again, as the button said."""
    study = get_object_or_404(Study.objects.for_user(request.user), pk=pk)
    try:
        if request.POST.get("decision") == "close":
            services.close_study(study=study, user=request.user)
            messages.success(request, _("The study is closed. It records nothing more; what it holds stays."))
        else:
            services.reopen_study(study=study, user=request.user)
            messages.success(request, _("The study is open again."))
    except AppError as error:
        tell(request, error)
    return redirect("studies:change", study.pk)


@login_required
@staff_only
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """What admins are asked to decide, and what was decided."""
    context = {"waiting": waiting_questions(request.user), "decided": decided_questions()}
    return render(request, "studies/approvals.html", context)


@login_required
@staff_only
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse a study in a restricted setting."""
    approval = get_object_or_404(StudyApproval.objects.select_related("study"), pk=pk)
    is_approved = request.POST.get("decision") == "approve"
    try:
        decide_approval(
            approval=approval, user=request.user, is_approved=is_approved, note=request.POST.get("note", "")
        )
        messages.success(request, _("The study is approved.") if is_approved else _("The study is refused."))
    except AppError as error:
        tell(request, error)
    return redirect("studies:approvals")


def _tried(form: StudyForm, service: Callable[[], Study]) -> Study | None:
    try:
        return service()
    except AppError as error:
        field = error.details.get("field")
        form.add_error(field if field in form.fields else None, error.message)
        return None
