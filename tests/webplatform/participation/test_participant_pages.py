"""A participant reads, agrees, sees, takes back and asks, without an account; each end is looked for in the stores."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from webplatform.analysis.services import submit_video
from webplatform.common.errors import ConsentMissing
from webplatform.consent.models import ConsentRecord, ConsentText, ConsentWithdrawal
from webplatform.consent.services import require_consent
from webplatform.history.models import Observation, Session
from webplatform.participation.links import create_link, key_digest, revoke_link
from webplatform.studies.models import Participant, ParticipantLink, ParticipantRequest
from webplatform.studies.place import Place


def agree(visitor, *scopes, **more):
    return visitor.post("/p/consent/", {"scope": ["analyse", *scopes], **more})


def test_only_the_links_hash_is_kept_and_the_key_leaves_the_address(key, visitor):
    link = ParticipantLink.objects.get()
    assert link.digest == key_digest(key) != key
    page = visitor.get("/p/")
    assert page.status_code == 200
    assert key not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("how", ["wrong", "expired", "revoked"])
def test_a_link_that_is_over_opens_nothing(how, key, visitor, owner):
    link = ParticipantLink.objects.get()
    if how == "expired":
        ParticipantLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "revoked":
        revoke_link(link=link, user=owner)
    tried = key + "x" if how == "wrong" else key
    assert Client().get(f"/p/{tried}/").status_code == 404
    if how != "wrong":
        for path in ("/p/", "/p/live/"):
            assert visitor.get(path).status_code == 404
        assert agree(visitor).status_code == 404


def test_without_a_link_there_is_no_page():
    assert Client().get("/p/").status_code == 404


def test_the_notice_tells_the_study_in_the_participants_language(participant, owner):
    participant.language = "id"
    participant.save()
    client = Client()
    client.get(f"/p/{create_link(participant=participant, user=owner)[1]}/")
    html = client.get("/p/").content.decode()
    for text in ("How jokes land", "Dr Dewi", "Hak Anda", "Pilot"):
        assert text in html


def test_agreeing_records_who_what_how_and_the_words_that_were_shown(visitor, participant):
    agree(visitor, "share", by_guardian="yes")
    record = ConsentRecord.objects.get()
    assert (record.participant, record.scopes, record.language) == (participant, ["analyse", "share"], "en")
    assert (record.channel, record.by_guardian) == ("link", True)
    proof = json.loads(visitor.get(f"/p/proofs/{record.pk}/").content)
    assert "How jokes land" in proof["text"]
    assert (proof["scopes"], proof["text_sha256"]) == (["analyse", "share"], record.text_digest)


def test_pages_name_what_was_agreed_to_in_words_and_times_with_their_zone(visitor, client_of, owner, study):
    agree(visitor, "keep_media")
    own = visitor.get("/p/").content.decode()
    of_study = client_of(owner).get(f"/studies/{study.pk}/people/").content.decode()
    for page in (own, of_study):
        assert "analyse my facial expression, keep the video" in page
    assert " UTC</strong>" in own


def test_participants_are_not_asked_to_sign_up(visitor):
    assert "/account/signup/" not in visitor.get("/p/").content.decode()


def test_without_the_analysis_nothing_is_agreed_to(visitor):
    answer = visitor.post("/p/consent/", {"scope": ["share"]})
    assert answer.status_code == 400
    assert not ConsentRecord.objects.exists()


def test_somebody_elses_proof_is_not_found(visitor, owner, consent_of):
    assert visitor.get(f"/p/proofs/{consent_of(owner).pk}/").status_code == 404


def test_a_changed_purpose_and_a_newer_text_ask_again(visitor, participant):
    agree(visitor)
    assert require_consent(of=participant)
    participant.study.purpose = "Something else"
    participant.study.save()
    with pytest.raises(ConsentMissing):
        require_consent(of=participant)
    assert "has changed since you agreed" in visitor.get("/p/").content.decode()
    assert visitor.get("/p/live/").status_code == 302
    agree(visitor)
    assert require_consent(of=participant)
    ConsentText.objects.create(audience="participant", version=9, language="en", body="New\nText.", digest="0" * 64)
    with pytest.raises(ConsentMissing):
        require_consent(of=participant)


def test_one_click_withdraws_and_nothing_of_what_rested_on_it_is_left(
    visitor, participant, recorded, django_capture_on_commit_callbacks
):
    agree(visitor, "keep_media")
    session = recorded(ConsentRecord.objects.get())
    with django_capture_on_commit_callbacks(execute=True):
        visitor.post("/p/withdraw/")
    assert not Session.objects.exists()
    assert not Observation.objects.exists()
    assert not session.folder.exists()
    record = ConsentRecord.objects.get()
    assert record.withdrawn_at is not None
    assert record.withdrawals.get().scopes == ["analyse", "keep_media"]
    with pytest.raises(ConsentMissing):
        require_consent(of=participant)


def test_unticking_a_scope_takes_back_that_scope_only(
    visitor, participant, recorded, django_capture_on_commit_callbacks
):
    agree(visitor, "train", "share")
    recorded(ConsentRecord.objects.get())
    with django_capture_on_commit_callbacks(execute=True):
        agree(visitor, "share")
    assert Session.objects.exists()
    assert require_consent(of=participant, scope="share")
    with pytest.raises(ConsentMissing):
        require_consent(of=participant, scope="train")
    assert [list(taken.scopes) for taken in ConsentRecord.objects.earliest("pk").withdrawals.all()] == [["train"]]


def test_a_request_has_72_hours_and_an_erasure_that_is_done_is_done(
    visitor, participant, key, owner, viewer, client_of, recorded, django_capture_on_commit_callbacks
):
    agree(visitor)
    session = recorded(ConsentRecord.objects.get())
    visitor.post("/p/requests/", {"kind": "erasure", "text": "please"})
    visitor.post("/p/requests/", {"kind": "erasure"})
    asked = ParticipantRequest.objects.get()
    assert asked.due_at - asked.asked_at == timedelta(hours=72)
    url = f"/studies/{participant.study_id}/requests/{asked.pk}/"
    client_of(viewer).post(url, {"decision": "done", "answer": "no"})
    assert ParticipantRequest.objects.get().state == "open"
    assert "left" in client_of(owner).get(f"/studies/{participant.study_id}/people/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client_of(owner).post(url, {"decision": "done", "answer": "All is gone."})
    assert not Session.objects.exists()
    assert not session.folder.exists()
    assert not Participant.objects.exists()
    assert "Nothing is held of you any more" in visitor.get("/p/").content.decode()
    assert "Nothing is held of you any more" in Client().get(f"/p/{key}/").content.decode()


def test_an_overdue_request_is_marked(visitor, participant, owner, client_of):
    visitor.post("/p/requests/", {"kind": "copy"})
    ParticipantRequest.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "overdue" in client_of(owner).get(f"/studies/{participant.study_id}/people/").content.decode()


def test_the_link_needs_the_csrf_token(key):
    client = Client(enforce_csrf_checks=True)
    client.get(f"/p/{key}/")
    assert client.post("/p/withdraw/").status_code == 403


def test_leaving_closes_the_page_in_this_browser(visitor):
    visitor.post("/p/leave/")
    assert visitor.get("/p/").status_code == 404


def test_a_participant_is_named_on_an_upload_only_with_their_consent(participant, owner, consent, visitor):
    with pytest.raises(ConsentMissing):
        submit_video(user=owner, upload=None, place=Place(participant=participant))


def test_the_record_is_never_edited(visitor):
    agree(visitor)
    for change in ({"scopes": ["analyse", "train"]}, {"language": "id"}, {"text_digest": ""}, {"by_guardian": True}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ConsentRecord.objects.update(**change)
    visitor.post("/p/withdraw/")
    for rows, change in ((ConsentRecord, {"withdrawn_at": None}), (ConsentWithdrawal, {"scopes": []})):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.objects.update(**change)


def test_the_record_says_what_is_left_of_an_agreement(visitor):
    visitor.post("/p/consent/", {"scope": ["analyse", "train"]})
    assert "of this still allowed" not in visitor.get("/p/").content.decode()
    visitor.post("/p/withdraw/", {"scope": "train"})
    assert "of this still allowed: analyse my facial expression</p>" in visitor.get("/p/").content.decode()


def test_a_participant_agrees_only_to_the_notice_that_they_read(visitor, study):
    read = visitor.get("/p/").context["notice"].digest
    study.purpose = "Something else altogether"
    study.save()
    answer = agree(visitor, digest=read)
    assert answer.status_code == 400
    assert "The notice has changed since you opened this page" in answer.content.decode()
    assert not ConsentRecord.objects.exists()
    assert agree(visitor, digest=answer.context["notice"].digest).status_code == 302
    assert ConsentRecord.objects.get().text_digest != read
