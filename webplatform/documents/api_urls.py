"""REST addresses of the documents app."""

from django.urls import path

from webplatform.documents import api

urlpatterns = [
    path("privacy/retention/", api.ScheduleApi.as_view(), name="api-retention-schedule"),
    path("privacy/record/", api.PlatformRecordApi.as_view(), name="api-platform-record"),
    path("studies/<uuid:study_id>/record/", api.RecordApi.as_view(), name="api-record"),
    path("studies/<uuid:study_id>/assessment/", api.AssessmentApi.as_view(), name="api-assessment"),
]
