"""Addresses of the history pages."""

from django.urls import path

from webplatform.history import views

app_name = "history"
urlpatterns = [
    path("sessions/<uuid:session_id>/observations.csv", views.download_csv, name="csv"),
    path("sessions/<uuid:session_id>/session.json", views.download_json, name="json"),
    path("studies/<uuid:study_id>/shared.csv", views.download_shared, name="shared"),
]
