"""What goes when its time is over, and what stays."""

import io
import json
import os
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as Login
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from webplatform.accounts.models import AuditEvent
from webplatform.analysis.models import MediaFile
from webplatform.history.models import Observation, Session
from webplatform.learning.models import Dataset, DatasetSource
from webplatform.retention import purge as purging
from webplatform.retention.models import DataExport, Receipt
from webplatform.retention.purge import dry_run_purge, purge
from webplatform.retention.warning import tell_owners
from webplatform.studies.models import Participant, Study


@pytest.fixture
def purge_now(django_capture_on_commit_callbacks):
    def run(now=None):
        with django_capture_on_commit_callbacks(execute=True):
            return purge(now=now)

    return run


def test_nothing_goes_before_its_time(agreed, recorded, aged, purge_now, rows_of):
    session = recorded(agreed)
    aged(session, 29)
    assert purge_now() == {}
    assert rows_of([session.pk])["Observation"] == 2
    assert not Receipt.objects.exists()


def test_the_video_goes_first_and_its_readings_stay(agreed, recorded, aged, purge_now, rows_of):
    session = recorded(agreed)
    aged(session, 31)
    assert purge_now() == {"videos": 1}
    assert not MediaFile.objects.exists()
    assert list(session.folder.iterdir()) == []
    assert rows_of([session.pk])["Observation"] == 2


@pytest.mark.parametrize("source", ["upload", "webcam"])
def test_readings_go_with_tracks_corrections_and_summary(agreed, recorded, aged, purge_now, rows_of, source):
    session = recorded(agreed, source=source)
    aged(session, 366)
    gone = purge_now()
    assert (gone["readings"], gone["sessions_without_readings"]) == (2, 1)
    assert set(rows_of([session.pk])) - {"AnalysisJob"} == {"Session", "Marker"}
    session.refresh_from_db()
    assert (session.summary, session.frames_scored, session.readings_removed_at is None) == ({}, 2, False)


@pytest.mark.parametrize("source", ["upload", "webcam"])
def test_after_three_years_nothing_of_the_session_is_left(agreed, recorded, aged, purge_now, rows_of, source):
    session = recorded(agreed, source=source)
    aged(session, 1096)
    assert purge_now()["sessions"] == 1
    assert rows_of([session.pk]) == {}
    assert not session.folder.exists()


def test_a_session_that_never_ended_goes_too(agreed, recorded, aged, purge_now):
    session = recorded(agreed, source="webcam")
    aged(session, 1096)
    Session.objects.update(state="open", closed_at=None)
    assert purge_now()["sessions"] == 1


def test_the_readings_of_many_batches_go(agreed, recorded, aged, purge_now, monkeypatch):
    monkeypatch.setattr(purging, "READINGS_AT_ONCE", 10)
    session = recorded(agreed, readings=45)
    aged(session, 366)
    assert purge_now()["readings"] == 45
    assert not Observation.objects.exists()


def test_running_twice_changes_nothing_more(agreed, recorded, aged, purge_now):
    aged(recorded(agreed), 366)
    purge_now()
    before = AuditEvent.objects.count()
    assert purge_now() == {}
    assert AuditEvent.objects.count() == before


def test_a_failed_analysis_keeps_its_video_a_day_where_none_is_to_be_kept(agreed, recorded, aged, purge_now, study):
    Study.objects.filter(pk=study.pk).update(capture_mode="readings")
    session = recorded(agreed)
    Session.objects.filter(pk=session.pk).update(state="failed")
    session.job.state = "failed"
    session.job.save()
    assert purge_now() == {}
    aged(session, 2)
    assert purge_now() == {"videos": 1}


def test_a_participant_goes_who_was_not_heard_of_for_so_long(agreed, participant, key, purge_now):
    long_ago = timezone.now() - timedelta(days=1096)
    Participant.objects.update(created_at=long_ago)
    participant.links.update(created_at=long_ago)
    assert purge_now() == {}  # they agreed today
    participant.consents.all().delete()
    assert purge_now() == {"participants": 1}
    assert not Participant.objects.exists()


def test_the_receipt_holds_counts_and_days_and_no_personal_data(agreed, recorded, aged, purge_now, study):
    aged(recorded(agreed), 366)
    purge_now()
    receipt = Receipt.objects.get()
    assert (receipt.kind, receipt.study_id, receipt.finished_at is None) == ("purge", study.pk, False)
    assert receipt.counts == {"videos": 1, "readings": 2, "sessions_without_readings": 1}
    assert receipt.policy == {"media_days": 30, "observation_days": 365, "rest_days": 1095, "bin_days": 7}
    assert AuditEvent.objects.get(action="retention.purged").target == f"receipt:{receipt.pk}"


def test_pictures_in_data_sets_do_not_outlive_their_session(agreed, recorded, aged, purge_now, settings):
    session = recorded(agreed)
    dataset = Dataset.objects.create(name="smiles", source="corrections", from_corrections=True, state="done")
    DatasetSource.objects.create(dataset=dataset, session_id=session.pk, pictures=2)
    dataset.folder.mkdir(parents=True)
    aged(session, 1096)
    purge_now()
    dataset.refresh_from_db()
    assert not dataset.is_usable
    assert not dataset.folder.exists()


def test_an_expired_copy_goes_with_its_file(participant, purge_now):
    export = DataExport.objects.create(participant=participant, asked_at=timezone.now(), state="done")
    export.file.parent.mkdir()
    export.file.write_bytes(b"zip")
    DataExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert purge_now() == {"exports": 1}
    assert list(export.file.parent.iterdir()) == []


def test_half_uploads_lost_videos_lost_copies_and_old_logins_go(db, agreed, recorded, purge_now, settings, tmp_path):
    long_ago = time.time() - 2 * 24 * 3600
    session = recorded(agreed)
    files = [tmp_path / "half.upload", session.folder / "media.mov", tmp_path / "exports" / "lost.part"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x")
        os.utime(file, (long_ago, long_ago))
    Login.objects.create(session_key="x" * 32, session_data="", expire_date=timezone.now() - timedelta(days=1))
    gone = purge_now()
    assert (gone["leftovers"], gone["logins"]) == (2, 1)
    assert [file for file in files if file.exists()] == []
    assert (session.folder / "media.mp4").exists()


def test_a_dry_run_counts_and_changes_nothing(agreed, recorded, aged, rows_of):
    session = recorded(agreed)
    aged(session, 366)
    before = rows_of([session.pk])
    out = io.StringIO()
    call_command("purge", "--dry-run", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"videos": 1, "readings": 1}
    assert rows_of([session.pk]) == before
    assert dry_run_purge() == {"videos": 1, "readings": 1}


def test_the_command_says_what_went(agreed, recorded, aged, django_capture_on_commit_callbacks):
    aged(recorded(agreed), 366)
    out = io.StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("purge", stdout=out)
    assert "2 readings gone." in out.getvalue()
    out = io.StringIO()
    call_command("purge", stdout=out)
    assert out.getvalue() == "Nothing is too old.\n"


def test_one_broken_study_does_not_keep_the_others_alive(agreed, recorded, purge_now, study):
    Study.objects.filter(pk=study.pk).update(name="A comes first")
    other = Study.objects.create(name="B comes later")
    session = recorded(agreed, study=other)  # rests on a consent that A's purge cannot remove because of it
    Session.objects.update(participant=None)
    later = timezone.now() + timedelta(days=1200)
    assert "participants" not in purge_now(later)
    assert not Session.objects.filter(pk=session.pk).exists()
    assert purge_now(later) == {"participants": 1}


def test_owners_are_told_by_mail_once(agreed, recorded, aged, owner, viewer, purge_now):
    session = recorded(agreed)
    aged(session, 25)
    assert tell_owners() == 1
    assert [message.to for message in mail.outbox] == [["owner@example.org"]]
    assert "- 1 video" in mail.outbox[0].body
    assert f"/studies/{session.study_id}/retention/" in mail.outbox[0].body
    assert tell_owners() == 0
    aged(recorded(agreed), 22)
    assert tell_owners(now=timezone.now() + timedelta(days=2)) == 1
    assert "- 1 video" in mail.outbox[1].body


def test_nobody_is_told_where_mail_is_not_configured(agreed, recorded, aged, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    aged(recorded(agreed), 25)
    assert tell_owners() == 0
