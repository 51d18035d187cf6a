"""Addresses of the results pages."""

from django.urls import path

from webplatform.results import views

app_name = "results"
urlpatterns = [
    path("studies/<uuid:pk>/", views.study, name="study"),
    path("studies/<uuid:pk>/results/<slug:table>.csv", views.table, name="table"),
    path("studies/<uuid:pk>/results/report.pdf", views.report, name="report"),
    path("studies/<uuid:pk>/results/<slug:chart>.<slug:kind>", views.chart, name="chart"),
    path("overlay/", views.overlay, name="overlay"),
    path("overlay/chart.<slug:kind>", views.overlay_chart, name="overlay-chart"),
]
