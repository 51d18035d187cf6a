"""REST addresses of the exporting app."""

from django.urls import path

from webplatform.exporting import api

urlpatterns = [
    path("export-jobs/", api.ExportJobListApi.as_view(), name="api-export-jobs"),
    path("export-jobs/<uuid:job_id>/", api.ExportJobApi.as_view(), name="api-export-job"),
    path("export-jobs/<uuid:job_id>/file/", api.ExportJobFileApi.as_view(), name="api-export-job-file"),
]
