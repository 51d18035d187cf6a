"""From an event to a receiver: written with it, signed, tried again, recorded, replayed, given up."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from tests.webplatform.analysis.conftest import UNREADABLE
from tests.webplatform.webhooks.receiver import receiving, self_signed
from webplatform.accounts.people import disable_account
from webplatform.analysis.work import run_job
from webplatform.history.services import delete_session
from webplatform.jobs.leases import claim
from webplatform.learning.models import Dataset, TrainingRun
from webplatform.learning.work import Hold, _fail
from webplatform.participation.requests import submit_request
from webplatform.studies.models import Membership, Participant
from webplatform.studies.place import Place
from webplatform.webhooks import posting, work
from webplatform.webhooks.models import Attempt, Delivery, Event, Webhook
from webplatform.webhooks.posting import post
from webplatform.webhooks.services import change_webhook, replay, rotate_secret, send_test
from webplatform.webhooks.targets import target_of

pytestmark = pytest.mark.django_db
State = Delivery.State


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/api.md tells a receiver to do it."""
    parts = [part.split("=", 1) for part in headers["Raut-Signature"].split(",")]
    t = next(value for name, value in parts if name == "t")
    expected = hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(expected, value) for name, value in parts if name == "v1")


def due_now() -> None:
    """As if every pause were over."""
    Delivery.objects.filter(state=State.WAITING).update(next_at=timezone.now())
    Webhook.objects.update(paused_until=None)


def test_a_job_is_told_signed_with_ids_only_and_a_failed_one_too(
    hook_of, receiver, submit, fake_engine, study, woken, django_capture_on_commit_callbacks
):
    _hook, secret = hook_of(study)
    job = submit("secret-name.mp4", place=Place(study=study, external_id="q-7"), title="Somebody's name")
    with django_capture_on_commit_callbacks(execute=True):
        run_job(job.pk)
    assert woken
    assert work.deliver_due() == 2
    told = {headers["Raut-Event"]: (headers, body) for _path, headers, body in receiver.got}
    assert set(told) == {Event.JOB_DONE, Event.SESSION_CLOSED}
    headers, body = told[Event.JOB_DONE]
    assert verified(secret, headers, body) and not verified("whsec_other", headers, body)
    message = json.loads(body)
    assert set(message) == {"id", "type", "at", "study", "session", "job", "state", "url", "external_id"}
    assert (message["state"], message["external_id"], message["job"]) == ("done", "q-7", str(job.pk))
    assert message["url"].endswith(f"/api/v1/analyses/{job.pk}/")
    assert receiver.got[0][0] == "/in?x=1"
    fake_engine.error = UNREADABLE
    run_job(submit("other.mp4", b"\x1a\x45\xdf\xa3" + bytes(80), place=Place(study=study)).pk)
    work.deliver_due()
    assert json.loads(receiver.got[-1][2])["type"] == Event.JOB_FAILED
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DONE}


def test_an_event_that_is_rolled_back_is_never_told(hook_of, submit, fake_engine, study):
    hook_of(study)
    job = submit(place=Place(study=study))
    with pytest.raises(RuntimeError), transaction.atomic():
        run_job(job.pk)
        assert Delivery.objects.count() == 2
        raise RuntimeError
    assert not Delivery.objects.exists()


def test_requests_and_runs_are_told_to_whom_they_concern(hook_of, study, owner, viewer):
    mine, _ = hook_of()
    of_study, _ = hook_of(study)
    asked = submit_request(participant=Participant.objects.create(study=study, pseudonym="Blue"), kind="copy")
    submit_request(participant=asked.participant, kind="copy")  # the same again is no second one
    told = Delivery.objects.filter(event=Event.REQUEST_RECEIVED)
    assert set(told.values_list("webhook", flat=True)) == {mine.pk, of_study.pk}
    assert "Blue" not in str(told[0].payload)
    run = TrainingRun.objects.create(dataset=Dataset.objects.create(name="d"), recipe="small", created_by=owner)
    _fail(Hold(claim(TrainingRun.objects.all(), run.pk)), "out of memory")
    told = Delivery.objects.get(event=Event.RUN_FINISHED)
    assert (told.webhook, told.payload["state"], told.payload["run"]) == (mine, "failed", str(run.pk))


def test_a_failure_is_tried_again_with_growing_pauses_and_given_up_after_a_day(hook_of, receiver):
    hook, _ = hook_of()
    delivery = send_test(webhook=hook, user=hook.user)
    Delivery.objects.update(event=Event.JOB_DONE)
    receiver.status = 500
    pauses = []
    for _again in range(4):
        due_now()
        assert work.deliver_due() == 1
        delivery.refresh_from_db()
        pauses.append((delivery.next_at - delivery.attempts.last().at).total_seconds())
    assert pauses == [10, 20, 40, 80]
    assert list(delivery.attempts.values_list("status", "problem")) == [(500, "status")] * 4
    hook.refresh_from_db()
    assert hook.failing_since and hook.paused_until is None  # it answers: other events need not wait
    Delivery.objects.update(give_up_at=timezone.now() + timedelta(seconds=5))
    due_now()
    work.deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    receiver.status = 200
    again = replay(delivery=delivery, user=hook.user)
    work.deliver_due()
    again.refresh_from_db()
    hook.refresh_from_db()
    assert (again.state, again.payload, hook.failing_since) == (State.DONE, delivery.payload, None)


def test_redirects_are_not_followed(hook_of, receiver):
    hook, _ = hook_of()
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    delivery = send_test(webhook=hook, user=hook.user)
    work.deliver_due()
    assert (len(receiver.got), delivery.attempts.get().problem) == (1, "status")


def test_a_slow_receiver_holds_up_nobody_and_rests(hook_of, receiver, owner, monkeypatch):
    monkeypatch.setattr(posting, "WITHIN_S", 0.4)
    monkeypatch.setattr(work, "post", lambda *given: post(*given, within_s=0.4))
    quick, _ = hook_of()
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        slow, _ = hook_of(url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        for hook in (slow, slow, slow, quick, quick):
            send_test(webhook=hook, user=owner)
        Delivery.objects.update(event=Event.JOB_DONE)
        started_s = time.monotonic()
        assert work.deliver_due() == 3
        assert time.monotonic() - started_s < 3
    assert len(receiver.got) == 2
    assert Attempt.objects.get(delivery__webhook=slow).problem == "timeout"
    slow.refresh_from_db()
    assert slow.paused_until > timezone.now()
    assert not work._due()


def test_it_is_turned_off_after_days_of_failures_and_its_owner_is_told(
    hook_of, receiver, owner, settings, django_capture_on_commit_callbacks
):
    hook, _ = hook_of()
    receiver.status = 503
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=settings.RAUT_WEBHOOK_OFF_DAYS, hours=1))
    send_test(webhook=hook, user=owner)
    with django_capture_on_commit_callbacks(execute=True):
        work.deliver_due()
    hook.refresh_from_db()
    assert hook.off == Webhook.Off.FAILING
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    assert f"/webhooks/{hook.pk}/" in mail.outbox[0].body
    hook = change_webhook(webhook=hook, user=owner, is_on=True)
    assert hook.is_on and hook.failing_since is None


def test_what_a_dead_sender_held_is_taken_up_again(hook_of, receiver, owner):
    hook, _ = hook_of()
    send_test(webhook=hook, user=owner)
    Delivery.objects.update(state=State.SENDING, lease=None, heartbeat_at=timezone.now() - timedelta(minutes=2))
    assert work.release_stale_deliveries()
    assert work.deliver_due() == 1
    assert Delivery.objects.get().state == State.DONE


def test_after_a_rotation_both_secrets_sign_for_a_day(hook_of, receiver, owner):
    hook, before = hook_of()
    after = rotate_secret(webhook=hook, user=owner)
    send_test(webhook=hook, user=owner)
    work.deliver_due()
    assert all(verified(secret, *receiver.got[-1][1:]) for secret in (before, after))
    Webhook.objects.update(rotated_at=timezone.now() - timedelta(days=2))
    send_test(webhook=hook, user=owner)
    work.deliver_due()
    assert [verified(secret, *receiver.got[-1][1:]) for secret in (before, after)] == [False, True]


def test_nothing_is_sent_to_whoever_may_not_know_any_more(hook_of, receiver, submit, fake_engine, study, owner, viewer):
    Membership.objects.filter(user=viewer).update(role=Membership.Role.OWNER)
    hook_of(study)
    hook_of()
    job = submit(place=Place(study=study))
    run_job(job.pk)
    assert Delivery.objects.count() == 4
    Membership.objects.filter(user=owner).delete()
    assert work.deliver_due() == 0 and receiver.got == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.FAILED}
    delete_session(session=job.session, user=viewer)
    assert not Delivery.objects.exists()


def test_a_disabled_account_hears_nothing_more(hook_of, receiver, owner, viewer):
    hook, _ = hook_of()
    viewer.is_staff = viewer.is_superuser = True
    viewer.save()
    send_test(webhook=hook, user=owner)
    disable_account(person=owner, by=viewer)
    assert work.deliver_due() == 0
    assert Delivery.objects.get().state == State.FAILED


def test_old_deliveries_are_forgotten(hook_of, owner, settings):
    hook, _ = hook_of()
    send_test(webhook=hook, user=owner)
    assert work.forget_old_deliveries() == 0
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=settings.RAUT_WEBHOOK_KEEP_DAYS + 1))
    assert work.forget_old_deliveries() == 1


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("127.0.0.1", "private_address"),
        ("10.0.0.7", "private_address"),
        ("169.254.169.254", "private_address"),
        ("100.64.0.1", "private_address"),
        ("0.0.0.0", "private_address"),
        ("224.0.0.1", "private_address"),
        ("::1", "private_address"),
        ("fd00::1", "private_address"),
        ("fe80::1", "private_address"),
        ("::ffff:10.0.0.1", "private_address"),
        ("64:ff9b::7f00:1", "private_address"),
        ("2002:7f00:1::", "private_address"),
    ],
)
def test_a_name_that_leads_into_a_private_network_is_not_connected_to(settings, monkeypatch, address, problem):
    settings.RAUT_WEBHOOK_HTTP = True
    target = target_of("http://hooks.example.org:8080/in")  # judged when it was written: a name tells nothing
    public = "93.184.215.14"
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 8080)) for one in (public, address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    connected = []
    monkeypatch.setattr(posting, "_connect", lambda *given: connected.append(given))
    assert post(target, b"{}", {}).problem == problem
    assert connected == []


def test_a_certificate_that_nobody_vouches_for_is_refused_and_a_known_one_taken(settings, tmp_path, monkeypatch):
    settings.RAUT_WEBHOOK_PRIVATE = True
    cert = self_signed(tmp_path)
    with receiving(cert) as receiver:
        target = target_of(receiver.url.replace("http:", "https:").replace("127.0.0.1", "localhost"))
        assert post(target, b"{}", {}).problem == "tls"
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        assert post(target, b"{}", {}).status == 204


def test_what_is_no_http_and_what_does_not_answer_has_a_word(settings):
    settings.RAUT_WEBHOOK_HTTP = settings.RAUT_WEBHOOK_PRIVATE = True
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer() -> None:
            with server.accept()[0] as taken:
                taken.recv(1000)
                taken.sendall(b"SSH-2.0-x\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert post(target_of(f"http://127.0.0.1:{port}/"), b"{}", {}).problem == "no_http"
        thread.join()
    assert post(target_of(f"http://127.0.0.1:{port}/"), b"{}", {}).problem == "connection"
    assert post(target_of("http://nowhere.invalid/"), b"{}", {}).problem == "unknown_host"
