"""The page on which a study opens, its files, and sessions laid over each other."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from webplatform.history.downloads import attachment, download
from webplatform.history.watch import weeks_of
from webplatform.results import showing
from webplatform.results.choices import CHARTS, PICTURES, VARIABLE, Choice
from webplatform.results.figure_requests import asked_choice, drawing_files, table_file
from webplatform.results.gathering import marker_labels
from webplatform.results.models import StudyFigures
from webplatform.results.overlaying import clocks_of, overlay_of, overlay_sessions
from webplatform.results.queries import lines_of, overlay_choices, withdrawn_people
from webplatform.results.services import request_figures
from webplatform.results.tables import NAMES
from webplatform.results.words import MEASURE_NAMES, WHY_TEXTS, emotions
from webplatform.studies.models import Study
from webplatform.studies.permissions import may_in, reached_study
from webplatform.studies.roles import Act

ROWS = 30


@login_required
@never_cache
@require_GET
def study(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A study's results: sessions, curves, tables, comparison, and what was left out."""
    study = reached_study(request.user, pk)
    choice = asked_choice(study, request.GET)
    figures = request_figures(study=study, choice=choice)
    result = figures.result
    lines = lines_of(study, result)
    context = {
        "study": study,
        "is_recorder": may_in(study, request.user, Act.RECORD),
        "figures": figures,
        "result": result,
        "lines": lines,
        "has_participants": study.participants.exists(),
        "is_drifting": any(week.notices for week in weeks_of(study)[:1]),
        "models": sorted({v for line in lines if line.counts and (v := line.session.model_version)}, key=str),
        "excluded_ms": sum(line.excluded_ms for line in lines if line.counts),
        "withdrawn": withdrawn_people(study),
        **_form(study, choice),
        **_tables(result),
        "data": {"study": str(study.pk), "query": _query(choice), "emotions": emotions(), **_state(figures, choice)},
    }
    return render(request, "results/study.html", context)


@login_required
@never_cache
@require_GET
def table(request: HttpRequest, pk: UUID, table: str) -> HttpResponse:
    """One table of the results as a CSV file."""
    study = reached_study(request.user, pk)
    if table not in NAMES:
        raise Http404
    pieces, name = table_file(study, request.GET, table, request.user)
    return download(request, pieces, "text/csv; charset=utf-8", name)


@login_required
@never_cache
@require_GET
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The results as a PDF report."""
    content, name = drawing_files().report_file(reached_study(request.user, pk), request.GET, request.user)
    return attachment(content, "application/pdf", name)


@login_required
@never_cache
@require_GET
def chart(request: HttpRequest, pk: UUID, chart: str, kind: str) -> HttpResponse:
    """One chart of the results as a picture."""
    study = reached_study(request.user, pk)
    if chart not in CHARTS or kind not in PICTURES:
        raise Http404
    content, name = drawing_files().chart_file(study, request.GET, f"{chart}.{kind}", request.user)
    return attachment(content, PICTURES[kind], name)


@login_required
@never_cache
@require_GET
def overlay_chart(request: HttpRequest, kind: str) -> HttpResponse:
    """Sessions laid over each other as a picture."""
    chosen = overlay_sessions(request.user, [key for key in map(_uuid, request.GET.getlist("session")) if key])
    if kind not in PICTURES or not chosen:
        raise Http404
    content, name = drawing_files().overlay_file(chosen, request.GET, kind, request.user)
    return attachment(content, PICTURES[kind], name)


@login_required
@never_cache
@require_GET
def overlay(request: HttpRequest) -> HttpResponse:
    """Two or more sessions laid over each other, and the list to choose them from."""
    ids = [key for key in map(_uuid, request.GET.getlist("session")) if key]
    chosen = overlay_sessions(request.user, ids)
    clocks = clocks_of(chosen)
    clock = request.GET.get("clock", "")
    clock = clock if clock in clocks else ""
    overlaid = overlay_of(chosen, clock=clock) if len(chosen) > 1 else {"is_waiting": False, "sessions": []}
    page = Paginator(overlay_choices(request.user), ROWS).get_page(request.GET.get("page"))
    address = urlencode([*(("session", one.pk) for one in chosen), *([("clock", clock)] if clock else [])])
    context = {
        "chosen": chosen,
        "chosen_ids": {one.pk for one in chosen},
        "laid": [{**one, "why": WHY_TEXTS.get(one["why"], "")} for one in overlaid["sessions"]],
        "is_waiting": overlaid["is_waiting"],
        "clocks": clocks,
        "clock": clock,
        "page": page,
        "data": {"overlay": address, "emotions": emotions(), "isWaiting": overlaid["is_waiting"]},
    }
    return render(request, "results/overlay.html", context)


def _form(study: Study, choice: Choice) -> dict[str, Any]:
    variables = [(f"{VARIABLE}{key}", name) for key, name in study.variables.values_list("pk", "name")]
    return {
        "choice": choice,
        "variables": variables,
        "markers": marker_labels(study),
        "measures": [(key, name) for key, name in MEASURE_NAMES.items() if key != "change" or choice.baseline],
        "query": _query(choice),
        "tables": NAMES,
    }


def _query(choice: Choice) -> str:
    """The choice as an address says it; the grouping is always named, because the plain one depends on the study."""
    return urlencode({**choice.query, "by": choice.by})


def _tables(result: dict[str, Any]) -> dict[str, Any]:
    if not result:
        return {}
    return {
        "emotions": emotions(),
        "measured": showing.measures_shown(result),
        "comparison": showing.comparison_shown(result),
        "left_out": showing.left_out_shown(result),
        "smallest": showing.smallest_group(result),
        "small_n": showing.SMALL_N,
    }


def _state(figures: StudyFigures, choice: Choice) -> dict[str, Any]:
    is_by_person = choice.by == "participant"
    return {"isActive": figures.is_active, "hasResults": bool(figures.result), "isByPerson": is_by_person}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
