"""Addresses for machines that ask how the platform is."""

from django.urls import path

from webplatform.operations import views

app_name = "operations"
urlpatterns = [
    path("livez", views.live, name="live"),
    path("healthz", views.health, name="health"),
]
