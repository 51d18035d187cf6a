"""Everybody has one personal study; what a study states is asked for wherever it is changed."""

from dataclasses import asdict, fields

import pytest

from webplatform.studies.forms import StudyForm
from webplatform.studies.models import Membership, Study
from webplatform.studies.serializers import StudyIn
from webplatform.studies.services import StudyStatement, personal_study


def test_the_form_and_the_rest_api_ask_for_each_field_that_a_study_states():
    stated = StudyStatement(name="Faces", purpose="To see.", setting=Study.Setting.RESEARCH, contact="Dr Dewi")
    form = StudyForm(asdict(stated))
    assert form.is_valid(), form.errors
    names = {field.name for field in fields(StudyStatement)}
    assert set(form.cleaned_data) == names
    assert set(StudyIn().fields) == names


def test_a_user_gets_a_personal_study_to_own(stranger):
    study = personal_study(stranger)
    assert study.is_personal
    assert study.memberships.get(user=stranger).role == Membership.Role.OWNER


def test_the_second_call_returns_the_same_study(stranger):
    assert personal_study(stranger) == personal_study(stranger)
    assert Study.objects.count() == 1


def test_a_study_shared_with_others_is_not_taken_for_the_personal_one(owner, study):
    assert personal_study(owner) != study


def test_somebody_elses_personal_study_is_not_taken_for_ones_own(owner, stranger):
    theirs = personal_study(stranger)
    Membership.objects.create(study=theirs, user=owner, role=Membership.Role.VIEWER)
    assert personal_study(owner) != theirs


@pytest.mark.parametrize(("who", "sees"), [("owner", True), ("viewer", True), ("stranger", False)])
def test_only_members_reach_a_study(request, study, who, sees):
    user = request.getfixturevalue(who)
    assert Study.objects.for_user(user).filter(pk=study.pk).exists() is sees
