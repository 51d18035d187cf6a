"""REST addresses of the analysis app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
