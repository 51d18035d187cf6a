"""REST addresses of the results app."""

from django.urls import path

from webplatform.results import api

urlpatterns = [
    path("studies/<uuid:study_id>/results/", api.ResultsApi.as_view(), name="api-study-results"),
    path("studies/<uuid:study_id>/results/report/", api.ReportApi.as_view(), name="api-study-results-report"),
    path(
        "studies/<uuid:study_id>/results/charts/<slug:chart>/<slug:kind>/",
        api.ChartApi.as_view(),
        name="api-study-results-chart",
    ),
    path("studies/<uuid:study_id>/results/<slug:table>/", api.ResultsFileApi.as_view(), name="api-study-results-file"),
    path("overlay/", api.OverlayApi.as_view(), name="api-overlay"),
    path("overlay/<slug:kind>/", api.OverlayChartApi.as_view(), name="api-overlay-chart"),
]
