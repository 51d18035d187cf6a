"""The audit log: what enters it, who reads it, and that nobody changes it unseen."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from webplatform.accounts.audit import broken_links, events_for, record_event
from webplatform.accounts.models import AuditEvent
from webplatform.accounts.services import create_token, revoke_token
from webplatform.consent.services import give_consent, withdraw_consent
from webplatform.history.models import Session
from webplatform.studies.models import Membership, Study
from webplatform.studies.services import personal_study

pytestmark = pytest.mark.django_db


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def three(owner, study):
    return [record_event(f"thing.{n}", actor=owner, study_id=study.pk, target=f"thing:{n}", n=n) for n in range(3)]


def recorded(study, user, title):
    consent = give_consent(user=user, language="en", channel="page")
    return Session.objects.create(
        study=study, source="upload", title=title, every_ms=200, consent=consent, created_by=user
    )


def test_each_event_is_chained_to_the_one_before(three):
    assert three[1].previous == three[0].digest
    assert three[0].previous == "0" * 64
    assert broken_links() == []
    call_command("verify_audit")


def test_a_missing_event_shows(three):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditevent WHERE id = %s", [three[1].pk])
    assert broken_links() == [f"Between {three[0].pk} and {three[2].pk} an event is missing."]
    with pytest.raises(CommandError):
        call_command("verify_audit")


def test_the_database_itself_refuses_a_change(three):
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.filter(pk=three[1].pk).update(action="nothing.happened")
    assert broken_links() == []


def test_an_event_goes_with_what_it_tells_of(owner):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_event("thing.done", actor=owner)
        raise ZeroDivisionError
    assert actions() == []


def test_sign_ins_are_noted_without_an_address(client, owner):
    client.post("/account/login/", {"login": owner.email, "password": "wrong-horse-battery"})
    client.post("/account/login/", {"login": owner.email, "password": "correct-horse-battery"})
    client.post("/account/logout/")
    assert actions() == ["login.failed", "login.succeeded", "login.ended"]
    assert owner.email not in str(list(AuditEvent.objects.values_list("details", "target")))


def test_consent_and_tokens_are_noted(owner, consent):
    withdraw_consent(of=owner)
    token, _ = create_token(user=owner, name="x")
    revoke_token(token=token)
    assert actions() == ["consent.given", "consent.withdrawn", "token.created", "token.revoked"]


def test_admins_read_everything_owners_their_studies_and_others_nothing(
    client_of, owner, viewer, stranger, three, django_user_model
):
    record_event("model.promoted", target="model:1")
    admin = django_user_model.objects.create_user("admin@example.org", "correct-horse-battery", is_staff=True)
    assert events_for(admin).count() == 4
    assert events_for(owner).count() == 3
    assert "model.promoted" in client_of(admin).get("/account/audit/").content.decode()
    own = client_of(owner).get("/account/audit/").content.decode()
    assert "thing.1" in own
    assert "model.promoted" not in own
    assert client_of(viewer).get("/account/audit/").status_code == 404
    assert client_of(stranger).get("/account/audit/").status_code == 404


def test_the_page_filters(client_of, owner, three):
    page = client_of(owner).get("/account/audit/?action=thing.2").content.decode()
    assert "thing:2" in page
    assert "thing:1" not in page
    assert "There is no such entry" in client_of(owner).get("/account/audit/?action=none").content.decode()


def test_the_page_narrows_to_one_study(client_of, owner, study, three):
    other = Study.objects.create(name="Other")
    Membership.objects.create(study=other, user=owner, role=Membership.Role.OWNER)
    record_event("study.closed", actor=owner, study_id=other.pk)
    page = client_of(owner).get(f"/account/audit/?study={other.pk}").content.decode()
    assert f'<span title="study:{other.pk}">study: Other</span>' in page
    assert "thing.1" not in page
    assert client_of(owner).get("/account/audit/?study=none").status_code == 404


def test_programs_read_the_log_as_people_do_and_can_check_the_chain(
    api_of, owner, viewer, three, study, django_user_model
):
    admin = django_user_model.objects.create_user("admin@example.org", "correct-horse-battery", is_staff=True)
    record_event("model.promoted", actor=admin, target="model:1")

    def read(user, **asked):
        return api_of(user).get("/api/v1/audit/", asked).json()["results"]

    whole = read(admin)
    assert [event["action"] for event in whole[-4:]] == ["model.promoted", "thing.2", "thing.1", "thing.0"]
    assert [event["previous"] for event in whole[:-1]] == [event["digest"] for event in whole[1:]]
    assert [event["target"] for event in read(owner, action="thing.1")] == ["thing:1"]
    assert read(owner, action="model.") == []
    assert [event["target"] for event in read(admin, actor=admin.email, action="model.")] == ["model:1"]
    assert len(read(admin, study=str(study.pk))) == 3
    assert read(viewer) == []


def test_a_study_that_is_no_id_is_refused(api_of, owner):
    assert api_of(owner).get("/api/v1/audit/", {"study": "x"}).status_code == 400


def test_the_newest_events_cannot_be_deleted_unseen(owner, study, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        events = [record_event(f"thing.{n}", actor=owner, study_id=study.pk) for n in range(3)]
    assert broken_links() == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditevent WHERE id >= %s", [events[1].pk])
    assert [problem[:27] for problem in broken_links()] == ["The newest events are missi"]
    with pytest.raises(CommandError):
        call_command("verify_audit")
    call_command("verify_audit", "--restored")


def test_the_page_calls_things_by_their_names_where_the_reader_may_know_them(client_of, owner, study, stranger):
    session = recorded(study, owner, "Morning choir")
    hidden = recorded(personal_study(stranger), stranger, "Diary")
    for target in (f"session:{session.pk}", f"session:{hidden.pk}", f"user:{stranger.pk}", "session:none", "thing:1"):
        record_event("thing.done", actor=owner, study_id=study.pk, target=target)
    page = client_of(owner).get("/account/audit/").content.decode()
    assert f'<span title="session:{session.pk}">session: Morning choir</span>' in page
    assert f"user: {stranger.email}" in page
    assert f"session:{hidden.pk}" in page
    assert "Diary" not in page
    assert "session:none" in page
    assert "thing:1" in page


def test_what_lies_in_the_bin_and_a_webhook_have_their_names_in_the_log(client_of, owner, study):
    binned = recorded(study, owner, "Morning choir")
    type(binned).objects.filter(pk=binned.pk).update(binned_at=timezone.now())
    hook = owner.webhooks.create(name="Lab", url="https://lab.example", sealed_secret="s")
    for target in (f"session:{binned.pk}", f"webhook:{hook.pk}"):
        record_event("thing.done", actor=owner, study_id=study.pk, target=target)
    page = client_of(owner).get("/account/audit/").content.decode()
    assert "session: Morning choir</span>" in page
    assert "webhook: Lab</span>" in page


def test_what_is_gone_keeps_its_id_in_the_log(client_of, owner, study):
    gone = recorded(study, owner, "Morning choir")
    record_event("session.deleted", actor=owner, study_id=study.pk, target=f"session:{gone.pk}")
    key = gone.pk
    gone.delete()
    page = client_of(owner).get("/account/audit/").content.decode()
    assert f"session:{key}" in page
    assert "Morning choir" not in page
