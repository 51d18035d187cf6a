"""Whom an upload is of, on the upload page."""

import pytest
from django.http import Http404

from webplatform.dashboard.targets import target_named, targets_of
from webplatform.studies.participants import add_participant


@pytest.fixture
def participant(study, owner):
    return add_participant(study=study, user=owner, pseudonym="Blue")


def test_the_page_offers_the_participants_of_studies_one_may_record_in(client_of, owner, viewer, participant, consent):
    assert targets_of(owner) == [(participant.study, [participant])]
    assert targets_of(viewer) == []
    assert "Blue" in client_of(owner).get("/upload/").content.decode()


def test_a_target_is_found_by_whom_it_may_be_found(owner, stranger, participant):
    assert target_named(owner, f"participant={participant.pk}") == {"participant": participant}
    assert target_named(owner, f"study={participant.study_id}") == {"study": participant.study}
    assert target_named(owner, "") == {}
    for user, name in ((stranger, f"participant={participant.pk}"), (owner, "study=nothing")):
        with pytest.raises(Http404):
            target_named(user, name)
