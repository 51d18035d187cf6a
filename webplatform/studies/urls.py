"""Addresses of the study pages."""

from django.urls import path

from webplatform.studies import views

app_name = "studies"
urlpatterns = [
    path("", views.studies, name="list"),
    path("new/", views.create, name="create"),
    path("approvals/", views.approvals, name="approvals"),
    path("approvals/<int:pk>/decide/", views.decide, name="decide"),
    path("<uuid:pk>/change/", views.change, name="change"),
    path("<uuid:pk>/closing/", views.close_or_reopen, name="closing"),
]
