"""A closed study records nothing more and keeps what it holds, until an owner opens it again."""

import pytest
from django.urls import reverse

from webplatform.accounts.models import AuditEvent
from webplatform.common.errors import Conflict, NotAllowed
from webplatform.history.targets import studies_to_record_in
from webplatform.studies.approvals import is_permitted, require_permitted
from webplatform.studies.services import close_study, personal_study, reopen_study


def test_a_closed_study_may_not_record_and_a_reopened_one_may(study, owner):
    close_study(study=study, user=owner)
    assert not is_permitted(study)
    with pytest.raises(NotAllowed, match="closed"):
        require_permitted(study)
    assert study not in studies_to_record_in(owner)
    reopen_study(study=study, user=owner)
    assert is_permitted(study)
    assert study in studies_to_record_in(owner)


def test_closing_twice_keeps_the_first_day_and_tells_the_audit_once(study, owner):
    first = close_study(study=study, user=owner).closed_at
    assert close_study(study=study, user=owner).closed_at == first
    assert AuditEvent.objects.filter(action="study.closed", study_id=study.pk).count() == 1


def test_only_an_owner_closes_or_reopens(study, owner, viewer):
    with pytest.raises(NotAllowed):
        close_study(study=study, user=viewer)
    close_study(study=study, user=owner)
    with pytest.raises(NotAllowed):
        reopen_study(study=study, user=viewer)


def test_a_personal_study_stays_open(owner):
    with pytest.raises(Conflict):
        close_study(study=personal_study(owner), user=owner)


def test_the_owner_closes_and_reopens_on_the_page(study, owner, client_of):
    client = client_of(owner)
    address = reverse("studies:closing", args=[study.pk])
    page = client.post(address, {"decision": "close"}, follow=True).content.decode()
    assert "It records nothing more" in page
    assert "Open it again" in page
    assert "Close the study" in client.post(address, {"decision": "reopen"}, follow=True).content.decode()


def test_a_viewer_is_told_that_only_owners_may_and_a_stranger_finds_nothing(study, viewer, stranger, client_of):
    address = reverse("studies:closing", args=[study.pk])
    page = client_of(viewer).post(address, {"decision": "close"}, follow=True).content.decode()
    assert "Only an owner" in page
    assert client_of(stranger).post(address, {"decision": "close"}).status_code == 404
    study.refresh_from_db()
    assert study.closed_at is None


def test_programs_close_and_reopen(study, owner, viewer, stranger, api_of):
    close, reopen = (reverse(f"api-study-{act}", args=[study.pk]) for act in ("close", "reopen"))
    assert api_of(owner).post(close).json()["closed_at"] is not None
    assert api_of(viewer).post(reopen).status_code == 403
    assert api_of(stranger).post(reopen).status_code == 404
    assert api_of(owner).post(reopen).json()["closed_at"] is None
