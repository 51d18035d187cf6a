"""REST addresses of the studies app."""

from django.urls import path

from webplatform.studies import api

urlpatterns = [
    path("studies/", api.StudyListApi.as_view(), name="api-studies"),
    path("studies/<uuid:study_id>/", api.StudyApi.as_view(), name="api-study"),
    path("studies/<uuid:study_id>/close/", api.StudyClosingApi.as_view(), name="api-study-close"),
    path("studies/<uuid:study_id>/reopen/", api.StudyReopeningApi.as_view(), name="api-study-reopen"),
    path("approvals/", api.ApprovalListApi.as_view(), name="api-approvals"),
    path("approvals/<int:approval_id>/decision/", api.DecisionApi.as_view(), name="api-approval-decision"),
]
