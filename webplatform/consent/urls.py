"""Addresses of the consent pages."""

from django.urls import URLPattern

app_name = "consent"
urlpatterns: list[URLPattern] = []
