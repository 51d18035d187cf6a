"""Addresses of the dashboard pages."""

from django.urls import path

from webplatform.dashboard import session, views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("upload/", views.home, name="upload"),
    path("sessions/<uuid:pk>/", session.session, name="session"),
    path("sessions/<uuid:pk>/delete/", views.delete, name="delete"),
]
