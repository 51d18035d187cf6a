"""A purge whose clock or size is in doubt waits for an admin; keys of what it removes wait for their end."""

import os
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from webplatform.accounts.models import AuditEvent, User
from webplatform.common.errors import Conflict, KeyGone, NotAllowed
from webplatform.consent.services import withdraw_consent
from webplatform.history import erasure_log
from webplatform.history.media import set_session_key_aside
from webplatform.history.models import Session
from webplatform.retention import guard
from webplatform.retention.guard import confirm_hold, note_time, open_hold, purge_if_sure
from webplatform.retention.models import ClockReading, DataExport
from webplatform.retention.purge import purge
from webplatform.retention.services import erase_participant
from webplatform.vault.keys import destroy_waiting, keep_key, key_of, waiting_keys

YEARS = timedelta(days=4 * 365)


@pytest.fixture
def admin(db) -> User:
    return User.objects.create_superuser("admin@example.org", "correct-horse-battery")


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    def committed(work, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return work(*args, **kwargs)

    return committed


def test_a_clock_four_years_ahead_removes_nothing_and_tells_the_admins(agreed, recorded, run, admin):
    session = recorded(agreed)
    note_time()
    assert run(purge_if_sure, now=timezone.now() + YEARS) is None
    assert run(purge_if_sure, now=timezone.now() + YEARS + timedelta(hours=1)) is None
    assert Session.objects.filter(pk=session.pk).exists()
    assert [message.to for message in mail.outbox] == [["admin@example.org"]]
    assert AuditEvent.objects.filter(action="retention.held").count() == 1


def test_a_first_start_with_a_wrong_clock_compares_it_with_the_newest_rows(agreed, recorded, run):
    recorded(agreed)
    assert not ClockReading.objects.exists()
    assert run(purge_if_sure, now=timezone.now() + YEARS) is None


def test_a_clock_that_is_set_right_lets_the_purge_go_on(agreed, recorded, aged, run):
    aged(recorded(agreed), 31)
    note_time()
    assert run(purge_if_sure, now=timezone.now() + YEARS) is None
    assert run(purge_if_sure) == {"videos": 1}
    assert open_hold() is None


def test_the_time_that_is_kept_does_not_follow_a_jump(db):
    now = timezone.now()
    assert note_time(now=now)
    assert not note_time(now=now + YEARS)
    assert note_time(now=now + timedelta(hours=1))
    assert note_time(now=now)
    assert ClockReading.objects.get().seen_at == now + timedelta(hours=1)


def test_a_clock_set_back_holds_the_purge_too(agreed, recorded, run):
    recorded(agreed)
    note_time()
    assert run(purge_if_sure, now=timezone.now() - timedelta(days=10)) is None
    assert open_hold().reason == "behind"


def test_a_machine_that_was_off_for_a_month_asks_only_if_something_would_go(agreed, recorded, run):
    recorded(agreed)
    note_time()
    assert run(purge_if_sure, now=timezone.now() + timedelta(days=20)) == {}
    assert run(purge_if_sure, now=timezone.now() + timedelta(days=40)) is None


def test_an_admin_confirms_and_the_purge_goes_on(agreed, recorded, run, admin, owner):
    recorded(agreed)
    note_time()
    later = timezone.now() + timedelta(days=40)
    run(purge_if_sure, now=later)
    with pytest.raises(NotAllowed):
        confirm_hold(hold=open_hold(), by=owner)
    confirm_hold(hold=open_hold(), by=admin)
    with pytest.raises(Conflict):
        confirm_hold(hold=open_hold(), by=admin)
    assert run(purge_if_sure, now=later) == {"videos": 1}
    assert (open_hold(), ClockReading.objects.get().seen_at) == (None, later)


def test_a_confirmation_is_not_meant_for_another_jump(agreed, recorded, run, admin):
    recorded(agreed)
    note_time()
    run(purge_if_sure, now=timezone.now() + timedelta(days=40))
    confirm_hold(hold=open_hold(), by=admin)
    assert run(purge_if_sure, now=timezone.now() + YEARS) is None
    assert Session.objects.exists()


def test_unusually_much_waits_and_a_few_sessions_never_do(agreed, recorded, aged, run, settings):
    note_time()
    for _ in range(3):
        aged(recorded(agreed), 31)
    assert run(purge_if_sure) == {"videos": 3}
    settings.RAUT_PURGE_MOST = 2
    for _ in range(3):
        aged(recorded(agreed), 31)
    assert run(purge_if_sure) is None
    assert open_hold().reason == "amount"
    for _ in range(10):
        recorded(agreed)  # three of sixteen are no unusual share
    assert run(purge_if_sure) == {"videos": 3}


def test_the_command_stops_and_confirms(agreed, recorded, monkeypatch, run, capsys):
    session = recorded(agreed)
    note_time()
    monkeypatch.setattr(guard.timezone, "now", lambda: session.closed_at + YEARS)
    with pytest.raises(CommandError, match="purge_held"):
        run(call_command, "purge")
    run(call_command, "purge", "--confirm")
    assert not Session.objects.exists()


def test_admins_see_it_on_every_page_and_confirm_on_its_own(agreed, recorded, run, admin, client_of, owner):
    recorded(agreed)
    note_time()
    run(purge_if_sure, now=timezone.now() + timedelta(days=40))
    browser, hold = client_of(admin), open_hold()
    assert "waits for an admin" in browser.get("/account/people/").content.decode()
    assert "waits for an admin" not in client_of(owner).get("/").content.decode()
    assert Client().get("/healthz").json()["purge_held"] is True
    assert "1 video" in browser.get("/retention/hold/").content.decode()
    browser.post("/retention/hold/", {"hold": hold.pk + 1})
    assert open_hold().confirmed_at is None
    browser.post("/retention/hold/", {"hold": hold.pk})
    assert open_hold().confirmed_by_id == admin.pk
    assert Client().get("/healthz").json()["purge_held"] is False


def test_a_key_waits_after_the_purge_and_then_goes(agreed, recorded, aged, run, settings):
    session = recorded(agreed)
    keep_key(str(session.pk), b"k" * 32)
    aged(session, 1096)
    run(purge)
    with pytest.raises(KeyGone):
        key_of(str(session.pk))
    assert waiting_keys() == [str(session.pk)]
    assert list(erasure_log.entries()) == []  # a restored backup is purged again by its days, not by the erasure log
    run(purge, now=timezone.now() + timedelta(hours=settings.RAUT_KEY_GRACE_HOURS - 1))
    assert waiting_keys() == [str(session.pk)]
    run(purge, now=timezone.now() + timedelta(hours=settings.RAUT_KEY_GRACE_HOURS + 1))
    assert waiting_keys() == []


def test_a_key_comes_back_with_its_session(agreed, recorded, run):
    session = recorded(agreed)
    keep_key(str(session.pk), b"k" * 32)
    (lost := recorded(agreed)).media.delete()
    keep_key(str(lost.pk), b"l" * 32)
    set_session_key_aside(session)
    set_session_key_aside(lost)
    call_command("restore_keys")
    assert key_of(str(session.pk)) == b"k" * 32
    assert waiting_keys() == [str(lost.pk)]


@pytest.mark.parametrize("how", ["withdrawal", "erasure"])
def test_a_key_that_waits_goes_at_once_with_a_withdrawal_or_an_erasure(
    agreed, recorded, aged, run, participant, owner, how
):
    session = recorded(agreed)
    keep_key(str(session.pk), b"k" * 32)
    aged(session, 31)
    run(purge)
    assert waiting_keys()
    if how == "withdrawal":
        run(withdraw_consent, of=participant, channel="page")
    else:
        run(erase_participant, participant=participant, by=owner)
    assert waiting_keys() == []


def test_a_key_set_aside_under_a_wrong_clock_waits_from_when_it_is_right(agreed, recorded, settings):
    session = recorded(agreed)
    keep_key(str(session.pk), b"k" * 32)
    set_session_key_aside(session)
    file = next(settings.RAUT_KEYS_DIR.glob("waiting/*/*"))
    ahead = (timezone.now() + YEARS).timestamp()
    os.utime(file, (ahead, ahead))
    assert destroy_waiting(before_s=0) == 0
    assert file.stat().st_mtime < ahead - 1000


def test_a_copy_built_before_a_withdrawal_cannot_be_downloaded_after_it(agreed, participant, run):
    now = timezone.now()
    made = {"state": "done", "asked_at": now, "expires_at": now + timedelta(days=7)}
    export = DataExport.objects.create(participant=participant, **made)
    export.file.parent.mkdir(parents=True, exist_ok=True)
    export.file.write_bytes(b"PK")
    run(withdraw_consent, of=participant, channel="page")
    assert not DataExport.objects.exists()
    assert not export.file.exists()
