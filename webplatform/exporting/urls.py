"""Addresses of the export pages."""

from django.urls import path

from webplatform.exporting import views

app_name = "exporting"
urlpatterns = [
    path("exports/", views.exports, name="list"),
    path("exports/new/", views.new, name="new"),
    path("exports/<uuid:pk>/file/", views.file, name="file"),
    path("exports/<uuid:pk>/delete/", views.delete, name="delete"),
]
