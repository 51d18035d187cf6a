"""REST addresses of the results app."""

from django.urls import path

from webplatform.results import api

urlpatterns = [
    path("studies/<uuid:study_id>/results/", api.ResultsApi.as_view(), name="api-study-results"),
    path("studies/<uuid:study_id>/results/<slug:table>/", api.ResultsFileApi.as_view(), name="api-study-results-file"),
    path("overlay/", api.OverlayApi.as_view(), name="api-overlay"),
]
