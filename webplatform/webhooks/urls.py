"""Addresses of the webhooks' pages."""

from django.urls import path

from webplatform.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("webhooks/", views.own, name="own"),
    path("studies/<uuid:pk>/webhooks/", views.of_study, name="of-study"),
    path("webhooks/<uuid:pk>/", views.webhook, name="webhook"),
    path("webhooks/<uuid:pk>/turn/", views.turn, name="turn"),
    path("webhooks/<uuid:pk>/secret/", views.rotate, name="rotate"),
    path("webhooks/<uuid:pk>/test/", views.test, name="test"),
    path("webhooks/<uuid:pk>/delete/", views.delete, name="delete"),
    path("webhooks/<uuid:pk>/deliveries/<uuid:delivery_pk>/replay/", views.replay, name="replay"),
]
