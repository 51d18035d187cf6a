"""Webhooks by REST and on their pages: made, changed, tested, refused."""

from __future__ import annotations

import pytest

from webplatform.webhooks import work
from webplatform.webhooks.models import Delivery, Webhook

pytestmark = pytest.mark.django_db
LIST = "/api/v1/webhooks/"


def add(api, **changes):
    sent = {"name": "tool", "url": "https://hooks.example.org/in", "events": ["job.done"], **changes}
    return api.post(LIST, sent, format="json")


def test_the_secret_is_told_once_and_lies_sealed(api_of, owner):
    api = api_of(owner)
    made = add(api).json()
    assert made["secret"].startswith("whsec_")
    address = f"{LIST}{made['id']}/"
    assert "secret" not in api.get(address).json()
    assert made["secret"] not in Webhook.objects.get().sealed_secret
    fresh = api.post(f"{address}secret/").json()["secret"]
    assert fresh != made["secret"]


def test_it_is_changed_turned_off_and_deleted(api_of, owner):
    api = api_of(owner)
    address = f"{LIST}{add(api).json()['id']}/"
    changed = api.patch(address, {"events": ["session.closed", "job.done"], "is_on": False}, format="json").json()
    assert (changed["events"], changed["is_on"], changed["off"]) == (["job.done", "session.closed"], False, "owner")
    assert api.delete(address).status_code == 204
    assert api.get(LIST).json()["results"] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "https://",
        "//hooks.example.org/",
        "https://me:pw@hooks.example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3:8443/in",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org:0/",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/\r\nX: y",
        "https://hooks.example.org/#part",
        "https://" + "a" * 500 + ".org/",
        "https://exa\u2026mple.org/",
        "hooks",
    ],
)
def test_an_address_that_may_not_be_sent_to_is_refused(api_of, owner, url):
    assert add(api_of(owner), url=url).status_code == 400
    assert not Webhook.objects.exists()


def test_a_study_has_its_own_which_hear_of_no_runs(api_of, owner, viewer, study):
    assert add(api_of(viewer), study=str(study.pk)).status_code == 403
    assert add(api_of(owner), study=str(study.pk), events=["run.finished"]).status_code == 400
    made = add(api_of(owner), study=str(study.pk))
    assert (made.status_code, made.json()["study"]) == (201, str(study.pk))
    assert api_of(viewer).get(f"{LIST}{made.json()['id']}/").status_code == 404


def test_a_test_is_sent_recorded_and_sent_again(api_of, owner, receiver):
    api = api_of(owner)
    address = f"{LIST}{add(api, url=receiver.url).json()['id']}/"
    api.patch(address, {"is_on": False}, format="json")
    assert api.post(f"{address}test/").status_code == 202
    work.deliver_due()
    (delivery,) = api.get(f"{address}deliveries/").json()["results"]
    assert (delivery["event"], delivery["state"], delivery["next_at"]) == ("test", "done", None)
    assert [one["status"] for one in delivery["attempts"]] == [204]
    again = f"{address}deliveries/{delivery['id']}/replay/"
    assert api.post(again).status_code == 409
    api.patch(address, {"is_on": True}, format="json")
    replayed = api.post(again).json()
    assert (replayed["replays"], replayed["payload"]) == (delivery["id"], delivery["payload"])
    assert api.post(f"{address}deliveries/{replayed['id']}/replay/").status_code == 409  # it waits itself


def test_an_account_has_no_more_than_twenty_and_not_more_tests_than_can_be_sent(api_of, owner):
    api = api_of(owner)
    answers = [add(api, name=f"{n}") for n in range(21)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [409]
    tests = [api.post(f"{LIST}{answers[0].json()['id']}/test/").status_code for _n in range(21)]
    assert tests == [202] * 20 + [409]


def test_the_pages_make_show_and_change_it(client_of, owner, study, receiver):
    browser = client_of(owner)
    sent = {"name": "<b>tool", "url": receiver.url, "events": ["job.done", "request.received"]}
    made = browser.post(f"/studies/{study.pk}/webhooks/", sent)
    assert b"whsec_" in made.content and b"&lt;b&gt;tool" in made.content
    webhook = Webhook.objects.get()
    page = f"/webhooks/{webhook.pk}/"
    assert b"whsec_" not in browser.get(page).content
    assert b"whsec_" in browser.post(f"{page}secret/").content
    assert browser.post(f"{page}test/").status_code == 302
    receiver.status = 500
    work.deliver_due()
    shown = browser.get(page).content.decode()
    assert "the receiver answered that it failed" in shown and "Nothing was delivered since" in shown
    browser.post(f"{page}deliveries/{Delivery.objects.get().pk}/replay/")
    assert Delivery.objects.count() == 2
    assert browser.post(page, {**sent, "url": "gopher://x"}).status_code == 400
    browser.post(page, {**sent, "name": "new"})
    browser.post(f"{page}turn/", {"on": "no"})
    webhook.refresh_from_db()
    assert (webhook.name, webhook.off) == ("new", "owner")
    assert browser.post(f"{page}delete/")["Location"] == f"/studies/{study.pk}/webhooks/"
    assert "There is none yet." in browser.get("/webhooks/").content.decode()
