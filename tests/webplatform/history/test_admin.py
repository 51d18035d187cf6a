"""Django's admin shows sessions and changes none."""

from __future__ import annotations

import pytest
from django.urls import reverse

from webplatform.accounts.models import User


@pytest.fixture
def admin(db) -> User:
    return User.objects.create_superuser("admin@example.org", "correct-horse-battery")


def test_the_list_and_the_page_of_a_session_can_be_read(story, admin, client_of):
    client = client_of(admin)
    assert client.get(reverse("admin:history_session_changelist")).status_code == 200
    assert client.get(reverse("admin:history_session_change", args=[story.pk])).status_code == 200


def test_titles_and_summaries_are_not_shown(story, admin, client_of):
    page = client_of(admin).get(reverse("admin:history_session_change", args=[story.pk])).content.decode()
    assert "not_sure_share" not in page
    assert "field-title" not in page


def test_nothing_can_be_added_changed_or_deleted(story, admin, client_of):
    client = client_of(admin)
    assert client.get(reverse("admin:history_session_add")).status_code == 403
    assert client.get(reverse("admin:history_session_delete", args=[story.pk])).status_code == 403
    assert client.post(reverse("admin:history_session_change", args=[story.pk]), {"title": "x"}).status_code == 403
