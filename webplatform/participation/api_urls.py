"""REST addresses of the participation app."""

from django.urls import path

from webplatform.participation import api, own_api, stimulus_api

urlpatterns = [
    path("studies/<uuid:study_id>/participants/", api.ParticipantListApi.as_view(), name="api-participants"),
    path("studies/<uuid:study_id>/participants/many/", api.ManyParticipantsApi.as_view(), name="api-add-many"),
    path("studies/<uuid:study_id>/stimuli/", stimulus_api.StimulusListApi.as_view(), name="api-stimuli"),
    path("studies/<uuid:study_id>/showing/", stimulus_api.ShowingApi.as_view(), name="api-showing"),
    path("stimuli/<uuid:stimulus_id>/", stimulus_api.StimulusApi.as_view(), name="api-stimulus"),
    path("participants/<uuid:participant_id>/", api.ParticipantApi.as_view(), name="api-participant"),
    path("participants/<uuid:participant_id>/links/", api.LinkListApi.as_view(), name="api-links"),
    path("links/<int:link_id>/", api.LinkApi.as_view(), name="api-link"),
    path("requests/", api.RequestListApi.as_view(), name="api-requests"),
    path("requests/<int:request_id>/answer/", api.AnswerApi.as_view(), name="api-request-answer"),
    path("own/", own_api.OwnPageApi.as_view(), name="api-own"),
    path("own/consent/", own_api.OwnConsentApi.as_view(), name="api-own-consent"),
    path("own/withdrawal/", own_api.OwnWithdrawalApi.as_view(), name="api-own-withdrawal"),
    path("own/requests/", own_api.OwnRequestApi.as_view(), name="api-own-requests"),
    path("own/exports/", own_api.OwnExportListApi.as_view(), name="api-own-exports"),
    path("own/exports/<uuid:export_id>/file/", own_api.OwnExportFileApi.as_view(), name="api-own-export-file"),
]
