"""REST addresses of the learning app."""

from django.urls import path

from webplatform.learning import api
from webplatform.learning.review_api import ReviewApi

urlpatterns = [
    path("review/", ReviewApi.as_view(), name="api-review"),
    path("datasets/", api.DatasetListApi.as_view(), name="api-datasets"),
    path("training-runs/", api.RunListApi.as_view(), name="api-runs"),
    path("training-runs/<uuid:run_id>/", api.RunApi.as_view(), name="api-run"),
    path("models/", api.ModelListApi.as_view(), name="api-models"),
    path("models/<int:version_id>/promote/", api.PromotionApi.as_view(), name="api-promote"),
    path("models/<int:version_id>/decision/", api.DecisionApi.as_view(), name="api-decision"),
]
