"""How many videos may wait: for one account, and in one study."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.webplatform.analysis.conftest import upload_of
from tests.webplatform.analysis.tus_parts import create
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.queue_limits import QueueFull
from webplatform.analysis.services import cancel_job, retry_job, submit_video
from webplatform.consent.services import give_participant_consent
from webplatform.history.models import Session
from webplatform.studies.models import Participant
from webplatform.studies.place import Place

ADDRESS = "/api/v1/analyses/"


@pytest.fixture
def api(api_of, owner, consent, sent):
    return api_of(owner)


def send(api, name="b.mp4"):
    return api.post(ADDRESS, {"file": upload_of(name), "again": "true"}, format="multipart")


def test_one_video_more_than_may_wait_is_refused_with_the_number_and_when_to_ask_again(api, owner, settings):
    settings.RAUT_QUEUE_PER_ACCOUNT = 1
    assert send(api).status_code == 202
    answer = send(api)
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]["most"]) == (429, "queue_full", 1)
    assert answer.headers["Retry-After"] == "60"
    assert Session.objects.count() == 1
    AnalysisJob.objects.update(state=AnalysisJob.State.DONE)
    assert send(api).status_code == 202


def test_an_upload_in_parts_counts_from_its_beginning_and_is_never_refused_at_its_end(api, settings):
    settings.RAUT_QUEUE_PER_ACCOUNT = 1
    begun = create(api, size=3)
    assert begun.status_code == 201
    assert create(api).json()["code"] == send(api).json()["code"] == "queue_full"
    settings.RAUT_QUEUE_PER_ACCOUNT = 0  # no limit
    assert send(api).status_code == 202


def test_a_study_has_a_limit_of_its_own_whoever_sends(api, owner, study, settings, submit):
    settings.RAUT_QUEUE_PER_STUDY = 1
    participant = Participant.objects.create(study=study, pseudonym="Blue")
    give_participant_consent(participant=participant, language="en", channel="link", scopes=["analyse"])
    place = Place(study, participant)
    submit_video(user=owner, upload=upload_of(), place=place)
    with pytest.raises(QueueFull, match="1 videos of this study"):
        submit_video(user=owner, upload=upload_of(), again=True, place=place)
    assert send(api).status_code == 202  # into another study


def test_a_failed_video_is_not_tried_again_beyond_the_limit(api, owner, settings):
    settings.RAUT_QUEUE_PER_ACCOUNT = 1
    send(api)
    job = cancel_job(job=AnalysisJob.objects.get(), user=owner)
    send(api)
    with pytest.raises(QueueFull):
        retry_job(job=job, user=owner)


def test_the_page_says_that_the_queue_is_full(owner, consent, sent, settings, client: Client):
    settings.RAUT_QUEUE_PER_ACCOUNT = 1
    submit_video(user=owner, upload=upload_of())
    client.force_login(owner)
    answer = client.post(reverse("analysis:upload"), {"file": upload_of("b.mp4"), "again": "yes"})
    assert "more can be handed in when one of them is done" in answer.content.decode()
