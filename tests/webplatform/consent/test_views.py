"""The consent page: read, give, withdraw."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from webplatform.consent.models import ConsentRecord, ConsentText
from webplatform.consent.queries import effective_scopes
from webplatform.consent.services import give_consent, withdraw_consent

PAGE = "/consent/"


def test_an_anonymous_visitor_is_sent_to_the_login(client):
    assert client.get(PAGE).status_code == 302
    assert client.post("/consent/withdraw/").status_code == 302


def test_the_page_shows_the_text_in_the_language_of_the_page(client_of, owner):
    html = client_of(owner).get(PAGE, headers={"accept-language": "id"}).content.decode()
    assert "Apa yang dilakukan Raut dengan sebuah video" in html


def test_ticking_the_box_records_the_consent_with_its_language(client_of, owner):
    client_of(owner).post(PAGE, {"agree": "yes"}, headers={"accept-language": "id"})
    record = ConsentRecord.objects.get(user=owner)
    assert (record.text.language, record.channel) == ("id", ConsentRecord.Channel.PAGE)


def test_without_the_tick_nothing_is_recorded_and_the_page_says_why(client_of, owner):
    response = client_of(owner).post(PAGE, {})
    assert response.status_code == 400
    assert "tick the box" in response.content.decode()
    assert not ConsentRecord.objects.exists()


def test_after_giving_consent_the_wanted_page_opens(client_of, owner):
    response = client_of(owner).post(PAGE, {"agree": "yes", "next": "/upload/"})
    assert response["Location"] == "/upload/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client_of, owner, elsewhere):
    response = client_of(owner).post(PAGE, {"agree": "yes", "next": elsewhere})
    assert response["Location"] == PAGE


def test_the_owner_withdraws_with_one_click(client_of, owner):
    record = give_consent(user=owner, language="en", channel=ConsentRecord.Channel.PAGE)
    client = client_of(owner)
    assert "Withdraw the consent" in client.get(PAGE).content.decode()
    client.post("/consent/withdraw/")
    record.refresh_from_db()
    assert record.withdrawn_at is not None
    assert "withdrawn" in client.get(PAGE).content.decode()


def test_a_visit_changes_nothing(client_of, owner):
    client = client_of(owner)
    client.get(PAGE)
    assert not ConsentRecord.objects.exists()
    give_consent(user=owner, language="en", channel=ConsentRecord.Channel.PAGE)
    assert "No session rests on it." in client.get("/consent/withdraw/").content.decode()
    assert ConsentRecord.objects.get().withdrawn_at is None


def test_each_scope_is_ticked_apart_and_can_be_taken_back_alone(client_of, owner):
    client = client_of(owner)
    client.post(PAGE, {"agree": "yes", "scope": ["train"]})
    assert ConsentRecord.objects.get().scopes == ["analyse", "train"]
    client.post("/consent/withdraw/", {"scope": "train"})
    record = ConsentRecord.objects.get()
    assert (record.withdrawn_at, effective_scopes(record)) == (None, {"analyse"})


def test_a_scope_that_was_left_out_is_one_button_away(client_of, owner):
    client = client_of(owner)
    client.post(PAGE, {"agree": "yes", "scope": ["train"]})
    assert 'name="scope" value="share"' in client.get(PAGE).content.decode()
    client.post(PAGE, {"agree": "yes", "scope": "share"})
    assert effective_scopes(ConsentRecord.objects.first()) == {"analyse", "train", "share"}
    page = client.get(PAGE).content.decode()
    assert page.count("Take back: ") == 2
    assert "for earlier sessions" in page


def test_the_proof_is_the_persons_own(client_of, owner, stranger):
    record = give_consent(user=owner, language="id", channel=ConsentRecord.Channel.PAGE)
    proof = client_of(owner).get(f"/consent/proofs/{record.pk}/").json()
    assert (proof["account"], proof["language"], proof["text"]) == (owner.email, "id", record.text.body)
    assert hashlib.sha256(proof["text"].encode()).hexdigest() == proof["text_sha256"]
    assert client_of(stranger).get(f"/consent/proofs/{record.pk}/").status_code == 404


def test_the_record_says_what_was_given_and_what_is_left_of_it(client_of, owner):
    client = client_of(owner)
    client.post(PAGE, {"agree": "yes", "scope": ["train", "share"]})
    assert "of this still allowed" not in client.get(PAGE).content.decode()
    client.post("/consent/withdraw/", {"scope": "train"})
    page = client.get(PAGE).content.decode()
    assert "analyse my facial expression, use pictures of my face to train models, share the results" in page
    assert "of this still allowed: analyse my facial expression, share the results with other researchers" in page
    client.post("/consent/withdraw/")
    assert "of this still allowed" not in client.get(PAGE).content.decode()


def test_a_longer_record_costs_no_more_queries(client_of, owner, django_assert_num_queries):
    client = client_of(owner)
    client.get(PAGE)
    for _ in range(2):
        give_consent(user=owner, language="en", channel=ConsentRecord.Channel.PAGE)
        withdraw_consent(of=owner)
    with CaptureQueriesContext(connection) as short:
        client.get(PAGE)
    for _ in range(3):
        give_consent(user=owner, language="en", channel=ConsentRecord.Channel.PAGE)
        withdraw_consent(of=owner)
    with django_assert_num_queries(len(short)):
        client.get(PAGE)


def test_nobody_agrees_to_a_text_that_came_after_the_page_was_opened(client_of, owner):
    client = client_of(owner)
    read = client.get(PAGE).context["text"].digest
    assert f'name="digest" value="{read}"' in client.get(PAGE).content.decode()
    ConsentText.objects.create(version=99, language="en", body="What is new\nAll of it.\n", digest="f" * 64)
    answer = client.post(PAGE, {"agree": "yes", "digest": read}, follow=True)
    assert "Please read that one first" in answer.content.decode()
    assert not ConsentRecord.objects.exists()
