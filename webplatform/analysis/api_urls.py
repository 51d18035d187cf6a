"""REST addresses of the analysis app."""

from django.urls import path

from webplatform.analysis import api, upload_api
from webplatform.analysis.media_api import SessionMediaApi
from webplatform.analysis.repetition_api import RepetitionListApi

urlpatterns = [
    path("analyses/", api.AnalysisListApi.as_view(), name="api-analyses"),
    path("analyses/<uuid:job_id>/", api.AnalysisApi.as_view(), name="api-analysis"),
    path("analyses/<uuid:job_id>/cancel/", api.CancelApi.as_view(), name="api-analysis-cancel"),
    path("analyses/<uuid:job_id>/retry/", api.RetryApi.as_view(), name="api-analysis-retry"),
    path("uploads/", upload_api.UploadListApi.as_view(), name="api-uploads"),
    path("uploads/<uuid:upload_id>/", upload_api.UploadApi.as_view(), name="api-upload"),
    path("jobs/<uuid:job_id>/events/", api.JobEventsApi.as_view(), name="api-job-events"),
    path("sessions/<uuid:session_id>/media/", SessionMediaApi.as_view(), name="api-session-media"),
    path("sessions/<uuid:session_id>/repetitions/", RepetitionListApi.as_view(), name="api-repetitions"),
]
