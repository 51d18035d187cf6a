"""Addresses of the retention pages."""

from django.urls import path

from webplatform.retention import hold_views, study_views, views

app_name = "retention"
urlpatterns = [
    path("account/data/", views.data, name="data"),
    path("account/data/copy/", views.request_export, name="ask"),
    path("account/data/copies/<uuid:pk>/", views.download, name="download"),
    path("account/erase/", views.erase, name="erase"),
    path("account/<int:pk>/erase/", views.erase_other, name="erase-other"),
    path("retention/hold/", hold_views.hold, name="hold"),
    path("receipts/<uuid:pk>/", views.receipt, name="receipt"),
    path("studies/<uuid:pk>/retention/", study_views.policy, name="policy"),
    path(
        "studies/<uuid:pk>/participants/<uuid:participant_pk>/erase/",
        study_views.erase_participant,
        name="erase-participant",
    ),
]
