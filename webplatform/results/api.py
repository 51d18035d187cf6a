"""The REST endpoints of a study's results."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.history.downloads import attachment, download
from webplatform.results.choices import CHARTS, COMPARED, PAIRINGS, PICTURES
from webplatform.results.figure_requests import drawing_files, figures_for, table_file
from webplatform.results.models import StudyFigures
from webplatform.results.overlaying import MOST_LAID_OVER, overlay_of, overlay_sessions
from webplatform.results.tables import NAMES
from webplatform.studies.permissions import reached_study


class ResultsIn(serializers.Serializer):
    """Which results are asked for."""

    by = serializers.RegexField(
        r"^(condition|participant|all|variable-[0-9]{1,11})$",
        required=False,
        help_text='"condition", "participant", "all" or "variable-" and its id.',
    )
    clock = serializers.CharField(
        required=False, allow_blank=True, help_text="Label of the marker at which the clock is zero."
    )
    until = serializers.CharField(
        required=False, allow_blank=True, help_text="Label of the marker that ends the stretch."
    )
    baseline = serializers.BooleanField(required=False, help_text="Whether the neutral stretch is subtracted, too.")
    threshold = serializers.IntegerField(
        required=False, min_value=1, max_value=99, help_text="Percent; 50 if it is left out."
    )
    seen = serializers.IntegerField(
        required=False, min_value=0, max_value=100, help_text="Percent of the time; 50 if it is left out."
    )
    sure = serializers.BooleanField(required=False, help_text="Whether readings without a verdict stay out.")
    measure = serializers.ChoiceField(COMPARED, required=False, help_text="What the comparison compares.")
    pairing = serializers.ChoiceField(PAIRINGS, required=False)
    first = serializers.CharField(
        required=False, allow_blank=True, help_text="Key of the first group that is compared."
    )
    second = serializers.CharField(required=False, allow_blank=True, help_text="Key of the second one.")


class ShownIn(serializers.Serializer):
    """Which expressions are drawn."""

    show = serializers.CharField(required=False, help_text="Names of expressions with commas between them; none: all.")


class ResultsOut(serializers.Serializer):
    """A study's results, as far as they are made."""

    state = serializers.ChoiceField(StudyFigures.State.choices)
    is_current = serializers.BooleanField(help_text="Whether `results` are of what the study holds now.")
    made_at = serializers.DateTimeField(allow_null=True)
    results = serializers.SerializerMethodField(help_text="As docs/api.md describes them; null: not made yet.")

    def get_results(self, figures: StudyFigures) -> dict[str, Any] | None:
        return figures.result or None


class OverlayIn(serializers.Serializer):
    """Which sessions are laid over each other."""

    session = serializers.ListField(child=serializers.UUIDField(), max_length=MOST_LAID_OVER)
    clock = serializers.CharField(required=False, help_text="Label of the marker at which the clock is zero.")


class OverlaidOut(serializers.Serializer):
    """One session's own person, second by second."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    participant = serializers.CharField(allow_blank=True)
    condition = serializers.CharField(allow_blank=True)
    person = serializers.CharField(help_text="How the person was found: assigned, only, longest or none.")
    why = serializers.CharField(allow_blank=True, help_text="Why it has no curve; empty: it has one.")
    mean = serializers.DictField(child=serializers.ListField(child=serializers.FloatField(allow_null=True)))


class OverlayOut(serializers.Serializer):
    """Sessions on one clock."""

    is_waiting = serializers.BooleanField(help_text="Whether some are being added up: ask again in a moment.")
    sessions = OverlaidOut(many=True)


@extend_schema(tags=["studies"])
class ResultsApi(APIView):
    """A study's results: curves, measures, comparison, and what was left out. A worker makes what is not kept yet."""

    @extend_schema(operation_id="studies_results", parameters=[ResultsIn], responses=ResultsOut)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = reached_study(request.user, study_id)
        return Response(ResultsOut(figures_for(study, _valid_query(request))).data)


@extend_schema(tags=["studies"])
class ResultsFileApi(APIView):
    """One table of a study's results as a CSV file: curves, measures, comparison or sessions."""

    @extend_schema(
        operation_id="studies_results_file", parameters=[ResultsIn], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, study_id: UUID, table: str) -> StreamingHttpResponse:
        study = reached_study(request.user, study_id)
        if table not in NAMES:
            raise NotFound
        pieces, name = table_file(study, _valid_query(request), table, request.user)
        return download(request._request, pieces, "text/csv; charset=utf-8", name)


@extend_schema(tags=["studies"])
class ChartApi(APIView):
    """One chart of a study's results: `curves`, `comparison` or the name of an expression, as `png` or `svg`."""

    @extend_schema(
        operation_id="studies_results_chart",
        parameters=[ResultsIn, ShownIn],
        responses={(200, media): OpenApiTypes.BINARY for media in PICTURES.values()},
    )
    def get(self, request: Request, study_id: UUID, chart: str, kind: str) -> HttpResponse:
        study = reached_study(request.user, study_id)
        if chart not in CHARTS or kind not in PICTURES:
            raise NotFound
        query = _valid_query(request)
        content, name = drawing_files().chart_file(study, query, f"{chart}.{kind}", request.user)
        return attachment(content, PICTURES[kind], name)


@extend_schema(tags=["studies"])
class ReportApi(APIView):
    """A study's results as a PDF report: curves, tables, comparison, what was left out, the models' cards."""

    @extend_schema(
        operation_id="studies_results_report",
        parameters=[ResultsIn],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, study_id: UUID) -> HttpResponse:
        study = reached_study(request.user, study_id)
        content, name = drawing_files().report_file(study, _valid_query(request), request.user)
        return attachment(content, "application/pdf", name)


@extend_schema(tags=["sessions"])
class OverlayApi(APIView):
    """Two or more sessions, also of different videos, laid over each other."""

    @extend_schema(operation_id="sessions_overlay", parameters=[OverlayIn], responses=OverlayOut)
    def get(self, request: Request) -> Response:
        query = OverlayIn(data={"session": request.query_params.getlist("session"), **_clock(request)})
        query.is_valid(raise_exception=True)
        sessions = overlay_sessions(request.user, query.validated_data["session"])
        return Response(OverlayOut(overlay_of(sessions, clock=query.validated_data.get("clock", ""))).data)


@extend_schema(tags=["sessions"])
class OverlayChartApi(APIView):
    """Sessions laid over each other as a picture, `png` or `svg`."""

    @extend_schema(
        operation_id="sessions_overlay_chart",
        parameters=[OverlayIn, ShownIn],
        responses={(200, media): OpenApiTypes.BINARY for media in PICTURES.values()},
    )
    def get(self, request: Request, kind: str) -> HttpResponse:
        query = OverlayIn(data={"session": request.query_params.getlist("session"), **_clock(request)})
        query.is_valid(raise_exception=True)
        sessions = overlay_sessions(request.user, query.validated_data["session"])
        if kind not in PICTURES or not sessions:
            raise NotFound
        content, name = drawing_files().overlay_file(sessions, request.query_params, kind, request.user)
        return attachment(content, PICTURES[kind], name)


def _clock(request: Request) -> dict[str, str]:
    clock = request.query_params.get("clock")
    return {"clock": clock} if clock else {}


def _valid_query(request: Request) -> QueryDict:
    """What the address asks for, where it is valid; pages read the same more leniently."""
    ResultsIn(data=request.query_params).is_valid(raise_exception=True)
    return request.query_params
