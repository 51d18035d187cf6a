"""Videos from addresses: off unless hosts are named, judged at every step, sealed as they come, gone on with."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.webplatform.analysis.conftest import MP4
from tests.webplatform.fetching.conftest import CONTENT
from webplatform.analysis import receiving, resumable
from webplatform.analysis.models import AnalysisJob, ResumableUpload
from webplatform.common.errors import Invalid
from webplatform.consent.services import withdraw_consent
from webplatform.fetching import source, work
from webplatform.fetching.models import Fetch
from webplatform.history.media import open_file
from webplatform.retention.erasing import erase_account_data
from webplatform.vault.keys import kept_keys

ADDRESS = "/api/v1/fetches/"


def ask(api, url: str, **given):
    return api.post(ADDRESS, {"items": [{"url": url, **given}]}, format="json")


def told(api) -> dict:
    (one,) = api.get(ADDRESS).json()["results"]
    return one


def soon() -> None:
    """The pause before the next attempt is over."""
    Fetch.objects.update(next_at=timezone.now())


def left(settings) -> list[Path]:
    return [file for file in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir() if file.is_file()]


def test_nothing_is_fetched_unless_the_operator_names_hosts(api):
    answer = ask(api, "https://media.example.org/walk.mp4")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert not Fetch.objects.exists()


def test_a_video_is_fetched_sealed_and_read_like_any_other(api, files, study, settings):
    made = ask(api, f"{files.url}/leap//in/walk%20home.mp4?key=s3cret", study=str(study.pk), metadata={"wave": 2})
    assert (made.status_code, made.json()["items"][0]["state"]) == (202, "queued")
    assert told(api)["name"] == "walk home.mp4"
    assert work.run_due() == 1
    job, one = AnalysisJob.objects.get(), told(api)
    assert (one["state"], one["received_bytes"], one["size_bytes"]) == ("done", len(CONTENT), len(CONTENT))
    assert (one["job"]["id"], one["name"], one["host"]) == (str(job.pk), "", "127.0.0.1")
    assert (job.session.study, job.session.metadata, job.session.title) == (study, {"wave": 2}, "walk home")
    with open_file(job.session, job.session.media.stored_name) as file:
        assert file.read() == CONTENT
    assert "s3cret" not in str(Fetch.objects.values().get())
    assert (left(settings), [key.name for key in kept_keys()]) == ([], [str(job.session_id)])


def test_a_connection_that_breaks_costs_only_what_was_missing(api, files, settings):
    files.breaks_at = 200_000
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    (half,) = left(settings)
    assert CONTENT[100:121] not in half.read_bytes()
    assert (told(api)["state"], told(api)["received_bytes"]) == ("queued", 200_000)
    soon()
    work.run_due()
    assert told(api)["state"] == "done"
    assert (files.asked[1]["Range"], files.asked[1]["If-Range"]) == ("bytes=200000-", '"one"')


@pytest.mark.parametrize("tag", ['"two"', ""])
def test_what_cannot_be_told_to_be_the_same_is_fetched_anew(api, files, tag):
    files.breaks_at, files.tag = 200_000, tag and files.tag
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    files.tag, files.content = tag, CONTENT + b"changed"
    soon()
    work.run_due()
    session = AnalysisJob.objects.get().session
    with open_file(session, session.media.stored_name) as file:
        assert file.read() == files.content
    assert ResumableUpload.objects.count() == 1


def test_what_a_killed_process_held_is_taken_up_by_another(api, files):
    ask(api, f"{files.url}/walk.mp4")
    assert work._claimed() is not None
    assert not work.release_stale_fetches()
    Fetch.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert work.release_stale_fetches()
    work.run_due()
    assert told(api)["state"] == "done"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"status": 404}, "unfetched", "answered 404"),
        ({"headers": {"Content-Length": ""}}, "unfetched", "does not say how large"),
        ({"headers": {"Content-Encoding": "gzip"}}, "unfetched", "packed"),
        ({"headers": {"Content-Length": str(3 * 2**30)}}, "too_large", "larger than the limit of 2048 MB"),
        ({"content": b"<html>" * 999}, "invalid", "is not a video that can be analysed"),
        ({"content": b""}, "invalid", "is empty"),
    ],
)
def test_what_cannot_be_taken_has_failed_with_the_reason_and_leaves_nothing(api, files, changes, code, words, settings):
    for name, value in changes.items():
        setattr(files, name, value)
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    one = told(api)
    assert (one["state"], one["error"]["code"]) == ("failed", code)
    assert words in one["error"]["message"]
    assert (left(settings), list(kept_keys()), ResumableUpload.objects.count()) == ([], [], 0)
    indonesian = api.get(ADDRESS, headers={"accept-language": "id"}).json()["results"][0]["error"]["message"]
    assert words not in indonesian


def test_what_another_process_still_holds_or_has_no_room_is_tried_again(api, files, settings):
    files.breaks_at = 200_000
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    soon()
    with receiving.opened(ResumableUpload.objects.get()):
        work.run_due()
    assert (told(api)["state"], told(api)["attempts"]) == ("queued", 2)
    settings.RAUT_MIN_FREE_DISK_MB, files.tag = 10**9, '"two"'
    soon()
    work.run_due()
    assert told(api)["state"] == "queued"
    settings.RAUT_MIN_FREE_DISK_MB = 0
    soon()
    work.run_due()
    assert told(api)["state"] == "done"


def test_an_upload_whose_time_was_over_is_begun_anew(api, files):
    files.breaks_at = 200_000
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    ResumableUpload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    resumable.tend_uploads()
    soon()
    work.run_due()
    assert (told(api)["state"], files.asked[1].get("Range")) == ("done", None)


def test_a_server_that_is_away_is_asked_again_and_given_up_in_the_end(api, files):
    files.status = 503
    ask(api, f"{files.url}/walk.mp4")
    for attempt in range(1, work.MOST_ATTEMPTS + 1):
        assert told(api)["state"] == "queued"
        work.run_due()
        assert told(api)["attempts"] == attempt
        soon()
    assert (told(api)["state"], told(api)["error"]["message"]) == (
        "failed",
        "127.0.0.1 answered 503 instead of sending the file.",
    )


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/x.mp4",
        "https://somebody:password@127.0.0.1/x.mp4",
        "https://elsewhere.example/x.mp4",
        "https://127.0.0.1.elsewhere.example/x.mp4",
        "https://127.0.0.1/page.html",
        "walk.mp4",
    ],
)
def test_an_address_that_may_not_be_fetched_from_is_refused_at_once(api, files, url):
    sent_too = {"url": f"{files.url}/good.mp4"}
    answer = api.post(ADDRESS, {"items": [sent_too, {"url": url}]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not Fetch.objects.exists()  # all of them, or none


def test_every_redirect_is_judged_again(api, files):
    ask(api, f"{files.url}/leap/https://elsewhere.example/x.mp4")
    work.run_due()
    assert told(api)["error"]["message"] == (
        "This server does not fetch from elsewhere.example. It does from: 127.0.0.1."
    )
    Fetch.objects.all().delete()
    ask(api, f"{files.url}/leap//leap//leap//leap//leap//leap//walk.mp4")
    work.run_due()
    assert "leads from one address to the next" in told(api)["error"]["message"]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"]
)
def test_no_private_address_is_connected_to_whatever_led_to_it(api, files, settings, monkeypatch, address):
    settings.RAUT_FETCH_PRIVATE, settings.RAUT_FETCH_HOSTS = False, ["*"]
    literal = f"[{address}]" if ":" in address else address
    assert ask(api, f"http://{literal}/x.mp4").status_code == 400
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("93.184.215.14", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    connected: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *given, **_: connected.append(given))
    with pytest.raises(Invalid, match="private network"), source.opened("http://a.example/x", {}, within_s=5):
        pass
    assert connected == []


def test_a_host_with_a_dot_stands_for_those_below_it(api, settings):
    settings.RAUT_FETCH_HOSTS = [".example.org"]
    assert ask(api, "https://media.example.org/x.mp4").status_code == 202
    assert ask(api, "https://example.org/x.mp4").status_code == 400
    assert ask(api, "https://evilexample.org/x.mp4").status_code == 400


def test_a_server_that_only_dribbles_is_cut_off(settings):
    settings.RAUT_FETCH_HOSTS, settings.RAUT_FETCH_HTTP, settings.RAUT_FETCH_PRIVATE = ["127.0.0.1"], True, True
    with socket.create_server(("127.0.0.1", 0)) as server:
        began_s = time.monotonic()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.mp4"
        with pytest.raises(source.Unfetched), source.opened(url, {}, within_s=0.2):
            pass
        assert time.monotonic() - began_s < 10


def test_a_withdrawal_and_an_erasure_end_what_is_fetched(api, files, owner, consent, settings):
    files.breaks_at = 200_000
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    withdraw_consent(of=owner)
    assert (Fetch.objects.count(), ResumableUpload.objects.count(), left(settings), list(kept_keys())) == (0, 0, [], [])
    assert ask(api, f"{files.url}/walk.mp4").json()["code"] == "consent_missing"


def test_one_that_is_ended_while_it_comes_leaves_nothing(api, files, settings):
    ask(api, f"{files.url}/walk.mp4")
    one = f"{ADDRESS}{told(api)['id']}/"
    fetch = work._claimed()
    assert api.delete(one).status_code == 204
    work._run(fetch)
    assert (api.get(one).status_code, left(settings), list(kept_keys())) == (404, [], [])
    assert not AnalysisJob.objects.exists()


def test_others_find_it_nowhere_and_its_owner_ends_it(api, files, owner, viewer, api_of, settings):
    files.breaks_at = 200_000
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    one = f"{ADDRESS}{told(api)['id']}/"
    assert api_of(viewer).get(one).status_code == 404
    assert api_of(viewer).get(ADDRESS).json()["results"] == []
    assert api.get(one).json()["state"] == "queued"
    assert api.delete(one).status_code == 204
    assert (left(settings), list(kept_keys()), Fetch.objects.count()) == ([], [], 0)


def test_a_full_quota_fails_it_and_a_full_house_refuses_more(api, files, settings, monkeypatch):
    settings.RAUT_STORAGE_QUOTA_MB, files.content = 1, MP4 + bytes(2**20)
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    assert told(api)["error"]["code"] == "quota_exceeded"
    monkeypatch.setattr("webplatform.fetching.services.MOST_WAITING", 0)
    assert ask(api, f"{files.url}/walk.mp4").status_code == 409


def test_what_ended_a_while_ago_is_forgotten_and_its_account_takes_the_rest(api, files, owner, settings):
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    assert work.forget_old_fetches() == 0
    Fetch.objects.update(finished_at=timezone.now() - timedelta(hours=settings.RAUT_UPLOAD_HOURS + 1))
    assert work.forget_old_fetches() == 1
    ask(api, f"{files.url}/other.mp4", again=True)
    erase_account_data(owner)
    assert not Fetch.objects.exists()
