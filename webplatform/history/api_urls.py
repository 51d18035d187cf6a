"""REST addresses of the history app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
