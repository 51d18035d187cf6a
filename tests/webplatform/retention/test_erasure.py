"""The end of a person's data: each of these looks into the database and onto the disk."""

import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tests.conftest import PASSWORD
from webplatform.accounts.models import ApiToken, AuditEvent, User
from webplatform.accounts.services import create_token
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.consent.models import ConsentRecord
from webplatform.consent.services import give_participant_consent, withdraw_consent
from webplatform.history import erasure_log
from webplatform.history.models import Observation, Session
from webplatform.history.services import delete_session
from webplatform.learning.models import Dataset, DatasetSource
from webplatform.participation.participants import add_participant
from webplatform.participation.requests import submit_request
from webplatform.retention import services
from webplatform.retention.models import DataExport, ErasedLink, Receipt
from webplatform.retention.reapplying import fingerprint_of, reapply
from webplatform.retention.services import erase_account, erase_participant, request_export, require_password
from webplatform.retention.tasks import requeue_stale
from webplatform.retention.work import run_export
from webplatform.studies.models import Membership, Participant, ParticipantLink, ParticipantRequest, Study
from webplatform.studies.services import personal_study


@pytest.fixture
def erased(django_capture_on_commit_callbacks):
    """`erased(service, …)`: what the service returns once all that waits for the commit is done."""

    def run(service, **given):
        with django_capture_on_commit_callbacks(execute=True):
            done = service(**given)
        done.refresh_from_db()
        return done

    return run


def on_disk(tmp_path):
    return sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())


def test_nothing_of_a_participant_is_left(participant, agreed, key, recorded, owner, erased, rows_of, tmp_path):
    sessions = [recorded(agreed).pk, recorded(agreed, source="webcam").pk]
    submit_request(participant=participant, kind="question", text="what for?")
    run_export(request_export(of=participant, language="en").pk)
    assert len(on_disk(tmp_path)) == 2
    receipt = erased(erase_participant, participant=participant, by=owner)
    assert rows_of(sessions) == {}
    for model in (Participant, ConsentRecord, ParticipantLink, ParticipantRequest, DataExport):
        assert not model.objects.exists(), model
    assert on_disk(tmp_path) == ["audit-head.json", "erasures.jsonl"]
    assert receipt.finished_at is not None
    assert receipt.counts == {
        "sessions": 2, "readings": 4, "videos": 1, "consents": 1, "links": 1, "requests": 1, "exports": 1,
    }  # fmt: skip


def test_the_audit_keeps_ids_only(participant, agreed, owner, erased):
    erased(erase_participant, participant=participant, by=owner)
    said = " ".join(str([event.action, event.target, event.details]) for event in AuditEvent.objects.all())
    assert "participant.erased" in said
    assert participant.pseudonym not in said
    assert owner.email not in said


def test_pictures_in_data_sets_go_and_their_models_are_marked(participant, agreed, recorded, owner, erased):
    dataset = Dataset.objects.create(name="smiles", source="corrections", from_corrections=True, state="done")
    DatasetSource.objects.create(dataset=dataset, session_id=recorded(agreed).pk, pictures=2)
    dataset.folder.mkdir(parents=True)
    (dataset.folder / "faces.zip").write_bytes(b"faces")
    erased(erase_participant, participant=participant, by=owner)
    dataset.refresh_from_db()
    assert dataset.withdrawn_at is not None
    assert not dataset.folder.exists()


def test_others_in_the_study_stay(participant, agreed, recorded, owner, study, erased, rows_of):
    other = add_participant(study=study, user=owner, pseudonym="Green")
    session = recorded(give_participant_consent(participant=other, language="en", channel="link", scopes=["analyse"]))
    recorded(agreed)
    erased(erase_participant, participant=participant, by=owner)
    assert list(Participant.objects.all()) == [other]
    assert rows_of([session.pk])["Observation"] == 2
    assert (session.folder / "media.mp4").exists()


def test_only_an_owner_erases_a_participant(participant, viewer):
    with pytest.raises(NotAllowed):
        erase_participant(participant=participant, by=viewer)


def test_what_runs_stops_and_the_link_opens_nothing_before_the_rest_goes(participant, agreed, key, owner):
    erase_participant(participant=participant, by=owner)  # the transaction of this test is never committed
    agreed.refresh_from_db()
    assert agreed.withdrawn_at is not None
    assert Client().get(f"/p/{key}/").status_code == 404


def test_an_erasure_that_a_crash_cut_off_is_finished_by_the_beat(
    participant, agreed, recorded, owner, rows_of, django_capture_on_commit_callbacks
):
    session = recorded(agreed)
    receipt = erase_participant(participant=participant, by=owner)
    assert rows_of([session.pk])["Observation"] == 2
    Receipt.objects.update(begun_at=timezone.now() - timedelta(minutes=2))
    with django_capture_on_commit_callbacks(execute=True):
        requeue_stale()
        requeue_stale()
    receipt.refresh_from_db()
    assert receipt.finished_at is not None
    assert (rows_of([session.pk]), Participant.objects.count(), session.folder.exists()) == ({}, 0, False)
    assert AuditEvent.objects.filter(action="participant.erased").count() == 1


def test_the_link_shows_the_receipt_afterwards(participant, agreed, key, owner, erased):
    visitor = Client()
    visitor.get(f"/p/{key}/")
    receipt = erased(erase_participant, participant=participant, by=owner)
    for page in (visitor.get("/p/"), Client().get(f"/p/{key}/")):
        assert f"/receipts/{receipt.pk}/" in page.content.decode()
    shown = Client().get(f"/receipts/{receipt.pk}/").content.decode()
    assert "1 consent record" in shown
    assert "Blue" not in shown
    assert ErasedLink.objects.count() == 1


@pytest.fixture
def person(db, consent_of):
    """Somebody with everything that an account can have: a personal study, a session, a token, a login, a copy."""
    user = User.objects.create_user("person@example.org", PASSWORD)
    personal_study(user)
    consent_of(user)
    create_token(user=user, name="laptop")
    return user


def test_nothing_of_an_account_is_left(person, recorded, client_of, erased, rows_of, tmp_path):
    browser = client_of(person)
    own_study = person.studies.get()
    session = recorded(person.consents.get(), study=own_study)
    run_export(request_export(of=person, language="en").pk)
    receipt = erased(erase_account, user=person, by=person)
    assert rows_of([session.pk]) == {}
    assert not User.objects.filter(email=person.email).exists()
    for model in (Study, Membership, ConsentRecord, ApiToken, DataExport):
        assert not model.objects.exists(), model
    assert on_disk(tmp_path) == ["audit-head.json", "erasures.jsonl"]
    assert "person@example.org" not in (tmp_path / "erasures.jsonl").read_text()
    assert browser.get("/account/").status_code == 302
    assert (receipt.counts["sessions"], receipt.counts["studies"], receipt.counts["tokens"]) == (1, 1, 1)


def test_what_an_account_recorded_of_participants_in_shared_studies_stays_without_its_name(
    participant, agreed, recorded, owner, viewer, study, erased
):
    session = recorded(agreed)
    Membership.objects.filter(user=viewer).update(role="owner")
    erased(erase_account, user=owner, by=owner)
    session.refresh_from_db()
    assert session.created_by is None
    assert Observation.objects.filter(session=session).count() == 2


def test_what_rests_on_the_accounts_own_consent_goes_from_shared_studies_too(
    owner, viewer, consent, study, recorded, erased, rows_of
):
    session = recorded(consent, study=study)
    Membership.objects.filter(user=viewer).update(role="owner")
    erased(erase_account, user=owner, by=owner)
    assert rows_of([session.pk]) == {}
    assert Study.objects.filter(pk=study.pk).exists()


def test_the_last_owner_of_a_shared_study_is_told_the_way_out(owner, study):
    with pytest.raises(Conflict) as refused:
        erase_account(user=owner, by=owner)
    assert refused.value.details["studies"] == [str(study.pk)]
    assert User.objects.get(pk=owner.pk).is_active


def test_nobody_erases_somebody_elses_account_but_an_admin(person, stranger, erased):
    with pytest.raises(NotAllowed):
        erase_account(user=person, by=stranger)
    stranger.is_staff = True
    erased(erase_account, user=person, by=stranger)
    assert not User.objects.filter(pk=person.pk).exists()
    assert AuditEvent.objects.get(action="account.erasure_begun").actor_id == stranger.pk


def test_the_password_is_asked_for_and_not_without_end(person):
    require_password(user=person, password=PASSWORD)
    for _n in range(services.MOST_GUESSES):
        with pytest.raises(Invalid):
            require_password(user=person, password="guess")
    with pytest.raises(NotAllowed):
        require_password(user=person, password=PASSWORD)
    cache.clear()
    person.set_unusable_password()
    require_password(user=person, password="Person@example.org")


def test_the_page_erases_after_the_password_and_shows_the_receipt(
    person, client_of, django_capture_on_commit_callbacks
):
    browser = client_of(person)
    assert "Personal" in browser.get("/account/erase/").content.decode()
    wrong = browser.post("/account/erase/", {"password": "wrong"})
    assert (wrong.status_code, "The password is wrong." in wrong.content.decode()) == (400, True)
    assert User.objects.filter(pk=person.pk, is_active=True).exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = browser.post("/account/erase/", {"password": PASSWORD})
    assert not User.objects.filter(pk=person.pk).exists()
    assert "Receipt of an erasure" in browser.get(done["Location"]).content.decode()


def test_the_page_of_a_last_owner_offers_the_way_out_and_no_button(owner, study, client_of):
    page = client_of(owner).get("/account/erase/").content.decode()
    assert f"/studies/{study.pk}/" in page
    assert "Erase for good" not in page


def test_an_admin_erases_by_page_and_by_rest_and_others_cannot(
    person, stranger, client_of, api_of, django_capture_on_commit_callbacks
):
    page, address = f"/account/{person.pk}/erase/", f"/api/v1/accounts/{person.pk}/erasure/"
    assert client_of(stranger).post(page).status_code == 404
    assert api_of(stranger).post(address).status_code == 403
    assert Client().post(address).status_code == 401
    User.objects.filter(pk=stranger.pk).update(is_staff=True)
    stranger.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        client_of(stranger).post(page)
    assert not User.objects.filter(pk=person.pk).exists()
    assert api_of(stranger).post(address).status_code == 404


def test_by_rest_with_the_password(person, api_of, django_capture_on_commit_callbacks):
    api = api_of(person)
    assert api.post("/api/v1/account/erasure/", {"password": "wrong"}).status_code == 400
    with django_capture_on_commit_callbacks(execute=True):
        done = api.post("/api/v1/account/erasure/", {"password": PASSWORD})
    assert done.json()["kind"] == "account"
    assert not User.objects.filter(pk=person.pk).exists()
    assert Client().get(f"/api/v1/receipts/{done.json()['id']}/").json()["finished_at"]


def test_by_command(person, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        call_command("erase_account", "PERSON@example.org", stdout=io.StringIO())
    assert not User.objects.filter(pk=person.pk).exists()
    with pytest.raises(CommandError):
        call_command("erase_account", "person@example.org")


def test_the_owner_erases_a_participant_by_page_and_by_rest(
    participant, agreed, study, owner, viewer, stranger, client_of, api_of, django_capture_on_commit_callbacks
):
    page = f"/studies/{study.pk}/participants/{participant.pk}/erase/"
    address = f"/api/v1/participants/{participant.pk}/erasure/"
    assert client_of(stranger).get(page).status_code == 404
    assert api_of(stranger).post(address).status_code == 404
    assert client_of(viewer).post(page).status_code == 403
    assert api_of(viewer).post(address).status_code == 403
    assert "Blue" in client_of(owner).get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert api_of(owner).post(address).json()["kind"] == "participant"
    assert not Participant.objects.exists()
    other = add_participant(study=study, user=owner)
    with django_capture_on_commit_callbacks(execute=True):
        client_of(owner).post(f"/studies/{study.pk}/participants/{other.pk}/erase/")
    assert not Participant.objects.exists()


def test_a_restore_brings_no_withdrawn_consent_back(participant, agreed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=participant, channel="link")
    assert reapply() == {}
    entry = [line for line in erasure_log.entries() if line["kind"] == "consent"]
    assert entry[0]["check"] == fingerprint_of(agreed)
    other = give_participant_consent(participant=participant, language="en", channel="link", scopes=["analyse"])
    erasure_log.note("consent", other.pk, check="of another one", scopes=["analyse"])
    assert reapply() == {}
    erasure_log.note("consent", other.pk, check=fingerprint_of(other), scopes=["analyse"])
    assert reapply() == {"consent": 1}
    other.refresh_from_db()
    assert other.withdrawn_at is not None


def test_a_number_that_is_given_again_is_somebody_else(person, erased, django_capture_on_commit_callbacks):
    number = person.pk
    erased(erase_account, user=person, by=person)
    User.objects.create_user("new@example.org", PASSWORD, id=number)
    with django_capture_on_commit_callbacks(execute=True):
        assert reapply() == {}
    assert User.objects.filter(pk=number).exists()


def test_a_deleted_session_does_not_come_back_either(
    agreed, recorded, owner, rows_of, django_capture_on_commit_callbacks
):
    session = recorded(agreed)
    number = session.pk
    with django_capture_on_commit_callbacks(execute=True):
        delete_session(session=session, user=owner)
    again = recorded(agreed, pk=number)
    with django_capture_on_commit_callbacks(execute=True):
        assert reapply() == {"session": 1}
    assert (rows_of([number]), again.folder.exists()) == ({}, False)


def test_a_line_that_a_crash_cut_off_harms_nothing(agreed, recorded, tmp_path):
    recorded(agreed)
    (tmp_path / "erasures.jsonl").write_text(
        '{"kind": "session", "sub\n{"kind": "moon", "subject": 1}\n[]\n{"kind": "session", "subject": "x"}\n'
    )
    assert reapply() == {}
    assert Session.objects.exists()
