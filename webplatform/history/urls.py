"""Addresses of the history pages."""

from django.urls import URLPattern

app_name = "history"
urlpatterns: list[URLPattern] = []
