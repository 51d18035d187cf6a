"""Changing how long a study keeps things, by page and by REST: what would go has to be confirmed."""

from django.test import Client

from webplatform.retention.models import Receipt
from webplatform.studies.models import Study

LONGER = {"media_days": 40, "observation_days": 365, "rest_days": 1095}
SHORTER = {"media_days": 5, "observation_days": 10, "rest_days": 300}


def days_of(study):
    return Study.objects.values_list("media_days", "observation_days", "rest_days").get(pk=study.pk)


def test_more_days_are_simply_set(study, owner, client_of):
    answer = client_of(owner).post(f"/studies/{study.pk}/retention/", LONGER)
    assert (answer.status_code, days_of(study)) == (302, (40, 365, 1095))


def test_fewer_days_say_what_would_go_and_change_nothing_until_confirmed(
    study, agreed, recorded, aged, owner, client_of
):
    aged(recorded(agreed), 20)
    browser, url = client_of(owner), f"/studies/{study.pk}/retention/"
    asked = browser.post(url, SHORTER)
    assert (asked.status_code, days_of(study)) == (409, (30, 365, 1095))
    assert "<li>1 video</li><li>the readings of 1 session</li>" in asked.content.decode()
    assert browser.post(url, SHORTER | {"is_confirmed": "on"}).status_code == 302
    assert days_of(study) == (5, 10, 300)


def test_fewer_days_need_no_word_where_nothing_would_go(study, owner, client_of):
    client_of(owner).post(f"/studies/{study.pk}/retention/", SHORTER)
    assert days_of(study) == (5, 10, 300)


def test_days_that_make_no_sense_are_told_beside_their_field(study, owner, client_of):
    answer = client_of(owner).post(f"/studies/{study.pk}/retention/", SHORTER | {"media_days": 301})
    assert answer.status_code == 400
    assert "Nothing stays longer than its session." in answer.content.decode()


def test_a_study_without_videos_is_not_asked_for_their_days(study, owner, client_of):
    Study.objects.filter(pk=study.pk).update(capture_mode="readings")
    browser, url = client_of(owner), f"/studies/{study.pk}/retention/"
    assert "media_days" not in browser.get(url).content.decode()
    assert browser.post(url, {"observation_days": 10, "rest_days": 300}).status_code == 302
    assert days_of(study) == (30, 10, 300)


def test_members_read_and_only_owners_change(study, viewer, stranger, client_of):
    url = f"/studies/{study.pk}/retention/"
    assert "Save the days" not in client_of(viewer).get(url).content.decode()
    assert client_of(viewer).post(url, LONGER).status_code == 403
    assert client_of(stranger).get(url).status_code == 404
    assert Client().get(url)["Location"].startswith("/account/login/")


def test_the_page_shows_what_goes_soon_and_what_went(study, agreed, recorded, aged, owner, client_of):
    aged(recorded(agreed), 25)
    Receipt.objects.create(
        kind="purge", study_id=study.pk, counts={"readings": 7}, begun_at=agreed.given_at, finished_at=agreed.given_at
    )
    page = client_of(owner).get(f"/studies/{study.pk}/retention/").content.decode()
    assert "This is deleted within seven days:" in page
    assert "7 readings" in page
    assert 'id="going"' in client_of(owner).get("/").content.decode()


def test_by_rest_too(study, agreed, recorded, aged, owner, viewer, stranger, api_of):
    aged(recorded(agreed), 20)
    url = f"/api/v1/studies/{study.pk}/retention/"
    refused = api_of(owner).put(url, SHORTER)
    assert (refused.status_code, refused.json()["details"]) == (409, {"videos": 1, "readings": 1})
    done = api_of(owner).put(url, SHORTER | {"is_confirmed": True}).json()
    assert {name: done[name] for name in SHORTER} == SHORTER
    assert done["goes_within_a_week"]["readings"] == 1
    assert api_of(viewer).get(url).json()["most_days"] == 1095
    assert api_of(viewer).put(url, LONGER).status_code == 403
    assert api_of(stranger).get(url).status_code == 404
    assert Client().get(url).status_code == 401


def test_receipts_of_a_study_are_its_members(study, viewer, stranger, api_of, agreed):
    receipt = Receipt.objects.create(kind="purge", study_id=study.pk, counts={"videos": 1}, begun_at=agreed.given_at)
    url = f"/api/v1/studies/{study.pk}/receipts/"
    assert [row["id"] for row in api_of(viewer).get(url).json()["results"]] == [str(receipt.pk)]
    assert api_of(stranger).get(url).status_code == 404
    assert Client().get(url).status_code == 401
