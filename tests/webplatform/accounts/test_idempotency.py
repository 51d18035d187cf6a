"""POSTs that are sent twice with one key: done once, answered twice."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.db.models.signals import post_save
from django.utils import timezone

from tests.webplatform.analysis.conftest import MP4, sent
from webplatform.accounts import idempotency_keys
from webplatform.accounts.models import StoredAnswer
from webplatform.accounts.services import create_token
from webplatform.analysis.models import AnalysisJob, ResumableUpload
from webplatform.history.erasing import erase_session
from webplatform.history.models import Session
from webplatform.studies.models import Study

__all__ = ["sent"]
STUDIES = "/api/v1/studies/"
KEY = {"Idempotency-Key": "one"}


@pytest.fixture
def api(api_of, owner, consent):
    return api_of(owner)


def make_study(api, name="Pilot 2", headers=KEY):
    body = {"name": name, "purpose": "To see", "setting": "research", "contact": "lab@example.org"}
    return api.post(STUDIES, body, format="json", headers=headers)


def test_the_same_request_is_done_once_and_answered_twice(api):
    first, second = make_study(api), make_study(api)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.status_code < 300
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert Study.objects.filter(name="Pilot 2").count() == 1


def test_what_is_answered_from_the_store_counts_in_the_rate_as_well(api, settings):
    settings.RAUT_RATES = settings.RAUT_RATES | {"write": (3, 3600)}
    answers = [make_study(api), make_study(api), make_study(api, name="Pilot 3"), make_study(api)]
    assert [answer.status_code for answer in answers] == [201, 201, 409, 429]
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert "Idempotency-Replayed" not in answers[3].headers


def test_without_the_key_or_with_another_it_is_done_again(api):
    make_study(api), make_study(api, headers={}), make_study(api, headers={"Idempotency-Key": "two"})
    assert Study.objects.filter(name="Pilot 2").count() == 3


def test_another_body_or_another_address_with_the_key_is_refused(api):
    make_study(api)
    assert make_study(api, name="Pilot 3").json()["code"] == "idempotency_key_reused"
    answer = api.post("/api/v1/live/tickets/", {}, format="json", headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


def test_while_the_first_one_is_under_way_the_second_waits(api, owner):
    held = []

    def during(**_):
        held.append(make_study(api))

    post_save.connect(during, sender=Study)
    try:
        make_study(api)
    finally:
        post_save.disconnect(during, sender=Study)
    assert [(one.status_code, one.json()["code"], one.headers["Retry-After"]) for one in held] == [
        (409, "idempotency_under_way", "1")
    ]


def test_a_key_whose_process_died_is_free_again_at_once(api):
    """The row of a request that never ended, and the file of its lock, which nobody holds."""
    make_study(api)
    held = StoredAnswer.objects.get()
    StoredAnswer.objects.update(status=0, sealed=b"")
    assert make_study(api).json()["code"] == "idempotency_under_way"  # for all we know another machine is at it
    left = idempotency_keys.locks_folder() / held.digest
    left.touch()
    again = make_study(api)
    assert (again.status_code, "Idempotency-Replayed" in again.headers) == (201, False)
    assert not left.exists()
    assert make_study(api).headers["Idempotency-Replayed"] == "true"


def test_a_key_is_free_again_where_its_end_could_not_be_noted(owner):
    """The database went away under the request, which failed, and under the word that it had failed."""

    def refuse(*_):
        raise OperationalError("the server closed the connection")

    asked = {"owner": "one", "user": owner, "key": "key", "request": "digest"}
    held = idempotency_keys.claim(**asked)
    with pytest.raises(idempotency_keys.UnderWay):
        idempotency_keys.claim(**asked)
    with pytest.raises(OperationalError), connection.execute_wrapper(refuse):
        idempotency_keys.release(held=held)
    transaction.set_rollback(False)  # the test's own transaction, which nothing reached
    again = idempotency_keys.claim(**asked)
    assert (again.row.pk != held.row.pk, StoredAnswer.objects.count()) == (True, 1)
    idempotency_keys.release(held=again)
    assert (StoredAnswer.objects.count(), list(idempotency_keys.locks_folder().glob("*"))) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_a_key_is_free_again_where_its_commit_was_reported_as_failed(owner, monkeypatch):
    """By a disk that got full in SQLite's checkpoint, or a server that died before it answered: the row is there."""
    asked = {"owner": "one", "user": owner, "key": "key", "request": "digest"}
    monkeypatch.setattr(connection, "_commit", commit_and_fail(connection._commit))
    with pytest.raises(OperationalError):
        idempotency_keys.claim(**asked)
    monkeypatch.undo()
    assert StoredAnswer.objects.count() == 1
    idempotency_keys.release(held=idempotency_keys.claim(**asked))


def commit_and_fail(commit):
    def fail():
        is_written = StoredAnswer.objects.exists()
        commit()
        if is_written:
            raise OperationalError("disk I/O error")

    return fail


def test_locks_that_died_with_their_process_are_cleared_away(owner):
    left = idempotency_keys.locks_folder() / "0f0f"
    left.parent.mkdir(exist_ok=True)
    left.touch()
    idempotency_keys.forget_old_answers()
    assert not left.exists()


def test_keys_of_two_accounts_do_not_meet(api, api_of, stranger):
    make_study(api)
    assert make_study(api_of(stranger)).headers.get("Idempotency-Replayed") is None
    assert Study.objects.filter(name="Pilot 2").count() == 2


def test_a_token_without_the_scope_hears_no_old_answer(api, owner):
    make_study(api)
    api.credentials(HTTP_AUTHORIZATION=f"Token {create_token(user=owner, name='r', scopes=['read'])[1]}")
    assert make_study(api).json()["code"] == "scope_missing"


def test_a_refused_body_is_refused_the_same_and_a_passing_refusal_is_tried_again(api, settings):
    assert [make_study(api, name="").status_code for _ in range(2)] == [400, 400]
    assert StoredAnswer.objects.get().status == 400
    settings.RAUT_RATES = {**settings.RAUT_RATES, "write": (0, 60)}
    assert make_study(api, headers={"Idempotency-Key": "two"}).status_code == 429
    assert StoredAnswer.objects.count() == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "ключ"])
def test_what_is_no_key_is_refused(api, key):
    answer = make_study(api, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_the_row_alone_tells_nothing_of_the_answer(api):
    make_study(api, name="A secret study")
    row = StoredAnswer.objects.get()
    assert b"secret" not in bytes(row.sealed)
    assert "one" not in (row.digest, row.request)


def test_it_is_kept_for_a_day(api):
    make_study(api)
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert idempotency_keys.forget_old_answers() == 1
    StoredAnswer.objects.all().delete()
    make_study(api)
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))  # and no beat since
    assert make_study(api).headers.get("Idempotency-Replayed") is None


def test_a_video_is_handed_in_once(api, sent):
    def post(content):
        file = SimpleUploadedFile("a.mp4", content)
        return api.post("/api/v1/analyses/", {"file": file, "again": "true"}, format="multipart", headers=KEY)

    first, second, other = post(MP4), post(MP4), post(MP4 + b"x")
    assert (first.status_code, first.content, first.headers["Location"]) == (
        second.status_code,
        second.content,
        second.headers["Location"],
    )
    assert other.json()["code"] == "idempotency_key_reused"
    assert AnalysisJob.objects.count() == 1


def test_an_upload_in_several_goes_is_begun_once(api, sent):
    def begin(size):
        name = b64encode(b"a.mp4").decode()
        said = {"Tus-Resumable": "1.0.0", "Upload-Length": size, "Upload-Metadata": f"filename {name}", **KEY}
        return api.post("/api/v1/uploads/", headers=said)

    assert begin("99").headers["Location"] == begin("99").headers["Location"]
    assert begin("98").json()["code"] == "idempotency_key_reused"
    assert ResumableUpload.objects.count() == 1


def test_an_answer_goes_with_what_it_tells_of(api, sent, django_capture_on_commit_callbacks):
    file = SimpleUploadedFile("a.mp4", MP4)
    api.post("/api/v1/analyses/", {"file": file}, format="multipart", headers=KEY)
    with django_capture_on_commit_callbacks(execute=True):
        erase_session(session=Session.objects.get())
    assert not StoredAnswer.objects.exists()


def test_an_answer_that_is_too_large_is_not_done_again(api, monkeypatch):
    monkeypatch.setattr(idempotency_keys, "MOST_BYTES", 10)
    make_study(api)
    assert make_study(api).json()["code"] == "idempotency_answer_not_kept"
    assert Study.objects.filter(name="Pilot 2").count() == 1
