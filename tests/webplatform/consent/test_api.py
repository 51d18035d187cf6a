"""An account's own consent by REST: read, agree, take back, and the record of it."""

import hashlib

import pytest

from webplatform.accounts.models import AuditEvent
from webplatform.consent.models import ConsentRecord, ConsentText
from webplatform.consent.queries import current_text
from webplatform.consent.services import give_consent, require_consent, withdraw_consent

HERE, BACK, HISTORY = "/api/v1/consent/", "/api/v1/consent/withdraw/", "/api/v1/consents/"
ALL = ["analyse", "keep_media", "train", "share"]


@pytest.fixture
def api(api_of, owner):
    return api_of(owner)


def _given(user, scopes=ALL, language="en"):
    return give_consent(user=user, language=language, channel=ConsentRecord.Channel.PAGE, scopes=scopes)


def _newer_text():
    body = "What changed\nEverything."
    digest = hashlib.sha256(body.encode()).hexdigest()
    return ConsentText.objects.create(version=99, language="en", body=body, digest=digest)


def _standing(answer):
    return {name: answer[name] for name in ("is_valid", "is_asked_again", "scopes")}


def test_the_text_comes_in_the_language_that_is_asked_for(api):
    asked = api.get(HERE, {"language": "id"}).json()["text"]
    text = current_text("id")
    assert asked == {"version": text.version, "language": "id", "digest": text.digest, "body": text.body}
    assert hashlib.sha256(asked["body"].encode()).hexdigest() == asked["digest"]
    assert api.get(HERE).json()["text"]["language"] == "en"
    assert api.get(HERE, headers={"accept-language": "id"}).json()["text"]["language"] == "id"


def test_a_language_that_nobody_speaks_here_is_refused(api):
    refused = api.get(HERE, {"language": "xx"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


def test_who_was_never_asked_has_agreed_to_nothing(api):
    assert _standing(api.get(HERE).json()) == {"is_valid": False, "is_asked_again": False, "scopes": []}


def test_agreeing_to_the_text_that_was_read_is_recorded_with_its_language_and_channel(api, owner):
    read = api.get(HERE, {"language": "id"}).json()["text"]
    answer = api.post(HERE, {"digest": read["digest"], "language": "id", "scopes": ["share", "analyse"]})
    assert answer.status_code == 200
    assert _standing(answer.json()) == {"is_valid": True, "is_asked_again": False, "scopes": ["analyse", "share"]}
    record = require_consent(of=owner)
    assert (record.channel, record.language, record.text_digest) == ("api", "id", read["digest"])
    assert AuditEvent.objects.filter(action="consent.given", actor_id=owner.pk).count() == 1


def test_agreeing_twice_changes_nothing(api):
    sent = {"digest": current_text("en").digest, "scopes": ["analyse"]}
    assert api.post(HERE, sent).json() == api.post(HERE, sent).json()
    assert ConsentRecord.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "id"])
def test_nobody_agrees_to_what_they_did_not_see(api, language):
    read = current_text("id" if language == "en" else "en").digest
    refused = api.post(HERE, {"digest": read, "language": language, "scopes": ["analyse"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert refused.json()["message"].startswith("What you read is not the consent text that counts now")
    assert not ConsentRecord.objects.exists()


def test_a_text_that_became_older_while_it_was_read_is_refused(api):
    read = api.get(HERE).json()["text"]["digest"]
    newer = _newer_text()
    refused = api.post(HERE, {"digest": read, "scopes": ["analyse"]})
    assert (refused.status_code, refused.json()["details"]) == (409, {"version": newer.version, "language": "en"})
    assert api.post(HERE, {"digest": newer.digest, "scopes": ["analyse"]}).status_code == 200


@pytest.mark.parametrize("left_out", ["digest", "scopes"])
def test_neither_the_text_nor_the_scopes_are_guessed(api, left_out):
    sent = {"digest": current_text("en").digest, "scopes": ["analyse"]}
    sent.pop(left_out)
    refused = api.post(HERE, sent)
    assert (refused.status_code, list(refused.json()["details"])) == (400, [left_out])
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("scopes", [[], ["everything"], ["share"]])
def test_scopes_that_allow_nothing_are_refused(api, scopes):
    refused = api.post(HERE, {"digest": current_text("en").digest, "scopes": scopes}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert not ConsentRecord.objects.exists()


def test_a_newer_text_asks_again(api, owner):
    _given(owner)
    _newer_text()
    assert _standing(api.get(HERE).json()) == {"is_valid": False, "is_asked_again": True, "scopes": []}


def test_one_scope_is_taken_back_alone(api, owner):
    _given(owner)
    answer = api.post(BACK, {"scopes": ["train"]}).json()
    assert answer["changed"] == 1
    assert _standing(answer)["scopes"] == ["analyse", "keep_media", "share"]
    assert _standing(api.get(HERE).json())["scopes"] == ["analyse", "keep_media", "share"]


def test_everything_is_taken_back_unless_scopes_are_named(api, owner):
    _given(owner, ["analyse"])
    _given(owner, ["analyse", "share"])
    answer = api.post(BACK).json()
    assert answer["changed"] == 2
    assert _standing(answer) == {"is_valid": False, "is_asked_again": False, "scopes": []}
    assert api.post(BACK).json()["changed"] == 0
    assert set(ConsentRecord.objects.values_list("withdrawals__channel", flat=True)) == {"api"}


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_what_does_not_exist_cannot_be_taken_back(api, owner, scopes):
    record = _given(owner)
    refused = api.post(BACK, {"scopes": scopes}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert require_consent(of=owner) == record


def test_the_history_tells_what_was_given_and_what_is_left_of_it(api, owner, stranger):
    _given(stranger)
    _given(owner, ["analyse", "train"], language="id")
    withdraw_consent(of=owner)
    _given(owner)
    api.post(BACK, {"scopes": ["train"]})
    page = api.get(HISTORY).json()
    newest, oldest = page["results"]
    assert page["count"] == 2
    assert (newest["scopes"], newest["scopes_left"]) == (ALL, ["analyse", "keep_media", "share"])
    assert (newest["withdrawn_at"], newest["language"]) == (None, "en")
    assert (oldest["scopes"], oldest["scopes_left"]) == (["analyse", "train"], [])
    assert oldest["withdrawn_at"] is not None
    assert (oldest["version"], oldest["digest"]) == (current_text("id").version, current_text("id").digest)


def test_the_history_comes_in_pages_and_costs_the_same_queries(api, owner, django_assert_num_queries):
    for scopes in (["analyse"], ["analyse", "train"], ["analyse", "share"]):
        _given(owner, scopes)
    api.get(HISTORY)
    with django_assert_num_queries(4):  # the token, the count, the agreements, their withdrawals
        page = api.get(HISTORY, {"page_size": 1}).json()
    assert (page["count"], len(page["results"])) == (3, 1)
    with django_assert_num_queries(3):  # all on one page: they are not counted apart
        assert len(api.get(HISTORY).json()["results"]) == 3


def test_each_proof_is_the_file_of_the_page(api, api_of, client_of, owner, stranger):
    record = _given(owner)
    withdraw_consent(of=owner, scopes=["share"])
    address = api.get(HISTORY).json()["results"][0]["proof"]
    proof = api.get(address)
    assert proof.content == client_of(owner).get(f"/consent/proofs/{record.pk}/").content
    assert proof["Content-Disposition"] == f'attachment; filename="consent-{record.pk}.json"'
    assert proof.json()["withdrawals"][0]["scopes"] == ["share"]
    assert api_of(stranger).get(address).status_code == 404


def test_the_document_names_what_a_proof_holds(api, owner, client):
    _given(owner)
    proof = api.get(api.get(HISTORY).json()["results"][0]["proof"]).json()
    schema = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()
    assert set(proof) == set(schema["components"]["schemas"]["ProofOut"]["properties"])


def test_without_an_account_there_is_nothing_to_agree_to(client):
    for method, address in (("get", HERE), ("post", HERE), ("post", BACK), ("get", HISTORY)):
        assert getattr(client, method)(address).status_code == 401
