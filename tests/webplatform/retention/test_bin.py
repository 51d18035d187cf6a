"""Sessions in the bin: until when, what goes at once all the same, and what of them a person is told."""

import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.utils import timezone
from django.utils.html import escape

from webplatform.accounts.models import AuditEvent
from webplatform.common.errors import NotAllowed
from webplatform.consent.models import ConsentScope
from webplatform.consent.notices import notice_of
from webplatform.consent.services import withdraw_consent
from webplatform.exporting.models import ExportJob
from webplatform.exporting.options import Options
from webplatform.exporting.services import request_export_job
from webplatform.history import erasure_log
from webplatform.history.bin import bin_session, gone_at, restore_session
from webplatform.history.models import Session
from webplatform.retention import guard
from webplatform.retention.purge import purge
from webplatform.retention.services import erase_participant, request_export
from webplatform.retention.work import run_export
from webplatform.studies.models import Study


@pytest.fixture
def binned(agreed, recorded, owner):
    """A participant's session that its study's owner has just deleted."""
    return bin_session(session=recorded(agreed), user=owner)


def test_a_deleted_session_can_be_restored_as_it_was_and_both_is_audited(binned, owner, rows_of):
    assert not Session.objects.exists()
    restore_session(session=binned, user=owner)
    kept = {"Observation": 2, "Track": 1, "Marker": 1, "Correction": 1, "MediaFile": 1, "AnalysisJob": 1, "Session": 1}
    assert rows_of([binned.pk]) == kept
    assert (binned.folder / "media.mp4").is_file()
    done = AuditEvent.objects.filter(target=f"session:{binned.pk}").order_by("pk").values_list("action", flat=True)
    assert list(done) == ["session.binned", "session.restored"]


def test_it_is_gone_after_the_days_of_its_study_with_key_rows_and_files(
    binned, study, rows_of, django_capture_on_commit_callbacks
):
    assert gone_at(binned) == binned.binned_at + timedelta(days=7)
    with django_capture_on_commit_callbacks(execute=True):
        assert purge(now=timezone.now() + timedelta(days=6)) == {}
        assert purge(now=timezone.now() + timedelta(days=7, minutes=1)) == {"readings": 2, "binned": 1}
    assert (rows_of([binned.pk]), binned.folder.exists()) == ({}, False)
    assert str(binned.pk) in {entry["subject"] for entry in erasure_log.entries()}, "no backup brings it back"


def test_the_days_of_the_session_itself_end_no_later_because_it_lies_in_the_bin(agreed, recorded, aged, owner):
    session = recorded(agreed)
    aged(session, 1094)
    binned = bin_session(session=session, user=owner)
    assert gone_at(binned) < timezone.now() + timedelta(days=1, minutes=1)
    assert purge(now=timezone.now() + timedelta(days=1, minutes=1))["sessions"] == 1


def test_a_video_goes_on_its_day_in_the_bin_too(agreed, recorded, aged, owner):
    session = recorded(agreed)
    aged(session, 29)
    bin_session(session=session, user=owner)
    assert purge(now=timezone.now() + timedelta(days=2)) == {"videos": 1}


def test_a_study_without_a_bin_deletes_at_once(agreed, recorded, owner, study):
    Study.objects.filter(pk=study.pk).update(bin_days=0)
    session = recorded(agreed)
    session.study.refresh_from_db()
    assert bin_session(session=session, user=owner) is None
    assert not Session.everything.exists()


def test_a_withdrawal_and_an_erasure_reach_into_the_bin_at_once(
    binned, participant, agreed, recorded, owner, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=participant, channel="link", scopes=[ConsentScope.ANALYSE])
    assert not Session.everything.exists()
    assert not binned.folder.exists()


def test_an_erased_participant_leaves_nothing_in_the_bin(
    binned, participant, owner, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        receipt = erase_participant(participant=participant, by=owner)
    assert receipt.counts["sessions"] == 1
    assert not Session.everything.exists()


def test_who_may_not_delete_may_not_restore(binned, viewer):
    with pytest.raises(NotAllowed):
        restore_session(session=binned, user=viewer)


def test_an_export_that_holds_it_ends_and_is_not_found_by_its_title(agreed, recorded, owner):
    session = recorded(agreed)
    job = request_export_job(user=owner, kind="csv", options=Options(), language="en", sessions=[session.pk])
    bin_session(session=session, user=owner)
    assert ExportJob.objects.get(pk=job.pk).state == "ended"


def test_the_persons_own_copy_still_holds_it_and_says_that_it_was_deleted(binned, participant):
    export = request_export(of=participant, language="en")
    run_export(export.pk)
    export.refresh_from_db()
    held = json.loads(ZipFile(export.file).read("sessions.json"))
    assert [(one["session"], bool(one["deleted_at"])) for one in held] == [(str(binned.pk), True)]
    assert f"sessions/{binned.pk}/readings.csv" in ZipFile(export.file).namelist()


def test_the_participants_page_says_what_the_study_has_deleted(binned, client, key):
    home = client.get(f"/p/{key}/", follow=True)
    assert "the study has deleted it; gone for good on" in home.content.decode()


def test_the_notice_tells_of_the_bin_only_where_there_is_one(participant, study):
    assert "lies in a bin for 7 days" in notice_of(study, "en").body
    study.bin_days = 0
    assert "bin" not in notice_of(study, "en").body


def test_a_clock_that_jumped_empties_no_bin_by_itself(binned, settings):
    guard.note_time()
    later = timezone.now() + timedelta(days=30)
    assert guard.purge_if_sure(now=later) is None
    assert Session.everything.filter(pk=binned.pk).exists()
    settings.RAUT_PURGE_MOST, settings.RAUT_PURGE_MOST_PERCENT = 0, 0
    guard.open_hold().delete()
    soon = timezone.now() + timedelta(hours=1)
    Session.everything.update(binned_at=timezone.now() - timedelta(days=8))
    assert guard.purge_if_sure(now=soon) == {"readings": 2, "binned": 1}, "what people deleted is not too much"


def test_before_a_withdrawal_each_kind_is_counted_with_what_lies_in_the_bin(
    binned, agreed, recorded, consent, study, client_of, client, key, owner
):
    recorded(consent, study=study, participant=None) if consent.participant else recorded(consent, study=study)
    page = client_of(owner).get("/consent/withdraw/").content.decode()
    assert "1 session that rests on it is deleted at once" in page
    assert "<li>1 video</li>" in page
    assert "1 session of a participant whom you recorded rests on their own consent and stays." in page
    recorded(agreed)
    client.get(f"/p/{key}/")
    mine = client.get("/p/withdraw/").content.decode()
    assert "2 recordings of you are deleted at once" in mine
    assert "1 of the sessions from the bin" in mine
    assert "<li>2 videos</li>" in mine


def test_the_folded_notice_still_holds_every_word_that_is_agreed_to(participant, study, client, key):
    page = client.get(f"/p/{key}/", follow=True).content.decode()
    notice = notice_of(study, "en")
    assert [*notice.facts, *notice.wording] == notice.sections
    assert all(escape(text) in page for section in notice.sections for text in section)
