"""Addresses of the participant's own pages and of the study's page about its participants."""

from django.urls import path

from webplatform.participation import (
    bulk_pages,
    camera_pages,
    participant_pages,
    person_pages,
    stimulus_pages,
    study_pages,
)
from webplatform.participation.consumers import ParticipantConsumer

app_name = "participation"
urlpatterns = [
    path("p/", participant_pages.home, name="home"),
    path("p/consent/", participant_pages.agree, name="agree"),
    path("p/withdraw/", participant_pages.withdraw, name="withdraw"),
    path("p/requests/", participant_pages.submit_request, name="ask"),
    path("p/copy/", participant_pages.copy, name="copy"),
    path("p/copies/<uuid:pk>/", participant_pages.download, name="download"),
    path("p/proofs/<int:pk>/", participant_pages.proof, name="proof"),
    path("p/live/", camera_pages.live, name="live"),
    path("p/live/check/", camera_pages.check, name="check"),
    path("p/thanks/", camera_pages.thanks, name="thanks"),
    path("p/films/<uuid:stimulus_pk>/", stimulus_pages.own_film, name="own-film"),
    path("p/leave/", participant_pages.leave, name="leave"),
    # No log line shows the key: KEYED in common/observability/logs.py knows it by /p/.
    path("p/<str:key>/", participant_pages.enter, name="enter"),
    path("studies/<uuid:pk>/people/", study_pages.study, name="study"),
    path("studies/<uuid:pk>/participants/", study_pages.add, name="add"),
    path("studies/<uuid:pk>/participants/many/", bulk_pages.add_many, name="add-many"),
    path("studies/<uuid:pk>/participants/links/", bulk_pages.links, name="links"),
    path("studies/<uuid:pk>/participants/<uuid:participant_pk>/", person_pages.participant, name="participant"),
    path("studies/<uuid:pk>/participants/<uuid:participant_pk>/link/", study_pages.link, name="link"),
    path("studies/<uuid:pk>/links/<int:link_pk>/revoke/", study_pages.revoke, name="revoke"),
    path("studies/<uuid:pk>/requests/<int:request_pk>/", study_pages.answer, name="answer"),
    path("studies/<uuid:pk>/films/", stimulus_pages.listing, name="stimuli"),
    path("studies/<uuid:pk>/films/showing/", stimulus_pages.showing, name="showing"),
    path("studies/<uuid:pk>/films/<uuid:stimulus_pk>/", stimulus_pages.change, name="change-stimulus"),
    path("studies/<uuid:pk>/films/<uuid:stimulus_pk>/file/", stimulus_pages.film, name="film"),
]
websocket_urlpatterns = [path("ws/live/participant/", ParticipantConsumer.as_asgi())]
