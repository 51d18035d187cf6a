"""The models in Django's admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from webplatform.accounts.models import User
from webplatform.modelhub.queries import active_version
from webplatform.modelhub.services import register_bundle

LIST = "admin:modelhub_modelversion_changelist"


@pytest.fixture
def admin(db) -> User:
    return User.objects.create_superuser("admin@example.org", "correct-horse-battery")


@pytest.fixture
def versions(tmp_path, make_bundle, db):
    return [register_bundle(path=make_bundle(tmp_path / name, name), activate=name == "a") for name in "ab"]


def _activate(client, *versions):
    return client.post(reverse(LIST), {"action": "make_active", "_selected_action": [v.pk for v in versions]})


def test_the_gate_cannot_be_passed_by(versions, admin, client_of):
    _activate(client_of(admin), versions[1])
    assert active_version() == versions[0]


def test_versions_cannot_be_added_changed_or_deleted_by_hand(versions, admin, client_of):
    client, key = client_of(admin), versions[0].pk
    assert client.get(reverse("admin:modelhub_modelversion_add")).status_code == 403
    assert client.get(reverse("admin:modelhub_modelversion_delete", args=[key])).status_code == 403
    assert client.post(reverse("admin:modelhub_modelversion_change", args=[key]), {"name": "x"}).status_code == 403
    assert client.get(reverse("admin:modelhub_modelversion_change", args=[key])).status_code == 200
