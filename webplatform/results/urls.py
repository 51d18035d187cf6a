"""Addresses of the results pages."""

from django.urls import path

from webplatform.results import views

app_name = "results"
urlpatterns = [
    path("studies/<uuid:pk>/", views.study, name="study"),
    path("studies/<uuid:pk>/results/<slug:table>.csv", views.table, name="table"),
    path("overlay/", views.overlay, name="overlay"),
]
