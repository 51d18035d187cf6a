"""Addresses of the documents that the platform writes about itself."""

from django.urls import path

from webplatform.documents import views

app_name = "documents"
urlpatterns = [
    path("privacy/retention/", views.retention, name="retention"),
    path("privacy/record/", views.platform_record, name="platform-record"),
    path("studies/<uuid:pk>/record/", views.record, name="record"),
    path("studies/<uuid:pk>/assessment/", views.assessment, name="assessment"),
]
