"""How long a study says that it keeps things, and what its participants read of it."""

import os
import subprocess
import sys

import pytest
from django.db import IntegrityError, transaction

from tests.conftest import PASSWORD
from tests.shipped_texts import add_shipped_texts
from webplatform.accounts.models import AuditEvent, User
from webplatform.common.errors import Invalid, NotAllowed
from webplatform.consent.models import ConsentRecord
from webplatform.consent.notices import notice_of
from webplatform.consent.services import give_participant_consent, is_current
from webplatform.participation.participants import add_participant
from webplatform.studies.models import Membership, Study
from webplatform.studies.retention_policy import RetentionPolicy
from webplatform.studies.services import change_retention


def test_a_study_keeps_videos_a_month_readings_a_year_and_nothing_over_three(study):
    assert study.retention == RetentionPolicy(30, 365, 1095, 7)


def test_a_study_that_keeps_no_video_deletes_it_right_after_the_analysis(study):
    study.capture_mode = Study.CaptureMode.READINGS
    assert study.retention.media_days == 0


def test_the_platforms_ceiling_holds_for_what_was_stated_before_it(study, settings):
    settings.RAUT_RETENTION_MAX_DAYS = 20
    assert study.retention == RetentionPolicy(20, 20, 20, 7)


def test_nobody_can_set_the_ceiling_above_three_years():
    command = [sys.executable, "-c", "import webplatform.settings"]
    env = {**os.environ, "RAUT_RETENTION_MAX_DAYS": "1096"}
    refused = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert "RAUT_RETENTION_MAX_DAYS is “1096”. Write a whole number from 1 to 1095." in refused.stderr


def test_an_owner_changes_the_days_and_the_audit_says_so(study, owner):
    change_retention(study=study, user=owner, policy=RetentionPolicy(7, 30, 90))
    study.refresh_from_db()
    assert study.retention == RetentionPolicy(7, 30, 90, 7)
    noted = AuditEvent.objects.get(action="study.retention_changed")
    assert noted.details == {"media_days": 7, "observation_days": 30, "rest_days": 90}


def test_changing_to_the_same_days_leaves_no_trace(study, owner):
    change_retention(study=study, user=owner, policy=RetentionPolicy(30, 365, 1095))
    assert not AuditEvent.objects.filter(action="study.retention_changed").exists()


def test_an_analyst_cannot_change_the_days(study):
    analyst = User.objects.create_user("analyst@example.org", PASSWORD)
    Membership.objects.create(study=study, user=analyst, role=Membership.Role.ANALYST)
    with pytest.raises(NotAllowed):
        change_retention(study=study, user=analyst, policy=RetentionPolicy(7, 30, 90))


@pytest.mark.parametrize("days", [(0, 30, 90), (7, 0, 90), (91, 30, 90), (7, 91, 90), (7, 30, 1096)])
def test_days_that_make_no_sense_are_refused(study, owner, days):
    with pytest.raises(Invalid):
        change_retention(study=study, user=owner, policy=RetentionPolicy(*days))


def test_the_database_refuses_them_too(study):
    with pytest.raises(IntegrityError), transaction.atomic():
        Study.objects.filter(pk=study.pk).update(rest_days=1096)


def test_the_notice_states_the_days_and_changed_days_ask_again(study, owner):
    add_shipped_texts()
    participant = add_participant(study=study, user=owner)
    given = give_participant_consent(
        participant=participant, language="en", channel=ConsentRecord.Channel.LINK, scopes=["analyse"]
    )
    assert "A video that is kept is deleted 30 days after the recording" in given.notice
    assert is_current(given)
    change_retention(study=study, user=owner, policy=RetentionPolicy(7, 30, 90))
    given.refresh_from_db()
    assert not is_current(given)
    assert "dihapus 7 hari" in notice_of(study, "id").body


def test_the_notice_of_a_study_without_videos_names_no_days_for_them(study):
    add_shipped_texts()
    study.capture_mode = Study.CaptureMode.READINGS
    assert "The readings are deleted 365 days" in notice_of(study, "en").body
