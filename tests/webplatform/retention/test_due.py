"""What is due in many studies is asked once for each policy, and not once for each study."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from webplatform.history.models import Session
from webplatform.retention.guard import doubt_at, note_time
from webplatform.retention.queries import due_by_study, due_of
from webplatform.studies.models import Membership, Participant, Study


@pytest.fixture
def filled(agreed, recorded, aged, study):
    """Studies of three policies, one of them without a bin of its own; old and young sessions, one in the bin."""
    studies = [study, Study.objects.create(name="B"), Study.objects.create(name="C", capture_mode="readings")]
    Study.objects.filter(name="B").update(media_days=5, observation_days=20, rest_days=40, bin_days=3)
    for number, each in enumerate(studies):
        each.refresh_from_db()
        for days in (0, 10, 35, 400):
            aged(recorded(agreed, study=each), days + number)
        Participant.objects.create(study=each, pseudonym="silent")
    Participant.objects.filter(pseudonym="silent").update(created_at=timezone.now() - timedelta(days=2000))
    binned = recorded(agreed, study=studies[1])
    Session.objects.filter(pk=binned.pk).update(binned_at=timezone.now() - timedelta(days=4))
    return studies


def test_the_counts_of_all_studies_are_those_of_each(filled):
    now = timezone.now()
    each = {study.pk: due_of(study, study.retention, now).counts() for study in filled}
    together = due_by_study(now)
    assert {pk: {name: together[pk][name] for name in counts} for pk, counts in each.items()} == each
    assert each[filled[1].pk] == {"videos": 3, "readings": 2, "sessions": 1, "participants": 1, "binned": 1}


def test_a_study_without_anything_due_is_left_out(filled):
    young = Study.objects.create(name="young")
    assert young.pk not in due_by_study(timezone.now())


def test_more_studies_do_not_mean_more_queries_before_a_purge(filled, owner):
    note_time()
    with CaptureQueriesContext(connection) as few:
        doubt_at(timezone.now())
    for number in range(20):
        Membership.objects.create(study=Study.objects.create(name=f"S{number}"), user=owner, role="owner")
    with CaptureQueriesContext(connection) as many:
        doubt_at(timezone.now())
    assert len(many) == len(few)
