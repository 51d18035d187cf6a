"""Addresses that report the platform's state to machines and admins."""

from django.urls import path

from webplatform.operations import demo_views, views

app_name = "operations"
urlpatterns = [
    path("livez", views.live, name="live"),
    path("demo/<str:key>/", demo_views.enter, name="demo"),
    path("readyz", views.ready, name="ready"),
    path("healthz", views.health, name="health"),
    path("metrics", views.metrics, name="metrics"),
    path("platform/", views.state, name="state"),
]
