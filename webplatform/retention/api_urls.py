"""REST addresses of the retention app."""

from django.urls import path

from webplatform.retention import api

urlpatterns = [
    path("studies/<uuid:study_id>/retention/", api.PolicyApi.as_view(), name="api-retention"),
    path("studies/<uuid:study_id>/receipts/", api.ReceiptListApi.as_view(), name="api-receipts"),
    path("receipts/<uuid:receipt_id>/", api.ReceiptApi.as_view(), name="api-receipt"),
    path(
        "participants/<uuid:participant_id>/erasure/",
        api.ParticipantErasureApi.as_view(),
        name="api-participant-erasure",
    ),
    path("exports/", api.ExportListApi.as_view(), name="api-exports"),
    path("exports/<uuid:export_id>/", api.ExportApi.as_view(), name="api-export"),
    path("exports/<uuid:export_id>/file/", api.ExportFileApi.as_view(), name="api-export-file"),
    path("account/erasure/", api.OwnErasureApi.as_view(), name="api-own-erasure"),
    path("accounts/<int:user_id>/erasure/", api.AccountErasureApi.as_view(), name="api-account-erasure"),
]
