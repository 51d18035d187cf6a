"""Times on pages are those of the clock beside the reader."""

from datetime import UTC, datetime

import pytest

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def late_event(owner, study):
    """On Christmas evening in London; in Jakarta it is Boxing Day."""
    event = record_event("study.changed", actor=owner, study_id=study.pk)
    event.at = datetime(2026, 12, 25, 20, 30, tzinfo=UTC)
    return event


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Asia/Jakarta", "12/26/2026 03:30:00 WIB"), ("", "12/25/2026 20:30:00 UTC"), ("No/Where", "20:30:00 UTC"),
     ("../../etc/passwd", "20:30:00 UTC"), ("x" * 5000, "20:30:00 UTC")],
    ids=["jakarta", "unsaid", "no zone", "a path", "long"],
)  # fmt: skip
def test_a_page_tells_times_in_the_readers_zone(client_of, owner, late_event, monkeypatch, zone, shown):
    monkeypatch.setattr("webplatform.accounts.audit_views.find_events", lambda *_, **__: [late_event])
    client = client_of(owner)
    client.cookies["zone"] = zone
    assert shown in client.get("/account/audit/").content.decode()


def test_the_rest_api_keeps_its_zone(client_of, owner, late_event):
    client = client_of(owner)
    client.cookies["zone"] = "Asia/Jakarta"
    at = client.get("/api/v1/audit/?action=study.changed").json()["results"][0]["at"]
    assert at.endswith("Z")
    assert AuditEvent.objects.exists()
