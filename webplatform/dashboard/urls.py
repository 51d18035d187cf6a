"""Addresses of the dashboard pages."""

from django.urls import path

from webplatform.dashboard import (
    bin_views,
    bulk_views,
    session_views,
    views,
)

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("bin/", bin_views.bin_page, name="bin"),
    path("bin/empty/", bin_views.empty, name="bin-empty"),
    path("bin/<uuid:pk>/restore/", bin_views.restore, name="restore"),
    path("bin/<uuid:pk>/end/", bin_views.end, name="bin-end"),
    path("sessions/bulk/", bulk_views.bulk_action, name="bulk"),
    path("views/", bulk_views.save, name="save-view"),
    path("views/<int:pk>/forget/", bulk_views.forget, name="forget-view"),
    path("sessions/<uuid:pk>/", session_views.session, name="session"),
    path("sessions/<uuid:pk>/assign/", session_views.assign, name="assign"),
    path("sessions/<uuid:pk>/delete/", views.delete, name="delete"),
]
