"""REST addresses of the learning app."""

from django.urls import path

from webplatform.learning import api, dataset_api
from webplatform.learning.review_api import ReviewApi

urlpatterns = [
    path("review/", ReviewApi.as_view(), name="api-review"),
    path("datasets/", dataset_api.DatasetListApi.as_view(), name="api-datasets"),
    path("datasets/from-corrections/", dataset_api.CorrectionsApi.as_view(), name="api-corrections-dataset"),
    path("datasets/<uuid:dataset_id>/", dataset_api.DatasetApi.as_view(), name="api-dataset"),
    path("datasets/<uuid:dataset_id>/make/", dataset_api.DatasetMakeApi.as_view(), name="api-make-dataset"),
    path("training-runs/", api.RunListApi.as_view(), name="api-runs"),
    path("training-runs/<uuid:run_id>/", api.RunApi.as_view(), name="api-run"),
    path("models/", api.ModelListApi.as_view(), name="api-models"),
    path("models/<int:version_id>/promote/", api.PromotionApi.as_view(), name="api-promote"),
    path("models/<int:version_id>/decision/", api.DecisionApi.as_view(), name="api-decision"),
]
