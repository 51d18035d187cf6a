"""Who may do what in a study: the table of roles, and the database's answers."""

import pytest

from webplatform.accounts.permissions import admins, is_admin
from webplatform.studies.models import Membership, Study
from webplatform.studies.permissions import may_in, role_in, studies_where
from webplatform.studies.roles import Act, Role, may, may_delete

MAY = {
    "owner": {"VIEW", "RECORD", "ANNOTATE", "DELETE", "OWN"},
    "analyst": {"VIEW", "RECORD", "ANNOTATE"},
    "viewer": {"VIEW"},
    None: set(),
}


@pytest.mark.parametrize("role", MAY)
def test_each_role_may_what_it_is_for(role):
    assert {act.name for act in Act if may(act, role)} == MAY[role]


def test_whoever_recorded_a_session_may_delete_it_while_they_belong_to_the_study():
    roles = ("owner", "analyst", "viewer", None)
    assert [may_delete(role, is_recorder=True) for role in roles] == [True, True, True, False]
    assert [may_delete(role, is_recorder=False) for role in roles] == [True, False, False, False]


def test_the_database_finds_the_studies_that_the_table_allows(stranger):
    studies = {role: Study.objects.create(name=role) for role in Role}
    other = Study.objects.create(name="of somebody else")
    for role, study in studies.items():
        Membership.objects.create(user=stranger, study=study, role=role)
    for act in Act:
        found = {row["study"] for row in studies_where(stranger, act)}
        assert found == {study.pk for role, study in studies.items() if act.name in MAY[role.value]}
        assert [may_in(study, stranger, act) for study in studies.values()] == [
            act.name in MAY[role.value] for role in studies
        ]
    assert role_in(other, stranger) is None
    assert set(Study.objects.for_user(stranger)) == set(studies.values())


def test_an_admin_whose_account_is_disabled_is_none(stranger):
    stranger.is_staff = True
    stranger.save()
    assert is_admin(stranger)
    stranger.is_active = False
    stranger.save()
    assert not is_admin(stranger)
    assert stranger not in admins()
