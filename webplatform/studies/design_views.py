"""The page of a study's design: its conditions, and the variables of its participants."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from webplatform.common.errors import AppError, NotAllowed
from webplatform.common.http.pages import tell
from webplatform.studies import conditions, variables
from webplatform.studies.design_forms import ConditionForm, VariableForm
from webplatform.studies.models import Study
from webplatform.studies.permissions import may_in
from webplatform.studies.queries import conditions_with_sessions, variables_with_values
from webplatform.studies.roles import Act

STEPS = {"up": -1, "down": 1}


@login_required
@require_GET
def design(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the study compares, and what it notes of participants."""
    return _page(request, _study(request, pk))


@login_required
@require_POST
def add_condition(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a condition."""
    study, form = _study(request, pk), ConditionForm(request.POST)
    added = _tried(form, lambda: conditions.add_condition(study=study, user=request.user, **form.cleaned_data))
    if not added:
        return _page(request, study, condition_form=form, status=400)
    messages.success(request, _("The condition is added."))
    return redirect("studies:design", study.pk)


@login_required
@require_POST
def change_condition(request: HttpRequest, pk: UUID, condition_pk: int) -> HttpResponse:
    """Rename, move or remove a condition, as the button said."""
    study = _study(request, pk)
    condition = get_object_or_404(study.conditions.select_related("study"), pk=condition_pk)
    user, name = request.user, request.POST.get("name", "")
    actions = {
        "rename": lambda: conditions.rename_condition(condition=condition, user=user, name=name),
        "remove": lambda: conditions.remove_condition(condition=condition, user=user),
        **_moves(condition, request),
    }
    return _run_action(request, study, actions)


@login_required
@require_POST
def add_variable(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a variable."""
    study, form = _study(request, pk), VariableForm(request.POST)
    added = _tried(form, lambda: variables.add_variable(study=study, user=request.user, **form.stated()))
    if not added:
        return _page(request, study, variable_form=form, status=400)
    messages.success(request, _("The variable is added. Whoever has agreed already is asked again."))
    return redirect("studies:design", study.pk)


@login_required
@require_POST
def change_variable(request: HttpRequest, pk: UUID, variable_pk: int) -> HttpResponse:
    """Change, move or remove a variable, as the button said."""
    study = _study(request, pk)
    variable = get_object_or_404(study.variables.select_related("study"), pk=variable_pk)
    user, sent = request.user, request.POST
    choices = sent["choices"].splitlines() if "choices" in sent else None
    actions = {
        "rename": lambda: variables.change_variable(
            variable=variable, user=user, name=sent.get("name", ""), choices=choices
        ),
        "remove": lambda: variables.remove_variable(variable=variable, user=user),
        **_moves(variable, request),
    }
    return _run_action(request, study, actions)


def _moves(label: object, request: HttpRequest) -> dict[str, Callable[[], object]]:
    move = conditions.move_label
    return {name: lambda by=by: move(label=label, user=request.user, by=by) for name, by in STEPS.items()}


def _run_action(request: HttpRequest, study: Study, actions: dict[str, Callable[[], object]]) -> HttpResponse:
    action = request.POST.get("do", "")
    try:
        if action in actions:
            actions[action]()
            messages.success(request, _("Saved."))
    except AppError as error:
        tell(request, error)
    return redirect("studies:design", study.pk)


def _tried(form: forms.Form, service: Callable[[], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        service()
    except NotAllowed:
        raise
    except AppError as error:
        field = error.details.get("field")
        form.add_error(field if field in form.fields else None, error.message)
        return False
    return True


def _study(request: HttpRequest, pk: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=pk)


def _page(
    request: HttpRequest,
    study: Study,
    *,
    condition_form: ConditionForm | None = None,
    variable_form: VariableForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "study": study,
        "is_owner": may_in(study, request.user, Act.OWN),
        "conditions": conditions_with_sessions(study),
        "variables": variables_with_values(study),
        "condition_form": condition_form or ConditionForm(),
        "variable_form": variable_form or VariableForm(),
    }
    return render(request, "studies/design.html", context, status=status)
